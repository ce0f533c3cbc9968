#include "sync/pull.h"

#include <algorithm>

#include "base/mutation.h"
#include "calendar/parameters.h"
#include "sync/decide.h"
#include "sync/item_writes.h"

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
    bool splits = is_on(Mutant::diff_splits_schedule);
    if ((path == "when" || path == "recurrence") && !splits) {
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
  Facts shown;                      // the hub through the lens, at the start
  bool first;                       // nothing was ever agreed: an adoption
  bool born;                        // this place is the first to say anything of the event
  std::set<std::string> done = {};  // paths inside a slot that was decided as a whole

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
    Agreed now{std::move(remote_value), std::move(shown_value), draft.plan.hub.dot(path), drifted, false};
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
    if (!calendar::is_parameters(path)) forget_parameters(path);
  }

  // The parameters of a field's earlier values go; those that come with the new one are written behind it.
  void forget_parameters(const std::string& path) {
    const std::string prefix = path + "/;";
    std::vector<std::string> held;
    const auto& cells = draft.plan.hub.cells;
    for (auto it = cells.lower_bound(prefix); it != cells.end() && it->first.starts_with(prefix); ++it)
      if (it->second.value && calendar::is_parameters(it->first)) held.push_back(it->first);
    if (held.empty()) return;
    const Facts kept = facts_of(draft.plan.hub);
    for (const std::string& one : held)
      if (kept.find(one) == nullptr) write_hub(one, std::nullopt);
  }

  Conflict conflict(const std::string& path) const {
    Conflict c;
    c.calendar = place.calendar;
    c.path = path;
    const Agreed* agreed = out.base.agreed(path);
    c.base = agreed != nullptr && agreed->refused ? agreed->remote : agreed_shown(path);
    c.remote = remote(path);
    // All of it where nothing is masked, not only what this place can hold.
    c.hub = may_pull(lens, path) ? draft.plan.hub.value(path) : look(shown, path);
    c.remote_ms = edit_time(place, draft.now_ms);
    if (const merge::Cell* cell = draft.plan.hub.cell(path)) {
      c.hub_ms = cell->stamp.ms;
      c.hub_replica = cell->dot.replica;
    }
    return c;
  }
};

bool is_slot(std::string_view path) {
  std::string_view slot = calendar::slot_of(path);
  return !slot.empty() && path.size() == std::string_view("overrides/").size() + slot.size();
}

bool is_under(std::string_view path, std::string_view slot_path) {
  return path.size() > slot_path.size() && path.starts_with(slot_path) && path[slot_path.size()] == '/';
}

// The paths inside a slot that the hub, this place or their past knows.
std::set<std::string> inside(const Comparison& c, std::string_view slot_path) {
  std::set<std::string> out;
  auto add = [&](const std::string& path) {
    if (is_under(path, slot_path)) out.insert(path);
  };
  for (const auto& [path, value] : c.place.seen.facts) add(path);
  for (const auto& [path, cell] : c.draft.plan.hub.cells) add(path);
  for (const auto& [path, agreed] : c.out.base.fields) add(path);
  return out;
}

// Whether a person changed something inside the slot that the hub still has; this place may not be able to show it.
bool hub_edited_slot(const Comparison& c, const std::string& slot_path) {
  if (c.draft.plan.hub.value(slot_path) != "changed") return false;
  for (const std::string& path : inside(c, slot_path))
    if (is_edit(path, c.agreed_shown(path), look(c.shown, path))) return true;
  return std::ranges::any_of(c.draft.plan.changes, [&](const HubChange& change) {
    return is_under(change.path, slot_path) && is_edit(change.path, change.before, change.after);
  });
}

bool replica_edited_slot(const Comparison& c, const std::string& slot_path) {
  if (c.remote(slot_path) != "changed") return false;
  for (const std::string& path : inside(c, slot_path))
    if (is_edit(path, c.agreed_remote(path), c.remote(path))) return true;
  return false;
}

// Whether the place may say something of a slot as a whole. Where a copy hides fields, only that one of the others is
// different there: an occurrence that is removed from a masked copy is "not here", as a removed copy is.
bool slot_pullable(const Comparison& c, const std::string& slot_path) {
  if (!may_pull(c.lens, slot_path)) return false;
  if (c.lens.role == Role::origin || !c.lens.masked()) return true;
  if (c.remote(slot_path) != "changed") return false;
  return std::ranges::any_of(inside(c, slot_path), [&](const std::string& path) {
    return c.remote(path) != c.agreed_remote(path) && may_pull(c.lens, path);
  });
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
  if (is_element(conflict.path) && !is_on(Mutant::removal_beats_edit_of_element)) {
    if (!conflict.remote && conflict.hub) return {Conflict::Winner::hub, "an edit beats a deletion", false};
    if (conflict.remote && !conflict.hub && c.agreed_shown(conflict.path))
      return {Conflict::Winner::remote, "an edit beats a deletion", false};
  }
  const Policy& policy = policy_of(c.lens.policies, conflict.path);
  switch (policy.kind) {
    case Policy::Kind::newest: return newest(conflict, c.place, "newest");
    case Policy::Kind::hub: return {Conflict::Winner::hub, "hub", false};
    case Policy::Kind::ask:
      if (is_on(Mutant::ask_does_not_ask)) return newest(conflict, c.place, "ask");
      return {Conflict::Winner::open, "ask", false};
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
  bool hub_lost = winner == Conflict::Winner::remote;
  Facts loser = without_people(hub_lost ? facts_of(c.draft.plan.hub) : c.place.seen.facts);
  if (loser.find("when") == nullptr) return;
  c.draft.plan.spawned.push_back({std::move(loser), hub_lost ? CalendarId() : c.place.calendar});
}

// The replica's value lost: what it holds is no longer what it is meant to show, whatever the hub comes to say until
// the write that puts it right. A value that it did not change itself keeps what was agreed.
void lose(Comparison& c, const std::string& path) {
  bool changed = c.remote(path) != c.agreed_remote(path);
  c.agree(path, c.remote(path), changed ? c.remote(path) : c.agreed_shown(path));
}

void clash(Comparison& c, const std::vector<std::string>& unit) {
  // The unit's first differing path speaks for it, and the hub's last write to any of it.
  std::vector<std::string> differing;
  for (const std::string& path : unit)
    if (c.remote(path) != look(c.shown, path)) differing.push_back(path);
  Conflict speaker = c.conflict(differing.front());
  for (const std::string& path : unit) {
    const merge::Cell* cell = c.draft.plan.hub.cell(path);
    if (cell == nullptr || cell->stamp.ms <= speaker.hub_ms) continue;
    speaker.hub_ms = cell->stamp.ms;
    speaker.hub_replica = cell->dot.replica;
  }
  Verdict verdict = judge(c, speaker);
  if (verdict.spawn) spawn(c, verdict.winner);
  for (const std::string& path : differing) {
    Conflict conflict = c.conflict(path);
    conflict.winner = verdict.winner;
    conflict.policy = verdict.policy;
    if (is_on(Mutant::clash_forgets_loser)) continue;
    c.draft.plan.conflicts.push_back(conflict);
  }
  for (const std::string& path : unit) {
    switch (verdict.winner) {
      case Conflict::Winner::remote:
        // What neither side changed stays as it is: the replica may hold only a part of it.
        if (c.remote(path) == c.agreed_remote(path) && look(c.shown, path) == c.agreed_shown(path)) break;
        c.write_hub(path, c.remote(path));
        c.agree(path, c.remote(path), c.remote(path));
        break;
      case Conflict::Winner::hub: lose(c, path); break;
      case Conflict::Winner::open: break;
    }
  }
}

// An adoption never pushes people onto an origin that has its own idea of them. Of a new event they are everybody's.
bool leave_people_alone(const Comparison& c, std::string_view path) {
  std::string_view field = innermost_field(path);
  return c.first && !c.born && c.lens.role == Role::origin && (field == "attendees" || field == "organizer");
}

// One side has the occurrence no longer, the other edited it: the edit stays, with all that was said of the occurrence.
void keep_edited_slot(Comparison& c, const std::string& slot_path) {
  bool remote_edited = c.remote(slot_path) == "changed";
  Conflict conflict = c.conflict(slot_path);
  conflict.policy = "an edit beats a deletion";
  conflict.winner = remote_edited ? Conflict::Winner::remote : Conflict::Winner::hub;
  c.draft.plan.conflicts.push_back(std::move(conflict));
  std::set<std::string> paths = inside(c, slot_path);
  c.done.insert(paths.begin(), paths.end());
  paths.insert(slot_path);
  for (const std::string& path : paths) {
    Value value = c.remote(path);
    bool shows = value || look(c.shown, path) || c.agreed_remote(path);
    if (remote_edited && shows && may_pull(c.lens, path)) c.write_hub(path, value);
    // What the hub has beside this is pushed, because the agreement says that the replica shows what it holds.
    c.agree(path, value, value);
  }
}

// The replica removed an occurrence: what was said of it goes too, even what this replica could not show.
void pull_exclusion(Comparison& c, const std::string& slot_path) {
  c.write_hub(slot_path, "excluded");
  c.agree(slot_path, "excluded", "excluded");
  for (const std::string& path : inside(c, slot_path)) {
    c.done.insert(path);
    c.write_hub(path, std::nullopt);
    c.agree(path, c.remote(path), std::nullopt);
  }
}

// A parked conflict ends by itself when both sides came to say the same.
void reconcile(Comparison& c, const std::vector<std::string>& unit) {
  for (const std::string& path : unit)
    if (c.remote(path) != look(c.shown, path)) return;
  for (const std::string& path : unit) {
    c.agree(path, c.remote(path), look(c.shown, path));
    if (c.place.parked.contains(path)) c.out.reconciled.push_back(path);
  }
}

// What a person put there while the place might not change it, and now that it may, nobody else did.
bool is_freed_drift(const Comparison& c, const std::string& path) {
  const Agreed* agreed = c.out.base.agreed(path);
  return agreed != nullptr && agreed->drifted && agreed->remote != agreed->shown &&
         look(c.shown, path) == agreed->shown && may_pull(c.lens, path);
}

// Whether the edit at the place was made without having seen what the hub has: a person kept our write of it back.
bool is_edit_beside_refused(const Comparison& c, const std::string& path) {
  const Agreed* agreed = c.out.base.agreed(path);
  return agreed != nullptr && agreed->refused && c.remote(path) != agreed->remote;
}

Evidence evidence_of(const Comparison& c, const std::vector<std::string>& unit) {
  Evidence evidence;
  evidence.equal = true;
  evidence.pullable = true;
  for (const std::string& path : unit) {
    evidence.remote_changed |= c.remote(path) != c.agreed_remote(path) || is_freed_drift(c, path);
    if (is_on(Mutant::diff_compares_with_hub))
      evidence.remote_changed |= c.remote(path) != look(c.shown, path);
    evidence.hub_changed |= look(c.shown, path) != c.agreed_shown(path) || is_edit_beside_refused(c, path);
    if (is_on(Mutant::diff_compares_with_remote))
      evidence.hub_changed |= look(c.shown, path) != c.remote(path);
    // A place that rewrites values may hold the very words that another one brought.
    evidence.equal &= c.remote(path) == look(c.shown, path) ||
                      (may_pull(c.lens, path) && c.remote(path) == c.draft.plan.hub.value(path));
    evidence.pullable &= is_slot(path) ? slot_pullable(c, path) : may_pull(c.lens, path);
    if (is_on(Mutant::diff_takes_drift)) evidence.pullable = true;
  }
  return evidence;
}

void compare_unit(Comparison& c, const std::vector<std::string>& unit) {
  const std::string& path = unit.front();
  if (is_parked(c.place, path)) return reconcile(c, unit);
  Evidence evidence = evidence_of(c, unit);
  if (is_slot(path) && evidence.pullable && !is_on(Mutant::removal_beats_edit_of_slot)) {
    bool remote_has = c.remote(path) == "changed";
    bool hub_has = look(c.shown, path) == "changed";
    if (!remote_has && hub_has && evidence.remote_changed && hub_edited_slot(c, path))
      return keep_edited_slot(c, path);
    if (remote_has && !hub_has && evidence.hub_changed && replica_edited_slot(c, path))
      return keep_edited_slot(c, path);
  }

  switch (decide(evidence)) {
    case Move::keep:
    case Move::push: break;
    case Move::pull:
      if (is_slot(path) && c.remote(path) == "excluded") return pull_exclusion(c, path);
      for (const std::string& p : unit) {
        Value value = c.remote(p);
        // The replica may hold only a part of it.
        if (value == c.agreed_remote(p) && !is_freed_drift(c, p)) continue;
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
        if (c.remote(p) == c.agreed_remote(p)) continue;
        bool hub_changed = look(c.shown, p) != c.agreed_shown(p);
        if (!hub_changed) {
          c.agree(p, c.remote(p), c.agreed_shown(p), true);
          continue;
        }
        Conflict conflict = c.conflict(p);
        conflict.policy = "this place may not change it";
        c.draft.plan.conflicts.push_back(std::move(conflict));
        lose(c, p);
      }
      break;
    case Move::clash: clash(c, unit); break;
  }
}

// First meeting: what only the hub has will be pushed, what only the replica has is pulled, the rest is compared.
void adopt_unit(Comparison& c, const std::vector<std::string>& unit) {
  const std::string& slot = unit.front();
  if (is_slot(slot) && slot_pullable(c, slot)) {
    Value remote = c.remote(slot);
    Value hub = look(c.shown, slot);
    if (remote && hub && remote != hub) return keep_edited_slot(c, slot);
  }
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
  } else if ((!hub_any || is_on(Mutant::adopt_takes_theirs)) && pullable) {
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

}  // namespace

std::int64_t edit_time(const Place& place, std::int64_t now_ms) {
  if (!place.seen.updated_ms) return now_ms;
  std::int64_t end_of_grain = *place.seen.updated_ms + std::max<std::int64_t>(place.grain_ms, 1) - 1;
  if (is_on(Mutant::diff_trusts_their_clock)) return end_of_grain;
  return std::clamp(end_of_grain, std::min(place.watched_since_ms, now_ms), now_ms);
}

bool is_parked(const Place& place, std::string_view path) {
  if (place.parked.contains(std::string(path))) return true;
  if (place.seen.unknown_slots.contains(calendar::slot_of(path))) return true;
  return (path == "when" || path == "recurrence") &&
         (place.parked.contains("when") || place.parked.contains("recurrence"));
}

void pull_present(Draft draft, const Place& place, const Lens& lens, PlacePlan& out) {
  Base& base = out.base;
  bool known = base.standing == Standing::present;
  if (!known && base.intent && base.intent->kind == Intent::Kind::create && !place.seen.nonce.empty() &&
      base.intent->nonce == place.seen.nonce) {
    base.nonce = base.intent->nonce;
    take_intent(base, place);
    known = true;
  } else if (known) {
    take_intent(base, place);
  }
  // A store that was put back knows what this very item said then.
  const bool remembered =
      base.standing == Standing::retired && !base.fields.empty() && place.seen.remote == base.remote_id();
  if (!known && !remembered) base.fields.clear();
  Comparison c{draft,
               place,
               lens,
               out,
               place.project(through(lens, facts_of(draft.plan.hub))),
               !known && !remembered,
               draft.plan.hub.facts().empty()};
  if (known && base.role == Role::copy && base.fields.empty()) c.first = true;
  Value old_when = draft.plan.hub.value("when");
  Value old_recurrence = draft.plan.hub.value("recurrence");

  Facts before = base.remote();
  std::uint64_t digest = digest_of(place.seen.facts);
  out.seen_before =
      known && place.seen.facts != before && std::ranges::find(base.earlier, digest) != base.earlier.end();
  out.rolled_back = out.seen_before && base.updated_ms != 0 && place.seen.updated_ms &&
                    *place.seen.updated_ms <= base.updated_ms;
  for (const auto& unit : units(before, place.seen.facts, c.shown, base)) {
    if (c.done.contains(unit.front())) continue;
    if (c.first) {
      adopt_unit(c, unit);
    } else {
      compare_unit(c, unit);
    }
  }
  if (place.seen.facts != before || base.earlier.empty()) remember(base.earlier, digest);
  base.standing = Standing::present;
  base.updated_ms = place.seen.updated_ms.value_or(0);
  std::vector<RemoteItem> items = remote_items(place, base.items);
  out.base_changed |= base.intent.has_value() || base.items != items || !known || place.seen.facts != before;
  base.items = std::move(items);
  base.intent.reset();
  rekey_overrides(draft, place, old_when, old_recurrence);
}

}  // namespace kalends::sync
