// Chance from the kernel, good enough for keys and for names that nobody may guess.
#pragma once

#include "ports/world.h"

namespace kalends::system {

class SystemRandom : public ports::Random {
 public:
  std::uint64_t next() override;  // getrandom(2)
};

}  // namespace kalends::system
