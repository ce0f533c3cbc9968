// A calendar as an office would have it, as iCalendar text: the same for the same count on every machine.
#pragma once

#include <string>

namespace kalends::bench {

// One VCALENDAR with its VTIMEZONEs and `count` events: every third has people, every second an alarm, every sixth repeats,
// a few have overrides; folded lines, escapes, umlauts and properties that only one vendor knows.
std::string many_events(int count);

}  // namespace kalends::bench
