// One VEVENT as it stands: an Event of its own, before masters and overrides are put together.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/event.h"
#include "ical/line.h"
#include "ical/value.h"
#include "ical/zone_table.h"

namespace kalends::ical {

// A time with the zone its TZID names; `zone` is nullptr for dates and floating times.
struct ZonedMoment {
  Moment moment;
  const ZoneEntry* zone = nullptr;
};

struct Part {
  std::size_t component = 0;
  calendar::Event event;  // normal; overrides hold only its EXDATEs
  std::optional<ZonedMoment> recurrence_id;
  bool this_and_future = false;
  std::string mark;
  bool foreign_copy = false;
  std::vector<std::string> warnings;
  std::string broken;  // why it cannot be read, "" when it can
};

// Reads the VEVENT that part.component names into `part`, which is fresh.
void read_part(const Document& document, ZoneTable& zones, Part& part);

// The time of a DTSTART, DTEND or RECURRENCE-ID line, or of one value of an EXDATE or RDATE line.
std::optional<ZonedMoment> read_moment(const Line& line, std::string_view value, ZoneTable& zones);

// The slot a time names: the wall clock in the zone of `when`. A date means that day's occurrence.
calendar::LocalTime slot_of(const ZonedMoment& at, const calendar::When& when, const calendar::Zone* zone);

// A calendar address as Event keys it: scheme and domain in lower case, "mailto:" where it was left out.
std::string canonical_address(std::string_view value);
calendar::Attendee read_attendee(const Line& line);

// The URI of an ATTACH line, "data:" for an inline one.
std::string read_attachment(const Line& line);

}  // namespace kalends::ical
