// Masters and overrides: VEVENTs of one UID to one Event, and the whole fields that each occurrence shows.
#pragma once

#include <string>
#include <vector>

#include "calendar/event.h"
#include "calendar/series_fields.h"
#include "calendar/zone.h"
#include "ical/part.h"
#include "ical/text.h"

namespace kalends::ical {

using calendar::fields_at;
using calendar::fields_of;

// The fields with an override's patch applied.
calendar::Facts with_override(calendar::Facts fields, const calendar::Override& override);

// A part's place in its series.
struct Placed {
  const Part* part = nullptr;
  bool is_master = false;
  calendar::LocalTime slot;
};

struct Series {
  calendar::Event event;
  std::vector<Placed> parts;  // those that count: one master at most, one override for each slot
  std::vector<std::string> warnings;
  bool orphan = false;  // there is no master: the event is made from its overrides
};

// Puts the parts of one UID together. `parts` is not empty and none of them is broken. The parts stay as they are.
Series assemble(const std::vector<const Part*>& parts, const calendar::ZoneSource& zones);

}  // namespace kalends::ical
