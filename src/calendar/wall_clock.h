// A zone read many times in a row: remembers the stretch of the wall clock it was last in, so that most readings need
// no search. Not to be shared between threads.
#pragma once

#include "calendar/zone.h"

namespace kalends::calendar {

class WallClock {
 public:
  explicit WallClock(const Zone& zone) : zone_(&zone) {}

  std::int64_t to_utc(std::int64_t local) {
    if (local < span_.from || local >= span_.to) span_ = zone_->span_of(LocalTime{local});
    return local - span_.offset;
  }

 private:
  const Zone* zone_;
  Zone::Span span_;  // empty at first
};

// Start and end of an event on the time line: days of a duration are nominal, its seconds exact. RFC 5545 3.3.6.
class Placement {
 public:
  explicit Placement(const Zone& zone) : start_clock_(zone), end_clock_(zone) {}

  std::int64_t start(LocalTime local) { return start_clock_.to_utc(local.seconds); }
  std::int64_t end(LocalTime local, Duration duration) {
    return end_clock_.to_utc(local.seconds + duration.days * 86400) + duration.seconds;
  }

 private:
  WallClock start_clock_;
  WallClock end_clock_;
};

}  // namespace kalends::calendar
