// Overrides follow a series that moves: no override is left without a slot, and none is lost silently.
#include <algorithm>
#include <map>
#include <set>

#include "base/mutation.h"
#include "calendar/event.h"
#include "calendar/occurrences.h"
#include "calendar/when_text.h"
#include "sync/pull.h"

namespace kalends::sync {

namespace {

using calendar::Facts;
using calendar::LocalTime;

// The slots of the hub that have an override which the place cannot show, and so cannot have moved itself.
std::vector<std::string> hidden_slots(const Facts& hub, const Facts& shown) {
  std::vector<std::string> out;
  for (const auto& [path, value] : hub) {
    std::string_view slot = calendar::slot_of(path);
    if (!slot.empty() && path.size() == std::string_view("overrides/").size() + slot.size() &&
        shown.find(path) == nullptr)
      out.emplace_back(slot);
  }
  return out;
}

// Whether the series, as the hub now has it, has an occurrence in that slot.
bool occurs(const Facts& hub, LocalTime slot) {
  auto when = calendar::parse_when(hub.get("when"));
  if (!when) return false;
  if (when->start == slot) return true;
  auto event = calendar::from_facts(hub);
  if (!event) return false;
  for (const calendar::ExtraDate& extra : event->recurrence.extra_dates)
    if (extra.start == slot) return true;
  for (const calendar::Rule& rule : event->recurrence.rules) {
    bool found = false;
    auto visited = calendar::expand(rule, when->start, when->kind, nullptr, slot, [&](LocalTime start) {
      found = start == slot;
      return start < slot;
    });
    if (visited && found) return true;
  }
  return false;
}

struct Rekeying {
  Draft draft;
  const Place& place;  // in whose name the hub is written
  Facts facts;         // the hub before
  std::vector<std::pair<std::string, std::optional<std::string>>> from, to;  // slots to leave, paths to write
  const Facts* hub_before;       // before the whole plan; nullptr: nothing in the slots to leave was edited
  std::set<std::string> edited;  // those of `to` that were
  std::set<std::string> taken_out;  // slots of `to` in which nothing takes place since
  std::map<std::string, std::optional<std::string>>
      known;  // of those what the place had held in the old slot

  std::string path_of(const std::string& slot) const { return "overrides/" + slot; }

  void leave(const std::string& slot, const std::optional<std::string>& new_slot) {
    std::string old_path = path_of(slot);
    for (const auto& [path, value] : facts) {
      if (path != old_path && !path.starts_with(old_path + "/")) continue;
      from.emplace_back(path, std::nullopt);
      if (!new_slot) continue;
      to.emplace_back(path_of(*new_slot) + path.substr(old_path.size()), value);
      if (hub_before == nullptr) continue;
      if (path == old_path) {
        if (value == "excluded" && !was_given(path, value)) taken_out.insert(to.back().first);
        continue;
      }
      const bool given = was_given(path, value) || is_on(Mutant::rekey_forgets_earlier_edits);
      if (hub_before->get(path) == value && given) continue;
      edited.insert(to.back().first);
      known[to.back().first] = held(path);
    }
  }

  const Agreed* agreed(const std::string& path) const {
    if (!place.base) return nullptr;
    auto it = place.base->fields.find(path);
    return it == place.base->fields.end() ? nullptr : &it->second;
  }

  // Whether the place that moves the series had that value before it: if not, somebody gave it meanwhile.
  bool was_given(const std::string& path, const std::string& value) const {
    const Agreed* was = agreed(path);
    return was != nullptr ? was->shown == value : !place.base || place.base->fields.empty();
  }

  std::optional<std::string> held(const std::string& path) const {
    const Agreed* was = agreed(path);
    return was != nullptr ? was->remote : std::nullopt;
  }

  // Who moved the series said something of an occurrence that was taken out elsewhere meanwhile.
  void keep_taken_out(const std::string& path, const std::string& theirs) {
    if (theirs == "excluded" || !taken_out.contains(path)) return;
    Conflict conflict;
    conflict.calendar = place.calendar;
    conflict.path = path;
    conflict.remote = theirs;
    conflict.hub = "excluded";
    conflict.winner = Conflict::Winner::remote;
    conflict.policy = "an edit beats a deletion";
    conflict.hub_ms = draft.now_ms;
    draft.plan.conflicts.push_back(std::move(conflict));
  }

  // The same field of an occurrence was edited in its old slot and by who moved the series: who moved it is overruled.
  void keep_overruled(const std::string& path, const std::string& theirs, const std::string& value) {
    if (theirs == value || known[path] == theirs) return;
    Conflict conflict;
    conflict.calendar = place.calendar;
    conflict.path = path;
    conflict.base = known[path];
    conflict.remote = theirs;
    conflict.hub = value;
    conflict.policy = "the occurrence was edited while the series moved";
    conflict.hub_ms = draft.now_ms;
    draft.plan.conflicts.push_back(std::move(conflict));
  }

  void give_up(const std::string& slot) {
    Conflict conflict;
    conflict.calendar = place.calendar;
    conflict.path = path_of(slot);
    conflict.hub = facts.get(conflict.path);
    conflict.winner = Conflict::Winner::remote;
    conflict.policy = "the series moved and has no occurrence there any more";
    conflict.hub_ms = draft.now_ms;
    for (const auto& [path, value] : facts)
      if (path.starts_with(conflict.path + "/"))
        *conflict.hub += "\n" + path.substr(conflict.path.size() + 1) + "=" + value;
    leave(slot, std::nullopt);
    draft.plan.conflicts.push_back(std::move(conflict));
  }

  // Moves a slot by so many seconds, to a slot that the series has.
  void move(const std::string& slot, std::int64_t shift) {
    auto time = calendar::parse_local_time(slot);
    auto after = calendar::parse_when(facts.get("when"));
    if (!time || !after) return;
    LocalTime moved{time->seconds + shift};
    // The same place in a series that moved to other days first, then the same day at the new time.
    LocalTime same_day = calendar::at(calendar::date_of(*time), calendar::second_of_day(after->start));
    bool moved_fits = occurs(facts, moved);
    if (!moved_fits && !occurs(facts, same_day)) return give_up(slot);
    std::string target = calendar::to_string(moved_fits ? moved : same_day);
    if (target != slot) leave(slot, target);
  }

  void write(const std::string& path, const std::optional<std::string>& value) {
    merge::EventState& hub = draft.plan.hub;
    std::optional<std::string> old = hub.value(path);
    if (old == value) return;
    merge::Dot dot = hub.write(path, value, place.replica, draft.now_ms);
    draft.plan.changes.push_back({path, old, value, place.calendar, dot});
    draft.plan.hub_changed = true;
  }

  // All old slots are left before any new one is written, because one's new slot may be another's old one. Where the
  // place that moved the series took the override along, only what was edited in the old slot is written over it.
  void finish() {
    for (const auto& [path, value] : from) write(path, value);
    for (const auto& [path, value] : to) {
      const auto taken_along = draft.plan.hub.value(path);
      if (taken_along && !edited.contains(path)) {
        keep_taken_out(path, *taken_along);
        continue;
      }
      if (taken_along && value) keep_overruled(path, *taken_along, *value);
      write(path, value);
    }
  }
};

bool is_schedule_or_override(std::string_view path) {
  return path == "when" || path == "recurrence" || !calendar::slot_of(path).empty();
}

bool is_slot(std::string_view path) {
  std::string_view slot = calendar::slot_of(path);
  return !slot.empty() && path.size() == std::string_view("overrides/").size() + slot.size();
}

}  // namespace

void rekey_overrides(Draft draft, const Place& place, const std::optional<std::string>& old_when,
                     const std::optional<std::string>& old_recurrence) {
  const merge::EventState& hub = draft.plan.hub;
  if (is_on(Mutant::rekey_leaves_hidden)) return;
  if (!old_when || (hub.value("when") == old_when && hub.value("recurrence") == old_recurrence)) return;
  Rekeying rekeying{draft, place, facts_of(hub), {}, {}, nullptr, {}, {}, {}};
  auto before = calendar::parse_when(*old_when);
  auto after = calendar::parse_when(rekeying.facts.get("when"));
  if (!before || !after) return;
  std::int64_t shift = after->start.seconds - before->start.seconds;
  for (const std::string& slot : hidden_slots(rekeying.facts, place.project(rekeying.facts)))
    rekeying.move(slot, shift);
  rekeying.finish();
}

void rekey_strays(Draft draft, const std::vector<Place>& places, const Facts& before) {
  if (is_on(Mutant::rekey_leaves_strays)) return;
  EventPlan& plan = draft.plan;
  // Who moved the series, else who was in one of its slots.
  auto changed = std::ranges::find_if(plan.changes, [](const HubChange& change) {
    return change.path == "when" || change.path == "recurrence";
  });
  if (changed == plan.changes.end())
    changed = std::ranges::find_if(
        plan.changes, [](const HubChange& change) { return is_schedule_or_override(change.path); });
  if (changed == plan.changes.end() || before.find("when") == nullptr) return;
  auto place = std::ranges::find_if(places, [&](const Place& one) { return one.calendar == changed->from; });
  if (place == places.end()) return;
  // The schedules in whose slots an override may have been written.
  std::vector<const Facts*> schedules{&before};
  for (const Place& one : places)
    if (one.seen.kind == Observation::Kind::present) schedules.push_back(&one.seen.facts);
  Rekeying rekeying{draft, *place, facts_of(plan.hub), {}, {}, &before, {}, {}, {}};
  auto after = calendar::parse_when(rekeying.facts.get("when"));
  if (!after) return;
  for (const auto& [path, value] : rekeying.facts) {
    if (!is_slot(path)) continue;
    std::string slot(calendar::slot_of(path));
    auto time = calendar::parse_local_time(slot);
    if (!time || occurs(rekeying.facts, *time)) continue;
    for (const Facts* schedule : schedules) {
      auto when = calendar::parse_when(schedule->get("when"));
      if (!when || !occurs(*schedule, *time)) continue;
      rekeying.move(slot, after->start.seconds - when->start.seconds);
      break;
    }
  }
  rekeying.finish();
}

}  // namespace kalends::sync
