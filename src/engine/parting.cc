// Undoing a run in which two events met: each is an event of its own again and says what it said before, as far as nobody
// changed it since. **Neither is copied to the other's calendar: what was parted is not here, as a copy that a person took
// back, and does not meet the other again. Undoing the undo lets them meet.**
#include <fmt/format.h>

#include <algorithm>

#include "base/mutation.h"
#include "calendar/parameters.h"
#include "engine/inner.h"
#include "sync/match.h"

namespace kalends::engine {

namespace {

using ports::ItemRow;
using ports::WriteRow;
using Value = std::optional<std::string>;

Value look(const calendar::Facts& facts, std::string_view path) {
  const std::string* value = facts.find(path);
  return value != nullptr ? Value(*value) : std::nullopt;
}

std::string title_of(const Loaded& loaded) {
  return loaded.state.value("title").value_or("an event without a title");
}

// Whether somebody's own item of the event is there, which neither we nor the run made.
bool is_own(const Loaded& loaded, const CalendarId& calendar, const std::vector<const WriteRow*>& rows) {
  auto item = loaded.items.find(calendar);
  auto base = loaded.bases.find(calendar);
  if (item == loaded.items.end() || base == loaded.bases.end()) return false;
  if (item->second.state == ItemRow::State::gone || !base->second.nonce.empty()) return false;
  return std::ranges::none_of(rows, [&](const WriteRow* row) {
    return row->calendar == calendar && row->kind == "create" && row->state == WriteRow::State::done;
  });
}

// The calendar whose item the event began with or had before; "" when it is in none of those.
CalendarId keeper_of(const Loaded& loaded, const std::set<CalendarId>& met,
                     const std::vector<const WriteRow*>& rows) {
  for (const auto& [calendar, item] : loaded.items)
    if (!met.contains(calendar) && is_own(loaded, calendar, rows)) return calendar;
  return CalendarId();
}

// What people made there, and a link turned into a copy for the other event's sake, is an origin again.
void restore_origins(Loaded& loaded) {
  const bool any = std::ranges::any_of(
      loaded.bases, [](const auto& entry) { return entry.second.role == sync::Role::origin; });
  if (any) return;
  for (auto& [calendar, base] : loaded.bases)
    if (loaded.items.contains(calendar) && base.nonce.empty() && base.link.value.empty())
      base.role = sync::Role::origin;
}

std::vector<sync::RemoteItem> remote_items(const Loaded& loaded, const CalendarId& calendar) {
  const ItemRow& master = loaded.items.at(calendar);
  std::vector<sync::RemoteItem> out{{"", master.remote, master.version}};
  if (auto parts = loaded.parts.find(calendar); parts != loaded.parts.end())
    for (const ItemRow& part : parts->second)
      if (part.state != ItemRow::State::gone) out.push_back({part.slot, part.remote, part.version});
  std::ranges::sort(out, {}, &sync::RemoteItem::slot);
  return out;
}

sync::Base parted_base() {
  sync::Base base;
  base.standing = sync::Standing::not_here;
  base.parted = true;
  return base;
}

}  // namespace

// The calendars whose items a run found to be this event's and which can be events of their own again.
Result<std::set<CalendarId>> Engine::Inner::to_be_parted(const Loaded& loaded,
                                                         const std::vector<const WriteRow*>& rows,
                                                         UndoReport& report) const {
  std::set<CalendarId> met;
  for (const WriteRow* row : rows)
    if (row->kind == kAdopt) met.insert(row->calendar);
  if (met.empty() || !loaded.state.alive() || is_on(Mutant::undo_leaves_met)) return std::set<CalendarId>();
  std::erase_if(met, [&](const CalendarId& id) { return !is_own(loaded, id, rows); });
  CalendarId keeper = keeper_of(loaded, met, rows);
  if (keeper.empty() && !met.empty()) {
    keeper = *met.begin();
    met.erase(met.begin());
  }
  auto waits = [&](const CalendarId& id) {
    return loaded.items.at(id).state != ItemRow::State::present || loaded.bases.at(id).intent;
  };
  const bool none = !keeper.empty() && waits(keeper);
  std::erase_if(met, [&](const CalendarId& id) {
    if (!none && !waits(id)) return false;
    report.kept.push_back(
        fmt::format("\"{}\" in \"{}\" and in \"{}\" stays one event, because what it says now is not known "
                    "for sure; undo "
                    "the run again after the next sync.",
                    title_of(loaded), keeper.value, id.value));
    return true;
  });
  return met;
}

// What the calendar held of the event before those writes: what they put there, and nobody changed since, is taken back.
Result<Engine::Inner::Past> Engine::Inner::past_of(const Loaded& loaded, const CalendarId& calendar,
                                                   const std::vector<const WriteRow*>& rows) const {
  Net net;
  for (const WriteRow* row : rows) {
    if (row->calendar != calendar || row->state != WriteRow::State::done) continue;
    const WriteRecord record = TRY(decode_write(row->blob));
    for (const calendar::Change& change : record.changes) chain(net, change);
  }
  Past out{TRY(whole_item(loaded, calendar)).facts, {}};
  const sync::Base& base = loaded.bases.at(calendar);
  for (const auto& [path, change] : net) {
    const Value now = look(out.facts, path);
    if (now == change.before) continue;
    const sync::Agreed* agreed = base.agreed(path);
    const bool as_written = agreed != nullptr && agreed->shown == change.after && agreed->remote == now;
    if (!as_written && now != change.after) {
      out.touched.push_back(path);
    } else if (change.before) {
      out.facts.set(path, *change.before);
    } else {
      out.facts.erase(path);
    }
  }
  out.facts = sync::tidy(std::move(out.facts));
  return out;
}

// Of an event that began in the run: what the hub says of it goes back to what one side alone would have said.
Result<std::vector<calendar::Change>> Engine::Inner::back_to_one_side(
    const Loaded& loaded, const std::set<CalendarId>& parted, const std::vector<const WriteRow*>& rows,
    UndoReport& report) const {
  const Past past = TRY(past_of(loaded, keeper_of(loaded, parted, rows), rows));
  Net net;
  for (const WriteRow* row : rows)
    if (row->calendar.empty())
      for (const calendar::Change& change : TRY(decode_write(row->blob)).changes) chain(net, change);
  std::vector<calendar::Change> out;
  for (const auto& [path, change] : net) {
    if (path == merge::kLife) continue;
    const Value wanted = look(past.facts, path);
    const Value now = loaded.state.value(path);
    const bool touched = std::ranges::find(past.touched, path) != past.touched.end();
    if (!touched && (now == wanted || change.after == wanted)) continue;
    if (touched || now != change.after) {
      report.kept.push_back(fmt::format("{} of \"{}\" stays: it was changed since.",
                                        calendar::path_words(path), title_of(loaded)));
      continue;
    }
    out.push_back({path, now, wanted});
  }
  return out;
}

// The event has nothing in that calendar any more. A copy of ours that had given way to the item there is made again.
Result<void> Engine::Inner::forget_item(Transaction& tx, std::int64_t run, Loaded& loaded,
                                        const CalendarId& calendar, bool gave_way) {
  sync::Base base = parted_base();
  if (gave_way) base.standing = sync::Standing::none;
  loaded.bases[calendar] = base;
  TRY_VOID(put_base(tx, loaded.row.id, calendar, base, !gave_way));
  loaded.items.erase(calendar);
  loaded.parts.erase(calendar);
  restore_origins(loaded);
  for (const auto& [id, other] : loaded.bases)
    if (loaded.items.contains(id)) TRY_VOID(put_base(tx, loaded.row.id, id, other, false));
  for (ports::ConflictRow& row : TRY(tx.conflicts_of(loaded.row.id))) {
    if (!row.open || row.calendar != calendar) continue;
    ConflictRecord record = TRY(decode_conflict(row.blob));
    record.winner = "hub";
    record.policy = fmt::format("run {} parted the two", run);
    row.open = false;
    row.blob = encode_conflict(record);
    TRY_VOID(reveal(row));
    TRY_VOID(tx.put(sealed(std::move(row))));
  }
  return {};
}

Result<void> Engine::Inner::part(Transaction& tx, std::int64_t run, Loaded& loaded,
                                 const CalendarId& calendar, const std::vector<const WriteRow*>& rows,
                                 UndoReport& report) {
  const Instant now = world.clock.now();
  const ItemRow& item = loaded.items.at(calendar);
  const calendar::Facts holds = TRY(whole_item(loaded, calendar)).facts;
  const Past past = TRY(past_of(loaded, calendar, rows));
  for (const std::string& path : past.touched)
    report.kept.push_back(fmt::format("{} of \"{}\" in \"{}\" stays: it was changed since.",
                                      calendar::path_words(path), title_of(loaded), calendar.value));

  Loaded own;
  own.row.id = TRY(event_id_of(tx, calendar, item.remote));
  own.row.uid = item.uid.empty() ? own.row.id.value + "@kalends" : item.uid;
  own.row.dirty = true;
  own.row.changed_at = now;
  std::vector<calendar::Change> changes{{std::string(merge::kLife), std::nullopt, "alive"}};
  for (const auto& [path, value] : past.facts) changes.push_back({path, std::nullopt, value});
  for (const calendar::Change& change : changes)
    own.state.write(change.path, change.after, replica(calendar.value), now.ms);
  TRY_VOID(put_event(tx, own));

  sync::Base base = loaded.bases.at(calendar);
  base.role = sync::Role::origin;
  base.standing = sync::Standing::present;
  base.withdrawn = false;
  base.link = {};
  base.items = remote_items(loaded, calendar);
  base.fields.clear();
  for (const auto& [path, value] : holds) base.fields[path] = {value, value, own.state.dot(path)};
  TRY_VOID(put_base(tx, own.row.id, calendar, base, false));
  for (const auto& [other, its] : loaded.bases)
    if (other != calendar) TRY_VOID(put_base(tx, own.row.id, other, parted_base(), true));
  for (ItemRow& row : TRY(tx.items_of(loaded.row.id))) {
    if (row.calendar != calendar || row.state == ItemRow::State::gone) continue;
    row.event = own.row.id;
    TRY_VOID(tx.put(row));
  }

  WriteRow row;
  row.run = run;
  row.event = own.row.id;
  row.kind = "person";
  row.state = WriteRow::State::done;
  row.at = now;
  row.blob = encode_write(
      {past.facts.get("title"), "an event of its own again", calendar.value, "", "", std::move(changes)});
  TRY(tx.add(row));
  row.calendar = calendar;
  row.kind = kPart;
  WriteRecord parting;
  parting.title = past.facts.get("title");
  parting.why = "a person took back that it was found to be \"" + title_of(loaded) + "\"";
  parting.other = loaded.row.id;
  row.blob = encode_write(parting);
  TRY(tx.add(row));
  const bool gave_way = std::ranges::any_of(rows, [&](const WriteRow* other) {
    return other->calendar == calendar && other->kind == "remove" && other->state == WriteRow::State::done;
  });
  loaded.row.dirty = true;
  ++report.restored;
  return forget_item(tx, run, loaded, calendar, gave_way);
}

// The undo of a parting: the two are one event again if the links still say so, and meet with the next sync.
Result<void> Engine::Inner::join_again(Transaction& tx, std::int64_t run, const WriteRow& row,
                                       const WriteRecord& record, UndoReport& report) {
  const Loaded own = TRY(load(tx, row.event));
  auto stays = [&](const std::string& why) {
    report.kept.push_back(fmt::format("\"{}\" in \"{}\" stays an event of its own: {}.", title_of(own),
                                      row.calendar.value, why));
    return Result<void>();
  };
  auto item = own.items.find(row.calendar);
  if (item == own.items.end() || item->second.state != ItemRow::State::present)
    return stays("it is not there any more");
  if (own.items.size() > 1) return stays("it has copies elsewhere by now");
  if (!TRY(tx.event(record.other))) return stays("the other event is not known any more");
  const Loaded other = TRY(load(tx, record.other));
  sync::Candidate candidate = candidate_of(islands, other, row.calendar, std::nullopt);
  candidate.parted_here = false;
  candidate.closed.clear();
  sync::Match match = sync::choose({row.calendar, std::nullopt}, islands.links_of(row.calendar), std::nullopt,
                                   {candidate}, {});
  if (match.kind != sync::Match::Kind::attach || !other.state.alive())
    return stays("no link makes the two one event");
  for (ItemRow& moved : TRY(tx.items_of(row.event))) {
    moved.event = record.other;
    moved.dirty = true;
    TRY_VOID(tx.put(moved));
  }
  TRY_VOID(tx.remove_event(row.event));
  sync::Base base;
  base.role = match.role;
  TRY_VOID(put_base(tx, record.other, row.calendar, base, false));
  TRY_VOID(become_copies(tx, match));
  match.why = "the word of a person";
  TRY_VOID(note_meeting(tx, run, match, row.calendar, title_of(own)));
  TRY_VOID(tx.set_dirty(record.other, true));
  ++report.restored;
  return {};
}

}  // namespace kalends::engine
