// Planning: the store's rows become places, and places a plan for each event that may have work.
#include <algorithm>
#include <cstdlib>

#include "base/mutation.h"
#include "calendar/occurrences.h"
#include "engine/inner.h"
#include "ical/text.h"

namespace kalends::engine {

namespace {

using ports::ItemRow;
using sync::Observation;
using sync::Standing;

// Whether a present item is news to its base: matched in this cycle, or back after it was gone.
bool is_attached(const std::optional<sync::Base>& base, const Observation& seen) {
  if (!base) return true;
  switch (base->standing) {
    case Standing::present:
      return base->remote_id() != seen.remote;  // another item took the place of the one agreed
    case Standing::retired: return false;
    case Standing::not_here:
    case Standing::gone: return true;
    case Standing::none: break;
  }
  bool ours = base->intent && base->intent->kind == sync::Intent::Kind::create && !seen.nonce.empty() &&
              seen.nonce == base->intent->nonce;
  return !ours;
}

// What a person rejected: the replica's changes are overruled, so the hub's values are written back.
void overrule(sync::Base& base, const calendar::Facts& seen) {
  for (const calendar::Change& change : calendar::difference(base.remote(), seen)) {
    sync::Agreed& agreed = base.fields[change.path];
    agreed.remote = change.after;
    agreed.shown = change.after;
  }
}

// Whether we wrote there so lately that a listing may not show it yet.
bool wrote_lately(const sync::Base& base, Instant now) {
  constexpr std::int64_t kLagMs = 3'600'000;
  return !base.pushed.empty() && std::abs(now.ms - base.pushed.back().at_ms) <= kLagMs;
}

}  // namespace

Result<Loaded> Engine::Inner::load(Transaction& tx, const EventId& event) {
  Loaded out;
  auto row = TRY(tx.event(event));
  if (!row)
    return fail(ErrorKind::corrupt, "the store names an event that it does not hold; run \"kalends verify\"");
  out.state = TRY(merge::decode_state(row->blob));
  out.row = *std::move(row);
  for (const ports::BaseRow& base : TRY(tx.bases_of(event))) {
    out.bases.emplace(base.calendar, TRY(sync::decode_base(base.blob)));
    if (!base.settled) out.unsettled.insert(base.calendar);
  }
  if (is_on(Mutant::load_forgets_intents))
    for (auto& [calendar, base] : out.bases) base.intent.reset();
  for (ItemRow& item : TRY(tx.items_of(event))) {
    if (!item.part_of.empty()) {
      out.parts[item.calendar].push_back(std::move(item));
      continue;
    }
    auto [it, inserted] = out.items.try_emplace(item.calendar, item);
    // An item that is there speaks for the calendar, not one that went.
    if (!inserted && it->second.state == ItemRow::State::gone) it->second = std::move(item);
  }
  return out;
}

Loaded Engine::Inner::load(Newborn::One one) {
  Loaded out;
  out.row = std::move(one.event);
  const CalendarId calendar = one.item.calendar;
  out.items.emplace(calendar, std::move(one.item));
  out.is_new = true;
  return out;
}

std::map<CalendarId, sync::Lens> Engine::Inner::lenses_of(const Loaded& loaded,
                                                          const std::set<CalendarId>& origins,
                                                          const calendar::Facts& facts, Instant now) const {
  std::set<CalendarId> writable;
  for (const CalendarId& id : origins) {
    auto provider = providers.find(id);
    if (provider == providers.end() || !provider->second->capabilities().writable) continue;
    auto item = loaded.items.find(id);
    if (item == loaded.items.end() || !is_read_only(item->second)) writable.insert(id);
  }
  sync::TimeFrame frame{0, std::nullopt, now.ms / 1000};
  bool windowed = std::ranges::any_of(settings.links, [](const sync::Link& link) {
    return link.filter.past_days || link.filter.future_days;
  });
  if (windowed) {
    if (auto event = calendar::from_facts(facts)) {
      if (auto extent = calendar::extent(*event, ical::EventZones(world.zones, *event), world.local_zone)) {
        frame.from_utc = extent->from_utc;
        frame.to_utc = extent->to_utc;
      }
    }
  }
  return islands.routes(origins, writable, facts, frame);
}

// Whether an item that the listing does not show may be there all the same, as one that cannot be read: by its name, or
// as what a create of unknown end has made.
Result<bool> Engine::Inner::may_be_unreadable(Transaction& tx, const CalendarId& calendar,
                                              const sync::Base& base) {
  if (!base.items.empty()) {
    auto named = TRY(tx.item(calendar, base.remote_id()));
    return named && named->state == ItemRow::State::unreadable;
  }
  if (!base.intent || base.intent->kind != sync::Intent::Kind::create) return false;
  return std::ranges::any_of(TRY(tx.items(calendar)), [](const ItemRow& row) {
    return row.state == ItemRow::State::unreadable && row.event.empty() && row.part_of.empty();
  });
}

// The paths about which a conflict waits for a person, by the calendar whose value met the hub's.
Result<std::map<CalendarId, std::set<std::string>>> Engine::Inner::parked_paths(Transaction& tx,
                                                                                const Loaded& loaded) {
  std::map<CalendarId, std::set<std::string>> parked;
  if (loaded.is_new) return parked;
  for (ports::ConflictRow& row : TRY(tx.conflicts_of(loaded.row.id))) {
    if (!row.open) continue;
    TRY_VOID(reveal(row));
    parked[row.calendar].insert(row.path);
  }
  return parked;
}

// A calendar's part in the event, before anything is seen there.
sync::Place Engine::Inner::place_at(const Cycle& cycle, const Loaded& loaded, const CalendarId& id) const {
  ports::Provider* provider = providers.at(id);
  const ports::Capabilities capabilities = provider->capabilities();
  sync::Place place;
  place.calendar = id;
  place.replica = replica(id.value);
  place.reachable = cycle.reachable.contains(id);
  place.writable = capabilities.writable;
  place.apart = capabilities.exceptions == ports::Exceptions::own_items;
  place.parts_follow = capabilities.parts_follow;
  place.grain_ms = capabilities.clock_grain_ms;
  if (auto watched = cycle.watched_since.find(id); watched != cycle.watched_since.end())
    place.watched_since_ms = watched->second.ms;
  place.project = [provider](const calendar::Facts& facts) { return provider->project(facts); };
  if (auto base = loaded.bases.find(id); base != loaded.bases.end()) place.base = base->second;
  place.restore_absent = cycle.rejected.contains("delete|" + id.value + "|" + loaded.row.id.value);
  return place;
}

void Engine::Inner::see_item(const ports::Item& item, sync::Place& place) const {
  Observation& seen = place.seen;
  seen.kind = Observation::Kind::present;
  seen.facts = item.facts;
  seen.remote = item.id;
  seen.version = item.version;
  seen.nonce = item.mark ? item.mark->nonce : std::string();
  if (place.base && is_said_to_be_ours(*place.base, place.calendar, item))
    seen.nonce = place.base->intent->nonce;
  if (item.updated) seen.updated_ms = item.updated->ms;
  seen.read_only = item.read_only;
  place.just_attached = is_attached(place.base, seen);
}

// What the calendar was seen to hold, as far as this look may say so; what must not be taken in is unknown.
Result<void> Engine::Inner::observe_place(Transaction& tx, const Cycle& cycle, Loaded& loaded, Planned& out,
                                          sync::Place& place) {
  const CalendarId& id = place.calendar;
  const std::pair<EventId, CalendarId> here{loaded.row.id, id};
  const bool told = TRY(see_beyond_window(tx, cycle, loaded, id));
  auto item = loaded.items.find(id);
  // After a write there of unknown end only the next look says what is there.
  const bool unsure = place.base && place.base->intent && (cycle.failed.contains(here) || !place.reachable);
  if (out.ignored.contains(id) || unsure || cycle.disbelieved.contains(here)) {
    out.ignored.insert(id);
  } else if (item == loaded.items.end()) {
    bool known = place.reachable && told;
    if (known && place.base) known = !TRY(may_be_unreadable(tx, id, *place.base));
    known = known && !cycle.unclear.contains(here);
    place.seen.kind = known ? Observation::Kind::absent : Observation::Kind::unknown;
  } else if (item->second.state == ItemRow::State::gone) {
    place.seen.kind = Observation::Kind::absent;
  } else if (item->second.state == ItemRow::State::present) {
    see_item(TRY(decode_item(item->second)), place);
  }
  if (place.apart) TRY_VOID(see_parts(loaded, id, place));
  if (TRY(may_be_unreadable_part(tx, place))) place.seen = {};
  if (place.base && place.seen.kind == Observation::Kind::present &&
      cycle.rejected.contains(change_key(id, loaded.row.id, place.seen.facts)))
    overrule(*place.base, place.seen.facts);
  return {};
}

Result<Planned> Engine::Inner::plan_one(Transaction& tx, Cycle& cycle, Loaded loaded,
                                        const std::set<CalendarId>& ignored) {
  Planned out;
  out.ignored = ignored;
  std::map<CalendarId, std::set<std::string>> parked = TRY(parked_paths(tx, loaded));
  std::set<CalendarId> concerned;
  for (const auto& [id, base] : loaded.bases) concerned.insert(id);
  for (const auto& [id, item] : loaded.items) concerned.insert(id);
  for (const auto& [id, paths] : parked) concerned.insert(id);
  for (const CalendarId& id : islands.around(concerned)) {
    sync::Place place = place_at(cycle, loaded, id);
    place.parked = parked[id];
    TRY_VOID(observe_place(tx, cycle, loaded, out, place));
    out.places.push_back(std::move(place));
  }

  auto map = [&](const std::set<CalendarId>& origins, const calendar::Facts& facts) {
    return lenses_of(loaded, origins, facts, cycle.now);
  };
  out.plan = sync::plan_event(loaded.state, out.places, map, cycle.now.ms);
  std::set<CalendarId> origins;
  for (const sync::PlacePlan& place : out.plan.places)
    if (place.base.role == sync::Role::origin) origins.insert(place.calendar);
  out.lenses = map(origins, out.plan.hub.facts());
  out.loaded = std::move(loaded);
  return out;
}

// A listing may lag behind our own writes and not show what we made. It is asked for by itself before its absence is
// believed; an answer that does not say leaves the absence for a later cycle. True when that changes the plan.
Result<bool> Engine::Inner::make_sure_of_absence(Transaction& tx, Cycle& cycle, const Planned& planned,
                                                 const CalendarId& calendar) {
  const EventId& event = planned.loaded.row.id;
  auto base = planned.loaded.bases.find(calendar);
  if (base == planned.loaded.bases.end() || base->second.items.empty()) return false;
  if (!wrote_lately(base->second, cycle.now)) return false;
  if (!cycle.read_again.insert({event, calendar}).second) return false;
  auto fresh = providers.at(calendar)->get(base->second.remote_id());
  if (!fresh && fresh.error().kind == ErrorKind::not_found) return false;
  if (fresh) {
    ItemRow row = TRY(put_item(tx, calendar, *fresh, cycle.seen, true));
    row.event = event;
    TRY_VOID(tx.put(row));
  } else {
    cycle.disbelieved.insert({event, calendar});
  }
  return true;
}

// What a replica seems to have gone back to, or to have lost, is read once more by itself before it is believed.
Result<bool> Engine::Inner::read_again(Transaction& tx, Cycle& cycle, const Planned& planned) {
  bool news = false;
  for (const sync::PlacePlan& place : planned.plan.places) {
    if (place.deletion_pulled || place.left)
      news |= TRY(make_sure_of_absence(tx, cycle, planned, place.calendar));
    if (!place.seen_before || !cycle.reachable.contains(place.calendar)) continue;
    auto item = planned.loaded.items.find(place.calendar);
    if (item == planned.loaded.items.end()) continue;
    if (!cycle.read_again.insert({planned.loaded.row.id, place.calendar}).second) continue;
    std::vector<const ItemRow*> rows{&item->second};
    if (auto parts = planned.loaded.parts.find(place.calendar); parts != planned.loaded.parts.end())
      for (const ItemRow& part : parts->second) rows.push_back(&part);
    for (const ItemRow* row : rows) {
      if (row->state != ItemRow::State::present) continue;
      auto fresh = providers.at(place.calendar)->get(row->remote);
      if (!fresh || (fresh->version == row->version && encode_item(*fresh) == row->blob)) continue;
      TRY(put_item(tx, place.calendar, *fresh, cycle.seen, true));
      news = true;
    }
  }
  return news;
}

// What may have work, in batches. Events that are new in this cycle come first, some at a time: nothing but creates can
// come of them, and a first look brings many. All the others are one batch, because the guard weighs them together, and
// come last, so that what moved is made anew before it is taken away.
Result<std::vector<std::vector<EventId>>> Engine::Inner::events_to_plan(Transaction& tx, const Cycle& cycle) {
  std::set<EventId> events;
  for (const EventId& id : TRY(tx.events_of_dirty_items())) events.insert(id);
  for (const auto& [id, one] : cycle.newborn.all()) events.insert(id);
  for (const EventId& id : TRY(tx.dirty_events())) events.insert(id);
  for (const ports::BaseRow& row : TRY(tx.unsettled_bases())) events.insert(row.event);
  std::vector<std::vector<EventId>> batches(1);
  if (cycle.fresh.size() > settings.new_at_once) {
    for (const EventId& id : cycle.fresh) {
      if (events.erase(id) == 0) continue;
      if (batches.back().size() >= settings.new_at_once) batches.emplace_back();
      batches.back().push_back(id);
    }
    batches.emplace_back();
  }
  batches.back().assign(events.begin(), events.end());
  return batches;
}

Result<std::vector<Planned>> Engine::Inner::plan_all(Transaction& tx, Cycle& cycle,
                                                     const std::vector<EventId>& events) {
  std::vector<Planned> out;
  std::size_t done = 0;
  for (const EventId& id : events) {
    if (world.progress != nullptr && ++done % 64 == 0)
      world.progress->update("planning", done, events.size());
    const bool is_new = cycle.newborn.contains(id);
    Loaded loaded = is_new ? load(cycle.newborn.take(id)) : TRY(load(tx, id));
    Planned planned = TRY(plan_one(tx, cycle, std::move(loaded), {}));
    if (!is_new && TRY(read_again(tx, cycle, planned)))
      planned = TRY(plan_one(tx, cycle, TRY(load(tx, id)), {}));
    out.push_back(std::move(planned));
  }
  return out;
}

}  // namespace kalends::engine
