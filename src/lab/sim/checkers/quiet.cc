// The law: it comes to rest. When nobody does anything any more, a stated number of cycles is enough, and one more cycle
// writes nothing.
#include "lab/sim/checkers/checkers.h"
#include "lab/sim/run.h"

namespace kalends::lab {

Failures quiet(const Rest& rest) {
  Failures out;
  if (!rest.came_to_rest)
    out.push_back(fmt::format("it did not come to rest within {} cycles", kQuietWithin));
  if (rest.last_cycle_writes > 0)
    out.push_back(fmt::format("a cycle with nothing to do made {} writes", rest.last_cycle_writes));
  return out;
}

}  // namespace kalends::lab
