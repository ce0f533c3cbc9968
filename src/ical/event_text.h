// A whole VEVENT as content lines, and the two ways in which a time says how long it lasts.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/event.h"
#include "calendar/zone.h"
#include "ical/print.h"

namespace kalends::ical {

// How a zone is called in the text at hand: what the file calls it for patch(); without a function, by its name.
using TzidOf = std::function<std::string(const std::string& zone)>;

// DTEND's local time when DTEND can say exactly what `when` means; nothing when only DURATION can (nominal days across
// a change of offset, an end that a fold makes ambiguous).
std::optional<calendar::LocalTime> end_of(const calendar::When& when, const calendar::ZoneSource& zones);

// The DTEND or DURATION line; nothing for the length that DTSTART alone means.
std::optional<std::string> end_line(const calendar::When& when, const calendar::ZoneSource& zones,
                                    const TzidOf& tzid, std::string_view params);

// What stands in a component besides the event's own fields.
struct Heading {
  std::string_view uid;
  Instant stamp;                            // DTSTAMP
  std::optional<calendar::LocalTime> slot;  // RECURRENCE-ID, in terms of `series`
  const calendar::When* series = nullptr;   // of the master; needed with `slot`
  std::string mark;                         // X-KALENDS-ID, "" for none
};

// RECURRENCE-ID or EXDATE: `name` and the slot in the series' own form. `params` as calendar/parameters.h has them.
std::string slot_line(std::string_view name, calendar::LocalTime slot, const calendar::When& series,
                      const TzidOf& tzid, std::string_view params);

// BEGIN:VEVENT to END:VEVENT. Of the overrides only the excluded ones (EXDATE) are written here.
void put_event(LineWriter& out, const calendar::Event& event, const Heading& heading,
               const calendar::ZoneSource& zones, const TzidOf& tzid);
ContentLines event_lines(const calendar::Event& event, const Heading& heading,
                         const calendar::ZoneSource& zones, const TzidOf& tzid);

}  // namespace kalends::ical
