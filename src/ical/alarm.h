// VALARM <-> Reminder, one file for the one mapping. RFC 5545 section 3.6.6.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calendar/event.h"
#include "ical/line.h"
#include "ical/line_writer.h"

namespace kalends::ical {

// The reminder that this VALARM means, or nothing when a Reminder cannot say it (it stays an unknown component).
std::optional<calendar::Reminder> read_alarm(const Document& document, std::size_t component);

// The content lines of the VALARM, unfolded.
std::vector<std::string> alarm_lines(const calendar::Reminder& reminder);
void put_alarm(LineWriter& out, const calendar::Reminder& reminder);

}  // namespace kalends::ical
