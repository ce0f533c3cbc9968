// What goes wrong on the way between a calendar and us: listings that are read in pages while people edit, and pushes that
// are lost, come twice, late or for the wrong calendar. A push only makes us look; what it says is not believed.
#include <algorithm>

#include "lab/sim/script.h"

namespace kalends::lab {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kListingsLagMs = 5'000;  // at most

// A push on its way: that something changed at that place.
struct Push {
  std::size_t place = 0;
  std::int64_t delay_ms = 0;
};

}  // namespace

// Between two pages people edit what is being listed, cursors die, pages come again, the reading breaks off.
void Script::paged_cycle() {
  for (auto& place : world_.places) {
    place->server->after_page = [this, at = place.get()] {
      auto& chance = world_.chance;
      if (chance.percent(30)) people_.act_at(*at);
      if (chance.percent(5)) at->server->kill_cursors();
      const auto roll = chance.below(100);
      if (roll >= 25) return provider::Turn::go_on;
      world_.trace.say("  a page of {} {}", at->id.value,
                       roll < 10 ? "is the last that comes" : "comes twice");
      return roll < 10 ? provider::Turn::broken_off : provider::Turn::again;
    };
  }
  cycle();
  if (world_.chance.percent(50)) cycle();
  for (auto& place : world_.places) place->server->after_page = nullptr;
}

// Each edit has its calendar send a push, and each push makes us look: at once and again, long after, or never.
void Script::pushes() {
  auto& chance = world_.chance;
  std::vector<Push> under_way;
  // A listing that still shows what was moved away, beside the calendar where it is now, shows two origins of which the
  // one is deleted later: nothing tells that from a person's doing. So only edits outrun the listings.
  const bool only_edits = chance.percent(60);
  for (int n = chance.between(2, 5); n > 0; --n) {
    std::size_t at = chance.below(world_.places.size());
    if (only_edits)
      people_.edit_somewhere(*world_.places[at]);
    else
      people_.act_at(*world_.places[at]);
    const auto fate = chance.below(5);
    if (fate == 0) continue;                                 // lost
    if (fate == 1) at = chance.below(world_.places.size());  // for the wrong calendar
    if (fate == 2) under_way.push_back({at, 0});             // twice
    under_way.push_back({at, fate == 3 ? chance.between(1, 90) * kMinuteMs : 0});
  }
  if (chance.percent(20)) under_way.push_back({chance.below(world_.places.size()), 0});  // for no edit at all
  std::ranges::sort(under_way, {}, [](const Push& push) { return std::pair(push.delay_ms, push.place); });
  if (!only_edits) world_.clock.advance(kListingsLagMs);
  std::int64_t waited_ms = 0;
  for (const Push& push : under_way) {
    world_.clock.advance(push.delay_ms - waited_ms);
    waited_ms = push.delay_ms;
    world_.trace.say("a push from {}", world_.places[push.place]->id.value);
    cycle();
  }
}

}  // namespace kalends::lab
