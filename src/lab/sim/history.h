// A history: what happens in one run, step by step. It is drawn from a seed, and each step carries chance of its own, so
// that leaving steps out changes nothing in the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace kalends::lab {

enum class Deed : std::uint8_t {
  settle_in,  // what people had before any sync
  people,
  cycle,
  watched_cycle,  // people edit while it runs
  faulty_cycle,   // servers fail
  doomed_cycle,   // the process is killed
  answer_held,
  jump,  // of the clock
  kill_cursors,
  empty_and_refill,
  vanish,
  spoil,
  roll_server_back,
  clear_out,
  back_up_store,
  put_store_back,
  full_disk,
  undo,
  answer_conflicts,
  change_rules,
  paged_cycle,  // listings change while they are read
  pushes,
};
const char* to_string(Deed deed);

struct Step {
  std::size_t number = 0;  // from 1 on
  Deed deed = Deed::cycle;
  std::uint64_t seed = 0;
};

struct History {
  std::uint64_t seed = 0;
  std::vector<Step> steps;

  // The same with these steps only.
  History only(const std::set<std::size_t>& numbers) const;
};

// `steps` = 0: as many as the seed says.
History draw_history(std::uint64_t seed, std::size_t steps = 0);

}  // namespace kalends::lab
