// What is held, or was rejected and may be had after all, says what the work is now.
#include <gtest/gtest.h>

#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

TEST(Renewed, WhatIsLeftOfAMassDeletionSaysHowMuchIsLeft) {
  FullBench bench;
  const auto before = bench.servers["home"]->list();
  for (const auto& item : before) bench.servers["home"]->erase(item.id);
  bench.sync();
  auto held = bench.engine().held();
  ASSERT_EQ(held->size(), 1u);
  EXPECT_EQ(held->front().reason,
            "\"home\" held 20 events and is empty now. Approving removes them from \"work\", too.");
  for (std::size_t i = 0; i + 3 < before.size(); ++i)
    bench.servers["home"]->put(before[i].facts, before[i].uid, before[i].mark);
  bench.sync();
  held = bench.engine().held();
  ASSERT_EQ(held->size(), 1u);
  EXPECT_EQ(held->front().count, 3);
  EXPECT_EQ(held->front().reason,
            "Of 20 events that were gone from \"home\" at once, 3 are gone still. Approving removes them "
            "from \"work\", too.");
}

TEST(Renewed, ARejectedFirstRunSaysWhatItWouldDoNow) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.servers["home"]->put(meeting("Dentist", 4), "b@x");
  bench.settings.links[0].direction = sync::Direction::one_way;
  bench.settings.links[0].from = CalendarId("work");
  bench.sync();
  auto held = bench.engine().held();
  ASSERT_EQ(held->size(), 1u);
  ASSERT_TRUE(bench.engine().reject(held->front().id));
  bench.sync();
  bench.servers["work"]->put(meeting("Retro", 3), "c@x");
  bench.sync();
  EXPECT_TRUE(bench.engine().held()->empty());
  held = bench.engine().held(false);
  ASSERT_EQ(held->size(), 1u);
  EXPECT_EQ(held->front().state, "rejected");
  EXPECT_EQ(held->front().count, 2);
  EXPECT_EQ(held->front().work.size(), 2u);
  EXPECT_EQ(bench.servers["home"]->list().size(), 1u);
}

}  // namespace
}  // namespace kalends::engine
