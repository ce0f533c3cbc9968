// Which calendar of the account is meant. calendarList.list.
#pragma once

#include <string>
#include <vector>

#include "provider/google/client.h"
#include "provider/google/event_item.h"

namespace kalends::provider::google {

struct CalendarEntry {
  std::string id;
  std::string name;  // the person's own name for it, else the calendar's
  std::string zone;
  Role role = Role::none;
  bool primary = false;
};

// Every calendar of the account's list, page by page.
Result<std::vector<CalendarEntry>> list_calendars(Client& client);

// The id that `wanted` means: "primary" and what looks like an address are ids; anything else is an id or a name of the
// list, a name without regard to case when that is clear. not_found and invalid name the calendars there are.
Result<std::string> find_calendar(Client& client, const std::string& wanted);

}  // namespace kalends::provider::google
