// What a calendar refuses while it is written: the rest of that batch is not tried there, the other calendars get theirs.
#include <gtest/gtest.h>

#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

constexpr std::size_t kEvents = 4;

class Refusals : public testing::TestWithParam<provider::Fault> {};

// A server that asks to wait, or that locks an account after a few wrong passwords, is asked no more in this cycle.
TEST_P(Refusals, AreNotRepeatedInTheSameCycleAndStopNobodyElse) {
  Bench bench;
  for (const char* name : {"work", "home", "away"}) bench.add(name);
  bench.link({"work", "home", "away"});
  for (int day = 1; day <= static_cast<int>(kEvents); ++day)
    bench.servers["work"]->put(meeting("Event " + std::to_string(day), day), "uid" + std::to_string(day));
  std::size_t tried = 0;
  bench.providers["home"]->before_call = [&](provider::Call call) {
    if (call == provider::Call::create && ++tried == 1) bench.faults["home"].force_next(GetParam());
  };
  const RunReport report = bench.sync();
  EXPECT_EQ(tried, 1u);
  EXPECT_EQ(report.errors.size(), kEvents) << "each event that is not there is named";
  EXPECT_EQ(bench.servers["home"]->list().size(), 0u);
  EXPECT_EQ(bench.servers["away"]->list().size(), kEvents);

  bench.sync();
  EXPECT_EQ(bench.servers["home"]->list().size(), kEvents);
  EXPECT_EQ(tried, 1 + kEvents);
  bench.expect_quiet();
}

INSTANTIATE_TEST_SUITE_P(Kinds, Refusals,
                         testing::Values(provider::Fault::rate_limited, provider::Fault::unauthorized));

}  // namespace
}  // namespace kalends::engine
