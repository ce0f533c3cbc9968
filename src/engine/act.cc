// Act and settle: the intended writes are made one by one, and each base takes what its own write produced.
#include <fmt/format.h>

#include <algorithm>

#include "engine/inner.h"

namespace kalends::engine {

namespace {

using ports::ItemRow;
using ports::WriteRow;
using sync::Intent;

// How many outcomes one transaction takes in: a crash forgets at most these, and the next cycle sees them anew.
constexpr std::size_t kBatch = 64;

std::string opaque_uid(const std::string& nonce) { return nonce + "@kalends"; }

}  // namespace

Engine::Inner::Outcome Engine::Inner::write(Cycle& cycle, Planned& planned, sync::PlacePlan& place) {
  ports::Provider& provider = *providers.at(place.calendar);
  const sync::Push& push = *place.push;
  Outcome out{&planned, &place, fail(ErrorKind::cancelled, ""), std::nullopt, false};
  auto item = planned.loaded.items.find(place.calendar);
  if (push.kind == Intent::Kind::create) {
    ports::Draft draft;
    draft.mark = {planned.loaded.row.id, place.base.intent->nonce};
    auto lens = planned.lenses.find(place.calendar);
    bool masked = lens != planned.lenses.end() && lens->second.masked();
    draft.uid = masked || place.base.own_uid ? opaque_uid(place.base.intent->nonce) : planned.loaded.row.uid;
    draft.facts = push.target;
    draft.now = cycle.now;
    out.written = provider.create(draft);
  } else {
    auto current = decode_item(item->second);
    if (!current) {
      out.written = std::unexpected(current.error());
      return out;
    }
    if (push.kind == Intent::Kind::update) {
      out.written = provider.update(*current, push.target, cycle.now);
    } else {
      auto removed = provider.remove(*current);
      if (removed) {
        out.written = ports::Written{};
      } else {
        out.written = std::unexpected(removed.error());
      }
      if (!removed && removed.error().kind == ErrorKind::stale)
        if (auto read = provider.get(current->id)) out.read = *std::move(read);
      return out;
    }
    if (!out.written && out.written.error().kind == ErrorKind::stale)
      if (auto read = provider.get(current->id)) out.read = *std::move(read);
  }
  if (out.written && !out.written->item) {
    auto read = provider.get(out.written->id);
    if (read) {
      out.read = *std::move(read);
    } else {
      out.read_failed = true;
    }
  }
  return out;
}

Result<void> Engine::Inner::settle(Transaction& tx, Cycle& cycle, Outcome& outcome) {
  sync::PlacePlan& place = *outcome.place;
  const sync::Push& push = *place.push;
  const EventId& event = outcome.planned->loaded.row.id;
  const merge::EventState& hub = outcome.planned->plan.hub;
  CalendarCounts& counts = cycle.counts[place.calendar];
  auto write_row = TRY(tx.write(place.base.intent->write));
  KALENDS_CHECK(write_row.has_value());
  auto finish_write = [&](WriteRow::State state, const std::string& error) -> Result<void> {
    write_row->state = state;
    if (!error.empty()) {
      WriteRecord record = TRY(decode_write(write_row->blob));
      record.error = error;
      write_row->blob = encode_write(record);
    }
    return tx.put(*write_row);
  };

  if (!outcome.written) {
    const Error& error = outcome.written.error();
    TRY_VOID(finish_write(WriteRow::State::failed, error.message));
    sync::Base base = place.base;
    // A write whose answer is unknown may have happened: its intent stays until a later look tells.
    bool ambiguous = error.kind == ErrorKind::transient || error.kind == ErrorKind::cancelled;
    if (!ambiguous) base.intent.reset();
    if (push.kind == Intent::Kind::create && error.kind == ErrorKind::stale) {
      // The uid is taken there. The next look tells whether by this very event; if not, ours needs another one.
      base.own_uid = true;
      cycle.failed.insert({event, place.calendar});
    }
    if (outcome.read) {
      auto row = TRY(put_item(tx, place.calendar, *outcome.read, cycle.seen, true));
      row.event = event;
      row.dirty = true;
      TRY_VOID(tx.put(row));
    }
    if (error.kind != ErrorKind::stale) {
      cycle.failed.insert({event, place.calendar});
      ++counts.failed;
      cycle.report.errors.push_back(fmt::format("\"{}\" could not be written to \"{}\": {}",
                                                hub.value("title").value_or("an event"), place.calendar.value,
                                                error.message));
    }
    return put_base(tx, event, place.calendar, base, false);
  }

  TRY_VOID(finish_write(WriteRow::State::done, ""));
  if (push.kind == Intent::Kind::remove) {
    ++counts.removed;
    auto item = outcome.planned->loaded.items.find(place.calendar);
    TRY_VOID(tx.remove_item(place.calendar, item->second.remote));
    // What was taken away to be made anew is made in the next pass.
    if (hub.alive()) TRY_VOID(tx.set_dirty(event, true));
    return put_base(tx, event, place.calendar, sync::settle_removed(place.base, !hub.alive()), true);
  }

  (push.kind == Intent::Kind::create ? counts.created : counts.updated)++;
  const ports::Written& written = *outcome.written;
  sync::Base base = place.base;
  if (push.kind == Intent::Kind::create && base.role == sync::Role::copy) base.nonce = base.intent->nonce;
  sync::RemoteItem remote{"", written.id, written.version};
  bool dirty = false;
  const ports::Item* held = written.item ? &*written.item : nullptr;
  if (held != nullptr) {
    base =
        sync::settle(std::move(base), push, hub, held->facts, remote, held->updated ? held->updated->ms : 0);
  } else if (outcome.read && !written.version.empty() && outcome.read->version == written.version) {
    held = &*outcome.read;
    base =
        sync::settle(std::move(base), push, hub, held->facts, remote, held->updated ? held->updated->ms : 0);
  } else if (outcome.read && written.version.empty()) {
    held = &*outcome.read;
    remote.version = held->version;
    base = sync::settle_unversioned(std::move(base), push, hub, held->facts, remote);
    dirty = base.remote() != held->facts;
  } else if (outcome.read) {
    // Somebody wrote after us: what we wrote is agreed, what is there now is their edit.
    held = &*outcome.read;
    base = sync::settle(std::move(base), push, hub, std::nullopt, remote, 0);
    dirty = true;
  } else {
    // Written, but not seen since: the intent stays and the next look settles it.
    cycle.failed.insert({event, place.calendar});
    return put_base(tx, event, place.calendar, base, false);
  }
  auto old = outcome.planned->loaded.items.find(place.calendar);
  if (old != outcome.planned->loaded.items.end() && old->second.remote != held->id)
    TRY_VOID(tx.remove_item(place.calendar, old->second.remote));
  auto row = TRY(put_item(tx, place.calendar, *held, cycle.seen, dirty));
  row.event = event;
  row.dirty = dirty;
  TRY_VOID(tx.put(row));
  return put_base(tx, event, place.calendar, base, !dirty);
}

Result<void> Engine::Inner::act(Cycle& cycle, std::vector<Planned>& planned) {
  struct Work {
    Planned* planned;
    sync::PlacePlan* place;
  };
  std::vector<Work> work;
  // Updates first, then creates, then removals: what is moved is never missing on both sides.
  for (Intent::Kind kind : {Intent::Kind::update, Intent::Kind::create, Intent::Kind::remove})
    for (Planned& one : planned)
      for (sync::PlacePlan& place : one.plan.places)
        if (place.push && place.push->kind == kind) work.push_back({&one, &place});

  std::set<CalendarId> unusable;  // a calendar that refuses us is asked no more in this cycle
  std::vector<Outcome> outcomes;
  auto flush = [&]() -> Result<void> {
    if (outcomes.empty()) return {};
    auto tx = TRY(world.store.begin());
    for (Outcome& outcome : outcomes) TRY_VOID(settle(*tx, cycle, outcome));
    outcomes.clear();
    return tx->commit();
  };
  for (std::size_t i = 0; i < work.size(); ++i) {
    const CalendarId& calendar = work[i].place->calendar;
    if (world.progress != nullptr) world.progress->update("writing", i + 1, work.size());
    if (unusable.contains(calendar)) {
      Outcome skipped{work[i].planned, work[i].place,
                      fail(ErrorKind::rate_limited, "not tried, because an earlier write there was refused"),
                      std::nullopt, false};
      outcomes.push_back(std::move(skipped));
    } else {
      outcomes.push_back(write(cycle, *work[i].planned, *work[i].place));
      const auto& written = outcomes.back().written;
      if (!written && (written.error().kind == ErrorKind::unauthorized ||
                       written.error().kind == ErrorKind::rate_limited))
        unusable.insert(calendar);
    }
    if (outcomes.size() >= kBatch) TRY_VOID(flush());
  }
  return flush();
}

}  // namespace kalends::engine
