// The simulated cloud providers over real HTTP, each on a port of its own, with a port for whoever runs the experiment:
// accidents, the outbox, and what a person or another program does at the provider.
#pragma once

#include <memory>
#include <string>

#include "base/json.h"
#include "calendar/zone.h"
#include "net/http_server.h"
#include "ports/http.h"
#include "ports/world.h"

namespace kalends::lab {

struct LabOptions {
  std::string listen =
      "127.0.0.1:0";  // with a port: the first server's, the others take the ports that follow
};

class LabServer {
 public:
  // What it is given outlives it. `http` posts the notifications of push channels.
  static Result<std::unique_ptr<LabServer>> start(const LabOptions& options, ports::Clock& clock,
                                                  ports::Random& random, const calendar::ZoneSource& zones,
                                                  ports::Http& http);
  ~LabServer();
  LabServer(const LabServer&) = delete;
  LabServer& operator=(const LabServer&) = delete;

  // {"google": {"url", "token", "email"}, "control": {"url"}}: each url ends with a slash.
  Json addresses() const;

  // Posts the notifications that are due. To be called again and again.
  void deliver();

  void stop();

 private:
  class Inner;
  explicit LabServer(std::unique_ptr<Inner> inner);
  std::unique_ptr<Inner> inner_;
};

}  // namespace kalends::lab
