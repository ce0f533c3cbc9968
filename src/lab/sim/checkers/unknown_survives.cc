// The law: a property that nobody understands stays on the item that has it. No write of ours takes it away or changes it
// unless a person took it away or changed it somewhere.
#include <algorithm>

#include "lab/sim/checkers/checkers.h"
#include "lab/sim/series.h"

namespace kalends::lab {
namespace {

bool is_unknown(std::string_view path) { return calendar::field_of(inner_path(path)) == "unknown"; }

// An occurrence that does not take place has no properties.
bool goes_with_its_occurrence(const calendar::Facts& after, const std::string& path) {
  if (after.find("excluded")) return true;  // an item of its own
  return !slot_path(path).empty() && !takes_place(after, path);
}

// Whether a person who touched that property of the event is behind the write.
bool a_person_did(const Rest& rest, const std::string& day, const calendar::Change& change, Instant at) {
  return std::ranges::any_of(rest.world.ledger.edits, [&](const Edit& edit) {
    return edit.day == day && edit.path == change.path && edit.at <= at &&
           (!edit.value || edit.value == change.after || (edit.given && edit.given == change.after));
  });
}

}  // namespace

Failures unknown_survives(const Rest& rest) {
  Failures out;
  // A calendar that went back to a backup, or a store that did, brings old values with it.
  if (!rest.world.ledger.rolled_back.empty() || rest.world.ledger.store_restored) return out;
  for (const auto& place : rest.world.places) {
    for (const auto& write : place->server->writes()) {
      if (write.kind != ports::WriteKind::update) continue;
      const auto day = day_of(*place->server, write);
      const auto known = rest.world.ledger.events.find(day);
      if (known != rest.world.ledger.events.end() && known->second.undone) continue;  // a person took it back
      for (const auto& change : calendar::difference(by_date(write.before), by_date(write.after)))
        if (is_unknown(change.path) && change.before && !goes_with_its_occurrence(write.after, change.path) &&
            !a_person_did(rest, day, change, write.at))
          out.push_back(fmt::format("{} of {} at {} became \"{}\" by a write of ours, and no person did that",
                                    change.path, day, place->id.value, change.after.value_or("nothing")));
    }
  }
  return out;
}

}  // namespace kalends::lab
