// What reading and writing share: names of our own members, occurrences as events, unknown members as content lines.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "calendar/event.h"

namespace kalends::jscalendar {

// Members that RFC 8984 lacks, with a vendor's prefix as its section 3.3 asks.
inline constexpr const char* kLines = "kalends:lines";  // unknown content lines, by property name
inline constexpr const char* kZones = "kalends:zones";  // VTIMEZONE texts, by TZID
inline constexpr const char* kComponents =
    "kalends:components";                               // of a Group: what is no event, as content lines
inline constexpr const char* kStamp = "kalends:stamp";  // DTSTAMP, where it is not `updated`
inline constexpr const char* kAdded = "kalends:added";  // an override of an extra date: true, or its length
inline constexpr const char* kDescription = "kalends:description";  // a reminder's text

// The occurrence at `slot` as an event of its own, without recurrence.
Result<calendar::Event> instance_of(const calendar::Event& series, calendar::LocalTime slot,
                                    const calendar::Override& change);
// The override that makes the occurrence at `slot` of `series` into `instance`.
calendar::Override override_of(const calendar::Event& series, calendar::LocalTime slot,
                               const calendar::Event& instance);

// Notes in the override what the occurrence says of its own history, where the series says something else.
void keep_bookkeeping(const calendar::Bookkeeping& series, const calendar::Bookkeeping& own,
                      calendar::Override& change);

// A member that is text; "" when it is none.
std::string text(const Json& object, std::string_view name);

// Whether a text can be a content line: some of it, and all on one line.
bool is_line(const std::string& line);

// A parameter's value as RFC 6868 spells it inside quotes, and back.
std::string quote_parameter(std::string_view text);
std::string unquote_parameter(std::string_view text);

// A member's name as one step of a pointer, and back. RFC 6901 section 4.
std::string to_pointer(std::string_view name);
std::string from_pointer(std::string_view token);

// The calendar's name in content lines that say something of it, "" when they have none; and a line that says it.
std::string name_in(const std::vector<std::string>& properties);
std::string line_of_name(std::string_view name);

// An unknown member as a content line "JSPROP;JSPTR="name":json", and back.
std::string line_of_member(const std::string& name, const Json& value);
std::optional<std::pair<std::string, Json>> member_of_line(std::string_view line);

}  // namespace kalends::jscalendar
