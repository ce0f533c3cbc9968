// The one real world that a process has: its clock, chance, zones, network and wish to stop. Made once, in run.
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "calendar/zone.h"
#include "net/curl_http.h"
#include "system/clock.h"
#include "system/log.h"
#include "system/random.h"
#include "system/stop.h"
#include "system/zone_files.h"

namespace kalends::app {

class Machine {
 public:
  Machine();  // SIGINT and SIGTERM request a stop from here on
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  system::StopFlag& stop() { return stop_; }
  ports::Clock& clock() { return clock_; }
  ports::Random& random() { return random_; }
  ports::Log& log() { return log_; }
  ports::Http& http() { return http_; }
  const system::ZoneFiles& zones() const { return zones_; }
  // The zone of this computer; UTC when its zone files lack it.
  const calendar::Zone& local_zone() const { return *local_; }

  // The zone of that name, the local one for ""; invalid, with the nearest hint, when there is none.
  Result<const calendar::Zone*> zone(const std::string& name) const;

 private:
  system::StopFlag stop_;
  system::SystemClock clock_{stop_};
  system::SystemRandom random_;
  system::StderrLog log_{ports::Level::warning};
  net::CurlHttp http_;
  system::ZoneFiles zones_;
  const calendar::Zone* local_ = nullptr;
};

}  // namespace kalends::app
