// Where Kalends keeps what it knows. Rows with opaque blobs: the engine encodes and decodes them, so that a blob can
// be sealed by a key without the store knowing. One process writes at a time; every step is one transaction.
// One contract suite (ports/store_contract.h) holds for every store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/instant.h"

namespace kalends::ports {

// A calendar as we last saw it.
struct CalendarRow {
  CalendarId id;
  std::string address;  // provider and place; a changed address retires the bases
  std::string cursor;   // "" = list everything
  Instant listed_at;    // the last look that succeeded; 0 = never
  Instant changed_at;   // the last look that brought a change
  std::string error;    // the last failure as a sentence, "" when the last look succeeded
  std::string blob;     // capabilities and the like
};

// A remote item as last observed. Kept so that planning never depends on a listing of the same cycle.
struct ItemRow {
  CalendarId calendar;
  RemoteId remote;
  EventId event;  // empty while it is matched to none
  std::string uid;
  std::string mark;  // as ports::to_string(Mark), "" for none
  std::string version;
  std::string fingerprint;  // digest of title, when and recurrence
  RemoteId part_of;         // the master whose exception this item is, "" for any other
  std::string slot;         // and where in its series
  enum class State : std::uint8_t { present = 0, gone = 1, unreadable = 2 } state = State::present;
  bool dirty = false;     // not yet reconciled since it was last observed
  std::int64_t seen = 0;  // the number of the look that brought these contents
  std::string blob;       // facts, raw, updated, warnings
};

struct ItemVersion {
  RemoteId remote;
  std::string version;
  ItemRow::State state = ItemRow::State::present;
};

// What an item that belongs to an event is called.
struct ItemName {
  std::string uid, mark;
  EventId event;
  RemoteId remote;
  std::string event_uid;
};

struct ItemCounts {
  std::size_t present = 0;  // less parts: as many as there are events
  std::size_t unreadable = 0;
};

// The hub's own state of an event.
struct EventRow {
  EventId id;
  std::string uid;
  std::string title_key;  // keyed digest of the folded title, for looking up
  std::string fingerprint;
  std::int64_t from_utc = 0;  // seconds; the extent of all its occurrences
  std::optional<std::int64_t> to_utc;
  bool alive = true;
  bool dirty = false;  // to be planned in the next cycle
  Instant changed_at;
  std::string blob;  // the merge state
};

// What one replica and the hub last agreed on.
struct BaseRow {
  EventId event;
  CalendarId calendar;
  RemoteId remote;       // of its first item, "" when it has none
  bool pending = false;  // an intent is written and not settled
  bool settled = true;   // nothing left to do at this replica
  std::string blob;
};

struct RunRow {
  std::int64_t id = 0;  // given by the store
  Instant started;
  std::optional<Instant> ended;
  std::string kind;  // "sync", "undo", "resolve", "restore"
  std::string blob;  // counts and messages as JSON
};

// One write to a provider, or one change of the hub: the audit trail that `log`, `why` and `undo` read.
struct WriteRow {
  std::int64_t id = 0;  // given by the store
  std::int64_t run = 0;
  EventId event;
  CalendarId calendar;  // "" for a change of the hub itself
  std::string kind;     // "create", "update", "remove", "pull", "adopt", "undo" ...
  enum class State : std::uint8_t { intended = 0, done = 1, failed = 2 } state = State::intended;
  Instant at;
  std::string blob;  // pre- and post-image, the link, the reason
};

struct ConflictRow {
  std::int64_t id = 0;  // given by the store
  std::int64_t run = 0;
  EventId event;
  CalendarId calendar;  // whose value met the hub's
  std::string path;     // a keyed digest; the path itself is in the blob
  bool open = false;    // waits for a person
  Instant at;
  std::string blob;  // the values of all sides, the winner, the policy
};

struct HeldRow {
  std::int64_t id = 0;  // given by the store
  std::string kind;     // "mass_delete", "emptied", "first_run", "mail" ...
  CalendarId calendar;
  enum class State : std::uint8_t {
    waiting = 0,
    approved = 1,
    rejected = 2,
    done = 3
  } state = State::waiting;
  std::int64_t count = 0;
  std::string key;  // digest of the very work that is held; at most one row that is not done per key
  Instant at;
  std::string blob;  // the work, item by item, and the reason as a sentence
};

// All reads and writes of one step. Reads see the transaction's own writes. Destroyed without commit: nothing happened.
class Transaction {
 public:
  virtual ~Transaction() = default;
  virtual Result<void> commit() = 0;

  virtual Result<std::optional<std::string>> meta(const std::string& key) = 0;
  virtual Result<void> set_meta(const std::string& key, const std::string& value) = 0;

  virtual Result<std::vector<CalendarRow>> calendars() = 0;
  virtual Result<std::optional<CalendarRow>> calendar(const CalendarId& id) = 0;
  virtual Result<void> put(const CalendarRow& row) = 0;
  virtual Result<void> remove_calendar(const CalendarId& id) = 0;  // with its items; bases stay

  virtual Result<std::optional<ItemRow>> item(const CalendarId& calendar, const RemoteId& remote) = 0;
  virtual Result<std::vector<ItemRow>> items(const CalendarId& calendar) = 0;  // present and unreadable
  virtual Result<std::size_t> count_items(const CalendarId& calendar,
                                          std::size_t limit) = 0;  // of items(), less parts, up to `limit`
  virtual Result<ItemCounts> item_counts(const CalendarId& calendar) = 0;
  virtual Result<std::size_t> count_unreadable(
      const CalendarId& calendar) = 0;  // costs nothing where there are none
  virtual Result<std::vector<ItemRow>> dirty_items() = 0;
  virtual Result<std::vector<ItemRow>> dirty_items_of_none() = 0;    // those that belong to no event
  virtual Result<std::vector<EventId>> events_of_dirty_items() = 0;  // each once
  virtual Result<bool> any_dirty() = 0;                              // items or events
  virtual Result<std::vector<ItemVersion>> item_versions(const CalendarId& calendar) = 0;  // of all its items
  virtual Result<std::vector<ItemRow>> items_of(const EventId& event) = 0;
  virtual Result<std::vector<ItemName>> item_names() = 0;  // of all that belong to an event, less parts
  virtual Result<void> put(const ItemRow& row) = 0;
  virtual Result<void> add(const ItemRow& row) = 0;  // as put(); quicker for one that is not there yet
  // The item belongs to that event, and nothing of it waits to be reconciled.
  virtual Result<void> reconcile(const CalendarId& calendar, const RemoteId& remote,
                                 const EventId& event) = 0;
  virtual Result<void> remove_item(const CalendarId& calendar, const RemoteId& remote) = 0;
  // After a whole listing: items of the calendar that are not among `listed` become gone and dirty; gives how many.
  // Those that are listed are not written to, so a listing without news writes nothing.
  virtual Result<std::size_t> mark_unlisted_gone(const CalendarId& calendar,
                                                 std::vector<RemoteId> listed) = 0;
  virtual Result<std::string> item_version(const CalendarId& calendar,
                                           const RemoteId& remote) = 0;  // "" if unknown or unreadable

  virtual Result<std::optional<EventRow>> event(const EventId& id) = 0;
  virtual Result<std::vector<EventRow>> events_with_uid(const std::string& uid) = 0;
  virtual Result<std::vector<EventRow>> events_with_fingerprint(const std::string& fingerprint) = 0;
  virtual Result<std::vector<EventRow>> events_with_title(const std::string& title_key) = 0;
  virtual Result<std::vector<EventRow>> events_between(std::int64_t from_utc,
                                                       std::int64_t to_utc) = 0;  // alive, overlapping
  virtual Result<std::vector<EventId>> all_events() = 0;                          // alive or not
  virtual Result<std::vector<EventId>> dirty_events() = 0;
  virtual Result<bool> any_events() = 0;  // alive or not
  virtual Result<void> put(const EventRow& row) = 0;
  virtual Result<void> add(const EventRow& row) = 0;  // as put(); quicker for one that is not there yet
  virtual Result<void> set_dirty(const EventId& id, bool dirty) = 0;
  virtual Result<void> remove_event(const EventId& id) = 0;  // for good, with its bases

  virtual Result<std::vector<BaseRow>> bases_of(const EventId& event) = 0;
  virtual Result<std::vector<BaseRow>> bases_at(const CalendarId& calendar) = 0;
  // Those of bases_at() that have an item, up to `limit`.
  virtual Result<std::size_t> count_held_at(const CalendarId& calendar, std::size_t limit) = 0;
  virtual Result<std::vector<BaseRow>> unsettled_bases() = 0;  // pending or not settled
  virtual Result<void> put(const BaseRow& row) = 0;
  virtual Result<void> remove_base(const EventId& event, const CalendarId& calendar) = 0;

  virtual Result<std::int64_t> add(const RunRow& row) = 0;
  virtual Result<void> put(const RunRow& row) = 0;
  virtual Result<std::vector<RunRow>> runs(std::size_t newest) = 0;  // newest first
  virtual Result<std::optional<RunRow>> run(std::int64_t id) = 0;

  virtual Result<std::int64_t> add(const WriteRow& row) = 0;
  virtual Result<void> put(const WriteRow& row) = 0;
  virtual Result<void> set_state(std::int64_t write, WriteRow::State state) = 0;  // not_found
  virtual Result<void> remove_write(std::int64_t id) = 0;  // for good; none of that number is no error
  virtual Result<std::optional<WriteRow>> write(std::int64_t id) = 0;
  virtual Result<std::vector<WriteRow>> writes_of_run(std::int64_t run) = 0;        // in order
  virtual Result<std::vector<WriteRow>> writes_of_event(const EventId& event) = 0;  // in order
  // The newest write of each base that is not settled, where that one failed; in order. One that is settled and pending
  // has nothing to write any more.
  virtual Result<std::vector<WriteRow>> failing_writes() = 0;

  virtual Result<std::int64_t> add(const ConflictRow& row) = 0;
  virtual Result<void> put(const ConflictRow& row) = 0;
  virtual Result<std::optional<ConflictRow>> conflict(std::int64_t id) = 0;
  virtual Result<std::vector<ConflictRow>> conflicts(bool open_only) = 0;
  virtual Result<std::vector<ConflictRow>> conflicts_of(const EventId& event) = 0;

  virtual Result<std::int64_t> add(const HeldRow& row) = 0;
  virtual Result<void> put(const HeldRow& row) = 0;
  virtual Result<std::optional<HeldRow>> held(std::int64_t id) = 0;
  virtual Result<std::vector<HeldRow>> held(HeldRow::State state) = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  // Only one transaction may be open at a time. transient when another process holds the store.
  virtual Result<std::unique_ptr<Transaction>> begin() = 0;
  // A consistent copy to a new file while the store is in use.
  virtual Result<void> backup(const std::string& path) = 0;
  // Sentences about what is damaged; empty when all is well.
  virtual Result<std::vector<std::string>> verify() = 0;
};

}  // namespace kalends::ports
