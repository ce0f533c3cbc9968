// The calendars and calendarList resources of the Calendar API.
#pragma once

#include "lab/google/service.h"

namespace kalends::lab::google {

Outcome<Answer> list_calendars(Service& service, const Call& call);
Outcome<Answer> get_entry(Service& service, const Call& call, const std::string& id);
Outcome<Answer> patch_entry(Service& service, const Call& call, const std::string& id);
Outcome<Answer> insert_entry(Service& service, const Call& call);
Outcome<Answer> delete_entry(Service& service, const Call& call, const std::string& id);

Outcome<Answer> get_calendar(Service& service, const Call& call, const std::string& id);
Outcome<Answer> insert_calendar(Service& service, const Call& call);
Outcome<Answer> write_calendar(Service& service, const Call& call,
                               const std::string& id);  // update and patch
Outcome<Answer> delete_calendar(Service& service, const Call& call, const std::string& id);
Outcome<Answer> clear_calendar(Service& service, const Call& call, const std::string& id);

// A new calendar of that account, in its list.
Calendar& make_calendar(Service& service, const std::string& account, const std::string& id,
                        const std::string& summary, const std::string& zone);
void set_role(Service& service, Calendar& calendar, const std::string& account, Role role);
void remove_calendar(Service& service, Calendar& calendar);

}  // namespace kalends::lab::google
