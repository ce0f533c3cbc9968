// VTIMEZONE text from a Zone; the way back is zone_of() in text.h. RFC 5545 section 3.6.5.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "calendar/zone.h"

namespace kalends::ical {

// Content lines of a VTIMEZONE named `tzid` that is right from `from_utc` on: each change of offset until the yearly
// rule of the zone's footer takes over, and that rule as RRULEs.
std::vector<std::string> zone_lines(const calendar::Zone& zone, std::string_view tzid, std::int64_t from_utc);

}  // namespace kalends::ical
