// An event as JSCalendar (RFC 8984) and iCalendar (RFC 5545, 7986) describe it: plain values, no provider's word.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "calendar/facts.h"
#include "calendar/time.h"

namespace kalends::calendar {

enum class TimeKind : std::uint8_t { all_day, floating, zoned };

// When an event takes place. all_day: `start` is midnight and duration counts whole days (at least 1).
// zoned: `zone` names an IANA zone, or a VTIMEZONE kept in Event::zones when the name is not IANA's.
struct When {
  TimeKind kind = TimeKind::all_day;
  LocalTime start;
  std::string zone;      // empty unless zoned; UTC is "Etc/UTC"
  Duration duration;     // zero for an event without length
  std::string end_zone;  // the zone the end is shown in, empty when it is `zone`

  bool operator==(const When&) const = default;
};

enum class Frequency : std::uint8_t { yearly, monthly, weekly, daily, hourly, minutely, secondly };

struct ByDay {
  int ordinal = 0;  // 0: every such weekday; n or -n: the n-th from the start or end of the period
  Weekday day = Weekday::monday;
  auto operator<=>(const ByDay&) const = default;
};

// UNTIL as it stood: a date, a wall-clock time in the event's zone, or an instant in UTC.
struct Until {
  enum class Kind : std::uint8_t { date, local, utc } kind = Kind::date;
  LocalTime time;  // midnight for a date; the UTC wall clock for utc
  auto operator<=>(const Until&) const = default;
};

// One RRULE or EXRULE. RFC 5545 section 3.3.10. Lists are sorted and without repeats.
struct Rule {
  Frequency frequency = Frequency::daily;
  std::int32_t interval = 1;
  std::optional<std::int32_t> count;
  std::optional<Until> until;
  std::vector<int> by_second, by_minute, by_hour, by_month_day, by_year_day, by_week, by_month,
      by_set_position;
  std::vector<ByDay> by_day;
  Weekday week_start = Weekday::monday;
  std::vector<std::string> unknown;  // "SKIP=FORWARD" and other parts we keep without acting on them

  bool operator==(const Rule&) const = default;
};

// A further date of a series (RDATE); a duration of its own when it was a PERIOD.
struct ExtraDate {
  LocalTime start;  // in the event's own zone
  std::optional<Duration> duration;
  auto operator<=>(const ExtraDate&) const = default;
};

// How the master repeats. EXDATEs are Event::overrides that say `excluded`.
struct Recurrence {
  std::vector<Rule> rules;
  std::vector<Rule> exclusion_rules;
  std::vector<ExtraDate> extra_dates;  // sorted by start

  bool empty() const { return rules.empty() && extra_dates.empty(); }
  bool operator==(const Recurrence&) const = default;
};

// A calendar user. Words are JSCalendar's, lower case: participation "needs-action" "accepted" "declined" "tentative"
// "delegated"; role "required" "optional" "chair" "informational"; kind "individual" "group" "resource" "location".
struct Attendee {
  std::string address;  // "mailto:ann@example.org", scheme and domain in lower case: the key
  std::string name;
  std::string role = "required";
  std::string participation = "needs-action";
  std::string kind = "individual";
  bool rsvp = false;
  std::map<std::string, std::string> parameters;  // further parameters, upper-case names, as they stood

  bool operator==(const Attendee&) const = default;
};

struct Reminder {
  enum class Anchor : std::uint8_t { start, end, absolute } anchor = Anchor::start;
  Duration offset;                 // for start and end; negative means before
  Instant at;                      // for absolute
  std::string action = "display";  // "display", "email", "audio"
  std::string description;
  std::vector<std::string> unknown;  // further unfolded content lines of the VALARM, in order
  // Parameters of "TRIGGER", "ACTION" and "DESCRIPTION" that no member says, as they stood: ";LANGUAGE=de"
  std::map<std::string, std::string> parameters;

  bool operator==(const Reminder&) const = default;
};

// What an event says of its own history.
struct Bookkeeping {
  std::int32_t sequence = 0;
  std::optional<Instant> created;
  std::optional<Instant> updated;  // LAST-MODIFIED, or DTSTAMP when that is missing
  // DTSTAMP, when it says something else than `updated`; the same as `updated` when it is all that is said.
  std::optional<Instant> stamp;

  bool operator==(const Bookkeeping&) const = default;
};

// What differs at one recurrence id: it does not take place (`excluded`), or some fields have values of their own.
// A field of `patch` with an empty optional in the series is one that the override removes; see facts.h.
struct Override {
  bool excluded = false;
  Facts patch;  // master's fields that differ here, by path ("title", "when", "attendees/...")
  std::vector<std::string> removed;  // master's paths that are absent here
  std::optional<Bookkeeping> own;    // where it is not the series'; carried, and no part of facts

  bool operator==(const Override&) const = default;
};

// A property or component that we do not understand, kept as it stood: unfolded content lines without line ends.
struct Unknown {
  std::string name;  // upper-case name, "X-FOO" or, for a component, "BEGIN:X-BAR"
  std::vector<std::string> lines;

  bool operator==(const Unknown&) const = default;
};

// Parameters of content lines, as they stood: ";LANGUAGE=de;X-A=1", by whose they are; see parameters.h.
using Parameters = std::map<std::string, std::string, std::less<>>;

// The uid and what Bookkeeping says are carried, never merged, and a change of them alone is no person's edit.
struct Event : Bookkeeping {
  std::string uid;

  std::string title;
  std::string description;
  When when;
  Recurrence recurrence;
  std::map<LocalTime, Override> overrides;  // by recurrence id: wall clock in the series' own zone

  std::string location;
  std::vector<std::string> more_locations;
  std::vector<std::string> conferences;  // URIs
  std::vector<std::string> attachments;  // URIs, or "data:" for inline ones
  std::vector<std::string> categories;
  std::string colour;      // CSS3 name, as RFC 7986 section 5.9
  std::string status;      // "confirmed", "tentative", "cancelled"; empty when not said
  std::string visibility;  // "public", "private", "confidential"; empty when not said
  std::string show_as;     // "busy", "free"; empty when not said (busy, or free for nothing)
  std::optional<int> priority;
  std::string url;
  std::string geo;  // "48.85299;2.36885"
  std::optional<Attendee> organizer;
  std::vector<Attendee> attendees;
  std::vector<Reminder> reminders;
  std::vector<Unknown> unknown;
  std::map<std::string, std::string> zones;  // TZID -> its VTIMEZONE text, for ids that are no IANA names
  Parameters parameters;                     // those that no field says

  bool operator==(const Event&) const = default;
};

// When the series or one of its occurrences was changed last.
std::optional<Instant> last_change(const Event& event);

// Puts every list into the order in which facts give it back, without repeats: attendees by address, the other sets by
// their text, unknown lines of one name together, and no parameters without their value. What from_facts() gives and
// ical::read() gives is normal.
void normalise(Event& event);

// The event as a flat set of facts and back. from_facts(to_facts(e)) == e but for bookkeeping
// when e is normal, and to_facts(from_facts(f)) == f for every f that to_facts can give. invalid, naming the path, for
// a value that is none and for a missing "when".
Facts to_facts(const Event& event);
Result<Event> from_facts(const Facts& facts);

// RRULE's value and back: "FREQ=WEEKLY;BYDAY=MO,WE". Canonical order and upper case on output.
std::string to_string(const Rule& rule);
Result<Rule> parse_rule(std::string_view text);

// One line for a person: "Mon 2 Mar 2026 09:00-10:00 Europe/Berlin, weekly".
std::string describe(const When& when);
// A rule in words: "every 2 weeks on Monday and Wednesday until 30 June 2026".
std::string describe(const Rule& rule);

}  // namespace kalends::calendar
