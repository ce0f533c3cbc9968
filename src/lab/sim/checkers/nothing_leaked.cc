// The law: nothing masked becomes visible. A place that may see an event's time only is never given anything else of it,
// not even for a moment.
#include "lab/sim/checkers/checkers.h"
#include "lab/sim/topology.h"

namespace kalends::lab {

Failures nothing_leaked(const Rest& rest) {
  Failures out;
  for (const auto& [day, known] : rest.world.ledger.events) {
    const auto places = expected_places(rest.world.topology, known.origins);
    for (const auto& place : rest.world.places) {
      const auto expected = places.find(place->id);
      if (expected == places.end() || !expected->second.masked) continue;
      if (known.made_at.contains(place->id)) continue;  // who entered it there knows it
      // Every write, not only the last: what was shown for a moment was shown.
      for (const auto& write : place->server->writes()) {
        if (day_of(write.after) != day) continue;
        for (const auto& edit : rest.world.ledger.edits) {
          if (edit.day != day || edit.calendar == place->id || edit.path == "when" ||
              edit.path == "recurrence" || !edit.value || *edit.value == "1" || edit.at > write.at)
            continue;
          const auto* shown = write.after.find(edit.path);
          if (shown && *shown == *edit.value)
            out.push_back(fmt::format("{} of {} was shown at {}, which may see its time only", edit.path, day,
                                      place->id.value));
        }
      }
    }
  }
  return out;
}

}  // namespace kalends::lab
