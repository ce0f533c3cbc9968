// Calendars that links tie together, directly or in steps: the only ones that an event in one of them can come to. So the
// work on one event follows from its own island, however many calendars there are. Internal to engine.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "base/ids.h"
#include "sync/route.h"

namespace kalends::engine {

class Islands {
 public:
  Islands() = default;
  // A calendar without links is an island by itself; a linked one that is not among `calendars` is on an island, too.
  Islands(const std::vector<CalendarId>& calendars, std::vector<sync::CompiledLink> links);

  // The configured calendars of every island that one of `some` is on, in the configuration's order.
  std::vector<CalendarId> around(const std::set<CalendarId>& some) const;

  // The links of the calendar's island, in the configuration's order.
  const std::vector<sync::Link>& links_of(const CalendarId& calendar) const;

  // Whether a link of the calendar's island filters events by what they say.
  bool filters_at(const CalendarId& calendar) const;
  // Of those the ones that keep an event with these facts out. A window keeps nothing out here: time passes.
  std::set<LinkId> closed_to(const CalendarId& calendar, const calendar::Facts& facts) const;

  // sync::routes over all links.
  std::map<CalendarId, sync::Lens> routes(const std::set<CalendarId>& origins,
                                          const std::set<CalendarId>& writable, const calendar::Facts& hub,
                                          const sync::TimeFrame& frame) const;

 private:
  struct Island {
    std::vector<CalendarId> calendars;
    std::vector<sync::Link> links;
    std::vector<sync::CompiledLink> compiled;
  };
  const Island& island_of(const CalendarId& calendar) const;

  std::vector<Island> islands_;
  std::map<CalendarId, std::size_t> number_;  // of the calendar's island
  std::map<CalendarId, std::size_t> rank_;    // in the configuration
  Island nowhere_;                            // of a calendar that is not configured any more
};

}  // namespace kalends::engine
