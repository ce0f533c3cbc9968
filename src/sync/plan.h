// One event's cycle as a pure function: what every replica was seen to hold, compared with its own past, becomes the
// hub's new state, the bases that moved, the writes to make and the conflicts to keep.
//
// **A side is compared only with its own past. Only evidence moves a base. Absence is used only where it is proven.**
// Running plan twice on its own outcome plans nothing: what it pulled is agreed, what it pushed is settled.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "calendar/facts.h"
#include "merge/state.h"
#include "sync/base.h"
#include "sync/lens.h"

namespace kalends::sync {

// A part of the event as it was seen; see items.h.
struct SeenPart {
  std::string slot;
  RemoteId id;
  std::string version;
  calendar::Facts facts;
  bool operator==(const SeenPart&) const = default;
};

// What a replica was seen to hold.
struct Observation {
  enum class Kind : std::uint8_t { unknown, absent, present } kind = Kind::unknown;
  calendar::Facts facts;
  RemoteId remote;
  std::string version;
  std::string nonce;                       // of the mark on it, "" for none
  std::optional<std::int64_t> updated_ms;  // when the other side says it was edited
  bool read_only = false;
  std::vector<SeenPart> parts;  // by slot, where exceptions are items of their own; `facts` has them gathered
  // Slots whose part is there and cannot be read. `facts` says of them what is remembered, and they are neither read
  // nor written.
  std::set<std::string, std::less<>> unknown_slots;
  std::vector<SeenPart> strays;  // parts of a master that is not there any more, or second ones in a slot
};

// One calendar's part in an event.
struct Place {
  CalendarId calendar;
  std::optional<Base> base;
  Observation seen;
  Projection project;
  std::string replica;    // the name its dots are minted for
  bool reachable = true;  // looked at in this cycle, so it may be written
  bool writable = true;
  bool apart = false;                 // exceptions are items of their own there
  bool parts_follow = true;           // and go with their master
  bool just_attached = false;         // matched to the event in this cycle: an edit that beats a deletion
  std::int64_t watched_since_ms = 0;  // the look before this one
  std::int64_t grain_ms = 1;
  std::set<std::string> parked;  // paths whose conflict waits for a person
  bool restore_absent = false;   // a person rejected this deletion: what is gone is written again
};

// One path of the hub that a replica's change moved.
struct HubChange {
  std::string path;
  std::optional<std::string> before, after;
  CalendarId from;
  merge::Dot dot;
};

struct Conflict {
  CalendarId calendar;
  std::string path;
  std::optional<std::string> base, remote, hub;
  enum class Winner : std::uint8_t { open, remote, hub } winner = Winner::hub;
  std::int64_t remote_ms = 0, hub_ms = 0;
  std::string hub_replica;  // whose write the hub's value is
  std::string policy;       // "newest", "ask", "an edit beats a deletion" ...
};

// One write to one item: where exceptions are items of their own, a push may be several.
struct ItemWrite {
  Intent::Kind kind = Intent::Kind::update;
  std::string slot;  // "" for the master
  RemoteId id;       // of what is updated or removed
  calendar::Facts target;
  bool stray = false;
};

struct Push {
  Intent::Kind kind = Intent::Kind::update;
  calendar::Facts before;          // what the item shows now; empty for a create
  calendar::Facts target;          // what it is to show
  std::vector<std::string> paths;  // that change
  std::string why;                 // a sentence
  std::vector<ItemWrite> writes =
      {};  // in the order in which they are made; after one that fails no other is
};

struct PlacePlan {
  CalendarId calendar;
  Base base;  // after what was pulled and agreed, before the push
  bool base_changed = false;
  bool deletion_pulled = false;
  bool left = false;                    // our copy is gone there, which says nothing of the event
  std::vector<std::string> pulled;      // paths that entered the hub from here
  std::vector<std::string> reconciled;  // parked paths on which both sides came to say the same
  bool seen_before = false;  // holds again what it held before: a person's doing, or an old reading
  bool rolled_back = false;  // holds again what it held before, and is not newer
  bool settled = true;       // nothing is left to do here
  std::optional<Push> push;
};

// A version that "keep both" makes an event of its own.
struct Spawned {
  calendar::Facts facts;  // without people: nobody is invited by a conflict
  CalendarId home;        // the calendar that becomes its origin
};

struct EventPlan {
  merge::EventState hub;
  bool hub_changed = false;
  std::vector<HubChange> changes;
  std::vector<Conflict> conflicts;
  std::vector<PlacePlan> places;
  std::vector<Spawned> spawned;
};

// The lens of each calendar, given which calendars are origins and the hub's facts; see route.h.
using RouteMap = std::function<std::map<CalendarId, Lens>(const std::set<CalendarId>& origins,
                                                          const calendar::Facts& hub)>;

EventPlan plan_event(const merge::EventState& hub, const std::vector<Place>& places, const RouteMap& routes,
                     std::int64_t now_ms);

// The base after a push whose outcome is known. `actual` is what the replica holds, when the write's own answer or a
// read with its version said so; nullopt when only the write itself is known to have happened.
Base settle(Base base, const Push& push, const merge::EventState& hub,
            const std::optional<calendar::Facts>& actual, const RemoteItem& item, std::int64_t updated_ms);
// The base after an unversioned write was read back as `read`: written fields take both values, unwritten ones keep
// what they had, so that a difference there is a person's edit.
Base settle_unversioned(Base base, const Push& push, const merge::EventState& hub,
                        const calendar::Facts& read, const RemoteItem& item);
// The base after our copy or the event was deleted there.
Base settle_removed(Base base, bool event_dead);

// What the hub holds, with overrides made whole.
calendar::Facts facts_of(const merge::EventState& hub);

// The facts with overrides made whole: a field of a slot implies the slot, an excluded slot has no fields.
calendar::Facts tidy(calendar::Facts facts);

}  // namespace kalends::sync
