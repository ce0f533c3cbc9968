// Act: the intended writes are made, several calendars at a time; what they produced goes on to settling.
#include "base/mutation.h"
#include "engine/inner.h"

namespace kalends::engine {

namespace {

using ports::ItemRow;
using sync::Intent;

}  // namespace

Outcome::OfItem Engine::Inner::write_item(const Cycle& cycle, const Planned& planned,
                                          const sync::PlacePlan& place, const sync::ItemWrite& write,
                                          const RemoteId& master) {
  ports::Provider& provider = *providers.at(place.calendar);
  Outcome::OfItem out{fail(ErrorKind::cancelled, ""), std::nullopt, false};
  if (write.kind == Intent::Kind::create) {
    ports::Draft draft;
    draft.mark = {planned.loaded.row.id, place.base.intent->nonce};
    auto lens = planned.lenses.find(place.calendar);
    bool masked = lens != planned.lenses.end() && lens->second.masked();
    // Where no mark is kept the uid is what tells the copy to be ours.
    const bool opaque = masked || (place.base.own_uid && !provider.capabilities().keeps_marks);
    draft.uid = opaque               ? opaque_uid(place.base.intent->nonce)
                : place.base.own_uid ? second_uid(planned.loaded)
                                     : planned.loaded.row.uid;
    draft.facts = write.target;
    draft.now = cycle.now;
    if (!write.slot.empty()) draft.part_of = ports::PartOf{master, write.slot};
    out.written = provider.create(draft);
  } else {
    const ItemRow* row = planned.loaded.item(place.calendar, write.id);
    KALENDS_CHECK(row != nullptr);
    auto current = decode_item(*row);
    if (!current) {
      out.written = std::unexpected(current.error());
      return out;
    }
    if (is_on(Mutant::act_unconditionally)) current->version.clear();
    if (write.kind == Intent::Kind::update) {
      out.written = provider.update(*current, write.target, cycle.now);
    } else if (auto removed = provider.remove(*current); removed) {
      out.written = ports::Written{};
      return out;
    } else {
      out.written = std::unexpected(removed.error());
    }
    // Where a listing may never show what became of it, the item is asked for also when it is said not to be there.
    const bool untold = cycle.covers.contains(place.calendar);
    const auto refused = out.written ? ErrorKind::transient : out.written.error().kind;
    if (refused == ErrorKind::stale || (untold && refused == ErrorKind::not_found)) {
      auto read = provider.get(current->id);
      if (read) out.read = *std::move(read);
      if (!read) out.missing = untold && read.error().kind == ErrorKind::not_found;
    }
  }
  if (out.written && !out.written->item)
    if (auto read = provider.get(out.written->id)) out.read = *std::move(read);
  return out;
}

Outcome Engine::Inner::write(const Cycle& cycle, Planned& planned, sync::PlacePlan& place) {
  Outcome out{&planned, &place};
  auto held = planned.loaded.items.find(place.calendar);
  RemoteId master = held != planned.loaded.items.end() ? held->second.remote : RemoteId();
  for (const sync::ItemWrite& one : place.push->writes) {
    out.items.push_back(write_item(cycle, planned, place, one, master));
    const auto& written = out.items.back().written;
    if (!written) break;
    if (one.slot.empty() && one.kind != Intent::Kind::remove) master = written->id;
  }
  return out;
}

// What one calendar was written, into the store in one transaction. Only what is safe from a power cut is settled: when
// that cannot be had, every write of the batch is one of unknown end.
Result<void> Engine::Inner::settle_batch(Cycle& cycle, const CalendarId& calendar,
                                         const Result<std::optional<std::string>>& persisted,
                                         std::vector<Outcome>& outcomes) {
  auto tx = TRY(world.store.begin());
  for (Outcome& outcome : outcomes) {
    if (!persisted && outcome.error() == nullptr)
      outcome.items = {{std::unexpected(persisted.error()), std::nullopt, false}};
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
        outcome.items.push_back(
            {fail(ErrorKind::rate_limited, "not tried, because an earlier write there was refused"),
             std::nullopt, false});
      } else {
        outcome = write(cycle, *outcome.planned, *outcome.place);
        const Error* error = outcome.error();
        lane.refused = error != nullptr &&
                       (error->kind == ErrorKind::unauthorized || error->kind == ErrorKind::rate_limited);
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
        if (place.push && place.push->kind == kind) lanes[place.calendar].writes.push_back({&one, &place});
  };
  // Updates first, then creates; removals when all of them are made: what is moved is never missing on both sides.
  line_up(Intent::Kind::update);
  line_up(Intent::Kind::create);
  TRY_VOID(act_at_once(cycle, lanes));
  line_up(Intent::Kind::remove);
  return act_at_once(cycle, lanes);
}

}  // namespace kalends::engine
