// What an absence means: a deletion that enters the hub, a copy that a person took away, or nothing.
#include "base/mutation.h"
#include "sync/pull.h"

namespace kalends::sync {

namespace {

using calendar::Facts;
using Value = std::optional<std::string>;

Value look(const Facts& facts, std::string_view path) {
  const std::string* value = facts.find(path);
  return value != nullptr ? Value(*value) : std::nullopt;
}

// An edit of the hub that the replica did not have before it, or that another replica made in this very cycle.
std::optional<Conflict> unseen_edit(const EventPlan& plan, const Place& place, const Lens& lens,
                                    const Base& base) {
  Conflict conflict;
  conflict.calendar = place.calendar;
  conflict.policy = "an edit beats a deletion";
  Facts shown = place.project(through(lens, facts_of(plan.hub)));
  std::set<std::string> paths;
  for (const auto& [path, agreed] : base.fields) paths.insert(path);
  for (const auto& [path, value] : shown) paths.insert(path);
  for (const std::string& path : paths) {
    const Agreed* agreed = base.agreed(path);
    conflict.path = path;
    conflict.base = agreed != nullptr ? agreed->shown : std::nullopt;
    conflict.hub = look(shown, path);
    if (!is_edit(path, conflict.base, conflict.hub)) continue;
    conflict.hub_replica = plan.hub.dot(path).replica;
    return conflict;
  }
  // Somebody made it again after the last look at this calendar, so who deleted it here cannot have known.
  const merge::Cell* life = plan.hub.cell(merge::kLife);
  if (life != nullptr && life->dot.replica != place.replica && place.watched_since_ms > 0 &&
      life->stamp.ms > place.watched_since_ms) {
    conflict.path = merge::kLife;
    conflict.base = std::nullopt;
    conflict.hub = "alive";
    conflict.hub_replica = life->dot.replica;
    return conflict;
  }
  // Nor could who deleted it have known of what others said since that look and this calendar cannot show.
  for (const auto& [path, cell] : plan.hub.cells) {
    if (path == merge::kLife || shown.find(path) != nullptr || !cell.value) continue;
    const bool later = place.watched_since_ms > 0 && cell.stamp.ms > place.watched_since_ms;
    if (!later || cell.dot.replica == place.replica || is_people(innermost_field(path))) continue;
    conflict.path = path;
    conflict.hub_replica = cell.dot.replica;
    conflict.base = conflict.hub = std::nullopt;  // nothing that this calendar may not show
    return conflict;
  }
  for (const HubChange& change : plan.changes) {
    if (change.from == place.calendar || change.path == merge::kLife) continue;
    if (!is_edit(change.path, change.before, change.after)) continue;
    conflict.path = change.path;
    conflict.hub_replica = change.dot.replica;
    conflict.base = conflict.hub = std::nullopt;  // nothing that this calendar may not show
    return conflict;
  }
  return std::nullopt;
}

}  // namespace

void pull_absent(Draft draft, const Place& place, const Lens& lens, PlacePlan& out) {
  Base& base = out.base;
  EventPlan& plan = draft.plan;
  out.base_changed = true;
  const bool ours = base.intent && base.intent->kind == Intent::Kind::remove;
  base.intent.reset();
  auto forget = [&](Standing standing) {
    base.standing = standing;
    base.fields.clear();
    base.items.clear();
  };
  if (!plan.hub.alive()) return forget(Standing::gone);
  if (base.standing == Standing::retired || !lens.routed) return forget(Standing::none);
  // What a person took back is not here, whoever removed it in the end.
  if (base.withdrawn) {
    base.withdrawn = false;
    return forget(Standing::not_here);
  }
  // Our own removal, of which no answer came, is no person's.
  if (ours && !is_on(Mutant::own_removal_is_a_persons)) return forget(Standing::none);
  if (place.restore_absent && !is_on(Mutant::rejected_deletion_is_done)) return forget(Standing::none);
  // Outside of its window a copy is left alone, and its absence proves nothing.
  if (lens.role == Role::copy && lens.aged) return forget(Standing::none);
  if (!may_pull_deletion(lens)) {
    out.left = true;
    return forget(Standing::not_here);
  }

  // A person's edit that this replica had not seen beats its deletion.
  auto edit = unseen_edit(plan, place, lens, base);
  if (edit && !is_on(Mutant::deletion_beats_edit)) {
    edit->remote_ms = draft.now_ms;
    plan.conflicts.push_back(*std::move(edit));
    return forget(Standing::none);
  }
  out.deletion_pulled = true;
  merge::Dot dot = plan.hub.write(merge::kLife, std::nullopt, place.replica, draft.now_ms);
  plan.changes.push_back({std::string(merge::kLife), "alive", std::nullopt, place.calendar, dot});
  plan.hub_changed = true;
  forget(Standing::gone);
}

}  // namespace kalends::sync
