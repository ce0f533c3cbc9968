// The canonical text of a When, as facts keep it. One form for each value, so equal times are equal bytes.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "calendar/event.h"

namespace kalends::calendar {

// "all-day 2026-03-02 P1D", "floating 2026-03-02T09:00:00 PT1H", "zoned 2026-03-02T09:00:00 PT1H
// Europe/Berlin" and, when the end is shown in a zone of its own, that zone behind it. Spaces and percent
// signs in the name of a zone are percent-encoded.
std::string print_when(const When& when);

// The same back; invalid, with a sentence, for anything else.
Result<When> parse_when(std::string_view text);

}  // namespace kalends::calendar
