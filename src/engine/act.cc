// Act and settle: the intended writes are made, several calendars at a time, and each base takes what its own write
// produced.
#include <fmt/format.h>

#include <algorithm>

#include "base/mutation.h"
#include "engine/inner.h"

namespace kalends::engine {

namespace {

using ports::ItemRow;
using ports::WriteRow;
using sync::Intent;

}  // namespace

Engine::Inner::Outcome Engine::Inner::write(const Cycle& cycle, Planned& planned, sync::PlacePlan& place) {
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
    if (is_on(Mutant::act_unconditionally)) current->version.clear();
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
    bool done = is_on(Mutant::act_records_failure_as_done);
    TRY_VOID(finish_write(done ? WriteRow::State::done : WriteRow::State::failed, error.message));
    sync::Base base = place.base;
    // A write whose answer is unknown may have happened: its intent stays until a later look tells.
    bool ambiguous = error.kind == ErrorKind::transient || error.kind == ErrorKind::cancelled;
    if (!ambiguous || is_on(Mutant::act_takes_lost_answer_for_failure)) base.intent.reset();
    if (push.kind == Intent::Kind::create && error.kind == ErrorKind::stale) {
      // The uid is taken there. The next look tells whether by this very event; if not, ours needs another one.
      base.own_uid = true;
      cycle.failed.insert({event, place.calendar});
    }
    if (outcome.read) TRY(put_item(tx, place.calendar, *outcome.read, cycle.seen, true, &event));
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
    if (is_on(Mutant::act_takes_race_for_ours))
      base = sync::settle(std::move(base), push, hub, held->facts, remote, 0);
  } else {
    // Written, but not seen since: the intent stays and the next look settles it.
    cycle.failed.insert({event, place.calendar});
    return put_base(tx, event, place.calendar, base, false);
  }
  auto old = outcome.planned->loaded.items.find(place.calendar);
  if (old != outcome.planned->loaded.items.end() && old->second.remote != held->id)
    TRY_VOID(tx.remove_item(place.calendar, old->second.remote));
  TRY(put_item(tx, place.calendar, *held, cycle.seen, dirty, &event));
  return put_base(tx, event, place.calendar, base, !dirty);
}

// What one calendar was written, into the store in one transaction. Only what is safe from a power cut is settled: when
// that cannot be had, every write of the batch is one of unknown end.
Result<void> Engine::Inner::settle_batch(Cycle& cycle, const CalendarId& calendar,
                                         const Result<std::optional<std::string>>& persisted,
                                         std::vector<Outcome>& outcomes) {
  auto tx = TRY(world.store.begin());
  for (Outcome& outcome : outcomes) {
    if (!persisted && outcome.written) outcome.written = std::unexpected(persisted.error());
    TRY_VOID(settle(*tx, cycle, outcome));
  }
  if (persisted && *persisted) {
    if (auto row = TRY(tx->calendar(calendar))) {
      row->cursor = **persisted;
      TRY_VOID(tx->put(*row));
    }
  }
  outcomes.clear();
  return tx->commit();
}

// Writes to different calendars are made at the same time, those of one calendar in their order and settled in batches.
Result<void> Engine::Inner::act_at_once(Cycle& cycle, std::map<CalendarId, Lane>& lanes) {
  std::optional<Error> broken;  // of the store; after it nothing is written any more
  std::size_t made = 0, all = 0;
  for (const auto& [id, lane] : lanes) all += lane.writes.size();
  auto work = [&](const CalendarId& id, Lane& lane) {
    ports::Provider& provider = *providers.at(id);
    std::vector<Outcome> outcomes;
    for (std::size_t i = 0; i < lane.writes.size(); ++i) {
      Outcome outcome = lane.writes[i];
      if (lane.refused) {
        outcome.written =
            fail(ErrorKind::rate_limited, "not tried, because an earlier write there was refused");
      } else {
        outcome = write(cycle, *outcome.planned, *outcome.place);
        lane.refused = !outcome.written && (outcome.written.error().kind == ErrorKind::unauthorized ||
                                            outcome.written.error().kind == ErrorKind::rate_limited);
      }
      outcomes.push_back(std::move(outcome));
      bool batch_is_full = outcomes.size() >= provider.capabilities().batch || i + 1 == lane.writes.size();
      auto persisted = batch_is_full ? provider.persist() : std::nullopt;
      bool go_on = false;
      executor().alone([&] {
        if (world.progress != nullptr) world.progress->update("writing", ++made, all);
        if (!broken && batch_is_full)
          if (auto settled = settle_batch(cycle, id, persisted, outcomes); !settled) broken = settled.error();
        go_on = !broken;
      });
      if (!go_on) return;
    }
    lane.writes.clear();
  };
  std::vector<ports::Task> tasks;
  for (auto& entry : lanes)
    if (!entry.second.writes.empty())
      tasks.push_back(
          {providers.at(entry.first)->capabilities().server, [&] { work(entry.first, entry.second); }});
  executor().run(std::move(tasks));
  if (broken) return std::unexpected(*broken);
  return {};
}

Result<void> Engine::Inner::act(Cycle& cycle, std::vector<Planned>& planned) {
  std::map<CalendarId, Lane> lanes;
  auto line_up = [&](Intent::Kind kind) {
    for (Planned& one : planned)
      for (sync::PlacePlan& place : one.plan.places)
        if (place.push && place.push->kind == kind)
          lanes[place.calendar].writes.push_back(
              {&one, &place, fail(ErrorKind::cancelled, ""), std::nullopt, false});
  };
  // Updates first, then creates; removals when all of them are made: what is moved is never missing on both sides.
  line_up(Intent::Kind::update);
  line_up(Intent::Kind::create);
  TRY_VOID(act_at_once(cycle, lanes));
  line_up(Intent::Kind::remove);
  return act_at_once(cycle, lanes);
}

}  // namespace kalends::engine
