// What the engine asks of a place that holds a calendar. A provider reports observations and outcomes: it never
// decides, retries, sleeps or stores. One instance serves one calendar; calls come from one thread at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/instant.h"
#include "calendar/event.h"
#include "calendar/facts.h"

namespace kalends::ports {

// The lineage mark a copy carries: which event it is, and which attempt wrote it.
struct Mark {
  EventId event;
  std::string nonce;  // 16 lower-case hex digits, drawn for each attempt to create
  bool operator==(const Mark&) const = default;
};
// "EVENT.NONCE", the form in which every provider writes it, and back.
std::string to_string(const Mark& mark);
std::optional<Mark> parse_mark(std::string_view text);

// Of an item that is one occurrence of a series whose master is another item of the same calendar.
struct PartOf {
  RemoteId master;
  std::string slot;  // the recurrence id as facts spell it: "2026-03-09T09:00:00"
  bool operator==(const PartOf&) const = default;
};

// One event as its provider holds it: a master with its overrides is one item. Where exceptions are items of their own
// (Capabilities::exceptions), a master has no overrides, and a part holds its one occurrence whole, as an event that
// does not repeat; of one that does not take place it holds sync::kExcluded alone. See sync/items.h.
struct Item {
  RemoteId id;
  std::string
      version;      // etag, content hash: differs when the contents differ; "" when the provider gives none
  std::string uid;  // "" when it has none of its own
  std::optional<Mark> mark;
  calendar::Facts facts;
  std::string raw;                    // the provider's own bytes, from which an update is patched
  std::optional<Instant> updated;     // when the other side says it was last edited
  bool read_only = false;             // seen, never written
  bool foreign_copy = false;          // another sync tool's copy: not copied again
  std::vector<std::string> warnings;  // sentences about input that was tolerated
  std::optional<PartOf> part_of;      // only when its master is there, or was

  bool operator==(const Item&) const = default;
};

// An item that is there but could not be read: unknown, never absent.
struct Unreadable {
  RemoteId id;
  std::string version;
  std::string reason;
  std::optional<PartOf> part_of = std::nullopt;  // when that much is known of it
};

// A span of time, up to but without `to`.
struct Span {
  Instant from, to;
  bool operator==(const Span&) const = default;
};

// What one look gave.
struct Changes {
  std::vector<Item> items;          // new, changed, or listed anew
  std::vector<RemoteId> unchanged;  // seen in this listing with the version in `Known`
  std::vector<RemoteId> gone;       // said to be deleted by a delta
  std::vector<Unreadable> unreadable;
  bool complete = false;  // a whole listing: what is in none of the lists above is absent
  bool reset = false;     // the cursor was dead and a whole listing was made instead
  std::string cursor;     // for the next call; store it together with the items
  // Of a calendar that tells a window of dates only: whatever takes place in this span has been told. Anything else may
  // be there untold, and what is `gone` or absent has left the window or was deleted: which of the two, get() says.
  std::optional<Span> covers = std::nullopt;
};

// The versions we hold, so that a listing fetches only what differs: "" for an id we do not know, "unreadable" for an
// item that was there and could not be read.
using Known = std::function<std::string(const RemoteId&)>;

// What a write produced.
struct Written {
  RemoteId id;
  std::string version;  // "" when the answer gave none
  std::optional<Item>
      item;  // the item as the provider holds it now, when it is known to be what this write made
};

struct Draft {
  Mark mark;
  std::string uid;  // the wished uid; a provider may have to choose another
  calendar::Facts facts;
  Instant now;  // for DTSTAMP, CREATED and the like
  std::optional<PartOf> part_of = std::nullopt;
};

enum class WriteKind : std::uint8_t { create, update, remove };

// Where a calendar keeps the exceptions of a series.
enum class Exceptions : std::uint8_t {
  inside,     // in the item of their master
  own_items,  // each as an item with a version of its own
};

struct Capabilities {
  std::string provider;  // "caldav", "obsidian", "ics", "memory"
  bool writable = true;
  bool keeps_marks = true;  // a mark written on an item is read back
  bool conditional = true;  // writes can be conditional on the version
  bool delta = false;       // changes() with a cursor gives only what changed
  bool masters = true;      // holds a series as a series
  Exceptions exceptions = Exceptions::inside;
  bool parts_follow = true;            // removing a master removes the items of its exceptions
  std::int64_t clock_grain_ms = 1000;  // how coarse Item::updated is
  std::size_t batch =
      64;  // after so many writes they are made safe and settled: a crash forgets at most these
  std::string
      server;  // calendars with the same one share its patience: a few are asked at once. "" = nobody's
};

class Provider {
 public:
  virtual ~Provider() = default;

  virtual const Capabilities& capabilities() const = 0;

  // What this place would hold of these facts after a write and a read: pure, the round trip of its codec.
  // Fields it cannot hold are absent. The facts are those of a whole event, also where it is several items.
  virtual calendar::Facts project(const calendar::Facts& facts) const = 0;

  // Everything that changed since `cursor` ("" = from the beginning). A dead cursor is no error: the answer is a
  // whole listing with `reset`. An error means nothing is known: not_found = the calendar itself is gone.
  virtual Result<Changes> changes(const std::string& cursor, const Known& known) = 0;

  // One item by id; not_found when it is not there.
  virtual Result<Item> get(const RemoteId& id) = 0;

  // Writes a new item. stale: an item with that name or uid, or a part in that slot, is already there.
  virtual Result<Written> create(const Draft& draft) = 0;

  // Makes `current` show `target`, changing nothing else on it; only if it still has `current.version`, else stale.
  // The write changes the paths where current.facts and `target` differ; a path that project() drops stays as it is.
  virtual Result<Written> update(const Item& current, const calendar::Facts& target, Instant now) = 0;

  // Deletes `current` if it still has that version, else stale. An item already gone is a success.
  virtual Result<void> remove(const Item& current) = 0;

  // Makes what was written since the last call safe from a power cut; until then a write may still be undone by one.
  // Called before the outcomes of those writes are settled. An error leaves their outcome unknown. Gives the cursor of
  // the last look moved past these writes, where a provider can tell one: nothing = the next look starts where it was.
  virtual Result<std::optional<std::string>> persist() { return std::nullopt; }

  // Whom the provider would mail because of this write: empty when it would mail nobody or can be told not to.
  virtual std::vector<std::string> recipients(WriteKind kind, const Item* current,
                                              const calendar::Facts& target) const = 0;

  // One line about where this is, for messages: a URL without secrets, a path.
  virtual std::string address() const = 0;

  // The same for two calendars exactly when they are one place as one account sees it, however they are named. Known
  // once a look has found the place; "" before, and where the names alone tell.
  virtual std::string identity() const { return {}; }
};

}  // namespace kalends::ports
