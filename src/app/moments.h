// Moments as people type them and as commands print them.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "calendar/occurrences.h"
#include "calendar/zone.h"

namespace kalends::app {

// UTC seconds of "2026-03-01" (midnight in `zone`), "2026-03-01T09:00" (a wall-clock time in `zone`) or RFC 3339 with an
// offset. invalid, with the forms that are right, for anything else.
Result<std::int64_t> parse_moment(const std::string& text, const calendar::Zone& zone);

// [from, to) of two such texts; invalid when it is empty.
Result<calendar::Range> parse_range(const std::string& from, const std::string& to,
                                    const calendar::Zone& zone);

// RFC 3339 with the offset that `zone` keeps then: "2026-03-01T09:00:00+01:00"; "+00:00" for UTC.
std::string rfc3339_in(std::int64_t utc_seconds, const calendar::Zone& zone);

// A start alone: "Mon 2026-03-02 09:00", without the clock for an all-day event.
std::string start_words(calendar::LocalTime start, bool all_day);

// One line's worth of when: "Mon 2026-03-02  09:00-10:00", "Mon 2026-03-02  all day", on the wall of `zone`.
std::string when_words(const calendar::Occurrence& occurrence, const calendar::Zone& zone);

}  // namespace kalends::app
