// Whom a write would have sent a message, and the outbox that takes it.
#pragma once

#include "lab/google/service.h"

namespace kalends::lab::google {

// An event before and after a write, as all its fields; absent: it was not there, or is no more.
struct Written {
  std::string id;
  Json organizer;
  std::optional<Json> before;
  std::optional<Json> after;
};

// sendUpdates=all, externalOnly (people without an account here) or none; without the parameter everybody is told, as
// the older sendNotifications=false forbids. Messages go to the guests when the organizer writes, to the organizer when a
// guest answers or deletes.
Outcome<void> send_mail(Service& service, const Call& call, const Calendar& calendar, const Written& written);

}  // namespace kalends::lab::google
