// The TZ strings of POSIX, as the last line of a zone file holds one: "CET-1CEST,M3.5.0,M10.5.0/3".
#pragma once

#include <optional>
#include <string_view>

#include "calendar/zone.h"

namespace kalends::calendar {

// POSIX.1-2017 section 8.3 with RFC 8536's extension of times to -167..167 hours. Nothing when the text is no such
// string. Daylight time without rules changes as POSIX's usual default does: M3.2.0 and M11.1.0.
std::optional<Zone::Footer> parse_posix_zone(std::string_view text);

}  // namespace kalends::calendar
