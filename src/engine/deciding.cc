// What people decide: conflicts, held work, and the new start after a restore. The next cycle carries it out.
#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/mutation.h"
#include "base/text.h"
#include "engine/inner.h"

namespace kalends::engine {

namespace {

using ports::HeldRow;
using ports::WriteRow;
using Value = std::optional<std::string>;

Result<HeldRow> waiting_row(Transaction& tx, std::int64_t id) {
  auto row = TRY(tx.held(id));
  if (!row)
    return fail(ErrorKind::not_found,
                fmt::format("nothing is held under {}; \"kalends held\" lists what is", id));
  if (row->state != HeldRow::State::waiting)
    return fail(ErrorKind::stale,
                fmt::format("{} does not wait any more: it was decided, or the work has changed since. "
                            "\"kalends held\" lists what waits now",
                            id));
  return *std::move(row);
}

}  // namespace

Result<void> Engine::Inner::write_hub(Transaction& tx, Loaded& loaded, std::int64_t run,
                                      const std::string& why, const std::vector<calendar::Change>& changes) {
  Instant now = world.clock.now();
  for (const calendar::Change& change : changes)
    loaded.state.write(change.path, change.after, replica("person"), now.ms);
  loaded.row.dirty = true;
  loaded.row.changed_at = now;
  TRY_VOID(put_event(tx, loaded));
  WriteRow row;
  row.run = run;
  row.event = loaded.row.id;
  row.kind = "person";
  row.state = WriteRow::State::done;
  row.at = now;
  row.blob = encode_write({loaded.state.value("title").value_or(""), why, "person", "", "", changes});
  TRY(tx.add(row));
  return {};
}

Result<std::int64_t> Engine::Inner::begin_run(Transaction& tx, const std::string& kind) {
  epoch = TRY(tx.meta("epoch")).value_or("1");
  digest_key = TRY(tx.meta("digest_key")).value_or("");
  ports::RunRow run;
  run.started = world.clock.now();
  run.ended = run.started;
  run.kind = kind;
  return tx.add(run);
}

// Whether naming `calendar` takes the side of the conflict's own calendar; invalid when it has no part in it.
Result<bool> Engine::Inner::takes_remote(const Loaded& loaded, const ports::ConflictRow& row,
                                         const CalendarId& calendar) const {
  if (!providers.contains(calendar))
    return fail(ErrorKind::invalid, fmt::format("no calendar is called \"{}\"", calendar.value));
  if (calendar == row.calendar) return true;
  // The hub's value came from some calendar: naming that one takes the hub's.
  const merge::Cell* cell = loaded.state.cell(row.path);
  bool holds_hub = cell != nullptr && replica_name(cell->dot.replica) == calendar.value;
  if (auto other = loaded.items.find(calendar); !holds_hub && other != loaded.items.end()) {
    calendar::Facts there = TRY(whole_item(loaded, calendar)).facts;
    const std::string* value = there.find(row.path);
    holds_hub = (value != nullptr ? Value(*value) : std::nullopt) == loaded.state.value(row.path);
  }
  if (holds_hub) return false;
  return fail(ErrorKind::invalid,
              fmt::format("\"{}\" has no part in conflict {}: take \"{}\", \"hub\" or \"both\"",
                          calendar.value, row.id, row.calendar.value));
}

// Ends one conflict: the base says that the calendar showed what it holds, so that the hub's version is pushed or, when
// the calendar's is taken, becomes the hub's.
Result<void> Engine::Inner::end_conflict(Transaction& tx, Loaded& loaded, ports::ConflictRow& row,
                                         std::int64_t run, bool take_remote, const std::string& why) {
  ConflictRecord record = TRY(decode_conflict(row.blob));
  Value remote = record.remote;
  // What the calendar holds by now is what a person would take from it.
  auto item = loaded.items.find(row.calendar);
  if (item != loaded.items.end() && item->second.state == ports::ItemRow::State::present) {
    calendar::Facts seen = TRY(whole_item(loaded, row.calendar)).facts;
    const std::string* value = seen.find(row.path);
    remote = value != nullptr ? Value(*value) : std::nullopt;
  }
  if (auto base = loaded.bases.find(row.calendar); base != loaded.bases.end()) {
    base->second.fields[row.path] = {remote, remote, loaded.state.dot(row.path), false};
    TRY_VOID(put_base(tx, loaded.row.id, row.calendar, base->second, false));
  }
  // Both sides may have moved on while it waited: the record keeps what the decision was between.
  record.remote = remote;
  record.hub = loaded.state.value(row.path);
  std::vector<calendar::Change> changes;
  if (take_remote) changes.push_back({row.path, loaded.state.value(row.path), remote});
  TRY_VOID(write_hub(tx, loaded, run, why, changes));
  row.open = false;
  record.winner = take_remote ? "remote" : "hub";
  row.blob = encode_conflict(record);
  return tx.put(sealed(row));
}

Result<void> Engine::resolve(std::int64_t id, Take take, const CalendarId& calendar) {
  Inner& in = *inner_;
  auto tx = TRY(in.world.store.begin());
  auto row = TRY(tx->conflict(id));
  if (!row)
    return fail(ErrorKind::not_found,
                fmt::format("there is no conflict {}; \"kalends conflicts\" lists them", id));
  if (!row->open) return fail(ErrorKind::stale, fmt::format("conflict {} is settled already", id));
  TRY_VOID(reveal(*row));
  Loaded loaded = TRY(in.load(*tx, row->event));
  bool take_remote = take == Take::calendar && TRY(in.takes_remote(loaded, *row, calendar));
  std::int64_t run = TRY(in.begin_run(*tx, "resolve"));
  auto item = loaded.items.find(row->calendar);
  if (take == Take::both && item != loaded.items.end() &&
      item->second.state == ports::ItemRow::State::present) {
    Cycle cycle;
    cycle.now = in.world.clock.now();
    cycle.run = run;
    Planned one;
    one.plan.spawned.push_back({TRY(whole_item(loaded, row->calendar)).facts, row->calendar});
    TRY_VOID(in.keep_spawned(*tx, cycle, one));
  }
  std::string why = take_remote          ? "a person took \"" + row->calendar.value + "\""
                    : take == Take::both ? "a person kept both"
                                         : "a person took the hub's version";
  TRY_VOID(in.end_conflict(*tx, loaded, *row, run, take_remote, why));
  // Time and recurrence are one decision.
  auto is_schedule = [](const std::string& path) { return path == "when" || path == "recurrence"; };
  for (ports::ConflictRow& other : TRY(tx->conflicts_of(row->event))) {
    TRY_VOID(reveal(other));
    if (other.open && other.calendar == row->calendar && is_schedule(other.path) && is_schedule(row->path))
      TRY_VOID(in.end_conflict(*tx, loaded, other, run, take_remote, why));
  }
  return tx->commit();
}

Result<void> Engine::approve(std::int64_t id) {
  auto tx = TRY(inner_->world.store.begin());
  // A rejected first run can be had after all: nothing was done about it meanwhile.
  auto given = TRY(tx->held(id));
  const bool again = given && given->state == HeldRow::State::rejected &&
                     given->kind == sync::to_string(sync::HoldKind::first_run);
  HeldRow row = again ? *std::move(given) : TRY(waiting_row(*tx, id));
  if (row.kind == sync::to_string(sync::HoldKind::collection_gone)) {
    auto calendar = TRY(tx->calendar(row.calendar));
    TRY_VOID(inner_->retire_calendar(*tx, row.calendar, false));
    if (calendar) {
      calendar->cursor.clear();
      TRY_VOID(tx->put(*calendar));
    }
  }
  bool undone = row.kind == sync::to_string(sync::HoldKind::undone_copy);
  if (undone) TRY_VOID(inner_->approve_undone_copy(*tx, row));
  row.state = undone ? HeldRow::State::done : HeldRow::State::approved;
  TRY_VOID(tx->put(row));
  return tx->commit();
}

Result<void> Engine::reject(std::int64_t id) {
  auto tx = TRY(inner_->world.store.begin());
  HeldRow row = TRY(waiting_row(*tx, id));
  row.state = HeldRow::State::rejected;
  TRY_VOID(tx->put(row));
  return tx->commit();
}

// Removing what somebody changed is not ours to decide: it waits, with what the copy shows as the work.
Result<void> Engine::Inner::hold_undone_copy(Transaction& tx, const Loaded& loaded,
                                             const CalendarId& calendar, const calendar::Facts& shows) {
  HeldRecord record;
  std::string title = loaded.state.value("title").value_or("");
  record.reason =
      fmt::format("The copy of \"{}\" in \"{}\" was changed since it was made; undoing would remove it.",
                  title, calendar.value);
  record.keys = {change_key(calendar, loaded.row.id, shows)};
  Move move;
  move.kind = Move::Kind::remove;
  move.event = loaded.row.id;
  move.title = title;
  move.calendar = calendar;
  move.when = time_of(loaded.state);
  move.why = "a person took it back";
  record.work.push_back(std::move(move));
  HeldRow row;
  row.kind = sync::to_string(sync::HoldKind::undone_copy);
  row.calendar = calendar;
  row.count = 1;
  row.key = sha256("undone_copy\n" + record.keys.front()).hex();
  row.at = world.clock.now();
  row.blob = encode_held(record);
  for (const HeldRow& waiting : TRY(tx.held(HeldRow::State::waiting)))
    if (waiting.key == row.key) return {};
  TRY(tx.add(row));
  return {};
}

Result<void> Engine::Inner::approve_undone_copy(Transaction& tx, const HeldRow& row) {
  HeldRecord record = TRY(decode_held(row.blob));
  for (const Move& move : record.work) {
    Loaded loaded = TRY(load(tx, move.event));
    auto base = loaded.bases.find(move.calendar);
    auto item = loaded.items.find(move.calendar);
    if (base == loaded.bases.end() || item == loaded.items.end()) continue;
    std::string key = change_key(move.calendar, move.event, TRY(whole_item(loaded, move.calendar)).facts);
    if (key != record.keys.front())
      return fail(ErrorKind::stale, "that copy was changed once more; undo the run again to decide anew");
    base->second.withdrawn = true;
    TRY_VOID(put_base(tx, move.event, move.calendar, base->second, false));
    TRY_VOID(tx.set_dirty(move.event, true));
  }
  return {};
}

Result<void> Engine::after_restore() {
  Inner& in = *inner_;
  auto tx = TRY(in.world.store.begin());
  TRY(in.begin_run(*tx, "restore"));
  std::int64_t epoch = parse_integer(TRY(tx->meta("epoch")).value_or("1")).value_or(1);
  if (!is_on(Mutant::restore_keeps_epoch)) ++epoch;
  for (const ports::CalendarRow& row : TRY(tx->calendars())) {
    TRY_VOID(in.retire_calendar(*tx, row.id, true));
    ports::CalendarRow fresh;
    fresh.id = row.id;
    fresh.address = row.address;
    TRY_VOID(tx->put(fresh));
  }
  TRY_VOID(tx->set_meta("epoch", std::to_string(epoch)));
  return tx->commit();
}

}  // namespace kalends::engine
