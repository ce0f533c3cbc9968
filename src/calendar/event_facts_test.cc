// What merging can make of facts is read as documented; what is no value is refused by its path.
#include <gtest/gtest.h>

#include "calendar/event.h"

namespace kalends::calendar {
namespace {

const char* const kWhen = "zoned 2026-03-02T09:00:00 PT1H Europe/Berlin";

LocalTime slot(std::string_view text) { return *parse_local_time(text); }

TEST(EventFacts, AnEventNeedsAWhen) {
  auto event = from_facts({{"title", "x"}});
  ASSERT_FALSE(event);
  EXPECT_EQ(event.error().kind, ErrorKind::invalid);
  EXPECT_NE(event.error().message.find("\"when\" is missing"), std::string::npos);
}

TEST(EventFacts, AFieldOfAnOverrideWithoutTheOverrideMeansChanged) {
  auto event = from_facts({{"when", kWhen}, {"overrides/2026-03-09T09:00:00/title", "moved"}});
  ASSERT_TRUE(event) << event.error().message;
  const Override& override = event->overrides.at(slot("2026-03-09T09:00:00"));
  EXPECT_FALSE(override.excluded);
  EXPECT_EQ(override.patch.get("title"), "moved");
  EXPECT_EQ(to_facts(*event).get("overrides/2026-03-09T09:00:00"), "changed");
}

TEST(EventFacts, ExcludedWinsOverFields) {
  auto event = from_facts({{"when", kWhen},
                           {"overrides/2026-03-09T09:00:00", "excluded"},
                           {"overrides/2026-03-09T09:00:00/title", "moved"},
                           {"overrides/2026-03-09T09:00:00/-location", "removed"}});
  ASSERT_TRUE(event) << event.error().message;
  Facts expected{{"when", kWhen}, {"overrides/2026-03-09T09:00:00", "excluded"}};
  EXPECT_EQ(to_facts(*event), expected);
}

TEST(EventFacts, AValueBeatsARemovalOfTheSamePath) {
  auto event = from_facts({{"when", kWhen},
                           {"overrides/2026-03-09T09:00:00", "changed"},
                           {"overrides/2026-03-09T09:00:00/-title", "removed"},
                           {"overrides/2026-03-09T09:00:00/title", "moved"}});
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_TRUE(event->overrides.at(slot("2026-03-09T09:00:00")).removed.empty());
}

TEST(EventFacts, WhatIsNoValueIsRefusedByItsPath) {
  for (const auto& [path, value] :
       std::initializer_list<Facts::Entry>{{"status", "maybe"},
                                           {"visibility", "hidden"},
                                           {"show_as", "away"},
                                           {"priority", "10"},
                                           {"when", "tomorrow"},
                                           {"recurrence", "RRULE:FREQ=SOMETIMES"},
                                           {"attendees/mailto:a@b.c", "no equals sign"},
                                           {"reminders/sometime", "1"},
                                           {"reminders/start soon display", "1"},
                                           {"overrides/2026-03-09", "perhaps"},
                                           {"overrides/2026-03-09T09:00:00", "perhaps"},
                                           {"overrides/2026-03-09T09:00:00/recurrence", "RRULE:FREQ=DAILY"},
                                           {"overrides/2026-03-09T09:00:00/status", "maybe"},
                                           {"nonsense", "1"}}) {
    Facts facts{{"when", kWhen}};
    facts.set(path, value);
    auto event = from_facts(facts);
    ASSERT_FALSE(event) << path;
    EXPECT_EQ(event.error().kind, ErrorKind::invalid) << path;
    EXPECT_NE(event.error().message.find(path), std::string::npos) << path << ": " << event.error().message;
  }
}

TEST(EventFacts, KeysMayHoldSlashesAndSeveralRemindersMayBeAlike) {
  Event event;
  event.when.duration = {1, 0};
  event.categories = {"A/B", "50%"};
  Reminder reminder;
  for (int i = 0; i < 12; ++i) {
    reminder.description = std::string("number ") + std::to_string(i);
    event.reminders.push_back(reminder);
  }
  normalise(event);
  Facts facts = to_facts(event);
  EXPECT_NE(facts.find("categories/A%2FB"), nullptr);
  EXPECT_NE(facts.find("reminders/start PT0S display 12"), nullptr);
  auto back = from_facts(facts);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, event);
}

}  // namespace
}  // namespace kalends::calendar
