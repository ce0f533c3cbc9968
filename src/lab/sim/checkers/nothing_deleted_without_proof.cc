// The law: nothing is deleted without proof. What no person deleted is still there, and no write of ours removed an item of
// an event that no person deleted anywhere.
#include "lab/sim/checkers/checkers.h"

namespace kalends::lab {

Failures nothing_deleted_without_proof(const Rest& rest) {
  Failures out;
  for (const auto& [day, known] : rest.world.ledger.events) {
    if (known.deleted || rest.items.contains(day)) continue;
    bool lost_by_calendar = false;
    for (const auto& edit : rest.world.ledger.edits) lost_by_calendar |= edit.day == day && edit.excused;
    if (!lost_by_calendar) out.push_back(fmt::format("{} is nowhere, and no person deleted it", day));
  }
  for (const auto& place : rest.world.places)
    for (const auto& write : place->server->writes()) {
      // An exception that goes leaves its occurrence as the series has it.
      if (write.kind != ports::WriteKind::remove || write.part_of) continue;
      const auto known = rest.world.ledger.events.find(day_of(write.before));
      const bool proven = known != rest.world.ledger.events.end() &&
                          (known->second.deleted || !known->second.deleted_at.empty() ||
                           known->second.duplicates > 0 || known->second.taken_back_at.contains(place->id));
      // Where a person entered the event themselves, the copy that we wrote there is a second one, and gives way.
      const bool gave_way =
          write.mark && known != rest.world.ledger.events.end() && known->second.made_at.contains(place->id);
      if (!proven && !gave_way && rest.world.ledger.rolled_back.empty() && !rest.world.ledger.links_changed)
        out.push_back(fmt::format("{} was removed at {} though no person deleted it anywhere",
                                  day_of(write.before), place->id.value));
    }
  return out;
}

}  // namespace kalends::lab
