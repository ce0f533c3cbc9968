#include "jscalendar/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kalends::jscalendar {
namespace {

using calendar::Event;
using calendar::TimeKind;

// Two zones are enough here: one hour and two hours east.
class Zones : public calendar::ZoneSource {
 public:
  const calendar::Zone* find(std::string_view name) const override {
    return name == "Europe/Berlin" ? &berlin_ : nullptr;
  }

 private:
  calendar::Zone berlin_ = calendar::Zone::fixed("Europe/Berlin", 3600);
};
const Zones kZoneSource;

calendar::LocalTime time(const char* text) { return *calendar::parse_local_time(text); }

Event meeting() {
  Event event;
  event.uid = "m@example.org";
  event.title = "Team \"A\" \u2603";
  event.description = "line\nline";
  event.when = {TimeKind::zoned, time("2026-03-02T09:00:00"), "Europe/Berlin", {0, 3600}, ""};
  event.recurrence.rules.push_back(*calendar::parse_rule("FREQ=WEEKLY;UNTIL=20260630T070000Z;BYDAY=MO,WE"));
  event.recurrence.extra_dates = {{time("2026-03-08T09:00:00"), calendar::Duration{0, 7200}}};
  event.location = "Room 1";
  event.more_locations = {"Room 2"};
  event.geo = "48.5;2.25";
  event.conferences = {"https://meet.example.org/x"};
  event.attachments = {"https://example.org/a.pdf"};
  event.url = "https://example.org/";
  event.categories = {"Team", "Work"};
  event.colour = "teal";
  event.status = "confirmed";
  event.visibility = "confidential";
  event.show_as = "busy";
  event.priority = 5;
  event.organizer = calendar::Attendee{};
  event.organizer->address = "mailto:ann@example.org";
  event.organizer->name = "Ann";
  calendar::Attendee bob;
  bob.address = "mailto:bob@example.org";
  bob.role = "optional";
  bob.participation = "accepted";
  bob.rsvp = true;
  bob.parameters = {{"X-NUM", "3"}};
  event.attendees = {bob};
  calendar::Reminder reminder;
  reminder.offset = {0, -900};
  reminder.description = "Go";
  event.reminders = {reminder};
  event.unknown = {{"X-FOO", {"X-FOO;A=b:c"}}};
  return event;
}

TEST(JsCalendar, AnEventComesBackWhole) {
  const auto back = from_json(to_json(meeting(), kZoneSource), kZoneSource);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(calendar::difference(calendar::to_facts(meeting()), calendar::to_facts(*back)),
            std::vector<calendar::Change>{});
}

TEST(JsCalendar, OverridesComeBackAsTheyWere) {
  Event event = meeting();
  event.overrides[time("2026-03-04T09:00:00")].excluded = true;
  calendar::Override& moved = event.overrides[time("2026-03-09T09:00:00")];
  moved.patch.set("when", "zoned 2026-03-10T10:00:00 PT30M Europe/Berlin");
  moved.patch.set("title", "Moved");
  moved.removed = {"location"};
  event.overrides[time("2026-03-08T09:00:00")].patch.set("title", "Extra");
  event.recurrence.extra_dates[0].duration = std::nullopt;
  const Json json = to_json(event, kZoneSource);
  const auto back = from_json(json, kZoneSource);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(calendar::difference(calendar::to_facts(event), calendar::to_facts(*back)),
            std::vector<calendar::Change>{})
      << json.dump(2);
}

TEST(JsCalendar, TimesAreWrittenAsTheRfcHasThem) {
  const Json json = to_json(meeting(), kZoneSource);
  EXPECT_EQ(*json.find("start")->string(), "2026-03-02T09:00:00");
  EXPECT_EQ(*json.find("timeZone")->string(), "Europe/Berlin");
  EXPECT_EQ(*json.find("duration")->string(), "PT1H");
  EXPECT_EQ(*json.find("privacy")->string(), "secret");
  // UNTIL is on the event's own wall. RFC 8984 section 4.3.3.
  EXPECT_EQ(*json.find("recurrenceRules")->items()->front().find("until")->string(), "2026-06-30T08:00:00");
}

TEST(JsCalendar, AllDayAndFloating) {
  Event event;
  event.uid = "d";
  event.when = {TimeKind::all_day, time("2026-12-24T00:00:00"), "", {3, 0}, ""};
  EXPECT_EQ(from_json(to_json(event, kZoneSource), kZoneSource)->when, event.when);
  event.when = {TimeKind::floating, time("2026-12-24T18:00:00"), "", {0, 0}, ""};
  EXPECT_EQ(from_json(to_json(event, kZoneSource), kZoneSource)->when, event.when);
}

TEST(JsCalendar, UnknownMembersSurviveBothWays) {
  const auto reading =
      read(R"({"@type":"Event","uid":"u","start":"2026-03-02T09:00:00","example.com:mood":{"a":[1,"\";,"]}})",
           kZoneSource);
  ASSERT_TRUE(reading);
  ASSERT_EQ(reading->events.size(), 1u);
  ASSERT_EQ(reading->events[0].unknown.size(), 1u);
  const Json json = to_json(reading->events[0], kZoneSource);
  ASSERT_NE(json.find("example.com:mood"), nullptr);
  EXPECT_EQ(json.find("example.com:mood")->dump(), R"({"a":[1,"\";,"]})");
}

TEST(JsCalendar, PatchesMayPointInside) {
  const auto reading =
      read(R"({"@type":"Event","uid":"u","start":"2026-03-02T09:00:00","timeZone":"Europe/Berlin",
    "locations":{"1":{"@type":"Location","name":"A"}},"recurrenceRules":[{"@type":"RecurrenceRule","frequency":"daily"}],
    "recurrenceOverrides":{"2026-03-03T09:00:00":{"locations/1/name":"B"},"2026-03-04T09:00:00":{"locations":null}}})",
           kZoneSource);
  ASSERT_TRUE(reading);
  const Event& event = reading->events.at(0);
  EXPECT_EQ(event.overrides.at(time("2026-03-03T09:00:00")).patch.get("location"), "B");
  EXPECT_THAT(event.overrides.at(time("2026-03-04T09:00:00")).removed, ::testing::ElementsAre("location"));
}

TEST(JsCalendar, ParametersAreTheMembersThatTheRfcHas) {
  Event event = meeting();
  event.parameters = {{"title", ";LANGUAGE=de;X-A=1"},
                      {"description", ";LANGUAGE=fr"},
                      {"location", ";ALTREP=\"cid:1\""},
                      {"attachments/https:%2F%2Fexample.org%2Fa.pdf",
                       ";FILENAME=\"a;b.pdf\";FMTTYPE=application/pdf;SIZE=12;X-A=1;X-A=2"},
                      {"conferences/https:%2F%2Fmeet.example.org%2Fx", ";FEATURE=AUDIO,video;LABEL=\"Room\""},
                      {"recurrence/RDATE:2026-03-08T09:00:00/PT2H", ";X-A=1"}};
  event.attendees[0].parameters = {{"LANGUAGE", "de"}, {"EMAIL", "bob@mail.example.org"}, {"X-NUM", "3"}};
  const Json json = to_json(event, kZoneSource);
  EXPECT_EQ(*json.find("locale")->string(), "de");
  const Json& link = json.find("links")->members()->front().second;
  EXPECT_EQ(*link.find("contentType")->string(), "application/pdf");
  EXPECT_EQ(*link.find("title")->string(), "a;b.pdf");
  EXPECT_EQ(*link.find("size")->integer(), 12);
  EXPECT_EQ(link.find("kalends:parameters")->dump(), R"({"X-A":["1","2"]})");
  const Json& meet = json.find("virtualLocations")->members()->front().second;
  EXPECT_EQ(*meet.find("name")->string(), "Room");
  EXPECT_EQ(meet.find("features")->dump(), R"({"audio":true,"video":true})");
  const Json& bob = json.find("participants")->members()->front().second;
  EXPECT_EQ(*bob.find("language")->string(), "de");
  EXPECT_EQ(*bob.find("email")->string(), "bob@mail.example.org");
  EXPECT_EQ(bob.find("kalends:parameters")->dump(), R"({"X-NUM":"3"})");
  const auto back = from_json(json, kZoneSource);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(calendar::difference(calendar::to_facts(event), calendar::to_facts(*back)),
            std::vector<calendar::Change>{})
      << json.dump(2);
  EXPECT_EQ(back->parameters, event.parameters) << "as they stood, quotes and letters too";
}

TEST(JsCalendar, AMemberThatSomebodyChangedCounts) {
  Event event = meeting();
  event.parameters = {{"title", ";LANGUAGE=\"de\""}};
  Json json = to_json(event, kZoneSource);
  json.set("locale", "fr");
  EXPECT_EQ(from_json(json, kZoneSource)->parameters.at("title"), ";LANGUAGE=fr");
  json.set("title", nullptr);
  const auto untitled = from_json(json, kZoneSource);
  EXPECT_FALSE(untitled->parameters.contains("title"));
  EXPECT_EQ(*to_json(*untitled, kZoneSource).find("locale")->string(), "fr") << "it stays a member";
}

TEST(JsCalendar, TwoEventsOfOneUidAreOneAndTheOtherIsNamed) {
  const auto reading = read(
      R"([{"@type":"Event","uid":"u","start":"2026-03-02T09:00:00","title":"Old","sequence":1},
    {"@type":"Event","uid":"u","start":"2026-03-02T09:00:00","title":"New","sequence":2},
    {"@type":"Event","uid":"u","start":"2026-03-02T09:00:00","title":"Older"}])",
      kZoneSource);
  ASSERT_TRUE(reading);
  ASSERT_EQ(reading->events.size(), 1u);
  EXPECT_EQ(reading->events[0].title, "New");
  EXPECT_EQ(reading->unreadable, 2u);
  ASSERT_EQ(reading->warnings.size(), 2u);
  EXPECT_THAT(reading->warnings[0],
              ::testing::StartsWith("Entry 1 was left out: entry 2 has the same uid \"u\""));
  EXPECT_THAT(reading->warnings[1], ::testing::StartsWith("Entry 3 was left out: entry 2 has the same uid"));
}

TEST(JsCalendar, WhatAGroupSaysOfItselfIsKept) {
  const std::vector<std::string> properties = {"X-WR-CALNAME;X-A=\"a:b\":Work\\, mine", "COLOR:teal"};
  const std::string json = write({meeting()}, kZoneSource, properties);
  EXPECT_THAT(json, ::testing::HasSubstr("\"title\": \"Work, mine\""));
  EXPECT_EQ(read(json, kZoneSource)->properties, properties);
  const auto renamed =
      read(R"({"@type":"Group","title":"A;b","kalends:lines":["NAME:Old","COLOR:teal"],"entries":[]})",
           kZoneSource);
  ASSERT_TRUE(renamed);
  EXPECT_THAT(renamed->properties, ::testing::ElementsAre("COLOR:teal", "NAME:A\\;b"));
}

TEST(JsCalendar, AnOccurrenceOfItsOwnBelongsToItsSeries) {
  const auto reading = read(
      R"([{"@type":"Event","uid":"u","start":"2026-03-02T09:00:00","title":"Series",
     "recurrenceRules":[{"@type":"RecurrenceRule","frequency":"daily"}]},
    {"@type":"Event","uid":"u","start":"2026-03-03T11:00:00","title":"Once","recurrenceId":"2026-03-03T09:00:00"}])",
      kZoneSource);
  ASSERT_TRUE(reading);
  ASSERT_EQ(reading->events.size(), 1u);
  EXPECT_EQ(reading->warnings, std::vector<std::string>());
  const calendar::Override& once = reading->events[0].overrides.at(time("2026-03-03T09:00:00"));
  EXPECT_EQ(once.patch.get("title"), "Once");
  EXPECT_EQ(once.patch.get("when"), "floating 2026-03-03T11:00:00 PT0S");
}

TEST(JsCalendar, AnOverrideSaysNothingOfBookkeeping) {
  Event event = meeting();
  event.sequence = 2;
  event.created = event.updated = Instant{1'772'000'000'000};
  event.stamp = Instant{1'772'000'001'000};
  event.overrides[time("2026-03-09T09:00:00")].patch.set("title", "Moved");
  const Json json = to_json(event, kZoneSource);
  EXPECT_EQ(json.find("recurrenceOverrides")->find("2026-03-09T09:00:00")->dump(), R"({"title":"Moved"})");
  const auto back = from_json(json, kZoneSource);
  EXPECT_EQ(back->updated, event.updated);
  EXPECT_EQ(back->stamp, event.stamp);
}

TEST(JsCalendar, WrongEntriesAreLeftOutAndNamed) {
  const auto reading =
      read(R"({"@type":"Group","entries":[{"@type":"Task","uid":"t"},{"@type":"Event","uid":"u"},
    {"@type":"Event","uid":"v","start":"2026-03-02T09:00:00","duration":"soon"},
    {"@type":"Event","uid":"w","start":"2026-03-02T09:00:00"}]})",
           kZoneSource);
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->events.size(), 1u);
  EXPECT_EQ(reading->warnings.size(), 3u);
  EXPECT_FALSE(read("{}", kZoneSource));
  EXPECT_FALSE(read("BEGIN:VCALENDAR", kZoneSource));
}

}  // namespace
}  // namespace kalends::jscalendar
