// The remote side of a simulated calendar: its items, the log its deltas are read from, its clock, and its outbox.
// People edit it through the first group of functions; MemoryProvider is the only caller of the second. One thread.
// People see events: where exceptions are items of their own, a master shows with its parts, and an edit of it is one of
// each item that it changes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/instant.h"
#include "ports/provider.h"
#include "provider/memory/profile.h"

namespace kalends::provider {

// An item as the server keeps it.
struct Stored {
  RemoteId id;
  std::uint64_t version = 0;
  std::string uid;
  std::optional<ports::Mark> mark;
  calendar::Facts facts;
  Instant updated;
  bool read_only = false;
  bool foreign_copy = false;
  std::optional<ports::PartOf> part_of;
  bool spoilt = false;     // it is there and cannot be read
  bool unsettled = false;  // still to be rewritten (Profile::rewrites_late)
};

// A write that a client made, in the order in which they were applied.
struct ServerWrite {
  ports::WriteKind kind = ports::WriteKind::create;
  RemoteId id;
  std::optional<ports::Mark> mark;
  calendar::Facts before, after;  // of that item
  Instant at;
  std::optional<ports::PartOf> part_of;
};

// A message that the server sent because of a client's write.
struct Message {
  ports::WriteKind kind = ports::WriteKind::create;
  RemoteId id;
  std::string recipient;
  std::size_t write = 0;  // of writes(), which one
};

// Everything a server holds, to bring it back later as from a backup.
struct Snapshot {
  std::map<RemoteId, Stored> items;
};

// What becomes of the reading of a listing after one of its pages.
enum class Turn : std::uint8_t {
  go_on,
  again,       // the same page comes once more
  broken_off,  // the next reading goes on from here
};

class MemoryServer {
 public:
  using Now = std::function<Instant()>;
  MemoryServer(std::string name, Profile profile, Now now);

  const std::string& name() const { return name_; }
  const Profile& profile() const { return profile_; }

  // What people do there.
  RemoteId put(const calendar::Facts& facts, std::string uid = {},
               std::optional<ports::Mark> mark = std::nullopt);
  bool edit(const RemoteId& id,
            const std::function<void(calendar::Facts&)>& change);  // false: it is not there
  bool erase(const RemoteId& id);
  std::optional<RemoteId> duplicate(
      const RemoteId& id);                       // as copy and paste does it: the same mark, a new item
  const Stored* find(const RemoteId& id) const;  // until the next call of it
  std::vector<Stored> list() const;              // events, without parts whose master is not there
  std::vector<Stored> items() const;             // each item by itself
  std::optional<RemoteId> part(const RemoteId& master, const std::string& slot) const;
  RemoteId put_part(const ports::PartOf& part_of, const calendar::Facts& facts);

  // What happens to the server.
  std::function<Turn()>
      after_page;  // called between two pages of a listing: the moment for somebody else's edit
  void spoil(const RemoteId& id, bool spoilt);
  void kill_cursors();
  void vanish(bool gone) { vanished_ = gone; }
  bool vanished() const { return vanished_; }
  Snapshot snapshot() const { return {items_}; }
  static std::vector<Stored> events_of(const Snapshot& snapshot);  // as list() showed them then
  void restore(const Snapshot& snapshot);                          // with the versions of then; cursors die
  void clear();                                                    // emptied at one go; cursors die
  bool tells(const calendar::Facts& facts) const;  // false: listings may tell nothing of that time
  void rename_all();  // every item gets another id, as after an export and import

  // What it saw of clients.
  const std::vector<ServerWrite>& writes() const { return writes_; }
  const std::vector<Message>& outbox() const { return outbox_; }
  std::size_t reads() const { return reads_; }

  // For MemoryProvider.
  Result<ports::Changes> changes(const std::string& cursor, const ports::Known& known);
  Result<ports::Item> get(const RemoteId& id);
  Result<ports::Written> create(const ports::Draft& draft);
  Result<ports::Written> update(const ports::Item& current, const calendar::Facts& target);
  Result<void> remove(const ports::Item& current);
  std::vector<std::string> recipients(const calendar::Facts& before, const calendar::Facts& after) const;

 private:
  struct Logged {
    std::uint64_t number = 0;
    RemoteId id;
    Instant at;
    std::optional<Stored> state;  // as it was from then on; none: removed
  };

  // A listing that is read page by page; see pages.cc.
  struct Reading {
    std::string cursor;                  // with which it was begun
    std::optional<std::uint64_t> since;  // none: of everything
    std::uint64_t begun = 0, generation = 0;
    std::optional<std::pair<std::string, RemoteId>> last;  // that was read: title and id
    std::vector<ports::Item> items;
    std::set<RemoteId> unchanged, unreadable, gone;
  };
  Result<ports::Changes> read_in_pages(const std::string& cursor, const ports::Known& known);
  Reading begin_reading(const std::string& cursor) const;
  bool is_alive(const Reading& reading) const;
  std::set<RemoteId> changed_between(std::uint64_t since, std::uint64_t until) const;
  bool read_page(Reading& reading, const ports::Known& known) const;
  void catch_up(Reading& reading) const;
  ports::Changes whole_of(Reading reading) const;

  // Listings of a window of dates; see window.cc.
  bool windowed() const { return profile_.past_ms > 0 || profile_.ahead_ms > 0; }
  bool in_window(const calendar::Facts& facts, Instant now) const;
  ports::Span covered() const;
  void list_window_since(ports::Changes& out, const std::string& cursor, std::uint64_t since) const;

  bool apart() const { return profile_.exceptions == ports::Exceptions::own_items; }
  std::map<std::string, RemoteId> parts_of(const RemoteId& master) const;
  Stored whole(const Stored& master) const { return whole(master, items_); }
  static Stored whole(const Stored& master, const std::map<RemoteId, Stored>& items);
  void put_parts(const Stored& master, const calendar::Facts& facts);
  Result<void> check_part(const ports::Draft& draft) const;
  Instant rounded_now() const;
  RemoteId new_id();
  void store(Stored item);  // gives it a version and logs it
  void drop(const RemoteId& id);
  void settle_rewrites();
  std::uint64_t visible_until() const;  // the last log entry that listings show
  std::map<RemoteId, Stored> visible() const;
  ports::Item item_of(const Stored& stored) const;
  ports::Written written(const Stored& stored, bool altered) const;
  void note(ports::WriteKind kind, const Stored& item, const calendar::Facts& before,
            const calendar::Facts& after);
  std::string cursor_at(std::uint64_t number) const;
  std::optional<std::uint64_t> read_cursor(const std::string& cursor) const;
  void list_all(ports::Changes& out, const ports::Known& known) const;
  void list_since(ports::Changes& out, std::uint64_t since, std::uint64_t until) const;
  void disorder(std::vector<ports::Item>& items) const;

  std::string name_;
  Profile profile_;
  Now now_;
  std::map<RemoteId, Stored> items_;
  mutable std::optional<Stored> shown_;  // what find() gave last
  std::vector<Logged> log_;              // number n is at n - 1
  std::uint64_t last_number_ = 0;
  std::uint64_t last_version_ = 0;
  std::uint64_t last_id_ = 0;
  std::uint64_t generation_ = 1;  // cursors of an earlier one are dead
  bool vanished_ = false;
  std::optional<Reading> broken_off_;
  std::size_t reads_ = 0;
  std::vector<ServerWrite> writes_;
  std::vector<Message> outbox_;
};

}  // namespace kalends::provider
