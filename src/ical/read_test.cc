// What real clients write is read as they mean it. Each test is one habit.
#include <gtest/gtest.h>

#include "ical/text.h"
#include "system/zone_files.h"

namespace kalends::ical {
namespace {

using calendar::Event;
using calendar::Facts;

const calendar::ZoneSource& zones() {
  static const system::ZoneFiles files;
  return files;
}

std::string in_calendar(const std::string& lines) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + lines + "END:VCALENDAR\r\n";
}
std::string event(const std::string& lines) { return "BEGIN:VEVENT\r\nUID:u\r\n" + lines + "END:VEVENT\r\n"; }

ReadEvent read_one(const std::string& text) {
  auto reading = read(text, zones());
  EXPECT_TRUE(reading) << reading.error().message;
  if (!reading || reading->events.size() != 1) {
    ADD_FAILURE() << "not one event in " << text;
    return {};
  }
  return reading->events[0];
}
Facts facts_of(const std::string& event_lines) {
  return calendar::to_facts(read_one(in_calendar(event_lines)).event);
}

const std::string kSeries = event(
    "DTSTART;TZID=Europe/Berlin:20260302T090000\r\nDTEND;TZID=Europe/Berlin:20260302T100000\r\n"
    "RRULE:FREQ=DAILY;COUNT=10\r\nSUMMARY:Series\r\n");

TEST(Read, RecurrenceIdsInAnyFormNameTheSameSlot) {
  for (const char* id :
       {"RECURRENCE-ID;TZID=Europe/Berlin:20260305T090000", "RECURRENCE-ID:20260305T080000Z",
        "RECURRENCE-ID;TZID=America/New_York:20260305T030000", "RECURRENCE-ID;VALUE=DATE:20260305",
        "RECURRENCE-ID:20260305T090000", "RECURRENCE-ID;TZID=\"W. Europe Standard Time\":20260305T090000"}) {
    Facts facts =
        facts_of(kSeries + event(std::string(id) + "\r\nDTSTART;TZID=Europe/Berlin:20260305T090000\r\n"
                                                   "DURATION:PT1H\r\nSUMMARY:One\r\n"));
    Facts expected{{"overrides/2026-03-05T09:00:00", "changed"},
                   {"overrides/2026-03-05T09:00:00/title", "One"},
                   {"recurrence", "RRULE:FREQ=DAILY;COUNT=10"},
                   {"title", "Series"},
                   {"when", "zoned 2026-03-02T09:00:00 PT1H Europe/Berlin"}};
    EXPECT_EQ(facts, expected) << id;
  }
}

TEST(Read, APartOfARuleThatNobodyUnderstandsIsKeptAndTold) {
  ReadEvent read =
      read_one(in_calendar(event("DTSTART:20260302T090000Z\r\nRRULE:FREQ=YEARLY;BYEASTER=1\r\n")));
  EXPECT_EQ(calendar::to_facts(read.event).get("recurrence"), "RRULE:FREQ=YEARLY;BYEASTER=1");
  ASSERT_EQ(read.warnings.size(), 1u);
  EXPECT_NE(read.warnings[0].find("BYEASTER=1"), std::string::npos) << read.warnings[0];
}

TEST(Read, WhatACalendarSaysOfItselfIsKept) {
  const std::string own = "X-WR-CALNAME;X-A=1:Work\r\nCOLOR:teal\r\nREFRESH-INTERVAL;VALUE=DURATION:P1W\r\n";
  auto reading =
      read(in_calendar("METHOD:PUBLISH\r\nPRODID:x\r\n" + own + own + event("DTSTART:20260302T090000Z\r\n")),
           zones());
  ASSERT_TRUE(reading);
  const std::vector<std::string> kept = {"X-WR-CALNAME;X-A=1:Work", "COLOR:teal",
                                         "REFRESH-INTERVAL;VALUE=DURATION:P1W"};
  EXPECT_EQ(reading->properties, kept);
  auto properties = kept;
  for (const char* hostile :
       {"BEGIN:VEVENT", "METHOD:REQUEST", "no line", "X-A:1\r\nMETHOD:CANCEL", "prodid:y"})
    properties.emplace_back(hostile);
  const std::string text = write({reading->events[0].event}, zones(), {{}, {}, properties});
  EXPECT_NE(text.find("\r\n" + own + "BEGIN:VEVENT"), std::string::npos) << text;
}

TEST(Read, TheStampIsWrittenAsItWas) {
  const std::string stamp = "DTSTAMP:20260101T000000Z\r\n";
  const std::string modified = "LAST-MODIFIED:20260202T000000Z\r\n";
  for (const std::string& lines : {stamp, stamp + modified}) {
    const Event once = read_one(in_calendar(event("DTSTART:20260302T090000Z\r\n" + lines))).event;
    const std::string text = write({once}, zones(), {Instant{1'772'000'000'000}, {}});
    EXPECT_NE(text.find(stamp), std::string::npos) << text;
    EXPECT_EQ(text.find(modified) != std::string::npos, lines != stamp) << text;
  }
}

TEST(Read, ExcludedDatesInAnyForm) {
  Facts facts = facts_of(
      event("DTSTART;TZID=Europe/Berlin:20260302T090000\r\nRRULE:FREQ=DAILY\r\n"
            "EXDATE;TZID=Europe/Berlin:20260303T090000,20260304T090000\r\nEXDATE:20260305T080000Z\r\n"
            "EXDATE;VALUE=DATE:20260306\r\n"));
  for (const char* day : {"03", "04", "05", "06"})
    EXPECT_EQ(facts.get("overrides/2026-03-" + std::string(day) + "T09:00:00"), "excluded") << day;
}

TEST(Read, ExtraDatesAndPeriods) {
  Facts facts =
      facts_of(event("DTSTART:20260302T090000\r\nRDATE:20260401T100000\r\n"
                     "RDATE;VALUE=PERIOD:20260402T100000/PT30M,20260403T100000/20260403T120000\r\n"));
  EXPECT_EQ(facts.get("recurrence"),
            "RDATE:2026-04-01T10:00:00\nRDATE:2026-04-02T10:00:00/PT30M\nRDATE:2026-04-03T10:00:00/PT2H");
}

TEST(Read, ThisAndFutureReachesEachLaterSlotWithoutAnOverrideOfItsOwn) {
  Facts facts = facts_of(
      kSeries +
      event("RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260309T090000\r\n"
            "DTSTART;TZID=Europe/Berlin:20260309T100000\r\nDURATION:PT1H\r\nSUMMARY:Later\r\n") +
      event(
          "RECURRENCE-ID;TZID=Europe/Berlin:20260310T090000\r\nDTSTART;TZID=Europe/Berlin:20260310T090000\r\n"
          "DURATION:PT1H\r\nSUMMARY:Own\r\n"));
  EXPECT_EQ(facts.find("overrides/2026-03-08T09:00:00"), nullptr);
  EXPECT_EQ(facts.get("overrides/2026-03-09T09:00:00/title"), "Later");
  EXPECT_EQ(facts.get("overrides/2026-03-10T09:00:00/title"), "Own");
  EXPECT_EQ(facts.get("overrides/2026-03-11T09:00:00/title"), "Later");
  EXPECT_EQ(facts.get("overrides/2026-03-11T09:00:00/when"), "zoned 2026-03-11T10:00:00 PT1H Europe/Berlin");
  EXPECT_EQ(facts.find("overrides/2026-03-12T09:00:00"), nullptr);
}

TEST(Read, AnEventWhoseEndIsMissingHidesNoOther) {
  auto reading = read(
      "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:a\nDTSTART:20260302\nBEGIN:VALARM\nTRIGGER:-PT5M\n"
      "ACTION:DISPLAY\nBEGIN:VEVENT\nUID:b\nDTSTART:20260303\nEND:VEVENT\nEND:VCALENDAR\n",
      zones());
  ASSERT_TRUE(reading) << reading.error().message;
  ASSERT_EQ(reading->events.size(), 2U);
  EXPECT_EQ(reading->events[0].event.uid, "a");
  EXPECT_EQ(reading->events[0].event.reminders.size(), 1U);
  EXPECT_EQ(reading->events[1].event.uid, "b");
  EXPECT_EQ(reading->warnings,
            (std::vector<std::string>{"line 9: END:VALARM is missing", "line 9: END:VEVENT is missing"}));
}

TEST(Read, ThisAndFutureReachesNoSlotThatAnExruleTakesAway) {
  std::string series =
      event("DTSTART:20260302T090000Z\r\nRRULE:FREQ=DAILY;COUNT=8\r\nEXRULE:FREQ=DAILY;BYDAY=TH\r\n");
  Facts facts = facts_of(
      series + event("RECURRENCE-ID;RANGE=THISANDFUTURE:20260303T090000Z\r\nDTSTART:20260303T100000Z\r\n"));
  EXPECT_NE(facts.find("overrides/2026-03-04T09:00:00"), nullptr);
  EXPECT_EQ(facts.find("overrides/2026-03-05T09:00:00"), nullptr);
  EXPECT_NE(facts.find("overrides/2026-03-09T09:00:00"), nullptr);
  EXPECT_EQ(facts.find("overrides/2026-03-10T09:00:00"), nullptr);
}

TEST(Read, APeriodWithAnEndLastsAsLongAsTheClocksSay) {
  Facts facts =
      facts_of(event("DTSTART;TZID=Europe/Berlin:20260302T090000\r\nDURATION:PT1H\r\n"
                     "RDATE;VALUE=PERIOD;TZID=Europe/Berlin:20260329T010000/20260329T040000\r\n"));
  EXPECT_EQ(facts.get("recurrence"), "RDATE:2026-03-29T01:00:00/PT2H");
}

TEST(Read, OverridesWithoutTheirMasterAreAnEventOfTheirOwn) {
  Facts facts =
      facts_of(event("RECURRENCE-ID;TZID=Europe/Berlin:20260305T090000\r\n"
                     "DTSTART;TZID=Europe/Berlin:20260305T110000\r\nDURATION:PT1H\r\nSUMMARY:One\r\n") +
               event("RECURRENCE-ID;TZID=Europe/Berlin:20260306T090000\r\n"
                     "DTSTART;TZID=Europe/Berlin:20260306T090000\r\nDURATION:PT1H\r\nSUMMARY:Two\r\n"));
  Facts expected{{"overrides/2026-03-05T09:00:00", "changed"},
                 {"overrides/2026-03-05T09:00:00/when", "zoned 2026-03-05T11:00:00 PT1H Europe/Berlin"},
                 {"overrides/2026-03-06T09:00:00", "changed"},
                 {"overrides/2026-03-06T09:00:00/title", "Two"},
                 {"recurrence", "RDATE:2026-03-06T09:00:00"},
                 {"title", "One"},
                 {"when", "zoned 2026-03-05T09:00:00 PT1H Europe/Berlin"}};
  EXPECT_EQ(facts, expected);
}

TEST(Read, AnOverrideWithoutItsMasterMayNameItsSlotInAnotherForm) {
  EXPECT_EQ(
      facts_of(event("RECURRENCE-ID:20260305T080000Z\r\nDTSTART;TZID=Europe/Berlin:20260305T110000\r\n"))
          .get("when"),
      "zoned 2026-03-05T09:00:00 PT0S Europe/Berlin");
  EXPECT_EQ(facts_of(event("RECURRENCE-ID:20260305T080000Z\r\nDTSTART:20260305\r\n")).get("when"),
            "zoned 2026-03-05T08:00:00 PT0S Etc/UTC");
  EXPECT_EQ(facts_of(event("RECURRENCE-ID;VALUE=DATE:20260305\r\nDTSTART:20260305T080000Z\r\n")).get("when"),
            "all-day 2026-03-05 P1D");
}

TEST(Read, OfTwoWithTheSameUidTheHighestSequenceCounts) {
  auto one = read_one(in_calendar(event("DTSTART:20260302T090000Z\r\nSEQUENCE:1\r\nSUMMARY:Old\r\n") +
                                  event("DTSTART:20260302T100000Z\r\nSEQUENCE:2\r\nSUMMARY:New\r\n") +
                                  event("DTSTART:20260302T110000Z\r\nSEQUENCE:0\r\nSUMMARY:Oldest\r\n")));
  EXPECT_EQ(one.event.title, "New");
  EXPECT_EQ(one.event.sequence, 2);
  EXPECT_FALSE(one.warnings.empty());
}

TEST(Read, ZonesByIanaWindowsAndVendorNames) {
  for (const char* start :
       {"DTSTART;TZID=Europe/Berlin:20260302T090000", "DTSTART;TZID=\"Europe/Berlin\":20260302T090000",
        "DTSTART;TZID=W. Europe Standard Time:20260302T090000",
        "DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20260302T090000",
        "dtstart;tzid=Europe/Berlin:20260302t090000"})
    EXPECT_EQ(facts_of(event(std::string(start) + "\r\n")).get("when"),
              "zoned 2026-03-02T09:00:00 PT0S Europe/Berlin")
        << start;
}

TEST(Read, AColonInATzidWithoutQuotesIsNotItsEnd) {
  Facts facts = facts_of(event("DTSTART;TZID=(UTC+01:00) Somewhere:20260302T090000\r\n"));
  EXPECT_EQ(facts.get("when"), "zoned 2026-03-02T09:00:00 PT0S (UTC+01:00)%20Somewhere");
}

TEST(Read, AnUnknownZoneIsHonouredWhenItsRulesAreThere) {
  auto one = read_one(in_calendar(
      "BEGIN:VTIMEZONE\r\nTZID:Office\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\n"
      "TZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n" +
      event("DTSTART;TZID=Office:20260302T090000\r\nDTEND:20260302T070000Z\r\n")));
  EXPECT_EQ(calendar::to_facts(one.event).get("when"), "zoned 2026-03-02T09:00:00 PT1H Office Etc/UTC");
  EventZones known(zones(), one.event);
  ASSERT_NE(known.find("Office"), nullptr);
  EXPECT_EQ(known.find("Office")->offset_at(0), 3 * 3600);
  EXPECT_NE(known.find("Europe/Berlin"), nullptr);
  EXPECT_EQ(known.find("Nowhere"), nullptr);
}

TEST(Read, AnEndAcrossAChangeOfOffsetIsExact) {
  Facts facts = facts_of(
      event("DTSTART;TZID=Europe/Berlin:20260328T230000\r\nDTEND;TZID=Europe/Berlin:20260329T060000\r\n"));
  EXPECT_EQ(facts.get("when"), "zoned 2026-03-28T23:00:00 PT6H Europe/Berlin");
}

TEST(Read, LineEndsMarksAndFoldsInEveryMixture) {
  std::string text =
      in_calendar(event("DTSTART:20260302T090000Z\r\nSUMMARY:a\r\n b\r\n\t c\r\nX-KALENDS-ID:abc.def\r\n"));
  for (const char* line_end : {"\r\n", "\n", "\r", "\r\r\n"}) {
    std::string mixed = "\xEF\xBB\xBF";
    for (char c : text) {
      if (c == '\r') continue;
      mixed += c == '\n' ? line_end : std::string(1, c);
    }
    auto one = read_one(mixed);
    EXPECT_EQ(one.event.title, "ab c");
    EXPECT_EQ(one.mark, "abc.def");
    EXPECT_TRUE(one.event.unknown.empty());
  }
}

TEST(Read, LatinOneAndControlCharacters) {
  auto one = read_one(in_calendar(event("DTSTART:20260302\r\nSUMMARY:Caf\xE9 \x01\x07ol\xC3\xA9\r\n")));
  EXPECT_EQ(one.event.title, "Café olé");
}

TEST(Read, ParametersWithEscapesAndQuotes) {
  auto one = read_one(in_calendar(event(
      "DTSTART:20260302\r\nATTENDEE;CN=\"Ann ^'the boss^' ^^ Lee; PhD\";DELEGATED-FROM=\"mailto:x@y.z\";"
      "PARTSTAT=Accepted:MAILTO:ann@EXAMPLE.org\r\nATTENDEE:bob@example.org\r\n")));
  ASSERT_EQ(one.event.attendees.size(), 2U);
  EXPECT_EQ(one.event.attendees[0].name, "Ann \"the boss\" ^ Lee; PhD");
  EXPECT_EQ(one.event.attendees[0].address, "mailto:ann@example.org");
  EXPECT_EQ(one.event.attendees[0].participation, "accepted");
  EXPECT_EQ(one.event.attendees[0].parameters.at("DELEGATED-FROM"), "\"mailto:x@y.z\"");
  EXPECT_EQ(one.event.attendees[1].address, "mailto:bob@example.org");
}

TEST(Read, CopiesOfOtherToolsAreRecognised) {
  EXPECT_TRUE(read_one(in_calendar(event("DTSTART:20260302\r\nX-KEEPER-SOURCE:1\r\n"))).foreign_copy);
  EXPECT_FALSE(read_one(in_calendar(event("DTSTART:20260302\r\nX-KEEP:1\r\n"))).foreign_copy);
}

TEST(Read, TheNameOfTheCalendarAndForeignComponents) {
  auto reading = read(
      in_calendar("X-WR-CALNAME:Home\\, sweet\r\nMETHOD:REQUEST\r\nBEGIN:VTODO\r\nUID:t\r\nEND:VTODO\r\n" +
                  event("DTSTART:20260302\r\n")),
      zones());
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->name, "Home, sweet");
  EXPECT_EQ(reading->events.size(), 1U);
  EXPECT_EQ(reading->warnings.size(), 1U);
}

TEST(Read, AnOverrideThatIsBrokenMakesTheWholeEventUnknown) {
  auto reading =
      read(in_calendar(kSeries + event("RECURRENCE-ID:soon\r\nDTSTART:20260302T090000Z\r\n")), zones());
  ASSERT_TRUE(reading);
  EXPECT_TRUE(reading->events.empty());
  ASSERT_EQ(reading->broken.size(), 1U);
}

TEST(Read, OddDurations) {
  for (const auto& [text, meant] :
       std::initializer_list<std::pair<const char*, const char*>>{{"PT1H30", "PT1H30M"},
                                                                  {"P0DT1H0M0S", "PT1H"},
                                                                  {"pt15m", "PT15M"},
                                                                  {"P15M", "PT15M"},
                                                                  {"P1W", "P7D"},
                                                                  {"+PT5M", "PT5M"}})
    EXPECT_EQ(
        facts_of(event("DTSTART:20260302T090000\r\nDURATION:" + std::string(text) + "\r\n")).get("when"),
        std::string("floating 2026-03-02T09:00:00 ") + meant)
        << text;
}

}  // namespace
}  // namespace kalends::ical
