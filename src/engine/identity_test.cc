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

// A backup does not know the event, and it is gone where it was made: what tells its copies to be one is their mark, for
// one calendar does not show all of it.
TEST(Identity, CopiesOfAnEventThatABackupDoesNotKnowAreOneEvent) {
  Bench bench;
  Profile bare;
  bare.keeps_uids = false;
  bare.absent = {"recurrence"};
  bench.add("work");
  bench.add("home", bare);
  bench.link({"work", "home"});
  Facts series = meeting("Standup");
  series.set("recurrence", "RRULE:FREQ=WEEKLY;COUNT=4");
  const EventId event("0123456789abcdef0123456789abcdef");
  bench.servers["work"]->put(series, "a@x", ports::Mark{event, "0123456789abcdef"});
  bench.servers["home"]->put(meeting("Standup"), "", ports::Mark{event, "fedcba9876543210"});
  ASSERT_TRUE(bench.engine().after_restore());
  bench.sync(true);
  bench.sync(true);
  EXPECT_EQ(bench.only("work").get("recurrence"), "RRULE:FREQ=WEEKLY;COUNT=4");
  EXPECT_EQ(bench.servers["home"]->list().size(), 1u);
  bench.expect_quiet();
}

TEST(Identity, APersonsCopyOfSuchACopyIsAnotherEvent) {
  TwoCalendars bench;
  const ports::Mark mark{EventId("0123456789abcdef0123456789abcdef"), "0123456789abcdef"};
  bench.servers["work"]->put(meeting("Standup"), "a@x", mark);
  bench.servers["home"]->put(meeting("Retro"), "b@x", mark);
  ASSERT_TRUE(bench.engine().after_restore());
  bench.sync(true);
  bench.sync(true);
  EXPECT_EQ(bench.servers["work"]->list().size(), 2u);
  EXPECT_EQ(bench.servers["home"]->list().size(), 2u);
}

// Moved or copied: only the calendar that it came from can tell, and it could not be read.
TEST(Identity, WhatWasMovedFromACalendarThatCannotBeReadWaitsForIt) {
  for (const bool copied : {false, true}) {
    Bench bench;
    for (const char* name : {"work", "home", "away"}) bench.add(name);
    bench.link({"work", "home"});
    bench.servers["work"]->put(meeting("Standup"), "uid");
    bench.sync();
    bench.link({"work", "away"});
    const auto copy = bench.servers["home"]->list().at(0);
    bench.servers["away"]->put(copy.facts, copy.uid, copy.mark);
    if (!copied) bench.servers["home"]->erase(copy.id);
    bench.servers["home"]->vanish(true);
    bench.sync(true);
    bench.servers["home"]->vanish(false);
    bench.sync(true);
    bench.sync(true);
    EXPECT_EQ(bench.servers["work"]->list().size(), copied ? 2u : 1u) << copied;
    bench.expect_quiet();
  }
}

}  // namespace
}  // namespace kalends::engine
