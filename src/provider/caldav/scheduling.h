// Whom a scheduling server would tell about a write. RFC 6638 section 3.2.
#pragma once

#include <string>
#include <vector>

#include "calendar/facts.h"
#include "ports/provider.h"

namespace kalends::provider {

struct SchedulingPlace {
  bool auto_schedule = true;                 // unknown counts as yes
  bool owner_known = false;                  // else every organizer and attendee may be the owner
  std::vector<std::string> owner_addresses;  // lower case
};

// Addresses that the server would send a message to because of this write; sorted, without repeats.
//
// The owner organizes: everybody else who attends before or after, when anything but reminders changes. The owner
// attends: the organizer, when the owner's answer changes or slots are excluded; a removal tells nobody, since it
// carries Schedule-Reply: F (section 8.1). Attendees the owner's client serves (SCHEDULE-AGENT=CLIENT or NONE before
// and after) are left out.
std::vector<std::string> scheduling_recipients(const SchedulingPlace& place, ports::WriteKind kind,
                                               const calendar::Facts& before, const calendar::Facts& after);

}  // namespace kalends::provider
