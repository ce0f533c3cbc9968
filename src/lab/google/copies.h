// Guests' copies: what a write in the organizer's calendar does in the calendars of guests who have an account here, and
// what a guest's answer does in everybody else's. A copy has the id and the iCalUID of the original; reminders, colour,
// private properties, transparency and visibility are each calendar's own.
#pragma once

#include "lab/google/mail.h"

namespace kalends::lab::google {

// To be called when the write is done. A guest who is only invited to one occurrence gets an exception without a master.
void spread(Service& service, Calendar& calendar, const Written& written);

}  // namespace kalends::lab::google
