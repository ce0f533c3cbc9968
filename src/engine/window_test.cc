// Calendars that tell a window of dates only: what goes out of it, what comes into it, and what is deleted in it.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

using provider::Call;
using provider::Fault;

constexpr std::int64_t kDay = 86'400'000;

Facts at(const std::string& title, const std::string& date) {
  return {{"title", title}, {"when", "zoned " + date + "T09:00:00 PT1H Etc/UTC"}};
}

// "work" tells what is from 5 days ago to 10 days ahead; it is 1 January 2026.
struct Windowed : Bench {
  Windowed() {
    const auto all = provider::profiles();
    add("work", *std::ranges::find(all, "windowed", &Profile::name));
    add("home");
    link({"work", "home"});
  }
  void pass_days(int days) { clock.ms += days * kDay; }
  MemoryServer& work() { return *servers["work"]; }
  MemoryServer& home() { return *servers["home"]; }
};

TEST(Window, WhatGrowsOldIsNotDeleted) {
  Windowed bench;
  bench.work().put(at("Standup", "2026-01-04"), "uid");
  bench.sync();
  ASSERT_EQ(bench.home().list().size(), 1u);
  bench.pass_days(12);  // the cursor is dead by then: a whole listing
  bench.sync();
  EXPECT_EQ(bench.home().list().size(), 1u);
  bench.expect_quiet();
  const auto listing = bench.work().changes("", [](const RemoteId&) { return std::string(); });
  EXPECT_TRUE(listing->items.empty()) << "it is outside of the window by now";
}

TEST(Window, WhatADeltaSaysIsGoneMayHaveGrownOld) {
  Windowed bench;
  bench.work().put(at("Standup", "2026-01-01"), "uid");
  bench.pass_days(4);
  bench.clock.ms += 20 * 3'600'000;
  bench.sync();
  ASSERT_EQ(bench.home().list().size(), 1u);
  bench.clock.ms += 16 * 3'600'000;  // a delta
  bench.sync();
  EXPECT_EQ(bench.home().list().size(), 1u);
  EXPECT_EQ(bench.work().list().size(), 1u);
  bench.expect_quiet();
}

TEST(Window, WhatIsMovedOutOfItIsMoved) {
  for (const bool dead : {false, true}) {
    Windowed bench;
    const auto id = bench.work().put(at("Standup", "2026-01-04"), "uid");
    bench.sync();
    bench.work().edit(id, [](Facts& facts) { facts = at("Standup", "2026-08-01"); });
    if (dead) bench.work().kill_cursors();
    bench.sync();
    EXPECT_EQ(bench.only("home"), at("Standup", "2026-08-01"));
    bench.expect_quiet();
  }
}

TEST(Window, WhatComesIntoItIsNoSecondEvent) {
  Windowed bench;
  bench.work().put(at("Review", "2026-01-31"), "uid");
  const auto id = bench.work().put(at("Standup", "2026-01-04"), "other");
  bench.sync();
  EXPECT_EQ(bench.only("home").get("title"), "Standup") << "nothing is known of the other yet";
  bench.work().edit(id, [](Facts& facts) { facts = at("Standup", "2026-02-01"); });
  bench.sync();
  bench.pass_days(25);
  bench.sync();
  EXPECT_EQ(bench.home().list().size(), 2u);
  EXPECT_EQ(bench.work().list().size(), 2u);
  bench.expect_quiet();
}

TEST(Window, NothingIsMadeWhereNothingIsKnown) {
  Windowed bench;
  bench.work().put(at("Review", "2026-01-31"), "uid");
  bench.home().put(at("Review", "2026-01-31"), "uid");
  bench.sync();
  bench.sync();
  EXPECT_EQ(bench.work().list().size(), 1u) << "one may be there already";
  bench.pass_days(25);
  bench.sync();
  EXPECT_EQ(bench.work().list().size(), 1u);
  EXPECT_EQ(bench.home().list().size(), 1u);
  bench.expect_quiet();
}

TEST(Window, WhatTheWindowReachesIsMade) {
  Windowed bench;
  bench.home().put(at("Review", "2026-01-31"), "uid");
  bench.sync();
  EXPECT_TRUE(bench.work().list().empty());
  bench.pass_days(25);
  bench.sync();
  EXPECT_EQ(bench.only("work"), at("Review", "2026-01-31"));
  bench.expect_quiet();
}

TEST(Window, ADeletionInItIsADeletionOnceItIsProven) {
  for (const bool dead : {false, true}) {
    Windowed bench;
    const auto id = bench.work().put(at("Standup", "2026-01-04"), "uid");
    bench.sync();
    bench.work().erase(id);
    if (dead) bench.work().kill_cursors();
    bench.providers["work"]->before_call = [&](Call call) {
      if (call == Call::get) bench.faults["work"].force_next(Fault::unreachable);
    };
    bench.sync();
    EXPECT_EQ(bench.home().list().size(), 1u) << "whether it is deleted is not known";
    bench.providers["work"]->before_call = nullptr;
    bench.sync();
    EXPECT_TRUE(bench.home().list().empty());
    bench.expect_quiet();
  }
}

TEST(Window, WhatIsOutsideOfItIsStillWritten) {
  Windowed bench;
  bench.work().put(at("Standup", "2026-01-04"), "uid");
  bench.sync();
  bench.pass_days(20);
  bench.home().edit(bench.home().list()[0].id, [](Facts& facts) { facts.set("title", "Daily"); });
  bench.sync();
  EXPECT_EQ(bench.only("work").get("title"), "Daily");
  bench.expect_quiet();
}

TEST(Window, AnEditThatNoListingToldIsFoundByWritingThere) {
  Windowed bench;
  const auto id = bench.work().put(at("Standup", "2026-01-04"), "uid");
  bench.sync();
  bench.pass_days(20);
  bench.sync();
  bench.work().edit(id, [](Facts& facts) { facts.set("location", "Room"); });
  bench.home().edit(bench.home().list()[0].id, [](Facts& facts) { facts.set("title", "Daily"); });
  bench.sync();
  for (const char* name : {"work", "home"}) {
    EXPECT_EQ(bench.only(name).get("title"), "Daily");
    EXPECT_EQ(bench.only(name).get("location"), "Room");
  }
  bench.expect_quiet();
}

TEST(Window, ADeletionThatNoListingToldDoesNotFailForEver) {
  Windowed bench;
  const auto id = bench.work().put(at("Standup", "2026-01-04"), "uid");
  bench.sync();
  bench.pass_days(20);
  bench.sync();
  bench.work().erase(id);
  bench.home().edit(bench.home().list()[0].id, [](Facts& facts) { facts.set("title", "Daily"); });
  bench.sync();
  EXPECT_EQ(bench.only("home").get("title"), "Daily") << "an edit beats a deletion";
  EXPECT_EQ(bench.only("work").get("title"), "Daily");
  bench.expect_quiet();
}

TEST(Window, AStoreFromABackupAsksForWhatIsOutsideByItsName) {
  Windowed bench;
  const auto id = bench.work().put(at("Standup", "2026-01-04"), "uid");
  bench.sync();
  bench.pass_days(20);
  ASSERT_TRUE(bench.engine().after_restore());
  bench.sync();
  bench.home().edit(bench.home().list()[0].id, [](Facts& facts) { facts.set("title", "Daily"); });
  bench.sync();
  EXPECT_EQ(bench.only("work").get("title"), "Daily");
  EXPECT_TRUE(bench.work().find(id)) << "the same item";
  bench.expect_quiet();
}

TEST(Window, ASeriesThatLastsForEverIsNotInEveryWindow) {
  Windowed bench;
  Facts yearly = at("Review", "2026-02-20");
  yearly.set("recurrence", "RRULE:FREQ=YEARLY");
  yearly.set("when", "zoned 2025-02-20T09:00:00 PT1H Etc/UTC");
  bench.work().put(yearly, "uid");
  bench.home().put(yearly, "uid");
  bench.sync();
  EXPECT_EQ(bench.work().list().size(), 1u) << "one is there already, told of by nobody";
  bench.pass_days(45);
  bench.sync();
  EXPECT_EQ(bench.work().list().size(), 1u);
  EXPECT_EQ(bench.home().list().size(), 1u);
  bench.expect_quiet();
}

TEST(Window, ThatItIsEmptyIsJudgedByTheWindowAlone) {
  Windowed bench;
  std::vector<RemoteId> inside;
  for (int n = 0; n < 30; ++n) bench.work().put(at("Old " + std::to_string(n), "2026-01-01"), "");
  bench.sync();
  bench.pass_days(12);
  for (int n = 0; n < 6; ++n)
    inside.push_back(bench.work().put(at("New " + std::to_string(n), "2026-01-14"), ""));
  bench.sync();
  ASSERT_EQ(bench.home().list().size(), 36u);
  for (const auto& id : inside) bench.work().erase(id);
  const auto report = bench.sync();
  EXPECT_EQ(bench.home().list().size(), 36u) << "it was emptied, as far as can be seen";
  const auto held = bench.engine().held(true);
  ASSERT_EQ(held->size(), 1u);
  EXPECT_EQ(held->front().kind, "emptied");
  EXPECT_EQ(held->front().count, 6);
}

}  // namespace
}  // namespace kalends::engine
