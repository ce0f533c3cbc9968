// The one real world that a process has: its clock, chance, zones, network and wish to stop. Made once, in run.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "base/error.h"
#include "calendar/zone.h"
#include "net/curl_http.h"
#include "system/clock.h"
#include "system/log.h"
#include "system/random.h"
#include "system/stop.h"
#include "system/threads.h"
#include "system/zone_files.h"

namespace kalends::app {

// How many calendars are asked at the same time: enough that their answers' delays overlap, few enough that no server
// takes it for an attack.
inline constexpr std::size_t kCalendarsAtOnce = 8;
inline constexpr std::size_t kCalendarsPerServer = 4;

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
  ports::Executor& executor() { return threads_; }
  std::mutex& asking() { return asking_; }  // see SigningHttp
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
  system::Threads threads_{kCalendarsAtOnce, kCalendarsPerServer};
  std::mutex asking_;
  system::ZoneFiles zones_;
  const calendar::Zone* local_ = nullptr;
};

}  // namespace kalends::app
