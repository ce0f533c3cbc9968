// Series as the Calendar API keeps them: a master with lines of RFC 5545 in `recurrence`, and exceptions as events of
// their own, named by the master's id and their slot.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calendar/occurrences.h"
#include "lab/google/times.h"

namespace kalends::lab::google {

// One place of a series, by the start it has there when nobody moves it.
struct Slot {
  Moment start;
  bool operator==(const Slot& other) const {
    return start.all_day == other.start.all_day && start.utc == other.start.utc;
  }
};

// Whether `fields` has lines of recurrence.
bool repeats(const Json& fields);

// The lines, read: invalid for a line that is none of RRULE, EXRULE, RDATE, EXDATE and for a rule that cannot be expanded.
Outcome<calendar::Event> series_of(const Json& fields, const calendar::ZoneSource& zones);

// The slots whose unmoved occurrence overlaps [from_utc, to_utc), at most `most`, by start. `viewer` reads all-day times.
std::vector<Slot> slots_of(const Json& fields, std::int64_t from_utc, std::int64_t to_utc, std::size_t most,
                           const calendar::ZoneSource& zones, const calendar::Zone& viewer);
bool has_slot(const Json& fields, const Slot& slot, const calendar::ZoneSource& zones);

// "MASTER_20260302" for all-day series, "MASTER_20260302T080000Z" for others.
std::string instance_id(std::string_view master, const Slot& slot);
struct InstanceName {
  std::string master;
  Slot slot;  // in UTC: its zone and wall are the master's matter
};
std::optional<InstanceName> parse_instance_id(std::string_view id);

}  // namespace kalends::lab::google
