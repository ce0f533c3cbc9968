// JSCalendar that nobody wrote on purpose: everything in it comes back, or is refused with a sentence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calendar/test_zone.h"
#include "jscalendar/text.h"

namespace kalends::jscalendar {
namespace {

using testing::HasSubstr;

const calendar::OnlyUtc kZones;

// An event with these members beside its uid and start.
std::string event_with(const std::string& members) {
  return R"({"@type":"Event","uid":"a","start":"2026-03-02T09:00:00")" +
         (members.empty() ? "" : "," + members) + "}";
}

// The facts of the only event, which must be the same after being written and read again.
calendar::Facts facts_of(const std::string& text) {
  const auto reading = read(text, kZones);
  EXPECT_TRUE(reading) << text << reading.error().message;
  if (!reading || reading->events.size() != 1) {
    ADD_FAILURE() << "not one event: " << text;
    return {};
  }
  const auto facts = calendar::to_facts(reading->events.front());
  const std::string written = write(reading->events, kZones);
  const auto back = read(written, kZones);
  EXPECT_TRUE(back && back->events.size() == 1) << written;
  if (back && back->events.size() == 1)
    EXPECT_EQ(calendar::difference(facts, calendar::to_facts(back->events.front())),
              std::vector<calendar::Change>{})
        << written;
  return facts;
}

// Why the only entry was left out.
std::string warning_of(const std::string& text) {
  const auto reading = read(text, kZones);
  return reading && reading->warnings.size() == 1 ? reading->warnings.front() : "";
}

TEST(HostileJsCalendar, MembersOfAnyNameComeBack) {
  for (const char* name : {"", "a/b", "a~1b", "x^'y", "^n^^", R"(q\"q)", R"(l\nl)", "a:b", "JSPROP"}) {
    const auto facts = facts_of(event_with(std::string("\"") + name + R"(":{"a":[1,null,"\n;,\\"]})"));
    EXPECT_NE(facts.find("unknown/JSPROP"), nullptr) << name;
    facts_of(event_with(std::string(R"("recurrenceOverrides":{"2026-03-03T09:00:00":{"x":1}},")") + name +
                        R"(":[1])"));
  }
}

TEST(HostileJsCalendar, AnOverrideNamesAMemberInsideAnother) {
  const auto facts = facts_of(event_with(
      R"("keywords":{"A":true},"recurrenceOverrides":{"2026-03-03T09:00:00":{"keywords/a~1b":true,"keywords/A":null}})"));
  EXPECT_EQ(facts.get("overrides/2026-03-03T09:00:00/categories/a%2Fb"), "1");
  EXPECT_EQ(facts.get("overrides/2026-03-03T09:00:00/-categories/A"), "removed");
}

TEST(HostileJsCalendar, APointerGoesNoDeeperThanADocument) {
  const auto with_pointer = [](int slashes) {
    std::string pointer = "x";
    for (int i = 0; i < slashes; ++i) pointer += "/x";
    return event_with(R"("recurrenceOverrides":{"2026-03-03T09:00:00":{")" + pointer + R"(":1}})");
  };
  EXPECT_EQ(warning_of(with_pointer(kMaxJsonDepth)), "");
  EXPECT_THAT(warning_of(with_pointer(kMaxJsonDepth + 1)), HasSubstr("members deep"));
  EXPECT_THAT(warning_of(with_pointer(1'000'000)), HasSubstr("members deep"));
}

TEST(HostileJsCalendar, AnOccurrenceMayMoveToWhereTheSeriesStarts) {
  const auto facts = facts_of(
      event_with(R"("recurrenceOverrides":{"2026-03-30T09:00:00":{"start":"2026-03-02T09:00:00"}})"));
  EXPECT_EQ(facts.get("overrides/2026-03-30T09:00:00/when"), "floating 2026-03-02T09:00:00 PT0S");
}

TEST(HostileJsCalendar, APlaceWithoutANameStaysTheFirst) {
  const auto facts = facts_of(event_with(R"("locations":{"1":{},"2":{"name":"B"}})"));
  EXPECT_EQ(facts.find("location"), nullptr);
  EXPECT_NE(facts.find("locations/B"), nullptr);
}

TEST(HostileJsCalendar, AnOrganizerWhoAttendsUnderAnotherNameStaysBoth) {
  const auto facts = facts_of(event_with(
      R"("replyTo":{"imip":"mailto:o@h"},"participants":{"1":{"name":"O","sendTo":{"imip":"mailto:o@h"}}})"));
  EXPECT_EQ(facts.get("attendees/mailto:o@h"), "name=O");
  EXPECT_THAT(facts.get("organizer"), testing::Not(HasSubstr("name=O")));
}

TEST(HostileJsCalendar, UnknownLinesAreLines) {
  const auto facts =
      facts_of(event_with(R"("kalends:lines":{"X-A":["X-A:1","X-A:2\nEND:VEVENT",""],"X-B":["\r"]})"));
  EXPECT_EQ(facts.get("unknown/X-A"), "X-A:1");
  EXPECT_EQ(facts.find("unknown/X-B"), nullptr);
}

TEST(HostileJsCalendar, TwoMembersOfOneNameAreRefusedWithTheirPlace) {
  const auto reading = read(event_with(R"("title":"A","title":"B")"), kZones);
  ASSERT_FALSE(reading);
  EXPECT_THAT(reading.error().message, HasSubstr("line 1"));
  EXPECT_THAT(reading.error().message, HasSubstr("two members of one name"));
}

// Of the size that an override by override copy of the series would take minutes for.
TEST(HostileJsCalendar, OverridesCostWhatTheySayAndNotTheirSeries) {
  calendar::Event event;
  event.uid = "u";
  event.title = "T";
  event.when = {calendar::TimeKind::floating, {1'772'442'000}, "", {0, 3600}, ""};
  event.recurrence.rules.push_back(*calendar::parse_rule("FREQ=DAILY"));
  for (int i = 0; i < 2000; ++i) {
    calendar::Attendee who;
    who.address = "mailto:p" + std::to_string(i) + "@example.org";
    event.attendees.push_back(who);
    event.categories.push_back("c" + std::to_string(i));
  }
  calendar::normalise(event);
  for (int day = 0; day < 1000; ++day)
    event.overrides[{event.when.start.seconds + day * 86400}].patch.set("title", std::to_string(day));
  event.overrides[event.when.start].removed = {"attendees/mailto:p7@example.org", "categories/c7"};
  const Json json = to_json(event, kZones);
  EXPECT_LT(json.dump().size(), 1'000'000u);
  const auto back = from_json(json, kZones);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(calendar::difference(calendar::to_facts(event), calendar::to_facts(*back)),
            std::vector<calendar::Change>{});
}

TEST(HostileJsCalendar, HundredsOfEachComeBack) {
  std::string overrides, keywords, participants;
  for (int i = 0; i < 200; ++i) {
    const std::string n = std::to_string(i);
    const std::string day =
        calendar::to_string(calendar::LocalTime{1'772'442'000 + 86'400 * std::int64_t{i}});
    overrides += "\"" + day + R"(":{"title":"t)" + n + "\"},";
    keywords += "\"k" + n + "\":true,";
    participants += "\"" + n + R"(":{"email":"p)" + n + "@h\"},";
  }
  for (std::string* text : {&overrides, &keywords, &participants}) text->pop_back();
  const auto facts = facts_of(event_with(R"("recurrenceOverrides":{)" + overrides + R"(},"keywords":{)" +
                                         keywords + R"(},"participants":{)" + participants + "}"));
  EXPECT_GE(facts.size(), 800u);
}

}  // namespace
}  // namespace kalends::jscalendar
