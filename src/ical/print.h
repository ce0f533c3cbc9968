// Values of an event to content lines, unfolded and without line ends; shared by write() and patch().
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "calendar/event.h"
#include "ical/line_writer.h"
#include "ical/value.h"

namespace kalends::ical {

using ContentLines = std::vector<std::string>;

// Whether `line` is a content line of that name ("" = of any name but BEGIN and END), fit to be written as it stands.
bool is_property_line(std::string_view line, std::string_view name);

// Whether a property of that name, in upper case, says something of a calendar and not of the file it stands in.
bool is_calendar_property(std::string_view name);

// Whether a property or component ("BEGIN:X") of that name is kept as unknown, and not a field or bookkeeping.
bool is_unknown_name(std::string_view name);

// The lines of something we do not understand, when they are what they claim to be; none otherwise, so that a value
// from one calendar cannot smuggle properties or components into another.
ContentLines unknown_lines(const calendar::Unknown& unknown);
void put_unknown(LineWriter& out, const calendar::Unknown& unknown);

// The lines of a VTIMEZONE's text when it is one and nothing else; none otherwise.
ContentLines embedded_zone_lines(const std::string& text);

// A parameter's value as it stood, when it can stand again; encoded anew otherwise.
std::string param_text(std::string_view raw);

// "ATTENDEE;CN=...;ROLE=...:mailto:..." (or ORGANIZER).
std::string attendee_line(std::string_view name, const calendar::Attendee& attendee);
void put_attendee(LineWriter& out, std::string_view name, const calendar::Attendee& attendee);

// "ATTACH:uri", or an inline one from a "data:" URI; `params` as calendar/parameters.h has them.
std::string attachment_line(const std::string& uri, std::string_view params);
std::string conference_line(const std::string& uri, std::string_view params);

// What stands behind a property's name for a time of that kind in that zone: "", ";VALUE=DATE", ";TZID=Europe/Berlin".
std::string time_params(calendar::TimeKind kind, const std::string& zone);
void put_time_params(LineWriter& out, calendar::TimeKind kind, std::string_view zone);
// The time itself in the form that goes with these params.
std::string time_value(calendar::TimeKind kind, const std::string& zone, calendar::LocalTime time);
Moment time_moment(calendar::TimeKind kind, std::string_view zone, calendar::LocalTime time);

// RRULE, EXRULE and RDATE lines of a recurrence; `params` are those that say the form of DTSTART, `unread` the event's.
void put_recurrence(LineWriter& out, const calendar::Recurrence& recurrence, const calendar::When& when,
                    const std::string& params, const calendar::Parameters& unread);
ContentLines recurrence_lines(const calendar::Recurrence& recurrence, const calendar::When& when,
                              const std::string& params, const calendar::Parameters& unread);
std::string rule_line(std::string_view property, const calendar::Rule& rule,
                      const calendar::Parameters& unread);

// The word of RFC 5545 for a word of ours ("busy" -> "OPAQUE"), upper case otherwise.
std::string transparency_word(std::string_view show_as);

}  // namespace kalends::ical
