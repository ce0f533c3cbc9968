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

}  // namespace

void rekey_overrides(Draft draft, const Place& place, const std::optional<std::string>& old_when,
                     const std::optional<std::string>& old_recurrence) {
  merge::EventState& hub = draft.plan.hub;
  if (!old_when || (hub.value("when") == old_when && hub.value("recurrence") == old_recurrence)) return;
  Facts facts = hub.facts();
  auto before = calendar::parse_when(*old_when);
  auto after = calendar::parse_when(facts.get("when"));
  if (!before || !after) return;
  std::int64_t shift = after->start.seconds - before->start.seconds;
  std::vector<std::string> slots = hidden_slots(facts, place.project(facts));
  auto write = [&](const std::string& path, const std::optional<std::string>& value) {
    std::optional<std::string> old = hub.value(path);
    if (old == value) return;
    merge::Dot dot = hub.write(path, value, place.replica, draft.now_ms);
    draft.plan.changes.push_back({path, old, value, place.calendar, dot});
    draft.plan.hub_changed = true;
  };
  for (const std::string& slot : slots) {
    auto time = calendar::parse_local_time(slot);
    if (!time) continue;
    LocalTime moved{time->seconds + shift};
    std::string from = "overrides/" + slot;
    // The same day at the new time first, then the same place in a series that moved to other days.
    LocalTime same_day = calendar::at(calendar::date_of(*time), calendar::second_of_day(after->start));
    bool same_day_fits = occurs(facts, same_day);
    bool moved_fits = occurs(facts, moved);
    if (same_day_fits || moved_fits) {
      std::string to = "overrides/" + calendar::to_string(same_day_fits && !moved_fits ? same_day : moved);
      if (to == from) continue;
      for (const auto& [path, value] : facts) {
        if (path != from && !path.starts_with(from + "/")) continue;
        write(to + path.substr(from.size()), value);
        write(path, std::nullopt);
      }
      continue;
    }
    Conflict conflict;
    conflict.calendar = place.calendar;
    conflict.path = from;
    conflict.hub = facts.get(from);
    conflict.winner = Conflict::Winner::remote;
    conflict.policy = "the series moved and has no occurrence there any more";
    conflict.hub_ms = draft.now_ms;
    for (const auto& [path, value] : facts) {
      if (path != from && !path.starts_with(from + "/")) continue;
      if (path != from) *conflict.hub += "\n" + path.substr(from.size() + 1) + "=" + value;
      write(path, std::nullopt);
    }
    draft.plan.conflicts.push_back(std::move(conflict));
  }
}

}  // namespace kalends::sync
