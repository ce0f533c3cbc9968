#include "lab/sim/ledger.h"

#include "base/text.h"

namespace kalends::lab {

std::string day_of(const calendar::Facts& facts) {
  const std::string when = facts.get("when");
  const auto parts = split(when, ' ');
  return parts.size() < 2 ? std::string() : std::string(parts[1].substr(0, 10));
}

}  // namespace kalends::lab
