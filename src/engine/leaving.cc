// Items of ours that are taken away beside another one of the same event: a double that a lost answer made us write, a
// copy that stands where a person's own item turns up, and of two stores' copies the one that comes later.
// **Each removal is a write like any other: its intent is in the trail before it is made, and what came of it after.**
// A process that dies in between leaves the intent; the next look shows whether the item went, and the trail is told.
#include <fmt/format.h>

#include <algorithm>

#include "engine/inner.h"

namespace kalends::engine {

namespace {

using ports::ItemRow;
using ports::WriteRow;

// Tells the trail what a look has shown of the last attempt to take away an item for that reason. False when there was
// none whose end was not known.
Result<bool> tell_earlier(Transaction& tx, const EventId& event, const CalendarId& calendar,
                          std::string_view why, bool gone) {
  auto writes = TRY(tx.writes_of_event(event));
  std::int64_t run = 0;
  for (auto row = writes.rbegin(); row != writes.rend(); ++row) {
    if (row->calendar != calendar) continue;
    if (row->kind != "remove" || row->state == WriteRow::State::done || (run != 0 && row->run != run)) break;
    WriteRecord record = TRY(decode_write(row->blob));
    if (record.why != why) break;
    run = row->run;
    if (!gone && row->state == WriteRow::State::failed) continue;
    if (!gone) ++record.tries;
    record.error = gone ? "" : "it did not reach the calendar";
    row->blob = encode_write(record);
    row->state = gone ? WriteRow::State::done : WriteRow::State::failed;
    TRY_VOID(tx.put(*row));
  }
  return run != 0;
}

}  // namespace

// Writes down that the item is to go, its parts first. In a plan it goes at once, from what the plan knows.
Result<void> Engine::Inner::intend_to_take_away(Transaction& tx, Cycle& cycle, Leaving leaving) {
  const std::string& why = leaving.why;
  if (!cycle.dry) TRY(tell_earlier(tx, leaving.event, leaving.calendar, why, false));
  leaving.items = TRY(parts_left_by(tx, leaving.calendar, leaving.item.id));
  leaving.items.push_back(leaving.item);
  std::vector<WriteRow> earlier;
  if (!cycle.dry) earlier = TRY(tx.writes_of_event(leaving.event));
  for (const ports::Item& one : leaving.items) {
    WriteRow write;
    write.run = cycle.run;
    write.event = leaving.event;
    write.calendar = leaving.calendar;
    write.kind = "remove";
    write.at = cycle.now;
    WriteRecord record{
        leaving.item.facts.get("title"),     why, "", "", "", calendar::difference(one.facts, {}),
        one.part_of ? one.part_of->slot : ""};
    TRY_VOID(take_over_tries(tx, earlier, write, record));
    write.blob = encode_write(record);
    leaving.writes.push_back(TRY(tx.add(write)));
  }
  cycle.left.insert({leaving.calendar, leaving.item.id});
  cycle.leaving.push_back(std::move(leaving));
  return {};
}

// Makes the removals whose intents are kept, as far as they come.
Result<void> Engine::Inner::take_away(Transaction& tx, Cycle& cycle) {
  for (Leaving& leaving : std::exchange(cycle.leaving, {})) {
    ports::Provider& provider = *providers.at(leaving.calendar);
    Result<void> removed;
    for (std::size_t i = 0; i < leaving.items.size(); ++i) {
      const bool tried = removed.has_value();
      if (tried && !cycle.dry) removed = provider.remove(leaving.items[i]);
      if (removed) {
        TRY_VOID(tx.set_state(leaving.writes[i], WriteRow::State::done));
        TRY_VOID(tx.remove_item(leaving.calendar, leaving.items[i].id));
        continue;
      }
      auto row = TRY(tx.write(leaving.writes[i]));
      KALENDS_CHECK(row.has_value());
      WriteRecord record = TRY(decode_write(row->blob));
      record.error =
          tried ? removed.error().message : "not tried, because an earlier write of the same event failed";
      if (tried) ++record.tries;
      row->blob = encode_write(record);
      row->state = WriteRow::State::failed;
      TRY_VOID(tx.put(*row));
    }
    TRY_VOID(settle_leaving(tx, cycle, leaving, removed));
  }
  return attach_parts(tx);
}

// What a refused removal leaves stays in two until it goes, and is reported as any write that failed.
Result<void> Engine::Inner::settle_leaving(Transaction& tx, Cycle& cycle, Leaving& leaving,
                                           const Result<void>& removed) {
  Move move;
  move.kind = Move::Kind::remove;
  move.event = leaving.event;
  move.title = leaving.item.facts.get("title");
  move.calendar = leaving.calendar;
  move.why = leaving.why;
  move.when = time_of(TRY(load(tx, leaving.event)).state);
  if (!removed) move.error = removed.error().message;
  cycle.report.moves.push_back(move);
  if (removed) {
    ++cycle.counts[leaving.calendar].removed;
    if (leaving.exchanged) {
      const Loaded loaded = TRY(load(tx, leaving.event));
      const ports::Item item = TRY(decode_item(leaving.arrival));
      return exchange(tx, leaving.event, loaded.bases.at(leaving.calendar), leaving.arrival, item);
    }
    if (!leaving.instead) return {};
    // What was agreed of our copy says nothing of this item: the two meet for the first time.
    TRY_VOID(tx.remove_base(leaving.event, leaving.calendar));
    const ports::Item item = TRY(decode_item(leaving.arrival));
    return attach(tx, cycle, leaving.arrival, item, *leaving.instead, false, true);
  }
  // A copy that may not be removed stays, and the item is an event of its own.
  if (leaving.instead && removed.error().kind == ErrorKind::forbidden)
    return begin_event(tx, cycle, std::move(leaving.arrival), false);
  if (leaving.exchanged && removed.error().kind == ErrorKind::forbidden) {
    ++cycle.doubles[leaving.calendar];
    return {};
  }
  // Somebody touched it, or took it away: the next look tells.
  const ErrorKind kind = removed.error().kind;
  if (kind == ErrorKind::stale || kind == ErrorKind::not_found) return {};
  cycle.stayed.insert({leaving.event, leaving.calendar});
  ++cycle.counts[leaving.calendar].failed;
  cycle.report.errors.push_back(
      fmt::format("\"{}\" could not be removed from \"{}\", where it stands twice: {}", move.title,
                  leaving.calendar.value, removed.error().message));
  return {};
}

// The places where a removal was refused have something left to do.
Result<void> Engine::Inner::keep_stayed(Transaction& tx, const Cycle& cycle) {
  for (const auto& [event, calendar] : cycle.stayed)
    for (const ports::BaseRow& row : TRY(tx.bases_of(event)))
      if (row.calendar == calendar)
        TRY_VOID(put_base(tx, event, calendar, TRY(sync::decode_base(row.blob)), false));
  return {};
}

Result<void> Engine::Inner::tell_double_gone(Transaction& tx, const CalendarId& calendar,
                                             const EventId& event) {
  for (const char* why : {kDouble, kReturned}) TRY(tell_earlier(tx, event, calendar, why, true));
  return {};
}

// What was to go for another copy that now stands in its place is gone.
Result<void> Engine::Inner::tell_yielded(Transaction& tx, const CalendarId& calendar, const EventId& event) {
  TRY(tell_earlier(tx, event, calendar, kYielded, true));
  return {};
}

// A second copy that we wrote is taken away again, unless somebody touched it.
Result<bool> Engine::Inner::remove_double(Transaction& tx, Cycle& cycle, const ItemRow& row,
                                          const ports::Item& item, const EventId& event, const char* why) {
  if (cycle.left.contains({row.calendar, row.remote})) return true;
  Loaded loaded = TRY(load(tx, event));
  auto first = loaded.items.find(row.calendar);
  if (first == loaded.items.end() || TRY(decode_item(first->second)).facts != item.facts) return false;
  if (!providers.at(row.calendar)->recipients(ports::WriteKind::remove, &item, {}).empty()) return false;
  TRY_VOID(
      intend_to_take_away(tx, cycle, {event, row.calendar, row, item, std::nullopt, false, why, {}, {}}));
  return true;
}

// Whether our copy there was to give way to an item like this one, and the answer never came: now that the copy is gone,
// it did, and what was agreed of it says nothing of the item.
Result<bool> Engine::Inner::gave_way(Transaction& tx, const ports::Item& item, const CalendarId& calendar,
                                     const EventId& event, const sync::Base& base) {
  bool copy =
      base.role == sync::Role::copy && base.standing == sync::Standing::present && !base.nonce.empty();
  if (item.mark || !copy) return false;
  return tell_earlier(tx, event, calendar, kGaveWay, true);
}

// A person's own item may turn up, by its uid, where a copy of ours stands in for it: it could not be read when the
// copy was made, or came at the same moment. The copy gives way, unless somebody touched it. True when it is to, or was
// to and is there still.
Result<bool> Engine::Inner::make_way(Transaction& tx, Cycle& cycle, const ItemRow& row,
                                     const std::vector<sync::Candidate>& by_uid) {
  for (const sync::Candidate& candidate : by_uid) {
    // What has no uid is known by its name: ours was made in its place, also where it was at home.
    const bool named = row.uid.empty();
    if (!candidate.alive || !candidate.live_here || (!named && candidate.nonce_here.empty())) continue;
    sync::Candidate without = candidate;
    without.live_here = false;
    std::erase(without.places, row.calendar);
    sync::Match match = sync::choose({row.calendar, std::nullopt}, islands.links_of(row.calendar),
                                     std::nullopt, {without}, {});
    if (match.kind != sync::Match::Kind::attach) continue;
    Loaded loaded = TRY(load(tx, candidate.event));
    const ItemRow& ours = loaded.items.at(row.calendar);
    if (cycle.left.contains({row.calendar, ours.remote})) return true;
    auto base = loaded.bases.find(row.calendar);
    if (ours.state != ItemRow::State::present || base == loaded.bases.end()) continue;
    ports::Item item = TRY(whole_item(loaded, row.calendar));
    const bool ours_there =
        base->second.role == sync::Role::copy && item.mark && item.mark->nonce == base->second.nonce;
    const bool untouched = named ? TRY(is_untouched(loaded, row.calendar))
                                 : base->second.standing == sync::Standing::present && ours_there &&
                                       !base->second.intent && item.facts == base->second.remote();
    if (!untouched || !providers.at(row.calendar)->recipients(ports::WriteKind::remove, &item, {}).empty())
      continue;
    match.why = "the same UID as our copy, which gave way";
    TRY_VOID(intend_to_take_away(
        tx, cycle, {candidate.event, row.calendar, row, item, std::move(match), false, kGaveWay, {}, {}}));
    return true;
  }
  return false;
}

}  // namespace kalends::engine
