// One run: a safety phase in which everything may go wrong, a liveness phase in which nothing does any more and all
// has to come to rest within a few cycles, and then what must hold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kalends::lab {

inline constexpr int kQuietWithin = 6;  // cycles after the last decision of a person

struct Outcome {
  std::vector<std::string> failures;  // "checker: sentence"
  std::vector<std::string> trace;
  std::string digest;  // of the trace and the final state
};

Outcome run(std::uint64_t seed);

}  // namespace kalends::lab
