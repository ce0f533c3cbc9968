#include "sync/plan.h"

#include <algorithm>

#include "base/mutation.h"
#include "calendar/parameters.h"
#include "sync/item_writes.h"
#include "sync/pull.h"

namespace kalends::sync {

namespace {

using calendar::Facts;
using Value = std::optional<std::string>;

Value look(const Facts& facts, std::string_view path) {
  const std::string* value = facts.find(path);
  return value != nullptr ? Value(*value) : std::nullopt;
}

std::set<CalendarId> origins_of(const std::vector<Place>& places, const std::vector<PlacePlan>& plans) {
  std::set<CalendarId> out;
  for (std::size_t i = 0; i < places.size(); ++i)
    if (plans[i].base.role == Role::origin && (places[i].base || places[i].just_attached))
      out.insert(places[i].calendar);
  return out;
}

Lens lens_of(const std::map<CalendarId, Lens>& lenses, const CalendarId& calendar, Role role) {
  auto it = lenses.find(calendar);
  if (it != lenses.end()) return it->second;
  Lens lens;
  lens.role = role;
  lens.pullable = false;
  return lens;
}

// A deleted event that somebody edited or made again lives on.
void revive(EventPlan& plan, const Place& place, std::int64_t now_ms, bool edited) {
  const std::string deleted_by = plan.hub.dot(merge::kLife).replica;
  merge::Dot dot = plan.hub.write(merge::kLife, "alive", place.replica, now_ms);
  plan.changes.push_back({std::string(merge::kLife), std::nullopt, "alive", place.calendar, dot});
  plan.hub_changed = true;
  if (!edited) return;
  Conflict conflict;
  conflict.calendar = place.calendar;
  conflict.path = std::string(merge::kLife);
  conflict.remote = "alive";
  conflict.winner = Conflict::Winner::remote;
  conflict.policy = "an edit beats a deletion";
  conflict.remote_ms = edit_time(place, now_ms);
  conflict.hub_replica = deleted_by;
  plan.conflicts.push_back(std::move(conflict));
}

bool person_edited(const Place& place, const Lens& lens, const Base& base) {
  if (base.standing != Standing::present) return false;
  Facts past = base.remote();
  if (base.intent) {
    Base taken = base;
    take_intent(taken, place);
    past = taken.remote();
  }
  for (const calendar::Change& change : calendar::difference(past, place.seen.facts))
    if (may_pull(lens, change.path) && is_edit(change.path, change.before, change.after)) return true;
  return false;
}

// Whether what is there is a create of ours whose answer never came.
bool is_unfinished(const Place& place, const Base& base) {
  return base.standing != Standing::present && base.intent && base.intent->kind == Intent::Kind::create &&
         !place.seen.nonce.empty() && base.intent->nonce == place.seen.nonce;
}

bool edited_since_intent(const Place& place, const Lens& lens, const Base& base) {
  Base taken = base;
  take_intent(taken, place);
  for (const calendar::Change& change : calendar::difference(place.project(taken.remote()), place.seen.facts))
    if (may_pull(lens, change.path) && is_edit(change.path, change.before, change.after)) return true;
  return false;
}

std::string removal_reason(bool dead, const Lens& lens) {
  if (dead) return "the event was deleted";
  if (!lens.wanted) return "the link's filter no longer lets it through";
  return "the copy was taken back";
}

bool is_schedule(std::string_view path) { return path == "when" || path == "recurrence"; }

// The hub's version that lost is at home at an origin: nowhere else may all of it be seen.
void find_homes(EventPlan& plan, const std::vector<Place>& places) {
  std::set<CalendarId> origins = origins_of(places, plan.places);
  for (Spawned& spawned : plan.spawned)
    for (std::size_t i = 0; i < places.size() && spawned.home.empty(); ++i)
      if (origins.contains(places[i].calendar) && places[i].writable && !places[i].seen.read_only)
        spawned.home = places[i].calendar;
  std::erase_if(plan.spawned, [](const Spawned& spawned) { return spawned.home.empty(); });
}

// Whether this very plan found a conflict there that a person is to settle.
bool waits(const EventPlan& plan, const CalendarId& calendar, const std::string& path) {
  return std::ranges::any_of(plan.conflicts, [&](const Conflict& conflict) {
    return conflict.winner == Conflict::Winner::open && conflict.calendar == calendar &&
           (conflict.path == path || (is_schedule(conflict.path) && is_schedule(path)));
  });
}

// A drifted value that our write takes away is kept in a conflict, beside what the write shows.
void keep_drifted(EventPlan& plan, const Place& place, const std::string& path, Agreed& agreed,
                  const Value& written) {
  Conflict conflict;
  conflict.calendar = place.calendar;
  conflict.path = path;
  conflict.base = agreed.shown;
  conflict.remote = agreed.remote;
  conflict.hub = written;
  conflict.hub_replica = plan.hub.dot(path).replica;
  conflict.policy = "this place may not change it";
  plan.conflicts.push_back(std::move(conflict));
  agreed.drifted = false;
}

// The update that makes a present item show the hub, or nothing.
std::optional<Push> update_push(EventPlan& plan, const Place& place, const Lens& lens, PlacePlan& out) {
  Facts shown = place.project(through(lens, facts_of(plan.hub)));
  Facts target = place.seen.facts;
  // A value that was just pulled may come out of the projection in another form; that form is no new change.
  for (const std::string& path : out.pulled)
    if (auto it = out.base.fields.find(path);
        it != out.base.fields.end() && plan.hub.value(path) == it->second.remote)
      it->second.shown = look(shown, path);
  std::set<std::string> paths;
  for (const auto& [path, agreed] : out.base.fields) paths.insert(path);
  for (const auto& [path, value] : shown) paths.insert(path);
  std::vector<std::string> changed;
  for (const std::string& path : paths) {
    bool parked = is_parked(place, path) || waits(plan, place.calendar, path);
    if (parked && !is_on(Mutant::plan_pushes_over_parked)) continue;
    const Agreed* agreed = out.base.agreed(path);
    Value was = agreed != nullptr ? agreed->shown : std::nullopt;
    Value now = look(shown, path);
    if (now == was) continue;
    // What the replica holds of it already needs no write, only agreement.
    if (now == look(place.seen.facts, path)) {
      out.base.fields[path] = {now, now, plan.hub.dot(path), false};
      if (!now) out.base.fields.erase(path);
      out.base_changed = true;
      continue;
    }
    bool drifted = agreed != nullptr && agreed->drifted && !is_on(Mutant::plan_loses_drift);
    if (drifted && agreed->remote != was) {
      keep_drifted(plan, place, path, out.base.fields[path], now);
      out.base_changed = true;
    }
    if (now) {
      target.set(path, *now);
    } else {
      target.erase(path);
    }
    changed.push_back(path);
  }
  if (changed.empty()) return std::nullopt;
  target = tidy(std::move(target));
  if (target == place.seen.facts) return std::nullopt;
  if (place.apart && item_writes(place, Intent::Kind::update, target).empty()) {
    // Its items say it already, in the only form that they have for it.
    for (const std::string& path : changed) {
      Agreed agreed{look(place.seen.facts, path), look(shown, path), plan.hub.dot(path), false, false};
      if (agreed.remote || agreed.shown) {
        out.base.fields[path] = std::move(agreed);
      } else {
        out.base.fields.erase(path);
      }
    }
    out.base_changed = true;
    return std::nullopt;
  }
  // An occurrence that goes takes with it what a person said of it here.
  for (auto& [path, agreed] : out.base.fields)
    if (agreed.drifted && agreed.remote && target.find(path) == nullptr)
      keep_drifted(plan, place, path, agreed, std::nullopt);
  return Push{Intent::Kind::update,
              place.seen.facts,
              std::move(target),
              std::move(changed),
              "the event changed elsewhere",
              {}};
}

// Whether the hub has something for that place which the two have not agreed on.
bool is_behind(const EventPlan& plan, const Place& place, const Lens& lens, const Base& base) {
  Facts shown = place.project(through(lens, facts_of(plan.hub)));
  Facts agreed;
  for (const auto& [path, field] : base.fields)
    if (field.shown) agreed.set(path, *field.shown);
  return std::ranges::any_of(calendar::difference(agreed, shown), [&](const calendar::Change& change) {
    return !is_parked(place, change.path) && !waits(plan, place.calendar, change.path);
  });
}

// What a person put on a place that may not change it goes with our removal, so a conflict keeps it.
void keep_drift(EventPlan& plan, const Place& place, PlacePlan& out) {
  for (auto& [path, agreed] : out.base.fields) {
    if (!agreed.drifted || agreed.remote == agreed.shown) continue;
    keep_drifted(plan, place, path, agreed, std::nullopt);
    out.base_changed = true;
  }
}

// Parts whose master is not there any more belong to nothing. Where the event may be written they go, with whatever else
// is written there.
void take_strays(const EventPlan& plan, const Place& place, const Lens& lens, PlacePlan& out) {
  const bool ours = lens.routed && !(lens.role == Role::copy && lens.aged);
  const bool known = place.seen.kind != Observation::Kind::unknown && place.reachable && place.writable;
  if (place.seen.strays.empty() || !ours || !known || place.seen.read_only) return;
  if (!out.push) {
    const bool present = place.seen.kind == Observation::Kind::present;
    if (present != (out.base.standing == Standing::present)) return;
    out.push = Push{
        present ? Intent::Kind::update : Intent::Kind::remove,
        place.seen.facts,
        place.seen.facts,
        {},
        plan.hub.alive() ? "an occurrence of a series that is not there any more" : "the event was deleted",
        {}};
    out.settled = false;
  }
  for (const SeenPart& part : place.seen.strays)
    out.push->writes.push_back({Intent::Kind::remove, part.slot, part.id, {}, true});
}

// Whether we wrote the item, or may have: what people made and was only matched is never taken away by a filter.
bool is_made_by_us(const Place& place, const Base& base) {
  return !base.link.value.empty() || !place.seen.nonce.empty() || base.intent ||
         is_on(Mutant::filter_takes_peoples_items);
}

// A write was begun, and the link went before its end was known. What the look shows tells it; what it made stays, as
// everything that a link leaves behind.
void settle_unrouted(const Place& place, PlacePlan& out) {
  Base& base = out.base;
  if (is_unfinished(place, base)) {
    base.nonce = base.intent->nonce;
    base.standing = Standing::retired;
    base.items = remote_items(place, base.items);
  }
  base.intent.reset();
  out.base_changed = true;
}

// What the place has to be told, as a whole.
void push_event(EventPlan& plan, const Place& place, const Lens& lens, PlacePlan& out) {
  Base& base = out.base;
  bool alive = plan.hub.alive();
  bool present = base.standing == Standing::present;
  if (present && !lens.routed && !is_on(Mutant::plan_removes_unlinked)) {
    base.standing = Standing::retired;
    base.fields.clear();
    out.base_changed = true;
    return;
  }
  // What a link left here, or a store that was put back, is not known before the next look.
  if (base.standing == Standing::retired && alive && lens.wanted) out.settled = false;
  bool write = false;
  bool unwanted = base.role == Role::copy && !lens.wanted && !lens.aged && is_made_by_us(place, base);
  // A copy that was made before the link hid anything keeps telling it by its name and uid, so it is made anew.
  bool telling =
      base.role == Role::copy && !base.nonce.empty() && !base.opaque && lens.wanted && lens.masked();
  if (is_on(Mutant::plan_keeps_telling_name)) telling = false;
  if (present && (!alive || unwanted || base.withdrawn || telling)) {
    std::string why = telling && alive ? "its name tells what the link now hides; it is made anew"
                                       : removal_reason(!alive, lens);
    out.push = Push{Intent::Kind::remove, place.seen.facts, {}, {}, std::move(why)};
    keep_drift(plan, place, out);
    write = true;
  } else if (present && alive && lens.wanted && place.seen.kind == Observation::Kind::unknown &&
             !is_on(Mutant::plan_agrees_unseen)) {
    // What it holds now is not known, so nothing is agreed about it; what the hub has for it waits.
    if (place.writable && is_behind(plan, place, lens, base)) out.settled = false;
    return;
  } else if (present && alive && lens.wanted) {
    out.push = update_push(plan, place, lens, out);
    write = out.push.has_value();
  } else if (!present && alive && lens.wanted && place.seen.kind == Observation::Kind::present &&
             base.standing == Standing::none) {
    out.settled = false;  // it was kept out a moment ago; the next look lets the two meet
    return;
  } else if (!present && alive && lens.wanted && base.standing == Standing::none) {
    Facts shown = place.project(through(lens, facts_of(plan.hub)));
    if (shown.find("when") == nullptr) return;
    std::vector<std::string> paths;
    for (const auto& [path, value] : shown) paths.push_back(path);
    out.push = Push{Intent::Kind::create, {}, std::move(shown), std::move(paths), "the event is new here"};
    write = true;
    base.link = lens.link;
    base.opaque = lens.masked();
  }
  if (!write) return;
  bool can_see = place.seen.kind == Observation::Kind::present ||
                 (place.seen.kind == Observation::Kind::absent && out.push->kind == Intent::Kind::create);
  if (is_on(Mutant::plan_creates_unseen)) can_see |= out.push->kind == Intent::Kind::create;
  bool may_write = place.writable && !place.seen.read_only;
  if (!may_write) {
    out.push.reset();
  } else if (!place.reachable || !can_see) {
    out.push.reset();
    out.settled = false;
  } else {
    out.settled = false;
  }
}

void push_place(EventPlan& plan, const Place& place, const Lens& lens, PlacePlan& out) {
  push_event(plan, place, lens, out);
  if (out.push) out.push->writes = item_writes(place, out.push->kind, out.push->target);
  take_strays(plan, place, lens, out);
}

}  // namespace

Facts facts_of(const merge::EventState& hub) { return tidy(hub.facts()); }

Facts tidy(Facts facts) {
  calendar::drop_stale_parameters(facts);
  std::vector<std::string> implied;
  for (const auto& [path, value] : facts) {
    std::string_view slot = calendar::slot_of(path);
    if (slot.empty()) continue;
    std::string slot_path = "overrides/" + std::string(slot);
    if (path != slot_path && (implied.empty() || implied.back() != slot_path)) implied.push_back(slot_path);
  }
  for (const std::string& slot : implied) {
    if (facts.get(slot) == "excluded") {
      facts.erase_under(slot + "/");
    } else {
      facts.set(slot, "changed");
    }
  }
  return facts;
}

EventPlan plan_event(const merge::EventState& hub, const std::vector<Place>& places, const RouteMap& routes,
                     std::int64_t now_ms) {
  EventPlan plan;
  plan.hub = hub;
  for (const Place& place : places) {
    PlacePlan out;
    out.calendar = place.calendar;
    if (place.base) out.base = *place.base;
    plan.places.push_back(std::move(out));
  }
  // The first item of a new event makes it: its place is the origin.
  bool born = hub.cells.empty();
  for (std::size_t i = 0; i < places.size(); ++i) {
    bool attached = places[i].just_attached && places[i].seen.kind == Observation::Kind::present;
    if (attached && !places[i].base) plan.places[i].base.role = Role::origin;
    if (born && attached) {
      merge::Dot dot = plan.hub.write(merge::kLife, "alive", places[i].replica, now_ms);
      plan.changes.push_back({std::string(merge::kLife), std::nullopt, "alive", places[i].calendar, dot});
      plan.hub_changed = true;
      born = false;
    } else if (attached && places[i].base && hub.alive()) {
      // Made again by a person: a deletion elsewhere that knows nothing of it does not take it away.
      plan.hub.write(merge::kLife, "alive", places[i].replica, now_ms);
      plan.hub_changed = true;
    }
  }
  Draft draft{plan, now_ms};
  // The routes by which changes may come in are those of the state before them; an event that is just being born
  // takes them from what its first place shows.
  const Facts* first_seen = nullptr;
  for (const Place& place : places)
    if (first_seen == nullptr && place.seen.kind == Observation::Kind::present)
      first_seen = &place.seen.facts;
  Facts known = facts_of(plan.hub);
  auto lenses =
      routes(origins_of(places, plan.places), known.empty() && first_seen != nullptr ? *first_seen : known);

  bool attached_somewhere = false;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Place& place = places[i];
    PlacePlan& out = plan.places[i];
    if (place.seen.kind != Observation::Kind::present) continue;
    Lens lens = lens_of(lenses, place.calendar, out.base.role);
    if (!lens.routed && !place.just_attached) {
      if (out.base.intent && !is_on(Mutant::plan_keeps_intent_without_link)) settle_unrouted(place, out);
      continue;
    }
    if (out.base.standing == Standing::not_here && !place.just_attached) continue;
    // What people made at the end of a one-way link, and its filter keeps out, is theirs alone.
    const bool kept_out = out.base.role == Role::copy && lens.routed && !lens.wanted && !lens.aged;
    if (kept_out && out.base.standing != Standing::present && !is_made_by_us(place, out.base)) continue;
    // What we wrote without hearing of it is ours, also when the event was deleted meanwhile: it is taken away again.
    bool unfinished = is_unfinished(place, out.base);
    bool edited =
        unfinished ? edited_since_intent(place, lens, out.base) : person_edited(place, lens, out.base);
    // What a removed link left here is an event like any other when a link leads here again.
    bool again = out.base.standing == Standing::retired;
    if (is_on(Mutant::plan_leaves_dead)) edited = false;
    if (!plan.hub.alive() && (place.just_attached || edited || again))
      revive(plan, place, now_ms, !place.just_attached && !again);
    attached_somewhere |= place.just_attached || again;
    if (plan.hub.alive() || out.base.standing == Standing::present || unfinished)
      pull_present(draft, place, lens, out);
  }
  rekey_strays(draft, places, facts_of(hub));
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Place& place = places[i];
    PlacePlan& out = plan.places[i];
    bool lost = out.base.standing == Standing::present ||
                (out.base.standing == Standing::retired && place.seen.kind == Observation::Kind::absent);
    bool proven = place.seen.kind == Observation::Kind::absent;
    if (is_on(Mutant::unknown_is_absence)) proven |= place.seen.kind == Observation::Kind::unknown;
    if (!proven) continue;
    if (!lost) {
      // An unfinished create that a later listing does not show has not happened.
      if (out.base.intent) {
        out.base.intent.reset();
        out.base_changed = true;
      }
      continue;
    }
    Place asked = place;
    asked.restore_absent |= attached_somewhere;
    pull_absent(draft, asked, lens_of(lenses, place.calendar, out.base.role), out);
  }

  if (plan.hub.alive()) {
    for (PlacePlan& out : plan.places) {
      if (out.base.standing != Standing::gone) continue;
      out.base.standing = Standing::none;
      out.base_changed = true;
    }
  }
  find_homes(plan, places);
  lenses = routes(origins_of(places, plan.places), facts_of(plan.hub));
  for (std::size_t i = 0; i < places.size(); ++i)
    push_place(plan, places[i], lens_of(lenses, places[i].calendar, plan.places[i].base.role),
               plan.places[i]);
  return plan;
}

}  // namespace kalends::sync
