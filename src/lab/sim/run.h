// One run: a safety phase in which everything may go wrong, a liveness phase in which nothing does any more and all
// has to come to rest within a few cycles, and then what must hold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lab/sim/history.h"

namespace kalends::lab {

inline constexpr int kQuietWithin = 6;  // cycles after the last decision of a person

// A way in which the engine is broken on purpose, to see that it is found out.
enum class Flaw : std::uint8_t {
  none,
  writes_over_edits,  // writes whatever stands there, without looking whether it changed meanwhile
};

struct Outcome {
  std::vector<std::string> failures;  // "law: sentence"
  std::vector<std::string> trace;
  std::string digest;      // of the trace and the final state
  std::size_t points = 0;  // where another thread could have come in
};

Outcome run(const History& history, Flaw flaw = Flaw::none);

}  // namespace kalends::lab
