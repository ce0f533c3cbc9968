// The network of a simulated world, without sockets: each request goes to the simulator whose address it begins with, and
// accidents happen to it that a test has planned.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lab/cloud/faults.h"
#include "lab/cloud/simulator.h"
#include "ports/world.h"

namespace kalends::lab {

// One request as it went over the network, and what came back: 0 when no answer came.
struct Traffic {
  std::string method;
  std::string url;
  int status = 0;
};

class LabHttp : public ports::Http {
 public:
  explicit LabHttp(ports::Clock& clock) : clock_(clock) {}

  // Requests whose URL begins with `prefix` ("https://www.googleapis.com") go to this simulator, which gets the URL
  // behind the prefix. The longest prefix wins. What it is given outlives it.
  void route(std::string prefix, Simulator& simulator) { routes_[std::move(prefix)] = &simulator; }

  // transient for an address that nobody has, and for a planned accident that keeps the answer back.
  Result<ports::HttpResponse> send(const ports::HttpRequest& request) override;

  FaultPlan& faults() { return faults_; }
  const std::vector<Traffic>& traffic() const { return traffic_; }
  void clear_traffic() { traffic_.clear(); }

 private:
  struct Found {
    Simulator* simulator = nullptr;
    std::string url;
  };
  Found find(const std::string& url) const;

  ports::Clock& clock_;
  std::map<std::string, Simulator*> routes_;
  FaultPlan faults_;
  std::vector<Traffic> traffic_;
};

}  // namespace kalends::lab
