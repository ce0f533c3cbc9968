// Many seeds at once, on all cores: each runs twice, and both runs have to be the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lab/sim/run.h"

namespace kalends::lab {

struct Campaign {
  std::uint64_t from = 1;
  std::uint64_t seeds = 1;
  std::size_t steps = 0;  // of each history, beside what people begin with; 0 = as many as the seed says
  std::optional<std::set<std::size_t>> keep;  // only these steps of each history
  bool shrink = false;
  bool trace = false;
  std::size_t threads = 0;  // 0 = one for each core
  Flaw flaw = Flaw::none;
  std::function<bool()> stop;  // asked before each seed: true ends the campaign with the seeds at hand
};

struct Failed {
  std::uint64_t seed = 0;
  std::vector<std::string> failures;          // "law: sentence"
  std::optional<std::set<std::size_t>> kept;  // the steps of a shorter history with the same failure
};

struct Tally {
  std::uint64_t seeds = 0;
  std::uint64_t steps = 0;  // of histories, both runs counted
  std::uint64_t points =
      0;  // provider calls, store calls and looks at the clock where another thread could come in
  double seconds = 0;
  std::vector<Failed> failed;      // by seed
  std::vector<std::string> trace;  // of all seeds, when asked for
};

// `progress` is told how many seeds are done and failed, by one thread at a time.
Tally run_campaign(const Campaign& campaign,
                   const std::function<void(std::uint64_t done, std::uint64_t failed)>& progress = nullptr);

}  // namespace kalends::lab
