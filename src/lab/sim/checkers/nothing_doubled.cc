// The law: nothing is doubled. Each place has one item of an event, and one more for each copy that a person made there;
// where exceptions are items of their own, a series has one for each slot, and no removal of ours leaves any behind.
#include <algorithm>
#include <set>

#include "lab/sim/checkers/checkers.h"

namespace kalends::lab {

namespace {

bool all_keep_marks(const World& world) {
  return std::ranges::all_of(world.topology.profiles, &provider::Profile::keeps_marks);
}

}  // namespace

Failures nothing_doubled(const Rest& rest) {
  Failures out;
  for (const auto& [day, by_calendar] : rest.items) {
    const auto known = rest.world.ledger.events.find(day);
    const std::size_t copies =
        known == rest.world.ledger.events.end() ? 0 : static_cast<std::size_t>(known->second.duplicates);
    // A store that was put back has forgotten which of two items with one mark was a person's copy.
    if (copies > 0 && rest.world.ledger.store_restored) continue;
    // A copy that was taken back by an undo is not made again, and one like it is somebody's own. So is one that a backup
    // brings back where no mark tells whose it is.
    const bool undone = known != rest.world.ledger.events.end() && known->second.undone;
    if (undone && !rest.world.ledger.rolled_back.empty() && !all_keep_marks(rest.world)) continue;
    for (const auto& [calendar, items] : by_calendar) {
      // A copy that a backup put back, and that bears no mark, is known to nobody.
      const bool unknown = rest.world.ledger.rolled_back.contains(calendar) && !items.front().mark;
      // Nor is a copy that a store which was put back has forgotten, and that its calendar does not tell.
      const auto place =
          std::ranges::find(rest.world.places, calendar, [](const auto& each) { return each->id; });
      const bool untold =
          std::ranges::any_of(items, [&](const auto& item) { return !(*place)->server->tells(item.facts); });
      if (untold && rest.world.ledger.store_restored) continue;
      if (items.size() > 1 + copies + (unknown ? 1 : 0))
        out.push_back(fmt::format("{} is at {} {} times, where people made {}", day, calendar.value,
                                  items.size(), 1 + copies));
    }
  }
  for (const auto& place : rest.world.places) {
    std::set<std::pair<RemoteId, std::string>> slots;
    for (const auto& item : place->server->items()) {
      if (!item.part_of) continue;
      if (!slots.insert({item.part_of->master, item.part_of->slot}).second)
        out.push_back(fmt::format("{} has two exceptions at {}", place->id.value, item.part_of->slot));
      // What a calendar leaves behind of a series that people deleted, nobody can tell from one that is to come.
      const bool ours = std::ranges::any_of(place->server->writes(), [&](const auto& write) {
        return write.kind == ports::WriteKind::remove && write.id == item.part_of->master;
      });
      if (ours && !place->server->find(item.part_of->master))
        out.push_back(fmt::format("{} has an exception at {} of a series that is not there", place->id.value,
                                  item.part_of->slot));
    }
  }
  return out;
}

}  // namespace kalends::lab
