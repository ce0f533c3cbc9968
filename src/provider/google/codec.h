// A Google event's JSON <-> an event's facts, one small file for each group of fields. What a field's file does not know
// stays in the JSON: an update is a patch that holds the changed members alone.
//
// Each field has `read`, which is lenient, and `write`, which sets every member that the field owns, null for one that is
// to go. What is written reads back as `project` says, and projecting twice is projecting once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "calendar/event.h"
#include "calendar/facts.h"
#include "calendar/zone.h"

namespace kalends::provider::google {

// What the JSON of one event does not say itself.
struct Context {
  const calendar::ZoneSource& zones;
  std::string calendar_zone;  // for times without a zone; "" is UTC
};

// An event as its JSON tells it: without overrides, which are events of their own or exclusions.
struct Decoded {
  calendar::Event event;
  std::vector<calendar::LocalTime> exclusions;  // EXDATE lines, by wall clock in the series' zone
  std::vector<std::string> warnings;
};

// invalid, with a sentence, when it has no time that can be read.
Result<Decoded> decode(const Json& event, const Context& context);

// The members of a new event that shows `facts`, those of one item. invalid for facts that are none.
Result<Json> encode(const calendar::Facts& facts, const Context& context);

// What of `event` must be sent so that it shows `target` in place of `before`; an empty object when that is nothing.
// Paths that no event of theirs can hold count for nothing.
Result<Json> patch(const Json& event, const calendar::Facts& before, const calendar::Facts& target,
                   const Context& context);

// Every member that a field here owns, null where `facts` say nothing: an occurrence that is to be like its series.
Result<Json> encode_all(const calendar::Facts& facts, const Context& context);

// The round trip of encode and decode, of a whole event: each part by itself. Overrides of slots that the series does not
// have are left out, for they would be events of nobody.
calendar::Facts project(const calendar::Facts& whole, const calendar::ZoneSource& zones);

// ---- one file for each; `event` is the JSON that is read, `body` the one that is written ----

// start, end; times.cc. A floating time is written in the calendar's zone, with a note that names that zone.
Result<void> read_times(const Json& event, const Context& context, calendar::Event& out);
void write_times(const calendar::Event& event, const Context& context, const Json& existing, Json& body);
// The wall clock that {"date"} or {"dateTime", "timeZone"} means in `zone` (nullptr for an all-day series).
std::optional<calendar::LocalTime> slot_of(const Json& moment, const calendar::Zone* zone);
// The same of an occurrence's name behind its series': "20260309", "20260309T080000Z", and back.
std::optional<calendar::LocalTime> slot_of_name(std::string_view name, const calendar::Zone* zone);
std::string slot_name(calendar::LocalTime slot, const calendar::Zone* zone);

// recurrence[]; recurrence.cc. `kept` are the exclusions that stand there and stay.
void read_recurrence(const Json& event, const calendar::Zone* zone, Decoded& out);
void write_recurrence(const calendar::Event& event, const calendar::Zone* zone,
                      const std::vector<calendar::LocalTime>& kept, Json& body);

// summary, description, location, source, status, visibility, transparency, colorId; words.cc.
void read_words(const Json& event, calendar::Event& out);
void write_words(const calendar::Event& event, Json& body);

// attendees, organizer; people.cc. What `existing` says of an attendee beside our fields stays.
void read_people(const Json& event, calendar::Event& out);
void write_people(const calendar::Event& event, const Json& existing, Json& body);

// reminders; reminders.cc. The calendar's default reminders are no fact of an event.
void read_reminders(const Json& event, calendar::Event& out);
void write_reminders(const calendar::Event& event, Json& body);

// conferenceData, attachments; links.cc. A conference is never written: it belongs to the event that made it.
void read_links(const Json& event, calendar::Event& out);
void write_links(const calendar::Event& event, const Json& existing, Json& body);

}  // namespace kalends::provider::google
