// The law: nothing is lost. Every value that a person gave is in the end state, or was replaced by somebody who saw it, or
// is in a Conflict record that names it.
#include "lab/sim/checkers/checkers.h"
#include "lab/sim/series.h"

namespace kalends::lab {
namespace {

bool in_a_conflict(const Rest& rest, const Edit& edit) {
  const auto names = [&](const engine::ConflictView& conflict) {
    // Words that stand for many values tell of the one only in its place.
    if (*edit.value == "excluded" && by_date(conflict.path) != edit.path) return false;
    for (const auto& side : conflict.sides)
      if (side.value == edit.value ||
          (side.value && edit.value && side.value->find(*edit.value) != std::string::npos))
        return true;
    return false;
  };
  for (const auto& conflict : rest.conflicts)
    if (names(conflict)) return true;
  for (const auto& conflict : rest.world.ledger.conflicts)
    if (names(conflict)) return true;
  return false;
}

// That an occurrence does not take place is kept where the series has none there any more.
bool holds(const calendar::Facts& facts, const Edit& edit) {
  if (slot_path(edit.path).empty()) return facts.get(edit.path) == *edit.value;
  const calendar::Facts held = by_date(facts);
  const auto* value = held.find(edit.path);
  return (value && *value == *edit.value) || (*edit.value == "excluded" && !takes_place(facts, edit.path));
}

bool in_the_end_state(const Rest& rest, const Edit& edit) {
  if (const auto hub = rest.hub.find(edit.day); hub != rest.hub.end())
    for (const auto& facts : hub->second)
      if (holds(facts, edit)) return true;
  if (const auto items = rest.items.find(edit.day); items != rest.items.end())
    for (const auto& [calendar, stored] : items->second)
      for (const auto& item : stored)
        if (holds(item.facts, edit)) return true;
  return false;
}

}  // namespace

Failures nothing_lost(const Rest& rest) {
  Failures out;
  for (const auto& edit : rest.world.ledger.edits) {
    // A removal leaves no value to look for.
    if (!edit.value || edit.superseded || edit.excused) continue;
    // Taken back to what a calendar had, the hub shows it nothing new: who deletes the event there takes that with it.
    const auto known = rest.world.ledger.events.find(edit.day);
    if (edit.calendar.value == "hub" && known != rest.world.ledger.events.end() && known->second.deleted)
      continue;
    if (in_the_end_state(rest, edit) || in_a_conflict(rest, edit)) continue;
    out.push_back(fmt::format(
        "edit {}: {} = \"{}\" of {} at {} is nowhere, was not replaced by anybody who saw it, and "
        "is in no conflict",
        edit.number, edit.path, *edit.value, edit.day, edit.calendar.value));
  }
  return out;
}

}  // namespace kalends::lab
