#include "lab/sim/history.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "lab/sim/chance.h"

namespace kalends::lab {
namespace {

// How often each thing happens, out of the sum of all.
struct Share {
  Deed deed;
  std::size_t weight;
};
constexpr std::array kShares{
    Share{Deed::people, 84},       Share{Deed::cycle, 28},        Share{Deed::watched_cycle, 16},
    Share{Deed::faulty_cycle, 20}, Share{Deed::doomed_cycle, 18}, Share{Deed::answer_held, 4},
    Share{Deed::jump, 4},          Share{Deed::kill_cursors, 6},  Share{Deed::empty_and_refill, 2},
    Share{Deed::vanish, 2},        Share{Deed::spoil, 4},         Share{Deed::roll_server_back, 2},
    Share{Deed::clear_out, 2},     Share{Deed::back_up_store, 6}, Share{Deed::put_store_back, 2},
    Share{Deed::full_disk, 3},     Share{Deed::undo, 3},          Share{Deed::answer_conflicts, 4},
    Share{Deed::change_rules, 4},  Share{Deed::paged_cycle, 8},   Share{Deed::pushes, 4},
};

Deed draw_deed(Chance& chance) {
  std::size_t all = 0;
  for (const auto& share : kShares) all += share.weight;
  std::size_t roll = chance.below(all);
  for (const auto& share : kShares) {
    if (roll < share.weight) return share.deed;
    roll -= share.weight;
  }
  return Deed::cycle;
}

}  // namespace

const char* to_string(Deed deed) {
  switch (deed) {
    case Deed::settle_in: return "settle in";
    case Deed::people: return "people";
    case Deed::cycle: return "cycle";
    case Deed::watched_cycle: return "cycle while people edit";
    case Deed::faulty_cycle: return "cycle with failing servers";
    case Deed::doomed_cycle: return "cycle that is killed";
    case Deed::answer_held: return "answers";
    case Deed::jump: return "clock";
    case Deed::kill_cursors: return "dead cursors";
    case Deed::empty_and_refill: return "emptied calendar";
    case Deed::vanish: return "vanished calendar";
    case Deed::spoil: return "damaged item";
    case Deed::roll_server_back: return "restored server";
    case Deed::clear_out: return "half of a calendar deleted";
    case Deed::back_up_store: return "backup";
    case Deed::put_store_back: return "restored store";
    case Deed::full_disk: return "full disk";
    case Deed::undo: return "undo";
    case Deed::answer_conflicts: return "answers to conflicts";
    case Deed::change_rules: return "changed rules";
    case Deed::paged_cycle: return "cycle while pages change";
    case Deed::pushes: return "pushes";
  }
  return "";
}

History History::only(const std::set<std::size_t>& numbers) const {
  History out{seed, {}};
  std::ranges::copy_if(steps, std::back_inserter(out.steps),
                       [&](const Step& step) { return numbers.contains(step.number); });
  return out;
}

History draw_history(std::uint64_t seed, std::size_t steps) {
  Chance chance(seed);
  History out{seed, {}};
  const auto add = [&](Deed deed) { out.steps.push_back({out.steps.size() + 1, deed, chance.next()}); };
  for (int n = chance.between(3, 12); n > 0; --n) add(Deed::settle_in);
  const auto drawn = static_cast<std::size_t>(chance.between(10, 45));
  for (std::size_t n = steps > 0 ? steps : drawn; n > 0; --n) add(draw_deed(chance));
  return out;
}

}  // namespace kalends::lab
