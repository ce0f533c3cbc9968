// Keeping: one transaction takes in what was planned: the hub, the bases, the intents of the writes to come, and the
// trail that log, why and undo read. **After it commits, every write to come is known; before, nothing has happened.**
#include <algorithm>
#include <limits>
#include <ranges>

#include "base/mutation.h"
#include "calendar/occurrences.h"
#include "engine/inner.h"
#include "ical/text.h"
#include "sync/item_writes.h"

namespace kalends::engine {

namespace {

using ports::WriteRow;

// The calendars whose changes this cycle carries to the others, as text.
std::string source_of(const Planned& planned, const CalendarId& target) {
  for (const sync::HubChange& change : planned.plan.changes)
    if (change.from != target) return change.from.value;
  auto lens = planned.lenses.find(target);
  return lens != planned.lenses.end() && lens->second.role == sync::Role::copy ? lens->second.origin
                                                                               : std::string();
}

// What a write's row in the trail says of the whole event. An update is told item by item; of an event that is made or
// removed as a whole the master's row tells all.
std::vector<calendar::Change> changes_of(const sync::Push& push, const sync::ItemWrite& write) {
  if (write.stray) return {};
  const bool whole = push.kind != sync::Intent::Kind::update;
  if (whole && !write.slot.empty()) return {};
  std::vector<calendar::Change> changes = calendar::difference(push.before, push.target);
  if (whole || push.writes.size() == 1) return changes;
  std::erase_if(changes,
                [&](const calendar::Change& change) { return calendar::slot_of(change.path) != write.slot; });
  return changes;
}

// Whether an item shows what an unfinished write of it was to do.
bool happened(const sync::Place& place, const sync::Intent& intent, const std::string& kind,
              const std::string& slot, bool keeps_marks) {
  const sync::Items seen = sync::seen_items(place);
  auto item = seen.find(slot);
  if (kind == "remove") return item == seen.end();
  if (item == seen.end()) return false;
  if (kind == "create" && slot.empty() && place.seen.nonce == intent.nonce) return true;
  // What carries no mark of ours where marks are kept is somebody's own, though it says the same.
  if (kind == "create" && slot.empty() && keeps_marks) return false;
  const sync::Items meant = sync::items_at(place, intent.target);
  auto wanted = meant.find(slot);
  return wanted != meant.end() && wanted->second == item->second;
}

}  // namespace

Result<void> Engine::Inner::put_event(Transaction& tx, const Loaded& loaded) {
  ports::EventRow row = loaded.row;
  calendar::Facts facts = loaded.state.facts();
  row.blob = merge::encode(loaded.state);
  row.alive = loaded.state.alive();
  row.title_key = title_key(facts.get("title"));
  row.fingerprint = fingerprint(facts);
  row.from_utc = std::numeric_limits<std::int64_t>::min();
  row.to_utc.reset();
  if (auto event = calendar::from_facts(facts)) {
    if (auto extent = calendar::extent(*event, ical::EventZones(world.zones, *event), world.local_zone)) {
      row.from_utc = extent->from_utc;
      row.to_utc = extent->to_utc;
    }
  }
  return loaded.is_new ? tx.add(row) : tx.put(row);
}

Result<void> Engine::Inner::put_base(Transaction& tx, const EventId& event, const CalendarId& calendar,
                                     const sync::Base& base, bool settled) {
  ports::BaseRow row;
  row.event = event;
  row.calendar = calendar;
  row.remote = base.remote_id();
  row.pending = base.intent.has_value();
  row.settled = settled;
  row.blob = sync::encode(base);
  return tx.put(row);
}

Result<void> Engine::Inner::keep_changes(Transaction& tx, Cycle& cycle, const Planned& one) {
  std::map<CalendarId, std::vector<calendar::Change>> by_source;
  for (const sync::HubChange& change : one.plan.changes)
    by_source[change.from].push_back({change.path, change.before, change.after});
  for (auto& [from, changes] : by_source) {
    Move move = move_of(Move::Kind::pull, one, from);
    move.from = from.value;
    bool born = one.loaded.state.cells.empty();
    bool died = !one.plan.hub.alive();
    move.fields = fields_of(changes);
    move.why = born ? "it is new there" : died ? "it was deleted there" : "it was edited there";
    WriteRow row;
    row.run = cycle.run;
    row.event = one.loaded.row.id;
    row.kind = "pull";
    row.state = WriteRow::State::done;
    row.at = cycle.now;
    row.blob = encode_write({move.title, move.why, from.value, "", "", std::move(changes)});
    if (!cycle.dry && !is_on(Mutant::keep_leaves_no_trail)) TRY(tx.add(row));
    ++cycle.counts[from].pulled;
    cycle.report.moves.push_back(std::move(move));
  }
  return {};
}

Result<void> Engine::Inner::keep_conflicts(Transaction& tx, Cycle& cycle, const Planned& one) {
  using Winner = sync::Conflict::Winner;
  for (const sync::Conflict& conflict : one.plan.conflicts) {
    Move move = move_of(Move::Kind::conflict, one, conflict.calendar);
    move.fields = {std::string(calendar::field_of(conflict.path))};
    move.why = reason_of(one, conflict);
    ports::ConflictRow row;
    row.run = cycle.run;
    row.event = one.loaded.row.id;
    row.calendar = conflict.calendar;
    row.path = conflict.path;
    row.open = conflict.winner == Winner::open;
    row.at = cycle.now;
    std::string winner = conflict.winner == Winner::open     ? ""
                         : conflict.winner == Winner::remote ? "remote"
                                                             : "hub";
    row.blob =
        encode_conflict({move.title, conflict.path, conflict.base, conflict.remote, conflict.hub, winner,
                         conflict.hub_replica, conflict.remote_ms, conflict.hub_ms, conflict.policy});
    TRY(tx.add(sealed(std::move(row))));
    cycle.report.moves.push_back(std::move(move));
  }
  return {};
}

// An open conflict ends when both sides came to say the same, and with its event.
Result<void> Engine::Inner::close_conflicts(Transaction& tx, const Planned& one) {
  bool any = std::ranges::any_of(one.places, [](const sync::Place& place) { return !place.parked.empty(); });
  if (!any) return {};
  for (ports::ConflictRow& row : TRY(tx.conflicts_of(one.loaded.row.id))) {
    if (!row.open) continue;
    TRY_VOID(reveal(row));
    bool ended = !one.plan.hub.alive();
    bool taken = ended;  // what this place holds goes
    for (const sync::PlacePlan& place : one.plan.places) {
      if (place.calendar != row.calendar) continue;
      ended = ended || std::ranges::find(place.reconciled, row.path) != place.reconciled.end();
      taken = taken || (place.push && place.push->kind == sync::Intent::Kind::remove);
    }
    if (!ended && !taken) continue;
    ConflictRecord record = TRY(decode_conflict(row.blob));
    // Both sides may have moved on while it waited: what a removal takes away is named as it was last.
    auto seen = std::ranges::find(one.places, row.calendar, &sync::Place::calendar);
    if (taken && seen != one.places.end() && seen->seen.kind == sync::Observation::Kind::present) {
      const std::string* value = seen->seen.facts.find(row.path);
      record.remote = value != nullptr ? std::optional(*value) : std::nullopt;
      record.hub = one.loaded.state.value(row.path);
    }
    if (ended) {
      record.winner = "hub";
      row.open = false;
    }
    row.blob = encode_conflict(record);
    TRY_VOID(tx.put(sealed(std::move(row))));
  }
  return {};
}

// A write whose outcome was unknown, and which this look has told: its row in the trail says what came of it.
Result<void> Engine::Inner::keep_outcome(Transaction& tx, const Planned& one, const sync::PlacePlan& place) {
  auto before = one.loaded.bases.find(place.calendar);
  if (before == one.loaded.bases.end() || !before->second.intent || place.base.intent) return {};
  const sync::Intent& intent = *before->second.intent;
  auto seen = std::ranges::find(one.places, place.calendar, &sync::Place::calendar);
  if (seen == one.places.end()) return {};
  const bool keeps_marks = providers.at(place.calendar)->capabilities().keeps_marks;
  for (std::int64_t id : intent.writes) {
    auto row = TRY(tx.write(id));
    if (!row || row->state == WriteRow::State::done) continue;
    WriteRecord record = TRY(decode_write(row->blob));
    const bool done = happened(*seen, intent, row->kind, record.slot, keeps_marks);
    if (!done && row->state == WriteRow::State::intended) ++record.tries;
    record.error = done ? "" : "it did not reach the calendar";
    row->blob = encode_write(record);
    row->state = done ? WriteRow::State::done : WriteRow::State::failed;
    TRY_VOID(tx.put(*row));
  }
  return {};
}

// Many servers refuse a uid twice in one calendar. It is taken when another event has an item or an unfinished write
// there, as a note and a person's copy of it do.
Result<bool> Engine::Inner::uid_is_taken(Transaction& tx, const ports::EventRow& event,
                                         const CalendarId& calendar) {
  for (const ports::EventRow& other : TRY(tx.events_with_uid(event.uid))) {
    if (other.id == event.id) continue;
    for (const ports::BaseRow& base : TRY(tx.bases_of(other.id)))
      if (base.calendar == calendar && base.pending) return true;
    for (const ports::ItemRow& item : TRY(tx.items_of(other.id)))
      if (item.calendar == calendar && item.uid == event.uid && item.state != ports::ItemRow::State::gone)
        return true;
  }
  return false;
}

// A write that is tried again is one row in the trail, that of the latest attempt, with how often it failed before.
Result<void> Engine::Inner::take_over_tries(Transaction& tx, const std::vector<WriteRow>& earlier,
                                            const WriteRow& row, WriteRecord& record) {
  for (const WriteRow& before : std::views::reverse(earlier)) {
    if (before.calendar != row.calendar) continue;
    const WriteRecord old = TRY(decode_write(before.blob));
    if (old.slot != record.slot) continue;
    const bool same =
        before.state == WriteRow::State::failed && before.kind == row.kind && old.changes == record.changes;
    if (!same || is_on(Mutant::keep_tells_each_try)) return {};
    record.tries = old.tries;
    return tx.remove_write(before.id);
  }
  return {};
}

Result<void> Engine::Inner::keep_place(Transaction& tx, Cycle& cycle, Planned& one, sync::PlacePlan& place) {
  if (!cycle.dry) TRY_VOID(keep_outcome(tx, one, place));
  if (place.push) {
    sync::Push& push = *place.push;
    Move move = move_of(move_kind(push.kind), one, place.calendar);
    move.from = source_of(one, place.calendar);
    move.fields = fields_of(push.paths);
    move.why = TRY(reason_of(tx, cycle, one, place));
    one.moves[place.calendar] = cycle.report.moves.size();
    cycle.report.moves.push_back(move);
    if (cycle.dry) return {};
    sync::Intent intent;
    intent.kind = push.kind;
    intent.target = push.target;
    intent.at_ms = cycle.now.ms;
    std::vector<WriteRow> earlier;
    if (one.loaded.unsettled.contains(place.calendar)) earlier = TRY(tx.writes_of_event(one.loaded.row.id));
    for (const sync::ItemWrite& write : push.writes) {
      WriteRow row;
      row.run = cycle.run;
      row.event = one.loaded.row.id;
      row.calendar = place.calendar;
      row.kind = to_string(move_kind(write.kind));
      row.at = cycle.now;
      const std::string why = write.slot.empty() ? move.why : move.why + "; the occurrence of " + write.slot;
      WriteRecord record{move.title, why, move.from, place.base.link.value, "", changes_of(push, write),
                         write.slot};
      TRY_VOID(take_over_tries(tx, earlier, row, record));
      row.blob = encode_write(record);
      intent.writes.push_back(TRY(tx.add(row)));
      if (write.kind == sync::Intent::Kind::create && intent.nonce.empty()) intent.nonce = new_nonce();
    }
    if (push.kind == sync::Intent::Kind::create) {
      // Of a new event it is known that no other has its uid.
      place.base.items.clear();  // an earlier attempt's
      if (!one.loaded.is_new) place.base.own_uid |= TRY(uid_is_taken(tx, one.loaded.row, place.calendar));
    }
    place.base.intent = std::move(intent);
  }
  if (cycle.dry) return {};
  bool existed = one.loaded.bases.contains(place.calendar);
  if (!place.push && !place.base_changed && place.settled && existed) {
    // Nothing moved; only that it is settled may be news.
    return put_base(tx, one.loaded.row.id, place.calendar, place.base, true);
  }
  if (!place.push && !place.base_changed && place.settled) return {};
  return put_base(tx, one.loaded.row.id, place.calendar, place.base, place.settled && !place.push);
}

// "Keep both": the losing version becomes an event of its own, at home where it came from.
Result<void> Engine::Inner::keep_spawned(Transaction& tx, Cycle& cycle, const Planned& one) {
  for (const sync::Spawned& spawned : one.plan.spawned) {
    Loaded fresh;
    fresh.row.id = new_event_id();
    fresh.row.uid = fresh.row.id.value + "@kalends";
    fresh.row.dirty = true;
    fresh.row.changed_at = cycle.now;
    std::vector<calendar::Change> changes{{std::string(merge::kLife), std::nullopt, "alive"}};
    for (const auto& [path, value] : sync::without_people(spawned.facts))
      changes.push_back({path, std::nullopt, value});
    for (const calendar::Change& change : changes)
      fresh.state.write(change.path, change.after, replica("person"), cycle.now.ms);
    TRY_VOID(put_event(tx, fresh));
    WriteRow row;
    row.run = cycle.run;
    row.event = fresh.row.id;
    row.kind = "person";
    row.state = WriteRow::State::done;
    row.at = cycle.now;
    row.blob = encode_write({spawned.facts.get("title"),
                             "the other version of a conflict, kept as an event of its own", "person", "", "",
                             std::move(changes)});
    TRY(tx.add(row));
    sync::Base base;
    base.role = sync::Role::origin;
    TRY_VOID(put_base(tx, fresh.row.id, spawned.home, base, false));
  }
  return {};
}

Result<void> Engine::Inner::keep(Transaction& tx, Cycle& cycle, std::vector<Planned>& planned) {
  for (Planned& one : planned) {
    if (!cycle.dry && (one.plan.hub_changed || one.loaded.row.dirty)) {
      Loaded after;
      after.row = one.loaded.row;
      after.is_new = one.loaded.is_new;
      after.state = one.plan.hub;
      after.row.dirty = false;
      if (one.plan.hub_changed) after.row.changed_at = cycle.now;
      TRY_VOID(put_event(tx, after));
    }
    TRY_VOID(keep_changes(tx, cycle, one));
    TRY_VOID(close_conflicts(tx, one));
    TRY_VOID(keep_conflicts(tx, cycle, one));
    for (sync::PlacePlan& place : one.plan.places) TRY_VOID(keep_place(tx, cycle, one, place));
    if (cycle.dry) continue;  // only the report is wanted; what would be written is thrown away
    TRY_VOID(keep_spawned(tx, cycle, one));
    auto reconciled = [&](ports::ItemRow& item) -> Result<void> {
      if (one.ignored.contains(item.calendar) && !is_on(Mutant::keep_forgets_held_news)) return {};
      if (item.state == ports::ItemRow::State::gone) return tx.remove_item(item.calendar, item.remote);
      if (!item.dirty) return {};
      item.dirty = false;
      return tx.reconcile(item.calendar, item.remote, item.event);
    };
    for (auto& [calendar, item] : one.loaded.items) TRY_VOID(reconciled(item));
    for (auto& [calendar, parts] : one.loaded.parts)
      for (ports::ItemRow& part : parts) TRY_VOID(reconciled(part));
  }
  return {};
}

}  // namespace kalends::engine
