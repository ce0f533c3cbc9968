// JSCalendar (RFC 8984) as JSON text, to events and back. Members we do not understand are carried as JSPROP content
// lines (the form that the IETF's JSCalendar-to-iCalendar mapping gives them), so that neither form loses the other's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "calendar/event.h"
#include "calendar/zone.h"

namespace kalends::jscalendar {

// One JSEvent. Overrides become patches of whole members. `zones` says what an UNTIL in UTC is on the event's wall.
Json to_json(const calendar::Event& event, const calendar::ZoneSource& zones);

// The event of a JSEvent object; invalid, naming the member, when a member's value is none that RFC 8984 allows.
Result<calendar::Event> from_json(const Json& object, const calendar::ZoneSource& zones);

// A Group of all the events, indented. `properties` are content lines that say something of the calendar, `components`
// what stands in it beside the events, such as a "BEGIN:VTODO": carried as they stand.
std::string write(const std::vector<calendar::Event>& events, const calendar::ZoneSource& zones,
                  const std::vector<std::string>& properties = {},
                  const std::vector<calendar::Unknown>& components = {});

struct Reading {
  std::vector<calendar::Event> events;
  std::vector<std::string> warnings;    // sentences about entries that were left out
  std::size_t unreadable = 0;           // events among these: what is no event is not missed
  std::vector<std::string> properties;  // of the Group, as write() takes them
  std::vector<calendar::Unknown> components;
  std::size_t tasks = 0;  // entries that are JSCalendar Tasks; a warning tells of each
};
// All events of a Group, an array or a single Event. invalid when the text is no JSON or none of these.
Result<Reading> read(std::string_view text, const calendar::ZoneSource& zones);

// A recurrence rule's object and back, for an event of that time. RFC 8984 section 4.3.3.
Json rule_to_json(const calendar::Rule& rule, const calendar::When& when, const calendar::ZoneSource& zones);
Result<calendar::Rule> rule_from_json(const Json& object, const calendar::When& when,
                                      const calendar::ZoneSource& zones);

}  // namespace kalends::jscalendar
