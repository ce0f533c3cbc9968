// The computer's own clock.
#pragma once

#include "ports/world.h"
#include "system/stop.h"

namespace kalends::system {

class SystemClock : public ports::Clock {
 public:
  explicit SystemClock(const StopFlag& stop) : stop_(stop) {}

  Instant now() override;  // the real-time clock, which people and NTP may set
  void sleep_ms(
      std::int64_t ms) override;  // returns at once when a stop is requested, before or during the sleep

 private:
  const StopFlag& stop_;
};

}  // namespace kalends::system
