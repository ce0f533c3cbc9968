// How events are kept: what every write has in common.
#pragma once

#include "lab/google/event_fields.h"
#include "lab/google/events.h"
#include "lab/google/mail.h"

namespace kalends::lab::google {

// Whether `updated` moves with a change: it stays where only reminders differ.
enum class Stamp : std::uint8_t { now, kept };

// A new revision of the event, and a new change of its calendar.
void touch(Service& service, Calendar& calendar, Event& event, Stamp stamp);

// Gives the event these fields (an exception keeps its difference), and the exceptions of a master what follows for
// them, and tells the channels.
void replace_fields(Service& service, Calendar& calendar, Event& event, Json fields, Stamp stamp);

// The event that is kept under that name, made for an occurrence that had none.
Event& kept_event(Service& service, Calendar& calendar, const Named& named, const std::string& id);

// Makes the event a tombstone, or the occurrence a cancelled one; a master's exceptions go with it.
Outcome<Answer> cancel(Service& service, const Call& call, const Place& place, const Named& named,
                       const std::string& id);

Outcome<FieldRules> rules_of(const Service& service, const Call& call, const Calendar& calendar);
Json organizer_of(const Calendar& calendar);

}  // namespace kalends::lab::google
