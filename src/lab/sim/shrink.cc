#include "lab/sim/shrink.h"

#include <algorithm>
#include <vector>

namespace kalends::lab {

std::string law_of(const std::string& failure) { return failure.substr(0, failure.find(':')); }

// Delta debugging: parts are left out, halves first, then ever smaller ones, down to single steps.
std::set<std::size_t> shrink(const History& history, const std::string& failure,
                             const std::function<Outcome(const History&)>& run) {
  const std::string law = law_of(failure);
  std::vector<std::size_t> kept;
  for (const Step& step : history.steps) kept.push_back(step.number);
  const auto fails = [&](const std::vector<std::size_t>& numbers) {
    const Outcome outcome = run(history.only({numbers.begin(), numbers.end()}));
    return std::ranges::any_of(outcome.failures, [&](const auto& other) { return law_of(other) == law; });
  };
  for (std::size_t part = std::max<std::size_t>(1, kept.size() / 2);;) {
    bool shorter = false;
    for (std::size_t begin = 0; begin < kept.size();) {
      std::vector<std::size_t> rest(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(begin));
      const std::size_t end = std::min(kept.size(), begin + part);
      rest.insert(rest.end(), kept.begin() + static_cast<std::ptrdiff_t>(end), kept.end());
      if (fails(rest)) {
        kept = std::move(rest);
        shorter = true;
      } else {
        begin = end;
      }
    }
    if (part == 1 && !shorter) break;
    part = std::max<std::size_t>(1, part / 2);
  }
  return {kept.begin(), kept.end()};
}

}  // namespace kalends::lab
