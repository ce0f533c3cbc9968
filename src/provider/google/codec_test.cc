// Facts to Google's JSON and back: what their forms mean, what ours become, and the laws of the round trip on events drawn
// from a seed.
#include "provider/google/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ical/generated_event.h"
#include "provider/google/json.h"
#include "provider/google/test_google.h"
#include "sync/items.h"
#include "system/zone_files.h"

namespace kalends::provider::google {
namespace {

using calendar::Facts;

const system::ZoneFiles& zones() {
  static const system::ZoneFiles files;
  return files;
}

Context context() { return {zones(), "Europe/Berlin"}; }

Facts facts_of(std::string_view text) {
  const auto decoded = decode(json(text), context());
  EXPECT_TRUE(decoded) << (decoded ? "" : decoded.error().message);
  return decoded ? calendar::to_facts(decoded->event) : Facts();
}

Facts read_back(const Json& body) {
  const auto decoded = decode(json(body.dump()), context());
  EXPECT_TRUE(decoded);
  return decoded ? calendar::to_facts(decoded->event) : Facts();
}

Json encoded(const Facts& facts) {
  auto body = encode(facts, context());
  EXPECT_TRUE(body) << (body ? "" : body.error().message);
  return body ? *body : Json::object();
}

TEST(GoogleTimes, TheInstantCountsAndTheEventsOwnZoneShowsIt) {
  EXPECT_EQ(facts_of(R"({"start":{"dateTime":"2026-03-02T15:00:00+01:00","timeZone":"America/New_York"},
                         "end":{"dateTime":"2026-03-02T16:30:00+01:00","timeZone":"America/New_York"}})")
                .get("when"),
            "zoned 2026-03-02T09:00:00 PT1H30M America/New_York");
  EXPECT_EQ(
      facts_of(R"({"start":{"dateTime":"2026-03-02T08:00:00Z"},"end":{"dateTime":"2026-03-02T09:00:00Z"}})")
          .get("when"),
      "zoned 2026-03-02T09:00:00 PT1H Europe/Berlin")
      << "without a zone it is shown in the calendar's";
  EXPECT_EQ(facts_of(R"({"start":{"dateTime":"2026-03-02T08:00:00Z","timeZone":"UTC"},
                         "end":{"dateTime":"2026-03-02T17:00:00+08:00","timeZone":"Asia/Shanghai"}})")
                .get("when"),
            "zoned 2026-03-02T08:00:00 PT1H Etc/UTC Asia/Shanghai");
}

TEST(GoogleTimes, DaysEndBeforeTheirEnd) {
  EXPECT_EQ(facts_of(R"({"start":{"date":"2026-03-02"},"end":{"date":"2026-03-04"}})").get("when"),
            "all-day 2026-03-02 P2D");
  const Json body = encoded({{"when", "all-day 2026-02-28 P1D"}});
  EXPECT_EQ(body.find("start")->dump(), R"({"date":"2026-02-28"})");
  EXPECT_EQ(body.find("end")->dump(), R"({"date":"2026-03-01"})");
}

TEST(GoogleTimes, ADaysLengthIsThatOfTheClock) {
  // Berlin's clocks go forward in the night to 29 March 2026.
  const Facts facts{{"when", "zoned 2026-03-28T12:00:00 P1D Europe/Berlin"}};
  EXPECT_EQ(project(facts, zones()).get("when"), "zoned 2026-03-28T12:00:00 PT23H Europe/Berlin");
  EXPECT_EQ(encoded(facts).find("end")->find("dateTime")->dump(), "\"2026-03-29T12:00:00+02:00\"");
}

TEST(GoogleTimes, AFloatingTimeIsKeptWhenItIsMovedAndLostWithItsZone) {
  const Facts facts{{"title", "Run"}, {"when", "floating 2026-03-02T07:00:00 PT1H"}};
  Json body = encoded(facts);
  EXPECT_EQ(body.find("start")->dump(),
            R"({"dateTime":"2026-03-02T07:00:00+01:00","timeZone":"Europe/Berlin"})");
  EXPECT_EQ(read_back(body), facts);
  body.set("start", json(R"({"dateTime":"2026-03-02T08:00:00+01:00","timeZone":"Europe/Berlin"})"));
  EXPECT_EQ(read_back(body).get("when"), "floating 2026-03-02T08:00:00 PT0S");
  body.set("start", json(R"({"dateTime":"2026-03-02T08:00:00+01:00","timeZone":"Europe/Paris"})"));
  EXPECT_TRUE(read_back(body).get("when").starts_with("zoned 2026-03-02T08:00:00 "));
}

TEST(GoogleTimes, AZoneThatOnlyTheEventDescribesBecomesOneThatKeepsItsHours) {
  const Facts facts{
      {"when", "zoned 2026-03-02T09:00:00 PT1H Our%20Office"},
      {"zones/Our Office",
       "BEGIN:VTIMEZONE\nTZID:Our Office\nBEGIN:STANDARD\nDTSTART:19701101T020000\n"
       "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\nTZOFFSETFROM:-0400\nTZOFFSETTO:-0500\nEND:STANDARD\n"
       "BEGIN:DAYLIGHT\nDTSTART:19700308T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\n"
       "TZOFFSETFROM:-0500\nTZOFFSETTO:-0400\nEND:DAYLIGHT\nEND:VTIMEZONE"}};
  EXPECT_EQ(project(facts, zones()).get("when"), "zoned 2026-03-02T09:00:00 PT1H America/New_York");
}

TEST(GoogleTimes, WhatIsNoTimeIsSaid) {
  for (const char* text :
       {"{}", R"({"start":7,"end":{}})", R"({"start":{"date":"soon"}})", R"({"start":{"dateTime":true}})"}) {
    const auto decoded = decode(json(text), context());
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error().kind, ErrorKind::invalid);
  }
}

TEST(GoogleRecurrence, LinesAreReadInTheSeriesZone) {
  const auto decoded =
      decode(json(R"({"start":{"dateTime":"2026-03-02T09:00:00+01:00","timeZone":"Europe/Berlin"},
      "end":{"dateTime":"2026-03-02T10:00:00+01:00","timeZone":"Europe/Berlin"},
      "recurrence":["RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20260601T070000Z;BYDAY=WE,MO",
                    "EXDATE;TZID=Europe/Berlin:20260309T090000,20260311T090000","EXDATE:20260401T070000Z",
                    "RDATE:20260305T080000Z"]})"),
             context());
  ASSERT_TRUE(decoded);
  EXPECT_EQ(calendar::to_facts(decoded->event).get("recurrence"),
            "RRULE:FREQ=WEEKLY;UNTIL=20260601T070000Z;BYDAY=MO,WE\nRDATE:2026-03-05T09:00:00");
  std::vector<std::string> slots;
  for (const auto at : decoded->exclusions) slots.push_back(calendar::to_string(at));
  EXPECT_THAT(slots,
              testing::ElementsAre("2026-03-09T09:00:00", "2026-03-11T09:00:00", "2026-04-01T09:00:00"));
}

TEST(GoogleRecurrence, APatchOfTheRuleKeepsTheExclusions) {
  const Json event = json(R"({"start":{"date":"2026-03-02"},"end":{"date":"2026-03-03"},
      "recurrence":["RRULE:FREQ=WEEKLY","EXDATE;VALUE=DATE:20260309"]})");
  const Facts before = read_back(event);
  Facts target = before;
  target.set("recurrence", "RRULE:FREQ=WEEKLY;COUNT=5");
  const auto body = patch(event, before, target, context());
  ASSERT_TRUE(body);
  EXPECT_EQ(body->find("recurrence")->dump(),
            R"(["RRULE:FREQ=WEEKLY;COUNT=5","EXDATE;VALUE=DATE:20260309"])");
}

TEST(GoogleRecurrence, OccurrencesAreNamedByTheirSlot) {
  const calendar::Zone* berlin = zones().find("Europe/Berlin");
  const auto slot = *calendar::parse_local_time("2026-07-06T09:00:00");
  EXPECT_EQ(slot_name(slot, berlin), "20260706T070000Z");
  EXPECT_EQ(slot_of_name("20260706T070000Z", berlin), slot);
  EXPECT_EQ(slot_name(calendar::at(calendar::date_of(slot)), nullptr), "20260706");
  EXPECT_EQ(slot_of_name("20260706", nullptr), calendar::at(calendar::date_of(slot)));
  for (const char* none :
       {"", "2026070", "20261306", "20260706T070000", "20260706X070000Z", "R20260706T07000"})
    EXPECT_FALSE(slot_of_name(none, berlin)) << none;
}

constexpr char kMeeting[] = R"({"start":{"date":"2026-03-02"},"end":{"date":"2026-03-03"},"summary":"Plan",
    "organizer":{"email":"Ann@Example.org","displayName":"Ann"},
    "attendees":[{"email":"Ann@Example.org","organizer":true,"responseStatus":"accepted","comment":"late"},
                 {"email":"room@example.org","resource":true,"responseStatus":"needsAction","additionalGuests":2}],
    "reminders":{"useDefault":false,"overrides":[{"method":"popup","minutes":1440},{"method":"email","minutes":10}]},
    "conferenceData":{"conferenceId":"x","entryPoints":[{"entryPointType":"video","uri":"https://meet.example/x"}]},
    "attachments":[{"fileUrl":"https://files.example/a","title":"A","fileId":"7","iconLink":"i"}],
    "colorId":"11","visibility":"private","transparency":"transparent","status":"tentative"})";

TEST(GoogleFields, OneOfEach) {
  EXPECT_EQ(facts_of(kMeeting), (Facts{{"title", "Plan"},
                                       {"when", "all-day 2026-03-02 P1D"},
                                       {"organizer", "address=mailto:Ann@example.org\nname=Ann"},
                                       {"attendees/mailto:Ann@example.org", "participation=accepted"},
                                       {"attendees/mailto:room@example.org", "kind=resource"},
                                       {"reminders/start -P1D display", "1"},
                                       {"reminders/start -PT10M email", "1"},
                                       {"conferences/https:%2F%2Fmeet.example%2Fx", "1"},
                                       {"attachments/https:%2F%2Ffiles.example%2Fa", "1"},
                                       {"colour", "crimson"},
                                       {"visibility", "private"},
                                       {"show_as", "free"},
                                       {"status", "tentative"}}));
}

TEST(GoogleFields, APatchSendsWhatChangesAndKeepsWhatIsNotUnderstood) {
  const Json event = json(kMeeting);
  const Facts before = read_back(event);
  EXPECT_EQ(patch(event, before, before, context())->dump(), "{}");
  Facts target = before;
  target.set("title", "Plans");
  target.erase("conferences/https:%2F%2Fmeet.example%2Fx");
  target.erase("colour");
  EXPECT_EQ(patch(event, before, target, context())->dump(), R"({"summary":"Plans","colorId":null})")
      << "a conference is not ours to take away";
  target = before;
  target.set("attendees/mailto:room@example.org", "kind=resource\nparticipation=declined");
  const auto body = patch(event, before, target, context());
  ASSERT_TRUE(body);
  EXPECT_EQ(body->members()->size(), 1u);
  EXPECT_EQ(body->find("attendees")->items()->at(0).find("comment")->dump(), "\"late\"");
  EXPECT_EQ(body->find("attendees")->items()->at(1).find("additionalGuests")->dump(), "2");
  EXPECT_EQ(read_back(merged(event, *body)), target);
}

TEST(GoogleFields, APartialListOfGuestsIsNeverWritten) {
  Json event = json(kMeeting);
  event.set("attendeesOmitted", true);
  const Facts before = read_back(event);
  Facts target = before;
  target.erase("attendees/mailto:room@example.org");
  EXPECT_EQ(patch(event, before, target, context()).error().kind, ErrorKind::unsupported);
  target = before;
  target.set("title", "Other");
  EXPECT_TRUE(patch(event, before, target, context()));
}

TEST(GoogleFields, TheCalendarsDefaultRemindersAreNoneOfTheEvents) {
  const Json event =
      json(R"({"start":{"date":"2026-03-02"},"end":{"date":"2026-03-03"},"reminders":{"useDefault":true}})");
  const Facts before = read_back(event);
  EXPECT_EQ(before.size(), 1u);
  Facts target = before;
  target.set("title", "Named");
  EXPECT_EQ(patch(event, before, target, context())->dump(), R"({"summary":"Named"})") << "they stay";
  target.set("reminders/start -PT5M display", "1");
  EXPECT_EQ(patch(event, before, target, context())->find("reminders")->dump(),
            R"({"useDefault":false,"overrides":[{"method":"popup","minutes":5}]})");
}

TEST(GoogleFields, WhatCannotBeHeldIsNotShown) {
  EXPECT_EQ(project({{"when", "all-day 2026-03-02 P1D"},
                     {"categories/Work", "1"},
                     {"priority", "3"},
                     {"geo", "1;2"},
                     {"show_as", "busy"},
                     {"status", "confirmed"},
                     {"colour", "red"},
                     {"url", "urn:x"},
                     {"reminders/start PT5M display", "1"},
                     {"reminders/start -PT90S audio", "1"},
                     {"attachments/data:text%2Fplain,x", "1"},
                     {"conferences/https:%2F%2Fa", "1"},
                     {"unknown/X-A", "X-A:1"}},
                    zones()),
            (Facts{{"when", "all-day 2026-03-02 P1D"},
                   {"colour", "crimson"},
                   {"reminders/start -PT2M display", "1"}}));
}

TEST(GoogleFields, WhatDoesNotTakePlaceKeepsNobodyBusy) {
  EXPECT_EQ(project({{"when", "all-day 2026-03-02 P1D"}, {"status", "cancelled"}}, zones()),
            (Facts{{"when", "all-day 2026-03-02 P1D"}, {"show_as", "free"}}));
  EXPECT_EQ(text_of(encoded({{"when", "all-day 2026-03-02 P1D"}, {"status", "cancelled"}}), "status"),
            "confirmed")
      << "\"cancelled\" would delete it";
}

TEST(GoogleFields, AnOverrideOfASlotThatTheSeriesLacksIsNotShown) {
  const Facts facts{{"when", "zoned 2026-03-02T09:00:00 PT1H Europe/Berlin"},
                    {"recurrence", "RRULE:FREQ=WEEKLY;COUNT=4"},
                    {"overrides/2026-03-09T09:00:00", "changed"},
                    {"overrides/2026-03-09T09:00:00/title", "Once"},
                    {"overrides/2026-03-10T09:00:00", "excluded"},
                    {"overrides/2026-03-16T09:00:00", "excluded"}};
  Facts held = facts;
  held.erase("overrides/2026-03-10T09:00:00");
  EXPECT_EQ(project(facts, zones()), held);
}

class GoogleRoundTrips : public testing::TestWithParam<int> {};

TEST_P(GoogleRoundTrips, HoldForEventsDrawnFromASeed) {
  ical::testing::EventSource source(static_cast<std::uint64_t>(GetParam()));
  for (int n = 0; n < 400; ++n) {
    calendar::Event event = source.event();
    const Facts whole = calendar::to_facts(event);
    const Facts once = project(whole, zones());
    ASSERT_EQ(project(once, zones()), once) << "event " << n;
    const sync::Items parts = sync::spread(once);
    const Facts& master = parts.at("");
    ASSERT_EQ(read_back(encoded(sync::spread(whole).at(""))), master) << "event " << n;

    const Facts after = sync::spread(project(calendar::to_facts(source.changed(event)), zones())).at("");
    Json there = encoded(master);
    there.set("somethingNew", json(R"({"a":[1,2]})"));
    const auto body = patch(there, master, after, context());
    ASSERT_TRUE(body) << body.error().message;
    const Json result = merged(there, *body);
    ASSERT_EQ(read_back(result), after) << "event " << n << "\n" << there.dump() << "\n" << body->dump();
    ASSERT_NE(result.find("somethingNew"), nullptr);
    ASSERT_EQ(patch(result, after, after, context())->dump(), "{}");
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, GoogleRoundTrips, testing::Range(1, 9));

}  // namespace
}  // namespace kalends::provider::google
