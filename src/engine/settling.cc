// Settle: each base takes what its own write produced, and nothing else.
// **A push that is several writes is settled as far as it came: what was not written is the next plan's work.**
#include <fmt/format.h>

#include <algorithm>

#include "base/mutation.h"
#include "engine/inner.h"
#include "sync/item_writes.h"

namespace kalends::engine {

namespace {

using ports::ItemRow;
using ports::WriteRow;
using sync::Intent;

// What the writes of one push, as far as they were made, have shown.
struct Evidence {
  sync::Items meant, actual;  // the event's items now: as we wrote them, as they are
  std::vector<sync::RemoteItem> items;
  struct Read {
    const ports::Item* item;
    RemoteId before;  // its name before the write
    bool edited;      // by somebody after us
  };
  std::vector<Read> reads;
  std::int64_t updated_ms = 0;
  std::size_t made = 0;
  bool unversioned = false;  // a write whose answer gave no version was read back
  bool unseen = false;       // one was made, and could not be read back

  void forget(const sync::ItemWrite& write) {
    if (write.stray) return;
    meant.erase(write.slot);
    actual.erase(write.slot);
    std::erase_if(items, [&](const sync::RemoteItem& item) { return item.slot == write.slot; });
  }

  void take(const sync::ItemWrite& write, const Outcome::OfItem& made_of) {
    const ports::Written& written = *made_of.written;
    sync::RemoteItem remote{write.slot, written.id, written.version};
    const ports::Item* held = written.item ? &*written.item : made_of.read ? &*made_of.read : nullptr;
    if (held == nullptr) {
      unseen = true;
      if (write.kind == Intent::Kind::create && write.slot.empty()) items.push_back(std::move(remote));
      return;
    }
    bool edited = false;
    if (!written.item && written.version.empty()) {
      unversioned = true;
      remote.version = held->version;
    } else if (!written.item && held->version != written.version) {
      edited = true;  // what we wrote is agreed, what is there now is their edit
    }
    if (!edited && held->updated) updated_ms = std::max(updated_ms, held->updated->ms);
    meant[write.slot] = write.target;
    const bool taken = edited && !is_on(Mutant::act_takes_race_for_ours);
    actual[write.slot] = taken ? write.target : held->facts;
    std::erase_if(items, [&](const sync::RemoteItem& item) { return item.slot == write.slot; });
    items.push_back(std::move(remote));
    reads.push_back({held, write.id, edited});
  }
};

Evidence evidence_of(const sync::Place& place, const sync::PlacePlan& plan, const Outcome& outcome) {
  Evidence out;
  const sync::Push& push = *plan.push;
  out.meant = out.actual = sync::seen_items(place);
  out.items = plan.base.items;
  for (std::size_t i = 0; i < outcome.items.size() && outcome.items[i].written; ++i) {
    ++out.made;
    if (push.writes[i].kind == Intent::Kind::remove) {
      out.forget(push.writes[i]);
    } else {
      out.take(push.writes[i], outcome.items[i]);
    }
  }
  std::ranges::sort(out.items, {}, &sync::RemoteItem::slot);
  return out;
}

// The items as one event, with what is remembered of the slots that cannot be read.
calendar::Facts whole_of(const sync::Items& items, const sync::Place& place) {
  const auto& unknown = place.seen.unknown_slots;
  calendar::Facts whole = sync::gather(items);
  if (unknown.empty()) return whole;
  return sync::with_slots_of(std::move(whole), place.seen.facts, {unknown.begin(), unknown.end()});
}

}  // namespace

// Every write's row in the trail says what came of it; what was not tried failed with the one before it.
Result<void> Engine::Inner::finish_writes(Transaction& tx, const Outcome& outcome) {
  const std::vector<std::int64_t>& rows = outcome.place->base.intent->writes;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool tried = i < outcome.items.size();
    if (tried && outcome.items[i].written.has_value()) {
      TRY_VOID(tx.set_state(rows[i], WriteRow::State::done));
      continue;
    }
    auto row = TRY(tx.write(rows[i]));
    KALENDS_CHECK(row.has_value());
    row->state = is_on(Mutant::act_records_failure_as_done) ? WriteRow::State::done : WriteRow::State::failed;
    WriteRecord record = TRY(decode_write(row->blob));
    record.error = tried ? outcome.items[i].written.error().message
                         : "not tried, because an earlier write of the same event failed";
    if (tried) ++record.tries;
    row->blob = encode_write(record);
    TRY_VOID(tx.put(*row));
  }
  return {};
}

// What a failed write leaves to know: whether its uid was taken, what is there instead, and whom to tell.
Result<void> Engine::Inner::note_failure(Transaction& tx, Cycle& cycle, const Outcome& outcome,
                                         sync::Base& base) {
  const sync::PlacePlan& place = *outcome.place;
  const EventId& event = outcome.planned->loaded.row.id;
  const Error& error = *outcome.error();
  const sync::ItemWrite& write = place.push->writes[outcome.items.size() - 1];
  cycle.report.moves[outcome.planned->moves.at(place.calendar)].error = error.message;
  if (write.kind == Intent::Kind::create && error.kind == ErrorKind::stale) {
    // The uid is taken there. The next look tells whether by this very event; if not, ours needs another one. Of a
    // part it is the slot that is taken, and the next look shows by what.
    base.own_uid = base.own_uid || write.slot.empty();
    cycle.failed.insert({event, place.calendar});
  }
  if (const auto& read = outcome.items.back().read)
    TRY(put_item(tx, place.calendar, *read, cycle.seen, true, &event));
  if (outcome.items.back().missing)
    if (auto row = TRY(tx.item(place.calendar, write.id))) {
      row->state = ItemRow::State::gone;
      row->dirty = true;
      TRY_VOID(tx.put(*row));
      return {};
    }
  if (error.kind == ErrorKind::stale) return {};
  cycle.failed.insert({event, place.calendar});
  ++cycle.counts[place.calendar].failed;
  cycle.report.errors.push_back(fmt::format("\"{}\" could not be written to \"{}\": {}",
                                            outcome.planned->plan.hub.value("title").value_or("an event"),
                                            place.calendar.value, error.message));
  return {};
}

// All that was to go is gone.
Result<void> Engine::Inner::settle_gone(Transaction& tx, Cycle& cycle, const Outcome& outcome) {
  const sync::PlacePlan& place = *outcome.place;
  const EventId& event = outcome.planned->loaded.row.id;
  const bool alive = outcome.planned->plan.hub.alive();
  const bool master = std::ranges::any_of(
      place.push->writes, [](const sync::ItemWrite& write) { return write.slot.empty() && !write.stray; });
  if (master) ++cycle.counts[place.calendar].removed;
  for (const sync::ItemWrite& write : place.push->writes) TRY_VOID(tx.remove_item(place.calendar, write.id));
  auto parts = outcome.planned->loaded.parts.find(place.calendar);
  if (master && parts != outcome.planned->loaded.parts.end() &&
      providers.at(place.calendar)->capabilities().parts_follow)
    for (const ItemRow& part : parts->second) TRY_VOID(tx.remove_item(place.calendar, part.remote));
  // What was taken away to be made anew is made in the next pass.
  if (alive) TRY_VOID(tx.set_dirty(event, true));
  return put_base(tx, event, place.calendar, sync::settle_removed(place.base, !alive), true);
}

Result<void> Engine::Inner::settle(Transaction& tx, Cycle& cycle, Outcome& outcome) {
  sync::PlacePlan& place = *outcome.place;
  const sync::Push& push = *place.push;
  const EventId& event = outcome.planned->loaded.row.id;
  const merge::EventState& hub = outcome.planned->plan.hub;
  TRY_VOID(finish_writes(tx, outcome));
  const Error* error = outcome.error();
  sync::Base base = place.base;
  if (error != nullptr) TRY_VOID(note_failure(tx, cycle, outcome, base));
  // A write whose answer is unknown may have happened: its intent stays until a later look tells.
  const bool ambiguous =
      error != nullptr && (error->kind == ErrorKind::transient || error->kind == ErrorKind::cancelled);

  auto seen = std::ranges::find(outcome.planned->places, place.calendar, &sync::Place::calendar);
  const Evidence evidence = evidence_of(*seen, place, outcome);
  if (error != nullptr && evidence.made == 0) {
    if (!ambiguous || is_on(Mutant::act_takes_lost_answer_for_failure)) base.intent.reset();
    return put_base(tx, event, place.calendar, base, false);
  }
  if (push.kind == Intent::Kind::remove && error == nullptr) return settle_gone(tx, cycle, outcome);
  if (evidence.unseen) {
    // Written, but not seen since: the intent stays and the next look settles it. What the answer called it tells then
    // that it is ours, where no mark does.
    if (push.kind == Intent::Kind::create && !is_on(Mutant::settle_forgets_name)) base.items = evidence.items;
    cycle.failed.insert({event, place.calendar});
    return put_base(tx, event, place.calendar, base, false);
  }

  if (error == nullptr)
    (push.kind == Intent::Kind::create ? cycle.counts[place.calendar].created
                                       : cycle.counts[place.calendar].updated)++;
  if (push.kind == Intent::Kind::create && base.role == sync::Role::copy) base.nonce = base.intent->nonce;
  std::optional<Intent> unfinished = ambiguous ? base.intent : std::nullopt;
  // As far as it came.
  sync::Push done = push;
  if (error != nullptr) {
    done.target = whole_of(evidence.meant, *seen);
    done.paths.clear();
    for (const calendar::Change& change : calendar::difference(done.before, done.target))
      done.paths.push_back(change.path);
  }
  const calendar::Facts holds = whole_of(evidence.actual, *seen);
  if (evidence.unversioned) {
    base = sync::settle_unversioned(std::move(base), done, hub, holds, {});
  } else {
    base = sync::settle(std::move(base), done, hub, holds, {}, evidence.updated_ms);
  }
  base.items = evidence.items;
  if (unfinished && unfinished->kind == Intent::Kind::create) unfinished->kind = Intent::Kind::update;
  base.intent = std::move(unfinished);
  const bool differs = evidence.unversioned && base.remote() != holds;
  bool dirty = false;
  for (const Evidence::Read& read : evidence.reads) {
    if (!read.before.empty() && read.before != read.item->id)
      TRY_VOID(tx.remove_item(place.calendar, read.before));
    const bool news = read.edited || differs;
    if (read.before.empty()) {
      TRY_VOID(add_item(tx, place.calendar, *read.item, cycle.seen, news, event));
    } else {
      TRY(put_item(tx, place.calendar, *read.item, cycle.seen, news, &event));
    }
    dirty = dirty || news;
  }
  for (std::size_t i = 0; i < evidence.made; ++i)
    if (push.writes[i].kind == Intent::Kind::remove)
      TRY_VOID(tx.remove_item(place.calendar, push.writes[i].id));
  return put_base(tx, event, place.calendar, base, error == nullptr && !dirty);
}

}  // namespace kalends::engine
