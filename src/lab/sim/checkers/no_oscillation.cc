// The law: nothing goes round in a circle. The same contents are not written to the same item a third time unless a person
// touched the event in between.
#include <algorithm>

#include "lab/sim/checkers/checkers.h"
#include "lab/sim/series.h"
#include "sync/base.h"

namespace kalends::lab {
namespace {

constexpr std::size_t kCircle = 3;

bool somebody_touched(const Rest& rest, const std::string& day, Instant from, Instant to) {
  return std::ranges::any_of(rest.world.ledger.edits, [&](const Edit& edit) {
    return edit.day == day && edit.at >= from && edit.at <= to;
  });
}

}  // namespace

Failures no_oscillation(const Rest& rest) {
  Failures out;
  for (const auto& place : rest.world.places) {
    // What a backup put back there, or a refilled calendar lost, is rightly written once more.
    if (rest.world.ledger.rolled_back.contains(place->id) || rest.world.ledger.emptied.contains(place->id))
      continue;
    std::map<std::pair<RemoteId, std::uint64_t>, std::vector<Instant>> times;
    for (const auto& write : place->server->writes()) {
      if (write.kind != ports::WriteKind::update) continue;
      auto& written = times[{write.id, sync::digest_of(write.after)}];
      const auto day = day_of(*place->server, write);
      if (!written.empty() && somebody_touched(rest, day, written.back(), write.at)) written.clear();
      written.push_back(write.at);
      if (written.size() == kCircle)
        out.push_back(fmt::format("the same was written to {} at {} {} times, with nobody's doing in between",
                                  day, place->id.value, kCircle));
    }
  }
  return out;
}

}  // namespace kalends::lab
