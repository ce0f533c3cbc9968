#include "lab/sim/shrink.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace kalends::lab {
namespace {

bool breaks(const Outcome& outcome, const std::string& law) {
  return std::ranges::any_of(outcome.failures, [&](const auto& failure) { return law_of(failure) == law; });
}

// An engine that writes over people's edits is found out, and a history remains in which every step is needed.
TEST(Shrink, ABrokenEngineIsShownByAShortHistory) {
  const auto broken = [](const History& history) { return run(history, Flaw::writes_over_edits); };
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const History history = draw_history(seed);
    const Outcome outcome = broken(history);
    if (outcome.failures.empty()) continue;
    const std::string law = law_of(outcome.failures.front());
    const auto kept = shrink(history, outcome.failures.front(), broken);
    EXPECT_LT(kept.size(), history.steps.size());
    EXPECT_TRUE(breaks(broken(history.only(kept)), law));
    EXPECT_TRUE(run(history.only(kept)).failures.empty()) << "the sound engine keeps the law";
    for (const std::size_t step : kept) {
      auto fewer = kept;
      fewer.erase(step);
      EXPECT_FALSE(breaks(broken(history.only(fewer)), law)) << "step " << step << " is not needed";
    }
    return;
  }
  FAIL() << "no history showed that edits were overwritten";
}

TEST(Shrink, LeavesWhatIsNeededTogether) {
  History history;
  for (std::size_t n = 1; n <= 40; ++n) history.steps.push_back({n, Deed::people, n});
  const auto run = [](const History& part) {
    const auto has = [&](std::size_t number) {
      return std::ranges::any_of(part.steps, [&](const Step& step) { return step.number == number; });
    };
    Outcome out;
    if (has(3) && has(17) && has(38)) out.failures.push_back("converged: no");
    if (has(5)) out.failures.push_back("quiet: no");
    return out;
  };
  EXPECT_EQ(shrink(history, "converged: no", run), (std::set<std::size_t>{3, 17, 38}));
  EXPECT_EQ(shrink(history, "quiet: no", run), (std::set<std::size_t>{5}));
}

TEST(History, LeavingStepsOutChangesNothingInTheOthers) {
  const History whole = draw_history(11);
  const History part = whole.only({2, 5});
  ASSERT_EQ(part.steps.size(), 2u);
  EXPECT_EQ(part.steps[1].seed, whole.steps[4].seed);
  EXPECT_EQ(draw_history(11, 7).steps.size(), draw_history(11, 9).steps.size() - 2);
}

}  // namespace
}  // namespace kalends::lab
