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
  // Whether a removal with Schedule-Reply: F is silent. There are servers that schedule and mail the organizer all the
  // same, so this is believed only of one that hands out Schedule-Tags, the other half of what RFC 6638 demands.
  bool keeps_schedule_reply = false;
};

// Addresses that the server would send a message to because of this write; sorted, without repeats.
//
// The owner organizes: everybody else who attends before or after, when anything but reminders changes. The owner
// attends: the organizer, when the owner's answer changes or slots are excluded, and by a removal where the server does
// not keep Schedule-Reply: F (section 8.1), which every removal carries. Attendees the owner's client serves (SCHEDULE-AGENT=CLIENT or NONE before
// and after) are left out.
std::vector<std::string> scheduling_recipients(const SchedulingPlace& place, ports::WriteKind kind,
                                               const calendar::Facts& before, const calendar::Facts& after);

}  // namespace kalends::provider
