#include "sync/pull.h"

#include <algorithm>

#include "sync/decide.h"

namespace kalends::sync {

namespace {

using calendar::Facts;
using Value = std::optional<std::string>;

Value look(const Facts& facts, std::string_view path) {
  const std::string* value = facts.find(path);
  return value != nullptr ? Value(*value) : std::nullopt;
}

// Paths decided together: when and recurrence of a series are one decision.
std::vector<std::vector<std::string>> units(const Facts& before, const Facts& now, const Facts& shown,
                                            const Base& base) {
  std::set<std::string> paths;
  for (const auto& [path, value] : before) paths.insert(path);
  for (const auto& [path, value] : now) paths.insert(path);
  for (const auto& [path, value] : shown) paths.insert(path);
  for (const auto& [path, agreed] : base.fields) paths.insert(path);
  std::vector<std::vector<std::string>> out;
  std::vector<std::string> schedule;
  for (const std::string& path : paths) {
    if (path == "when" || path == "recurrence") {
      schedule.push_back(path);
    } else {
      out.push_back({path});
    }
  }
  if (!schedule.empty()) out.insert(out.begin(), schedule);
  return out;
}

bool is_element(std::string_view path) { return path.find('/') != std::string_view::npos; }

// Everything one place's comparison needs.
struct Comparison {
  Draft draft;
  const Place& place;
  const Lens& lens;
  PlacePlan& out;
  Facts shown;  // the hub through the lens, at the start
  bool first;   // nothing was ever agreed: an adoption

  Value agreed_remote(std::string_view path) const {
    const Agreed* agreed = out.base.agreed(path);
    return agreed != nullptr ? agreed->remote : std::nullopt;
  }
  Value agreed_shown(std::string_view path) const {
    const Agreed* agreed = out.base.agreed(path);
    return agreed != nullptr ? agreed->shown : std::nullopt;
  }
  Value remote(std::string_view path) const { return look(place.seen.facts, path); }

  void agree(const std::string& path, Value remote_value, Value shown_value, bool drifted = false) {
    if (!remote_value && !shown_value) {
      out.base_changed |= out.base.fields.erase(path) > 0;
      return;
    }
    Agreed now{std::move(remote_value), std::move(shown_value), draft.plan.hub.dot(path), drifted};
    Agreed& old = out.base.fields[path];
    out.base_changed |= !(old == now);
    old = std::move(now);
  }

  void write_hub(const std::string& path, const Value& value) {
    EventPlan& plan = draft.plan;
    Value before = plan.hub.value(path);
    if (before == value) return;
    merge::Dot dot = plan.hub.write(path, value, place.replica, edit_time(place, draft.now_ms));
    plan.changes.push_back({path, before, value, place.calendar, dot});
    plan.hub_changed = true;
    out.pulled.push_back(path);
  }

  Conflict conflict(const std::string& path) const {
    Conflict c;
    c.calendar = place.calendar;
    c.path = path;
    c.base = agreed_shown(path);
    c.remote = remote(path);
    c.hub = look(shown, path);
    c.remote_ms = edit_time(place, draft.now_ms);
    if (const merge::Cell* cell = draft.plan.hub.cell(path)) {
      c.hub_ms = cell->stamp.ms;
      c.hub_replica = cell->dot.replica;
    }
    return c;
  }
};

// Whether the hub changed anything inside the slot since the base, or the replica did.
bool hub_edited_slot(const Comparison& c, std::string_view slot_path) {
  std::string prefix = std::string(slot_path) + "/";
  for (const auto& [path, value] : c.shown)
    if (path.starts_with(prefix) && c.agreed_shown(path) != Value(value)) return true;
  return false;
}

bool replica_edited_slot(const Comparison& c, std::string_view slot_path) {
  std::string prefix = std::string(slot_path) + "/";
  for (const auto& [path, value] : c.place.seen.facts)
    if (path.starts_with(prefix) && c.agreed_remote(path) != Value(value)) return true;
  return false;
}

struct Verdict {
  Conflict::Winner winner = Conflict::Winner::hub;
  std::string policy;
  bool spawn = false;
};

Verdict newest(const Conflict& c, const Place& place, std::string name) {
  bool remote_wins = c.remote_ms != c.hub_ms ? c.remote_ms > c.hub_ms : place.replica > c.hub_replica;
  return {remote_wins ? Conflict::Winner::remote : Conflict::Winner::hub, std::move(name), false};
}

// Whether a dot's replica is this calendar in any epoch: "work#2" is "work".
bool is_calendar(std::string_view replica, const CalendarId& calendar) {
  return replica.substr(0, replica.rfind('#')) == calendar.value;
}

Verdict judge(const Comparison& c, const Conflict& conflict) {
  if (is_element(conflict.path)) {
    if (!conflict.remote && conflict.hub) return {Conflict::Winner::hub, "an edit beats a deletion", false};
    if (conflict.remote && !conflict.hub && c.agreed_shown(conflict.path))
      return {Conflict::Winner::remote, "an edit beats a deletion", false};
  }
  const Policy& policy = c.lens.policy;
  switch (policy.kind) {
    case Policy::Kind::newest: return newest(conflict, c.place, "newest");
    case Policy::Kind::hub: return {Conflict::Winner::hub, "hub", false};
    case Policy::Kind::ask: return {Conflict::Winner::open, "ask", false};
    case Policy::Kind::prefer:
      if (c.place.calendar == policy.preferred)
        return {Conflict::Winner::remote, "prefer:" + policy.preferred.value, false};
      if (is_calendar(conflict.hub_replica, policy.preferred))
        return {Conflict::Winner::hub, "prefer:" + policy.preferred.value, false};
      return newest(conflict, c.place, "prefer:" + policy.preferred.value + ", then newest");
    case Policy::Kind::both: {
      Verdict verdict = newest(conflict, c.place, "both");
      verdict.spawn = !is_element(conflict.path);
      return verdict;
    }
  }
  return {};
}

// The loser of "keep both" as a whole version: the hub's facts, or the replica's.
void spawn(Comparison& c, Conflict::Winner winner) {
  if (!c.draft.plan.spawned.empty()) return;
  Facts loser = winner == Conflict::Winner::remote ? c.draft.plan.hub.facts() : c.place.seen.facts;
  if (loser.find("when") != nullptr) c.draft.plan.spawned.push_back(std::move(loser));
}

void clash(Comparison& c, const std::vector<std::string>& unit) {
  // The unit's first differing path speaks for it.
  std::vector<std::string> differing;
  for (const std::string& path : unit)
    if (c.remote(path) != look(c.shown, path)) differing.push_back(path);
  Verdict verdict = judge(c, c.conflict(differing.front()));
  if (verdict.spawn) spawn(c, verdict.winner);
  for (const std::string& path : differing) {
    Conflict conflict = c.conflict(path);
    conflict.winner = verdict.winner;
    conflict.policy = verdict.policy;
    c.draft.plan.conflicts.push_back(conflict);
  }
  for (const std::string& path : unit) {
    switch (verdict.winner) {
      case Conflict::Winner::remote:
        c.write_hub(path, c.remote(path));
        c.agree(path, c.remote(path), c.remote(path));
        break;
      case Conflict::Winner::hub:
        c.agree(path, c.remote(path), c.first ? c.remote(path) : c.agreed_shown(path));
        break;
      case Conflict::Winner::open: break;
    }
  }
}

// An adoption never pushes people onto an origin that has its own idea of them.
bool leave_people_alone(const Comparison& c, std::string_view path) {
  std::string_view field = calendar::field_of(path);
  return c.first && c.lens.role == Role::origin && (field == "attendees" || field == "organizer");
}

void compare_unit(Comparison& c, const std::vector<std::string>& unit) {
  Evidence evidence;
  evidence.equal = true;
  evidence.pullable = true;
  for (const std::string& path : unit) {
    if (c.place.parked.contains(path)) {
      // A parked conflict ends by itself when both sides came to say the same.
      if (c.remote(path) == look(c.shown, path)) c.agree(path, c.remote(path), look(c.shown, path));
      return;
    }
    evidence.remote_changed |= c.remote(path) != c.agreed_remote(path);
    evidence.hub_changed |= look(c.shown, path) != c.agreed_shown(path);
    evidence.equal &= c.remote(path) == look(c.shown, path);
    evidence.pullable &= may_pull(c.lens, path);
  }
  const std::string& path = unit.front();
  bool is_slot = !calendar::slot_of(path).empty() &&
                 path.size() == std::string_view("overrides/").size() + calendar::slot_of(path).size();
  if (is_slot && c.remote(path) == Value("excluded") && hub_edited_slot(c, path)) evidence.hub_changed = true;
  if (is_slot && look(c.shown, path) == Value("excluded") && replica_edited_slot(c, path))
    evidence.remote_changed = true;

  switch (decide(evidence)) {
    case Move::keep:
    case Move::push: break;
    case Move::pull:
      for (const std::string& p : unit) {
        Value value = c.remote(p);
        c.write_hub(p, value);
        c.agree(p, value, value);
      }
      break;
    case Move::drift:
      for (const std::string& p : unit)
        if (c.remote(p) != c.agreed_remote(p)) c.agree(p, c.remote(p), c.agreed_shown(p), true);
      break;
    case Move::advance:
      for (const std::string& p : unit) c.agree(p, c.remote(p), look(c.shown, p));
      break;
    case Move::overrule:
      for (const std::string& p : unit) {
        if (c.remote(p) != c.agreed_remote(p)) {
          Conflict conflict = c.conflict(p);
          conflict.policy = "this place may not change it";
          c.draft.plan.conflicts.push_back(std::move(conflict));
        }
        c.agree(p, c.remote(p), c.agreed_shown(p));
      }
      break;
    case Move::clash:
      if (is_slot && evidence.pullable) {
        // An exclusion met an edit of the same occurrence: the edit stays.
        Conflict conflict = c.conflict(path);
        conflict.policy = "an edit beats a deletion";
        bool remote_excluded = c.remote(path) == Value("excluded");
        conflict.winner = remote_excluded ? Conflict::Winner::hub : Conflict::Winner::remote;
        c.draft.plan.conflicts.push_back(conflict);
        if (!remote_excluded) c.write_hub(path, c.remote(path));
        c.agree(path, c.remote(path), remote_excluded ? c.agreed_shown(path) : c.remote(path));
      } else {
        clash(c, unit);
      }
      break;
  }
}

// First meeting: what only the hub has will be pushed, what only the replica has is pulled, the rest is compared.
void adopt_unit(Comparison& c, const std::vector<std::string>& unit) {
  bool equal = true;
  bool remote_any = false;
  bool hub_any = false;
  bool pullable = true;
  for (const std::string& path : unit) {
    equal &= c.remote(path) == look(c.shown, path);
    remote_any |= c.remote(path).has_value();
    hub_any |= look(c.shown, path).has_value();
    pullable &= may_pull(c.lens, path);
  }
  if (equal || leave_people_alone(c, unit.front())) {
    for (const std::string& path : unit) c.agree(path, c.remote(path), look(c.shown, path));
  } else if (!hub_any && pullable) {
    for (const std::string& path : unit) {
      c.write_hub(path, c.remote(path));
      c.agree(path, c.remote(path), c.remote(path));
    }
  } else if (!hub_any) {
    for (const std::string& path : unit) c.agree(path, c.remote(path), std::nullopt, true);
  } else if (!remote_any) {
    return;  // the hub's own: pushed, because nothing is agreed
  } else if (pullable) {
    clash(c, unit);
  } else {
    for (const std::string& path : unit) c.agree(path, c.remote(path), std::nullopt, true);
  }
}

// The replica holds the very event that our unfinished write was to make: that write is its past.
void take_intent(Base& base) {
  if (!base.intent || base.intent->kind == Intent::Kind::remove) return;
  for (const auto& [path, value] : base.intent->target) base.fields[path] = {value, value, {}, false};
}

}  // namespace

std::int64_t edit_time(const Place& place, std::int64_t now_ms) {
  if (!place.seen.updated_ms) return now_ms;
  std::int64_t end_of_grain = *place.seen.updated_ms + std::max<std::int64_t>(place.grain_ms, 1) - 1;
  return std::clamp(end_of_grain, std::min(place.watched_since_ms, now_ms), now_ms);
}

void pull_present(Draft draft, const Place& place, const Lens& lens, PlacePlan& out) {
  Base& base = out.base;
  bool known = base.standing == Standing::present;
  if (!known && base.intent && base.intent->kind == Intent::Kind::create && !place.seen.nonce.empty() &&
      base.intent->nonce == place.seen.nonce) {
    base.nonce = base.intent->nonce;
    take_intent(base);
    known = true;
  }
  if (!known) base.fields.clear();
  Comparison c{draft, place, lens, out, place.project(through(lens, draft.plan.hub.facts())), !known};
  if (known && base.role == Role::copy && base.fields.empty()) c.first = true;
  Value old_when = draft.plan.hub.value("when");
  Value old_recurrence = draft.plan.hub.value("recurrence");

  Facts before = base.remote();
  std::uint64_t digest = digest_of(place.seen.facts);
  out.rolled_back = known && place.seen.facts != before && base.updated_ms != 0 && place.seen.updated_ms &&
                    *place.seen.updated_ms <= base.updated_ms &&
                    std::ranges::find(base.earlier, digest) != base.earlier.end();
  for (const auto& unit : units(before, place.seen.facts, c.shown, base)) {
    if (c.first) {
      adopt_unit(c, unit);
    } else {
      compare_unit(c, unit);
    }
  }
  if (place.seen.facts != before || base.earlier.empty()) remember(base.earlier, digest);
  base.standing = Standing::present;
  base.updated_ms = place.seen.updated_ms.value_or(0);
  RemoteItem item{"", place.seen.remote, place.seen.version};
  out.base_changed |= base.intent.has_value() || base.items.size() != 1 || !(base.items.front() == item) ||
                      !known || place.seen.facts != before;
  base.items = {item};
  base.intent.reset();
  rekey_overrides(draft, place, old_when, old_recurrence);
}

void pull_absent(Draft draft, const Place& place, const Lens& lens, PlacePlan& out) {
  Base& base = out.base;
  EventPlan& plan = draft.plan;
  out.base_changed = true;
  base.intent.reset();
  auto forget = [&](Standing standing) {
    base.standing = standing;
    base.fields.clear();
    base.items.clear();
  };
  if (!plan.hub.alive()) return forget(Standing::gone);
  if (base.standing == Standing::retired) return forget(Standing::none);
  if (place.restore_absent) return forget(Standing::none);
  if (!may_pull_deletion(lens)) return forget(Standing::not_here);

  // A person's edit that this replica had not seen beats its deletion.
  Facts shown = place.project(through(lens, plan.hub.facts()));
  for (const auto& [path, agreed] : base.fields) {
    Value now = look(shown, path);
    if (now == agreed.shown) continue;
    Conflict conflict;
    conflict.calendar = place.calendar;
    conflict.path = path;
    conflict.base = agreed.shown;
    conflict.hub = now;
    conflict.policy = "an edit beats a deletion";
    conflict.remote_ms = draft.now_ms;
    plan.conflicts.push_back(std::move(conflict));
    return forget(Standing::none);
  }
  out.deletion_pulled = true;
  merge::Dot dot = plan.hub.write(merge::kLife, std::nullopt, place.replica, draft.now_ms);
  plan.changes.push_back({std::string(merge::kLife), "alive", std::nullopt, place.calendar, dot});
  plan.hub_changed = true;
  forget(Standing::gone);
}

}  // namespace kalends::sync
