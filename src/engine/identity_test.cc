// Whose an item is, and which name it bears, where that is not plain.
#include <gtest/gtest.h>

#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

TEST(Identity, TwoEventsOfOneUidHaveTwoNamesWhereTheyAreCopies) {
  TwoCalendars bench;
  const auto id = bench.servers["work"]->put(meeting("Standup"), "uid");
  bench.sync();
  const auto copy = bench.servers["work"]->duplicate(id);
  ASSERT_TRUE(copy);
  ASSERT_EQ(bench.servers["work"]->find(*copy)->uid, "uid");
  bench.sync();
  const auto items = bench.servers["home"]->list();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_NE(items[0].uid, items[1].uid) << "home would not say that it holds one uid twice";
  bench.expect_quiet();
}

TEST(Identity, ACopyThatWentWhileItsLinkWasAwayIsMadeAgain) {
  TwoCalendars bench;
  bench.settings.links[0].direction = sync::Direction::one_way;
  bench.settings.links[0].from = CalendarId("work");
  bench.servers["work"]->put(meeting("Standup"), "uid");
  bench.sync();
  const auto links = bench.settings.links;
  bench.settings.links.clear();
  bench.sync();
  bench.servers["home"]->clear();
  bench.settings.links = links;
  bench.sync(true);
  EXPECT_EQ(bench.servers["home"]->list().size(), 1u) << "linked again, what is missing is made";
  EXPECT_TRUE(bench.engine().conflicts(false)->empty()) << "nobody disagreed about anything";
}

}  // namespace
}  // namespace kalends::engine
