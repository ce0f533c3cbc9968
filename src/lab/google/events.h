// The events resource of the Calendar API: one function for each method.
#pragma once

#include "lab/google/service.h"

namespace kalends::lab::google {

Outcome<Answer> list_events(Service& service, const Call& call, const std::string& calendar);
Outcome<Answer> list_instances(Service& service, const Call& call, const std::string& calendar,
                               const std::string& id);
Outcome<Answer> get_event(Service& service, const Call& call, const std::string& calendar,
                          const std::string& id);
Outcome<Answer> insert_event(Service& service, const Call& call, const std::string& calendar);
Outcome<Answer> import_event(Service& service, const Call& call, const std::string& calendar);
Outcome<Answer> update_event(Service& service, const Call& call, const std::string& calendar,
                             const std::string& id);
Outcome<Answer> patch_event(Service& service, const Call& call, const std::string& calendar,
                            const std::string& id);
Outcome<Answer> delete_event(Service& service, const Call& call, const std::string& calendar,
                             const std::string& id);
Outcome<Answer> move_event(Service& service, const Call& call, const std::string& calendar,
                           const std::string& id);

// An event that a call names: one that is kept, or an occurrence of a series that nothing is kept for.
struct Named {
  Event* kept = nullptr;    // nullptr: the occurrence `slot` of `master`
  Event* master = nullptr;  // of an occurrence, kept or not
  Slot slot;
};
Outcome<Named> find_event(Service& service, Calendar& calendar, const std::string& id);

// The exceptions of a series, by their ids.
std::vector<Event*> exceptions_of(Calendar& calendar, const std::string& master);

}  // namespace kalends::lab::google
