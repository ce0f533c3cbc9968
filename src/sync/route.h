// Where an event belongs: routes start at its origins, follow the links, and never return to an origin. Pure.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "base/pattern.h"
#include "calendar/facts.h"
#include "sync/lens.h"
#include "sync/link.h"

namespace kalends::sync {

// A link with its patterns compiled.
struct CompiledLink {
  Link link;
  std::optional<Pattern> title, attendee, category, time;
};
Result<std::vector<CompiledLink>> compile(const std::vector<Link>& links);

enum class Passage : std::uint8_t { passes, aged, fails };

// What a filter needs to know of time: the extent of all occurrences and today, as UTC seconds.
struct TimeFrame {
  std::int64_t from_utc = 0;
  std::optional<std::int64_t> to_utc;  // absent: no end
  std::int64_t now_utc = 0;
};

// The start that a filter's `time` is looked for in: "2026-03-02 Mon 09:30", as the event's own zone has it. That of an
// all-day event is its first day alone, "2026-03-02 Mon"; that of a series is its first start. "" without a time.
std::string start_text(const calendar::Facts& hub);

Passage passage(const CompiledLink& link, const calendar::Facts& hub, const TimeFrame& frame);

// The lens of every calendar that is an origin or that a link leads to. Where routes meet, the first link of the
// configuration wins; masks compose along a route. `writable`: calendars that can be written.
std::map<CalendarId, Lens> routes(const std::vector<CompiledLink>& links, const std::set<CalendarId>& origins,
                                  const std::set<CalendarId>& writable, const calendar::Facts& hub,
                                  const TimeFrame& frame);

}  // namespace kalends::sync
