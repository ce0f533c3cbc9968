#include "sync/guard.h"

#include <gtest/gtest.h>

#include "sync/base.h"

namespace kalends::sync {
namespace {

std::vector<EventId> events(std::size_t n) {
  std::vector<EventId> out;
  for (std::size_t i = 0; i < n; ++i) out.emplace_back("event" + std::to_string(i));
  return out;
}

Incoming incoming(std::size_t agreed, std::size_t deletions) {
  Incoming in;
  in.calendar = CalendarId("home");
  in.agreed = agreed;
  in.present = agreed - deletions;
  in.deletions = events(deletions);
  return in;
}

std::string kinds(const Incoming& in) {
  std::string out;
  for (const Hold& hold : guard(in)) out += std::string(out.empty() ? "" : " ") + to_string(hold.kind);
  return out;
}

TEST(Guard, AnEmptiedCalendarIsHeldFromFiveEventsOn) {
  EXPECT_EQ(kinds(incoming(5, 5)), "emptied");
  EXPECT_EQ(kinds(incoming(4, 4)), "");
  EXPECT_EQ(kinds(incoming(500, 500)), "emptied");
}

TEST(Guard, AnEmptiedCalendarIsHeldThoughMostOfItWasEditedElsewhere) {
  Incoming in = incoming(20, 20);
  in.deletions = events(1);
  EXPECT_EQ(kinds(in), "emptied");
  in.deletions.clear();
  EXPECT_EQ(kinds(in), "") << "all of it was";
}

TEST(Guard, ManyDeletionsAreHeldWhenTheyAreFiveAndMoreThanAQuarter) {
  EXPECT_EQ(kinds(incoming(19, 5)), "mass_delete");
  EXPECT_EQ(kinds(incoming(20, 5)), "");
  EXPECT_EQ(kinds(incoming(8, 4)), "");
  EXPECT_EQ(kinds(incoming(1000, 250)), "");
  EXPECT_EQ(kinds(incoming(1000, 251)), "mass_delete");
}

TEST(Guard, ManyEditsAreHeldOnlyAfterADeadCursor) {
  Incoming in = incoming(30, 0);
  in.edits = events(20);
  EXPECT_EQ(kinds(in), "");
  in.reset = true;
  EXPECT_EQ(kinds(in), "mass_change");
  in.edits = events(19);
  EXPECT_EQ(kinds(in), "");
  in.agreed = in.present = 40;
  in.edits = events(20);
  EXPECT_EQ(kinds(in), "") << "half is not more than half";
}

TEST(Guard, AServerThatWentBackIsHeld) {
  Incoming in = incoming(30, 0);
  in.rolled_back = events(3);
  EXPECT_EQ(kinds(in), "rolled_back");
  in.rolled_back = events(2);
  EXPECT_EQ(kinds(in), "");
}

TEST(Guard, AHoldNamesItsEventsAndSaysWhy) {
  auto holds = guard(incoming(10, 6));
  ASSERT_EQ(holds.size(), 1u);
  EXPECT_EQ(holds[0].events, events(6));
  EXPECT_EQ(holds[0].calendar, CalendarId("home"));
  EXPECT_NE(holds[0].reason.find("6 of 10"), std::string::npos);
}

TEST(Guard, ACircleIsTheThirdTimeOfTheSameWithinADay) {
  const std::int64_t start = 1'772'000'000'000;
  for (const auto& turns : {std::vector<std::uint64_t>{1, 2, 1, 2}, std::vector<std::uint64_t>{1, 1}}) {
    std::vector<Pushed> pushed;
    std::int64_t now = start;
    for (std::uint64_t digest : turns) {
      EXPECT_FALSE(oscillates(pushed, digest, now));
      record(pushed, {digest, now});
      now += 60'000;
    }
    EXPECT_TRUE(oscillates(pushed, 1, now));
    EXPECT_FALSE(oscillates(pushed, 3, now));
    EXPECT_TRUE(oscillates(pushed, 1, start + kCircleMs)) << "the first is a day old";
    EXPECT_FALSE(oscillates(pushed, 1, start + kCircleMs + 1)) << "a person who changes their mind";
    EXPECT_TRUE(oscillates(pushed, 1, start - 3'600'000)) << "a clock that was put back";
  }
}

TEST(Guard, AHistoryForgetsTheOldest) {
  std::vector<std::uint64_t> history;
  for (std::uint64_t i = 0; i < 100; ++i) remember(history, i);
  EXPECT_EQ(history.size(), kHistory);
  EXPECT_EQ(history.back(), 99u);
  remember(history, 99);
  EXPECT_EQ(history.size(), kHistory);
}

}  // namespace
}  // namespace kalends::sync
