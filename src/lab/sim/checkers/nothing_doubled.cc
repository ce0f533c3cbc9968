// The law: nothing is doubled. Each place has one item of an event, and one more for each copy that a person made there.
#include "lab/sim/checkers/checkers.h"

namespace kalends::lab {

Failures nothing_doubled(const Rest& rest) {
  Failures out;
  for (const auto& [day, by_calendar] : rest.items) {
    const auto known = rest.world.ledger.events.find(day);
    const std::size_t copies =
        known == rest.world.ledger.events.end() ? 0 : static_cast<std::size_t>(known->second.duplicates);
    // A store that was put back has forgotten which of two items with one mark was a person's copy.
    if (copies > 0 && rest.world.ledger.store_restored) continue;
    for (const auto& [calendar, items] : by_calendar) {
      // A copy that a backup put back, and that bears no mark, is known to nobody.
      const bool unknown = rest.world.ledger.rolled_back.contains(calendar) && !items.front().mark;
      if (items.size() > 1 + copies + (unknown ? 1 : 0))
        out.push_back(fmt::format("{} is at {} {} times, where people made {}", day, calendar.value,
                                  items.size(), 1 + copies));
    }
  }
  return out;
}

}  // namespace kalends::lab
