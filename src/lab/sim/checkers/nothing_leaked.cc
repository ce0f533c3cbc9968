// The law: nothing masked becomes visible. A place that may see an event's time only is never given anything else of it,
// not even for a moment.
#include <algorithm>

#include "lab/sim/checkers/checkers.h"
#include "lab/sim/series.h"
#include "lab/sim/topology.h"

namespace kalends::lab {

namespace {

// The times of an event, those of its occurrences too: what busy people show.
bool is_time(std::string_view path) {
  const auto inner = inner_path(path);
  return inner.empty() || inner == "when" || inner == "recurrence";
}

// What a write showed: an exception that is an item of its own shows values of its series too.
bool showed(const provider::ServerWrite& write, const Edit& edit) {
  return std::ranges::any_of(write.after,
                             [&](const auto& fact) {
                               return by_date(fact.first) == edit.path && fact.second == *edit.value;
                             }) ||
         (write.part_of && write.after.get(inner_path(edit.path)) == *edit.value);
}

}  // namespace

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
        if (day_of(*place->server, write) != day) continue;
        for (const auto& edit : rest.world.ledger.edits) {
          if (edit.day != day || edit.calendar == place->id || is_time(edit.path) || !edit.value ||
              *edit.value == "1" || edit.at > write.at)
            continue;
          if (showed(write, edit))
            out.push_back(fmt::format("{} of {} was shown at {}, which may see its time only", edit.path, day,
                                      place->id.value));
        }
      }
    }
  }
  return out;
}

}  // namespace kalends::lab
