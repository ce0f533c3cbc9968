// An event as a note can hold it, between the facts of the hub and the keys of the frontmatter. What the format of the
// Full Calendar plugin cannot say is not here: facts_of(event_of(f)) is what a note makes of f.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "calendar/event.h"
#include "calendar/facts.h"
#include "calendar/zone.h"

namespace kalends::provider::obsidian {

// Whose conventions the vault follows. original: endDate of all-day events and endRecur are the first day after;
// remastered: they are the last day, and category, description and url are keys.
enum class Dialect : std::uint8_t { original, remastered };

struct NoteSettings {
  Dialect dialect = Dialect::original;
  std::string system_zone;  // of notes without a `zone` key
  const calendar::ZoneSource& zones;
};

struct NoteEvent {
  std::string title;
  bool all_day = true;
  calendar::LocalTime start;  // to the minute; midnight when all_day
  calendar::LocalTime
      end;           // all_day: midnight after the last day; else at or after `start`, equal for no length
  std::string zone;  // "" for all-day and floating events
  std::optional<calendar::Rule> rule;      // the only one, and without parts nobody knows
  std::vector<calendar::Date> skipped;     // days on which the series does not take place; sorted
  std::string category, description, url;  // remastered only

  bool same_time(const NoteEvent& other) const;  // everything but title, category, description and url
  bool operator==(const NoteEvent&) const = default;
};

// What a note can hold of these facts. unsupported when they have no time, or one outside the years 1 to 9999.
//  - Seconds are cut off. A series needs exactly one RRULE, no RDATE and a start without seconds; any other recurrence
//    is left out together with its excluded days, and the note shows the first occurrence.
//  - Of the overrides, days that are excluded at the series' own time are kept; changed occurrences are left out.
//  - A title of spaces only is none. Long text is cut at 4,096 bytes for a title, left out above 8,192 elsewhere.
Result<NoteEvent> event_of(const calendar::Facts& facts, const NoteSettings& settings);

calendar::Facts facts_of(const NoteEvent& event, const NoteSettings& settings);

// The zone of that name, or nullptr when nobody knows it; "UTC" and "Etc/UTC" are the same zone.
bool same_zone(const std::string& a, const std::string& b);

// A series the plugin's plain `recurring` type says exactly: every week on given weekdays, from one of them on, until
// a whole day.
bool fits_recurring(const NoteEvent& event, const NoteSettings& settings);

// The last day of a `recurring` event as UNTIL, and back (nothing when UNTIL is no such value).
calendar::Until until_of(calendar::Date last, const NoteEvent& event, const NoteSettings& settings);
std::optional<calendar::Date> last_day_of(const NoteEvent& event, const NoteSettings& settings);

}  // namespace kalends::provider::obsidian
