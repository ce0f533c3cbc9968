// UTC and nothing else, so that a test does not depend on the machine's zones.
#pragma once

#include <string_view>

#include "calendar/zone.h"

namespace kalends::calendar {

class OnlyUtc : public ZoneSource {
 public:
  const Zone* find(std::string_view name) const override {
    return name == "UTC" || name == "Etc/UTC" ? &utc_ : nullptr;
  }
  const Zone& utc() const { return utc_; }

 private:
  Zone utc_ = Zone::fixed("Etc/UTC", 0);
};

}  // namespace kalends::calendar
