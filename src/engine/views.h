// What the engine tells people and programs: plain values that the command line prints and the API serves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "calendar/event.h"
#include "calendar/occurrences.h"

namespace kalends::engine {

// When an event takes place, of a series its first occurrence; what an all-day one and a floating one read on the wall
// of the engine's local zone.
struct EventTime {
  std::int64_t start_utc = 0, end_utc = 0;  // seconds; the end is not included
  bool all_day = false;
  bool repeats = false;
  bool operator==(const EventTime&) const = default;
};

// One thing a cycle did, means to do, or keeps waiting.
struct Move {
  enum class Kind : std::uint8_t { pull, create, update, remove, adopt, conflict, hold } kind = Kind::pull;
  EventId event;
  std::string title;
  CalendarId calendar;              // where it happens
  std::string from;                 // the calendar whose change it carries, "" when it is the hub's own
  std::vector<std::string> fields;  // the fields concerned: "title", "when"
  std::string why;                  // a sentence
  std::string error = {};           // of a write that was not done: why not; the next cycle tries it again
  std::optional<EventTime> when = {};
};
const char* to_string(Move::Kind kind);

struct CalendarCounts {
  CalendarId calendar;
  std::size_t seen = 0, pulled = 0, created = 0, updated = 0, removed = 0, failed = 0;
  std::size_t unreadable = 0;  // items that it holds and that cannot be read, also those of earlier looks
  std::string error;           // a sentence, "" when the calendar could be reached
};

// What a cycle did; for plan(), what it would do.
struct RunReport {
  std::int64_t run = 0;  // 0 for a plan
  std::vector<CalendarCounts> calendars;
  std::vector<Move> moves;
  std::size_t conflicts_open = 0;  // all that wait, not only new ones
  std::size_t held_waiting = 0;
  std::size_t first_runs_rejected = 0;  // what they would write is not written, and the calendars differ
  std::size_t messages_sent = 0;        // mails a provider was allowed to send
  std::vector<std::string> warnings;
  std::vector<std::string> errors;  // sentences; not empty = something failed
  bool quiet() const { return moves.empty() && errors.empty(); }
};

struct CalendarStatus {
  CalendarId calendar;
  std::string address;
  std::string health;                    // "ok", "never synced", "failing", "read-only"
  std::optional<Instant> in_sync_as_of;  // not after a write that failed and is not made up for
  std::size_t events = 0, held = 0, conflicts = 0, pending = 0, unreadable = 0;
  std::size_t failed = 0;                     // of the pending ones, those whose last write failed
  std::string error;                          // why it is failing
  std::vector<std::string> unreadable_items;  // where they are: a path, an address; the first few
};
struct Status {
  std::vector<CalendarStatus> calendars;
  std::optional<std::int64_t> last_run;
  std::optional<Instant> last_run_at;
};

struct ConflictSide {
  std::string who;  // whose value it is: a calendar's id, "person", or "hub" where nobody is known
  std::optional<std::string> value;  // absent: removed
  std::optional<Instant> at;
  bool deleted = false;  // it deleted what the others edited
};
struct ConflictView {
  std::int64_t id = 0;
  EventId event;
  std::string title, path;
  std::optional<std::string> base;  // what they last agreed on
  std::vector<ConflictSide> sides;
  std::string winner;  // a side's name; "" while open
  std::string policy;
  bool open = false;
  Instant at;
  std::optional<EventTime> when;
  std::vector<std::string>
      takes;  // what resolve takes of it: calendars, "hub", "both"; none once it is settled
};

struct HeldView {
  std::int64_t id = 0;
  std::string kind;
  CalendarId calendar;
  std::int64_t count = 0;
  std::string state;   // "waiting", "approved", "rejected", "done"
  std::string reason;  // a sentence
  std::vector<Move> work;
  Instant at;
};

struct WriteView {
  std::int64_t id = 0, run = 0;
  EventId event;
  std::string title;
  std::string calendar;  // "hub" for a change of the hub itself
  std::string kind, state, why;
  std::uint64_t tries = 0;  // how many attempts at it failed
  std::vector<calendar::Change> changes;
  Instant at;
  std::string from;  // whose change it carries: a calendar's id, "person", "" when it is nobody's
};
struct RunView {
  std::int64_t id = 0;
  std::string kind;
  Instant started;
  std::optional<Instant> ended;
  std::vector<WriteView> writes;
};

struct UndoReport {
  std::int64_t run = 0;           // the run that the undo itself is; the next sync carries it out
  std::size_t restored = 0;       // fields and events taken back
  std::vector<std::string> kept;  // sentences: what stays, because it was changed since
};

struct FieldLineage {
  std::string path;
  std::string value;
  std::string from;  // the replica whose edit it is: a calendar's id, or "person" for resolve and undo
  std::string link;  // the link that carries it, "" at its origin
  std::int64_t run = 0;
  Instant at;                     // of the edit
  std::optional<Instant> run_at;  // when that run began
};
struct PlaceLineage {
  CalendarId calendar;
  std::string role;                    // "origin", "copy", "not here", "waiting"
  std::string remote;                  // href or path
  std::string link;                    // the link the copy exists by
  std::string why;                     // a sentence
  std::vector<std::string> not_shown;  // fields this place cannot or may not show
};
struct Lineage {
  EventId event;
  std::string title;
  bool alive = true;
  std::vector<PlaceLineage> places;
  std::vector<FieldLineage> fields;
  std::vector<WriteView> history;
};

struct OccurrenceView {
  EventId event;
  std::string uid, title;
  std::vector<CalendarId> calendars;
  calendar::Occurrence occurrence;
  calendar::When when;
};

struct EventsView {
  std::vector<OccurrenceView> occurrences;  // by start
  std::vector<std::string> failures;        // a sentence for each event that could not be expanded
};

}  // namespace kalends::engine
