// Events as the API shows them.
#pragma once

#include "lab/google/service.h"

namespace kalends::lab::google {

// What the occurrence in that slot shows when no exception says otherwise: the master's fields without its rule.
Json inherited(const Json& master_fields, const Slot& slot, const calendar::ZoneSource& zones);

// All fields of an event, an exception's with those of its master.
Json whole_fields(const Calendar& calendar, const Event& event, const calendar::ZoneSource& zones);

// Where `wanted` differs from `usual`: members of `wanted`, null for those that only `usual` has.
Json difference(const Json& usual, const Json& wanted);
Json applied(const Json& usual, const Json& difference);

struct Viewer {
  std::string account;
  Role role = Role::owner;
  const calendar::Zone* zone = nullptr;  // in which times are written
  std::optional<std::int64_t> max_attendees;
};
Outcome<Viewer> viewer_of(const Service& service, const Call& call, const Place& place);

// The event resource; a cancelled event has no more members than the service guarantees.
Json show(const Service& service, const Calendar& calendar, const Event& event, const Viewer& viewer);
// An occurrence that no exception stands for.
Json show_instance(const Service& service, const Calendar& calendar, const Event& master, const Slot& slot,
                   const Viewer& viewer);

// The moments an event takes, in UTC; the slot of a cancelled exception.
struct Span {
  std::int64_t from = 0;
  std::int64_t to = 0;
};
Span span_of(const Json& fields, const calendar::ZoneSource& zones, const calendar::Zone& viewer);

}  // namespace kalends::lab::google
