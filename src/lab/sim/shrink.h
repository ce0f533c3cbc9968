// A shorter history that breaks the same law.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "lab/sim/history.h"
#include "lab/sim/run.h"

namespace kalends::lab {

// The law that a failure names: what stands before the colon.
std::string law_of(const std::string& failure);

// Leaves steps out of `history` as long as some failure of the law of its first one remains, and gives the numbers of
// those that are needed. No step of the result can be left out alone. `failure` is what `history` itself failed with.
std::set<std::size_t> shrink(const History& history, const std::string& failure,
                             const std::function<Outcome(const History&)>& run);

}  // namespace kalends::lab
