// What may find a deliberate bug: the unit tests, the scenarios, the engine's tests, seeds of the simulation and the
// exhaustive tables, cheapest first. Each runs in a process of its own, so a bug may hang or crash it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/mutation.h"

namespace kalends::mutants {

struct Suite {
  std::string name;
  std::string filter;  // of GoogleTest; "" for the simulation
};

// All suites of this program, cheapest first.
std::vector<Suite> suites();

struct Verdict {
  std::optional<std::string>
      killed_by;  // the first test that failed, with its first line; or how the process ended
  double cpu_s = 0;
};

// Runs one suite with one bug switched on (Mutant::none: as it should be), the simulation with so many seeds.
Verdict run(const Suite& suite, Mutant mutant, int seeds);

}  // namespace kalends::mutants
