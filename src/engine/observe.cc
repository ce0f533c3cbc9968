// Observe: what each calendar holds now goes into the store, items and cursor in one transaction.
// **Only a whole listing makes anything absent; an error leaves everything as it was.**
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <iterator>

#include "base/mutation.h"
#include "base/text.h"
#include "engine/inner.h"

namespace kalends::engine {

namespace {

using ports::ItemRow;

constexpr std::size_t kAskedOneByOne = 8;
constexpr std::size_t kRowsForOneAsked = 32;

// Whether a look that asked for so many versions goes on with all of them at once: few edits in a big calendar are asked
// for one by one. It is weighed anew each time that the number asked has doubled.
Result<bool> is_better_held(Transaction& tx, const CalendarId& id, std::size_t asked) {
  if (asked <= kAskedOneByOne || !std::has_single_bit(asked - 1)) return false;
  const std::size_t many = asked * kRowsForOneAsked;
  return TRY(tx.count_items(id, many)) < many;
}

bool same_contents(const ItemRow& row, const ItemRow& now) {
  return row.state == now.state && row.version == now.version && row.blob == now.blob && row.uid == now.uid &&
         row.mark == now.mark && row.part_of == now.part_of && row.slot == now.slot;
}

}  // namespace

namespace {

ItemRow row_of(const CalendarId& calendar, const ports::Item& item, std::int64_t seen, bool dirty) {
  ItemRow row;
  row.calendar = calendar;
  row.remote = item.id;
  row.uid = item.uid;
  row.mark = item.mark ? ports::to_string(*item.mark) : std::string();
  row.version = item.version;
  if (item.part_of) {
    row.part_of = item.part_of->master;
    row.slot = item.part_of->slot;
  }
  row.state = ItemRow::State::present;
  row.seen = seen;
  row.blob = encode_item(item);
  row.dirty = dirty;
  return row;
}

}  // namespace

// Of an item that the store has never heard of.
Result<void> Engine::Inner::add_item(Transaction& tx, const CalendarId& calendar, const ports::Item& item,
                                     std::int64_t seen, bool dirty, const EventId& event) {
  ItemRow row = row_of(calendar, item, seen, dirty);
  if (row.part_of.empty()) row.fingerprint = fingerprint(item.facts);
  row.event = event;
  return tx.add(row);
}

Result<ItemRow> Engine::Inner::put_item(Transaction& tx, const CalendarId& calendar, const ports::Item& item,
                                        std::int64_t seen, bool dirty, const EventId* event) {
  ItemRow row = row_of(calendar, item, seen, dirty);
  if (row.part_of.empty()) row.fingerprint = fingerprint(item.facts);
  std::optional<ItemRow> old;
  if (event != nullptr)
    row.event = *event;
  else
    old = TRY(tx.item(calendar, item.id));
  if (old) {
    if (old->part_of.empty() == row.part_of.empty()) row.event = old->event;
    row.dirty = dirty && (old->dirty || !same_contents(*old, row));
    if (!dirty) row.dirty = false;
  }
  TRY_VOID(tx.put(row));
  return row;
}

// A look that asks for many versions has them all at once.
Result<void> Engine::Inner::hold_versions(Transaction& tx, const CalendarId& id, Look& look) {
  look.held.emplace();
  for (ports::ItemVersion& one : TRY(tx.item_versions(id))) {
    std::string remote = one.remote.value;
    look.held->emplace(std::move(remote), std::move(one));
  }
  return {};
}

// The calendars are asked at the same time; what the store is asked and told is said by one of them at a time, and what
// a calendar answered goes in as a whole.
Result<void> Engine::Inner::observe_all(std::unique_ptr<Transaction>& tx, Cycle& cycle,
                                        const std::function<Result<void>()>& step) {
  std::vector<Look> looks(settings.calendars.size());
  std::vector<ports::Task> tasks;
  std::optional<Error> broken;  // of the store; after it nothing goes in any more
  std::size_t done = 0;
  std::map<std::string, std::vector<CalendarId>> places;  // by identity
  auto with_store = [&](const std::function<Result<void>()>& work) {
    executor().alone([&] {
      if (broken) return;
      if (auto result = work(); !result) broken = result.error();
    });
  };
  auto look_at = [&](const CalendarId& id, Look& look) {
    bool begun = false;
    with_store([&]() -> Result<void> {
      look.row = TRY(tx->calendar(id)).value_or(ports::CalendarRow{.id = id});
      cycle.watched_since[id] = look.row.listed_at;
      begun = true;
      return {};
    });
    if (!begun) return;
    const ports::Known known = [&](const RemoteId& remote) {
      std::string version;
      if (!look.held)
        with_store([&]() -> Result<void> {
          if (TRY(is_better_held(*tx, id, ++look.asked))) return hold_versions(*tx, id, look);
          version = TRY(tx->item_version(id, remote));
          if (!version.empty()) return {};
          // What could not be read before is no news, and no stranger: it was there, under a version that nothing has.
          auto row = TRY(tx->item(id, remote));
          if (row && row->state == ItemRow::State::unreadable) version = "unreadable";
          return {};
        });
      if (!look.held) return version;
      auto found = look.held->find(remote.value);
      if (found == look.held->end() || found->second.state == ItemRow::State::gone) return std::string();
      return found->second.state == ItemRow::State::unreadable ? std::string("unreadable")
                                                               : found->second.version;
    };
    auto changes = providers.at(id)->changes(look.row.cursor, known);
    if (!changes && is_on(Mutant::error_is_emptiness)) changes = ports::Changes{.complete = true};
    if (changes && changes->covers) prove_removals(tx, look, *changes, with_store);
    with_store([&]() -> Result<void> {
      if (world.progress != nullptr) world.progress->update("reading " + id.value, done++, looks.size());
      const std::string place = providers.at(id)->identity();
      if (!place.empty()) places[place].push_back(id);
      if (!place.empty() && places[place].size() > 1) return {};
      TRY_VOID(take_in(*tx, cycle, look, changes));
      // A commit waits for the disk, and there may be many calendars: a look without news is kept with what comes next.
      return look.news ? step() : Result<void>();
    });
  };
  for (std::size_t i = 0; i < looks.size(); ++i) {
    const CalendarId& id = settings.calendars[i];
    tasks.push_back({providers.at(id)->capabilities().server, [&, i] { look_at(id, looks[i]); }});
  }
  executor().run(std::move(tasks));
  for (Look& look : looks) {
    std::ranges::move(look.errors, std::back_inserter(cycle.report.errors));
    std::ranges::move(look.warnings, std::back_inserter(cycle.report.warnings));
  }
  if (broken) return std::unexpected(*broken);
  for (const auto& [place, calendars] : places)
    if (calendars.size() > 1) TRY_VOID(leave_alone(*tx, cycle, calendars));
  return {};
}

// Two ids of one place: what is written under the one turns up under the other and would be doubled. So nothing is written
// to it under any id until a person has named it once; what one look brought waits in the store.
Result<void> Engine::Inner::leave_alone(Transaction& tx, Cycle& cycle,
                                        const std::vector<CalendarId>& one_place) {
  std::vector<std::string> names;
  for (const CalendarId& id : settings.calendars)
    if (std::ranges::find(one_place, id) != one_place.end()) names.push_back("\"" + id.value + "\"");
  const std::string error = fmt::format(
      "{} are one calendar, and every event in it would be doubled. Nothing is written there: "
      "name it once, and use that id in every link.",
      join(names, " and "));
  for (const CalendarId& id : one_place) {
    CalendarCounts& counts = cycle.counts[id];
    counts.calendar = id;
    counts.error = error;
    cycle.reachable.erase(id);
    cycle.twice.insert(id);
    auto row = TRY(tx.calendar(id)).value_or(ports::CalendarRow{.id = id});
    row.error = error;
    TRY_VOID(tx.put(row));
  }
  cycle.report.errors.push_back(error);
  return {};
}

Result<void> Engine::Inner::take_in(Transaction& tx, Cycle& cycle, Look& look,
                                    const Result<ports::Changes>& changes) {
  ports::CalendarRow& row = look.row;
  const CalendarId& calendar = row.id;
  CalendarCounts& counts = cycle.counts[calendar];
  counts.calendar = calendar;
  if (!changes) {
    counts.error = row.error = changes.error().message;
    if (changes.error().kind == ErrorKind::not_found) cycle.gone.insert(calendar);
    look.errors.push_back("\"" + calendar.value + "\" could not be read: " + changes.error().message);
    return tx.put(row);
  }

  counts.seen = changes->items.size() + changes->unchanged.size();
  look.news = !changes->items.empty() || !changes->gone.empty() || !changes->unreadable.empty();
  for (const ports::Item& item : changes->items) {
    if (look.held && !look.held->contains(item.id.value)) {
      TRY_VOID(add_item(tx, calendar, item, cycle.seen, true, EventId()));
    } else {
      TRY(put_item(tx, calendar, item, cycle.seen, true));
    }
    for (const std::string& warning : item.warnings)
      world.log.write(ports::Level::debug, calendar.value + ": " + warning);
  }
  for (const RemoteId& id : changes->gone) {
    auto item = TRY(tx.item(calendar, id));
    if (!item || item->state == ItemRow::State::gone) continue;
    item->state = ItemRow::State::gone;
    item->dirty = true;
    TRY_VOID(tx.put(*item));
  }
  for (const ports::Unreadable& broken : changes->unreadable) {
    auto item =
        TRY(tx.item(calendar, broken.id)).value_or(ItemRow{.calendar = calendar, .remote = broken.id});
    item.state = ItemRow::State::unreadable;
    item.version = broken.version;
    item.seen = cycle.seen;
    if (broken.part_of) {
      item.part_of = broken.part_of->master;
      item.slot = broken.part_of->slot;
    }
    item.dirty = !item.part_of.empty() && item.event.empty();  // until it is known whose part it is
    if (is_on(Mutant::unreadable_is_gone)) {
      item.dirty = true;
      item.state = ItemRow::State::gone;
    }
    TRY_VOID(tx.put(item));
    look.warnings.push_back("\"" + calendar.value + "\": " + broken.id.value +
                            " could not be read and is left alone: " + broken.reason);
  }
  if (changes->complete || is_on(Mutant::delta_is_a_listing)) {
    std::vector<RemoteId> listed = changes->unchanged;
    for (const ports::Item& item : changes->items) listed.push_back(item.id);
    for (const ports::Unreadable& broken : changes->unreadable) listed.push_back(broken.id);
    std::size_t vanished = TRY(tx.mark_unlisted_gone(calendar, std::move(listed)));
    if (vanished > 0) row.changed_at = cycle.now;
    look.news = look.news || vanished > 0;
  }
  if (changes->reset) cycle.reset.insert(calendar);
  if (changes->covers) cycle.covers[calendar] = *changes->covers;
  if (!changes->items.empty() || !changes->gone.empty()) row.changed_at = cycle.now;
  row.cursor = changes->cursor;
  row.listed_at = cycle.now;
  row.error.clear();
  cycle.reachable.insert(calendar);
  return tx.put(row);
}

}  // namespace kalends::engine
