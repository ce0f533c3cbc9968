#include "sync/items.h"

#include <gtest/gtest.h>

namespace kalends::sync {
namespace {

using calendar::Facts;

const Facts kSeries{{"title", "Standup"},
                    {"when", "zoned 2026-03-02T09:00:00 PT1H Europe/Berlin"},
                    {"recurrence", "RRULE:FREQ=WEEKLY"},
                    {"location", "Room 1"},
                    {"zones/Own", "BEGIN:VTIMEZONE"}};

Facts with(Facts facts, std::initializer_list<Facts::Entry> entries) {
  for (const auto& [path, value] : entries) facts.set(path, value);
  return facts;
}

TEST(Items, AnEventWithoutExceptionsIsItsMaster) {
  EXPECT_EQ(spread(kSeries), (Items{{"", kSeries}}));
  EXPECT_EQ(gather({{"", kSeries}}), kSeries);
}

TEST(Items, APartHoldsItsOccurrenceWhole) {
  const Facts whole = with(kSeries, {{"overrides/2026-03-09T09:00:00", "changed"},
                                     {"overrides/2026-03-09T09:00:00/-location", "removed"},
                                     {"overrides/2026-03-09T09:00:00/title", "Retro"}});
  const Items items = spread(whole);
  EXPECT_EQ(items.at(""), kSeries);
  EXPECT_EQ(items.at("2026-03-09T09:00:00"),
            (Facts{{"title", "Retro"}, {"when", "zoned 2026-03-09T09:00:00 PT1H Europe/Berlin"}}));
  EXPECT_EQ(gather(items), whole);
}

TEST(Items, AMovedOccurrenceDiffersInItsTimeAlone) {
  const Items items{{"", kSeries},
                    {"2026-03-09T09:00:00",
                     {{"title", "Standup"},
                      {"location", "Room 1"},
                      {"when", "zoned 2026-03-09T14:00:00 PT1H Europe/Berlin"}}}};
  EXPECT_EQ(gather(items), with(kSeries, {{"overrides/2026-03-09T09:00:00", "changed"},
                                          {"overrides/2026-03-09T09:00:00/when",
                                           "zoned 2026-03-09T14:00:00 PT1H Europe/Berlin"}}));
  EXPECT_EQ(spread(gather(items)), items);
}

TEST(Items, AnExcludedOccurrenceIsAPartThatSaysSo) {
  const Facts whole = with(kSeries, {{"overrides/2026-03-09T09:00:00", "excluded"}});
  EXPECT_EQ(spread(whole).at("2026-03-09T09:00:00"), (Facts{{"excluded", "1"}}));
  EXPECT_EQ(gather(spread(whole)), whole);
}

TEST(Items, WhatAnOverrideSaysLikeItsMasterIsNotSaid) {
  const Facts whole = with(kSeries, {{"overrides/2026-03-09T09:00:00", "changed"},
                                     {"overrides/2026-03-09T09:00:00/title", "Standup"},
                                     {"overrides/2026-03-09T09:00:00/-url", "removed"}});
  const Facts once = canonical(whole);
  EXPECT_EQ(once, with(kSeries, {{"overrides/2026-03-09T09:00:00", "changed"}}));
  EXPECT_EQ(canonical(once), once);
}

TEST(Items, AFieldOfTheSeriesReachesThePartsThatFollowIt) {
  const Facts whole = with(kSeries, {{"overrides/2026-03-09T09:00:00", "changed"},
                                     {"overrides/2026-03-09T09:00:00/location", "Room 9"}});
  EXPECT_EQ(spread(with(whole, {{"title", "Daily"}})).at("2026-03-09T09:00:00").get("title"), "Daily");
}

TEST(Items, ASlotOfAnotherSetOfFactsReplacesOnesOwn) {
  const Facts mine = with(kSeries, {{"overrides/2026-03-09T09:00:00", "excluded"},
                                    {"overrides/2026-03-16T09:00:00", "excluded"}});
  const Facts theirs{{"overrides/2026-03-09T09:00:00", "changed"},
                     {"overrides/2026-03-09T09:00:00/title", "A"}};
  EXPECT_EQ(with_slots_of(mine, theirs, {"2026-03-09T09:00:00", "2026-03-16T09:00:00"}),
            with(kSeries, {{"overrides/2026-03-09T09:00:00", "changed"},
                           {"overrides/2026-03-09T09:00:00/title", "A"}}));
}

}  // namespace
}  // namespace kalends::sync
