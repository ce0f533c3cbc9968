// The deliberate bugs by name: what each breaks, and the one switch that turns one on.
#pragma once

#include <string_view>
#include <vector>

#include "base/mutation.h"

namespace kalends::mutants {

struct Entry {
  Mutant mutant;
  std::string_view name;    // as in base/mutation.h
  std::string_view breaks;  // a sentence
};

// All of them, in the order of base/mutation.h.
const std::vector<Entry>& registry();

// Turns this bug on and every other one off, for the whole process.
void switch_on(Mutant mutant);

}  // namespace kalends::mutants
