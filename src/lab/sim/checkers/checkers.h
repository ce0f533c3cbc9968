// What must hold when everything has come to rest. Each checker says, in sentences, what does not.
#pragma once

#include <string>
#include <vector>

#include "lab/sim/world.h"

namespace kalends::lab {

using Failures = std::vector<std::string>;

// What the world looks like at rest, gathered once.
struct Rest {
  World& world;
  std::vector<engine::ConflictView> conflicts;                                       // all there ever were
  std::map<std::string, std::map<CalendarId, std::vector<provider::Stored>>> items;  // by day, by calendar
  std::map<std::string, std::vector<calendar::Facts>> hub;  // alive events of the hub, by day
  std::size_t last_cycle_writes = 0;                        // writes of one more cycle, after all was quiet
  bool came_to_rest = true;
};

Failures converged(const Rest& rest);        // every place shows what the hub holds, as far as it can
Failures nothing_lost(const Rest& rest);     // every value is there, replaced knowingly, or in a conflict
Failures nothing_doubled(const Rest& rest);  // one item for each event at each place
Failures nothing_deleted_without_proof(const Rest& rest);  // what no person deleted is still there
Failures nothing_leaked(const Rest& rest);    // a masked copy shows the time and nothing of the rest
Failures no_message_sent(const Rest& rest);   // nobody got mail
Failures quiet(const Rest& rest);             // it came to rest, and one more cycle writes nothing
Failures audit(const Rest& rest);             // the writes on record are the writes the calendars saw
Failures no_oscillation(const Rest& rest);    // the same is not written again and again
Failures unknown_survives(const Rest& rest);  // what nobody understands stays on its item
Failures lineage_answers(const Rest& rest);   // every field has a source, and a run that tells of it
Failures undo_restores(const Rest& rest);     // what an undo takes back is what was there

}  // namespace kalends::lab
