// Notes as people and the two plugins write them, and what writing makes of facts. Properties: reading what was
// written gives the projection; the projection is idempotent; an edit to any event of an existing note reads back.
#include "provider/obsidian/note.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>

#include "base/text.h"
#include "provider/obsidian/note_reader.h"

namespace kalends::provider::obsidian {
namespace {

using calendar::Facts;

// Berlin by its rule, New York without one, UTC.
class FewZones : public calendar::ZoneSource {
 public:
  FewZones() {
    calendar::Zone::Footer berlin{3600, {{3, 5, 0, false, 7200, 7200}, {10, 5, 0, false, 10800, 3600}}};
    zones_.emplace("Europe/Berlin", calendar::Zone("Europe/Berlin", 3600, {}, berlin));
    zones_.emplace("America/New_York", calendar::Zone::fixed("America/New_York", -5 * 3600));
    zones_.emplace("Etc/UTC", calendar::Zone::fixed("Etc/UTC", 0));
  }
  const calendar::Zone* find(std::string_view name) const override {
    auto it = zones_.find(name == "UTC" ? "Etc/UTC" : name);
    return it == zones_.end() ? nullptr : &it->second;
  }

 private:
  std::map<std::string, calendar::Zone, std::less<>> zones_;
};

const FewZones kZones;
const NoteSettings kOriginal{Dialect::original, "Europe/Berlin", kZones};
const NoteSettings kRemastered{Dialect::remastered, "Europe/Berlin", kZones};
const ports::Mark kMark{EventId("0123456789abcdef0123456789abcdef"), "0123456789abcdef"};

Reading read(const std::string& keys, const NoteSettings& settings = kOriginal) {
  return read_note("---\n" + keys + "---\nbody\n", "The file", settings);
}
Facts facts(const std::string& keys, const NoteSettings& settings = kOriginal) {
  Reading reading = read(keys, settings);
  EXPECT_EQ(reading.kind, Reading::Kind::event) << reading.problem << "\n" << keys;
  return facts_of(reading.note.event, settings);
}
std::string problem(const std::string& keys, const NoteSettings& settings = kOriginal) {
  Reading reading = read(keys, settings);
  EXPECT_EQ(reading.kind, Reading::Kind::broken) << keys;
  return reading.problem;
}
std::string written(const Facts& wanted, const NoteSettings& settings = kOriginal) {
  auto event = event_of(wanted, settings);
  return event ? new_note(*event, "u1", kMark, settings) : event.error().message;
}
Facts projected(const Facts& wanted, const NoteSettings& settings) {
  auto event = event_of(wanted, settings);
  return event ? facts_of(*event, settings) : Facts();
}

TEST(ReadNote, SingleEvents) {
  EXPECT_EQ(facts("title: Lunch\ndate: 2026-03-02\nstartTime: 12:00\nendTime: 13:30\n"),
            (Facts{{"title", "Lunch"}, {"when", "zoned 2026-03-02T12:00:00 PT1H30M Europe/Berlin"}}));
  EXPECT_EQ(
      facts("title: X\nallDay: false\ndate: 2026-03-02\nstartTime: \"9:05 pm\"\nendTime: null\n").get("when"),
      "zoned 2026-03-02T21:05:00 PT0S Europe/Berlin");
  EXPECT_EQ(
      facts("title: X\nallDay: true\ndate: 2026-03-02\nendDate: null\ntype: single\ncompleted: false\n"),
      (Facts{{"title", "X"}, {"when", "all-day 2026-03-02 P1D"}}));
  EXPECT_EQ(facts("title: ''\nallDay: true\ndate: 2026-03-02\n").get("title"), "The file");
  EXPECT_EQ(facts("title:\nallDay: true\ndate: 2026-03-02\n").get("title"), "The file");
  EXPECT_EQ(facts("title: ' '\nallDay: true\ndate: 2026-03-02\n").find("title"), nullptr);
  EXPECT_EQ(facts("title: 2026\nallDay: true\ndate: 2026-03-02\n").get("title"), "2026");
}

TEST(ReadNote, EndDatesFollowThePluginsConvention) {
  const std::string days = "title: X\nallDay: true\ndate: 2026-03-02\nendDate: 2026-03-04\n";
  EXPECT_EQ(facts(days, kOriginal).get("when"), "all-day 2026-03-02 P2D");
  EXPECT_EQ(facts(days, kRemastered).get("when"), "all-day 2026-03-02 P3D");
  const std::string hours =
      "title: X\ndate: 2026-03-02\nendDate: 2026-03-04\nstartTime: 10:00\nendTime: 09:00\n";
  EXPECT_EQ(facts(hours, kOriginal).get("when"), "zoned 2026-03-02T10:00:00 PT47H Europe/Berlin");
  EXPECT_EQ(facts(hours, kRemastered), facts(hours, kOriginal));
  const std::string weeks =
      "title: X\nallDay: true\ntype: recurring\ndaysOfWeek: [M]\nstartRecur: 2026-03-02\n"
      "endRecur: 2026-03-30\n";
  EXPECT_EQ(facts(weeks, kOriginal).get("recurrence"), "RRULE:FREQ=WEEKLY;UNTIL=20260329;BYDAY=MO");
  EXPECT_EQ(facts(weeks, kRemastered).get("recurrence"), "RRULE:FREQ=WEEKLY;UNTIL=20260330;BYDAY=MO");
}

TEST(ReadNote, AnEndBeforeTheStartIsTheNextDay) {
  EXPECT_EQ(facts("title: X\ndate: 2026-03-02\nstartTime: 22:00\nendTime: 01:00\n").get("when"),
            "zoned 2026-03-02T22:00:00 PT3H Europe/Berlin");
  EXPECT_EQ(facts("title: X\ndate: 2026-03-28\nstartTime: 22:00\nendTime: 04:00\n").get("when"),
            "zoned 2026-03-28T22:00:00 PT5H Europe/Berlin")
      << "an hour is missing in that night";
}

TEST(ReadNote, Series) {
  EXPECT_EQ(facts("title: X\ntype: recurring\ndaysOfWeek: [R, M]\nstartRecur: 2026-03-03\nstartTime: 09:00\n"
                  "endTime: 10:00\nendRecur: 2026-04-01\n"),
            (Facts{{"title", "X"},
                   {"when", "zoned 2026-03-05T09:00:00 PT1H Europe/Berlin"},
                   {"recurrence", "RRULE:FREQ=WEEKLY;UNTIL=20260331T215959Z;BYDAY=MO,TH"}}));
  EXPECT_EQ(
      facts("title: X\ntype: rrule\nstartDate: 2026-03-02\nrrule: FREQ=MONTHLY;BYDAY=1MO\nstartTime: 09:00\n"
            "endTime: 10:00\nskipDates: [2026-04-06]\n"),
      (Facts{{"title", "X"},
             {"when", "zoned 2026-03-02T09:00:00 PT1H Europe/Berlin"},
             {"recurrence", "RRULE:FREQ=MONTHLY;BYDAY=1MO"},
             {"overrides/2026-04-06T09:00:00", "excluded"}}));
  EXPECT_EQ(facts("title: X\ntype: rrule\nallDay: true\nstartDate: 2026-03-02\nskipDates: []\nrrule: |\n"
                  "  DTSTART:20200101T000000Z\n  RRULE:FREQ=DAILY;COUNT=3\n")
                .get("recurrence"),
            "RRULE:FREQ=DAILY;COUNT=3");
  EXPECT_EQ(
      facts("title: X\ntype: recurring\nallDay: true\ndayOfMonth: 29\nmonth: 2\nstartRecur: 2026-01-01\n"),
      (Facts{{"title", "X"},
             {"when", "all-day 2028-02-29 P1D"},
             {"recurrence", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"}}));
}

TEST(ReadNote, Zones) {
  const std::string keys = "title: X\ndate: 2026-03-02\nstartTime: 12:00\n";
  EXPECT_EQ(facts(keys + "zone: America/New_York\n").get("when"),
            "zoned 2026-03-02T12:00:00 PT0S America/New_York");
  EXPECT_EQ(facts(keys + "timezone: America/New_York\n").get("when"),
            "zoned 2026-03-02T12:00:00 PT0S America/New_York");
  EXPECT_EQ(facts(keys + "zone: floating\n").get("when"), "floating 2026-03-02T12:00:00 PT0S");
  EXPECT_EQ(facts(keys + "zone: 'tzid:My Zone'\n").get("when"), "zoned 2026-03-02T12:00:00 PT0S My%20Zone");
  EXPECT_TRUE(problem(keys + "zone: Europe/Berln\n").starts_with("line 5: zone: nobody knows"));
}

TEST(ReadNote, TheRemasteredKeys) {
  const std::string keys =
      "title: X\ndate: 2026-03-02\ncategory: Work\ndescription: why\nurl: https://x.test/\n";
  EXPECT_EQ(facts(keys, kRemastered), (Facts{{"title", "X"},
                                             {"when", "all-day 2026-03-02 P1D"},
                                             {"categories/Work", "1"},
                                             {"description", "why"},
                                             {"url", "https://x.test/"}}));
  EXPECT_EQ(facts(keys, kOriginal).size(), 2U);
}

TEST(ReadNote, OtherNotesAreNoEvents) {
  for (std::string text : {"", "text", "---\n---\n", "---\ntitle: X\n---\n", "---\ntags: [a]\nuid: 7\n---\n",
                           "---\ndate: 2026-03-02\n---\njournal", "---\ntitle: X\ndate: next week\n---\n",
                           "---\ntitle: X\ntype: book\ndate: 2026-03-02\n---\n", "---\nbroken: [\n---\n",
                           "---\n\nA line, then text without end: yes\n", "---\ntitle: a: b\n---\n"}) {
    EXPECT_EQ(read_note(text, "n", kOriginal).kind, Reading::Kind::none) << text;
  }
}

TEST(ReadNote, WhatLooksLikeAnEventAndCannotBeReadSaysWhere) {
  EXPECT_TRUE(problem("title: a: b\ndate: 2026-03-02\n").starts_with("line 2:"));
  EXPECT_TRUE(problem("title: X\nallDay: true\ndate: tomorrow\n").starts_with("line 4: date:"));
  EXPECT_TRUE(problem("title: X\nallDay: false\ndate: 2026-03-02\n").find("startTime") != std::string::npos);
  EXPECT_TRUE(problem("title: X\nallDay: maybe\ndate: 2026-03-02\n").starts_with("line 3: allDay:"));
  EXPECT_TRUE(problem("title: X\ntype: rrule\nallDay: true\nstartDate: 2026-03-02\nrrule: FREQ=OFTEN\n")
                  .starts_with("line 6: rrule:"));
  EXPECT_TRUE(
      problem("title: X\nallDay: true\ndate: 2026-03-02\nendDate: 2026-03-01\n").starts_with("line 5:"));
  EXPECT_TRUE(
      problem("title: X\nkalends: " + ports::to_string(kMark) + "\n").starts_with("line 3: kalends:"));
  EXPECT_EQ(read_note("---\ntitle: X\ndate: 2026-03-02\n", "n", kOriginal).kind, Reading::Kind::broken);
}

TEST(NewNote, GoldenNotesOfBothConventions) {
  const std::string tail = "uid: u1\nkalends: \"" + ports::to_string(kMark) + "\"\n---\n";
  EXPECT_EQ(
      written({{"title", "Lunch: with Ann"}, {"when", "zoned 2026-03-02T12:00:00 PT1H30M Europe/Berlin"}}),
      "---\ntitle: \"Lunch: with Ann\"\nallDay: false\nstartTime: \"12:00\"\nendTime: \"13:30\"\ntype: "
      "single\n"
      "date: 2026-03-02\n" +
          tail);
  const Facts trip{{"title", "Trip"}, {"when", "all-day 2026-03-02 P3D"}, {"categories/Fun", "1"}};
  EXPECT_EQ(written(trip),
            "---\ntitle: Trip\nallDay: true\ntype: single\ndate: 2026-03-02\nendDate: 2026-03-05\n" + tail);
  EXPECT_EQ(
      written(trip, kRemastered),
      "---\ntitle: Trip\nallDay: true\ntype: single\ndate: 2026-03-02\nendDate: 2026-03-04\ncategory: Fun\n" +
          tail);
  const Facts weekly{{"title", "Team"},
                     {"when", "zoned 2026-03-02T09:00:00 PT0S America/New_York"},
                     {"recurrence", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE"}};
  EXPECT_EQ(written(weekly),
            "---\ntitle: Team\nallDay: false\nstartTime: \"09:00\"\nendTime: null\ntype: "
            "recurring\ndaysOfWeek: [M, W]\n"
            "startRecur: 2026-03-02\nzone: America/New_York\n" +
                tail);
  Facts skipping = weekly;
  skipping.set("overrides/2026-03-09T09:00:00", "excluded");
  skipping.set("overrides/2026-03-11T09:00:00", "changed");
  EXPECT_EQ(written(skipping),
            "---\ntitle: Team\nallDay: false\nstartTime: \"09:00\"\nendTime: null\ntype: rrule\nstartDate: "
            "2026-03-02\n"
            "rrule: FREQ=WEEKLY;BYDAY=MO,WE\nskipDates: [2026-03-09]\nzone: America/New_York\n" +
                tail);
  EXPECT_EQ(written({{"when", "all-day 2026-03-02 P1D"}, {"recurrence", "RRULE:FREQ=YEARLY"}}),
            "---\ntitle: \" \"\nallDay: true\ntype: rrule\nstartDate: 2026-03-02\nrrule: "
            "FREQ=YEARLY\nskipDates: []\n" +
                tail);
}

TEST(EditedNote, TouchesOnlyWhatChanges) {
  const std::string note =
      "\xEF\xBB\xBF---\r\n# mine\r\ntags: [a,b]\r\ntitle: 'Old'   # t\r\nstartTime: 9:00 AM\r\nendTime: "
      "10:00\r\n"
      "date: 2026-03-02\r\ncompleted: false\r\n---\r\nbody\r\ntitle: body";
  auto event = read_note(note, "n", kOriginal).note.event;
  event.title = "New";
  EXPECT_EQ(*edited_note(note, "n", event, "", std::nullopt, kOriginal),
            "\xEF\xBB\xBF---\r\n# mine\r\ntags: [a,b]\r\ntitle: 'New'   # t\r\nstartTime: 9:00 "
            "AM\r\nendTime: 10:00\r\n"
            "date: 2026-03-02\r\ncompleted: false\r\n---\r\nbody\r\ntitle: body");
  event.end.seconds += 1800;
  EXPECT_EQ(*edited_note(note, "n", event, "u9", std::nullopt, kOriginal),
            "\xEF\xBB\xBF---\r\n# mine\r\ntags: [a,b]\r\ntitle: 'New'   # t\r\nstartTime: 9:00 "
            "AM\r\nendTime: 10:30\r\n"
            "date: 2026-03-02\r\ncompleted: false\r\nuid: u9\r\n---\r\nbody\r\ntitle: body");
}

TEST(EditedNote, KeepsTheShapeWhereItCanAndDropsTheKeysOfTheOldOne) {
  const std::string note =
      "---\ntitle: X\nallDay: true\ntype: rrule\nstartDate: 2026-03-02\nrrule: "
      "FREQ=WEEKLY;BYDAY=MO\nskipDates: []\n---\n";
  auto event = read_note(note, "n", kOriginal).note.event;
  event.start.seconds += 7 * 86'400;
  event.end.seconds += 7 * 86'400;
  EXPECT_EQ(*edited_note(note, "n", event, "", std::nullopt, kOriginal),
            "---\ntitle: X\nallDay: true\ntype: rrule\nstartDate: 2026-03-09\nrrule: "
            "FREQ=WEEKLY;BYDAY=MO\nskipDates: []\n---\n");
  event.rule.reset();
  EXPECT_EQ(*edited_note(note, "n", event, "", std::nullopt, kOriginal),
            "---\ntitle: X\nallDay: true\ntype: single\ndate: 2026-03-09\n---\n");
}

TEST(EditedNote, WritesTheZoneUnderTheKeyThatIsThere) {
  const std::string note =
      "---\ntitle: X\ndate: 2026-03-02\nstartTime: 12:00\ntimezone: America/New_York\n---\n";
  auto event = read_note(note, "n", kOriginal).note.event;
  event.zone = "Etc/UTC";
  EXPECT_EQ(*edited_note(note, "n", event, "", std::nullopt, kOriginal),
            "---\ntitle: X\ndate: 2026-03-02\nstartTime: 12:00\ntimezone: Etc/UTC\n---\n");
  event.zone = "Europe/Berlin";
  EXPECT_EQ(*edited_note(note, "n", event, "", std::nullopt, kOriginal),
            "---\ntitle: X\ndate: 2026-03-02\nstartTime: 12:00\n---\n");
}

TEST(NoteName, IsSafeShortAndUnique) {
  NoteEvent event;
  event.start = *calendar::parse_local_time("2026-03-02T09:00:00");
  event.title = "../../etc/passwd: a|b";
  EXPECT_EQ(note_name(event, 1), "2026-03-02 ..-..-etc-passwd- a-b.md");
  EXPECT_EQ(note_name(event, 2), "2026-03-02 ..-..-etc-passwd- a-b (2).md");
  event.title = "";
  EXPECT_EQ(note_name(event, 1), "2026-03-02.md");
  event.title = "";
  for (int i = 0; i < 100; ++i) event.title += "ü€😀";
  for (int copy : {1, 2, 100}) {
    EXPECT_LE(note_name(event, copy).size(), 120U);
    EXPECT_TRUE(is_utf8(note_name(event, copy)));
  }
}

TEST(ParseTimeOfDay, AsPeopleWriteIt) {
  EXPECT_EQ(parse_time_of_day("09:05"), 545);
  EXPECT_EQ(parse_time_of_day("9:05"), 545);
  EXPECT_EQ(parse_time_of_day("12:00 AM"), 0);
  EXPECT_EQ(parse_time_of_day("12:30 pm"), 750);
  EXPECT_EQ(parse_time_of_day("23:59:30"), 1439);
  for (std::string_view bad : {"", "9", "24:00", "9:5", "13:00 PM", "0:30 am", "ab:cd", "1:2:3:4", "-1:30"})
    EXPECT_EQ(parse_time_of_day(bad), std::nullopt) << bad;
}

// Facts that are mostly sensible and sometimes not.
Facts some_facts() {
  const std::string start = *rc::gen::elementOf(std::vector<std::string>{
      "2026-03-02T09:00:00", "2026-03-29T02:30:00", "2026-10-25T02:30:00", "2026-10-25T01:50:00",
      "1999-12-31T23:59:00", "2026-03-02T09:00:30", "0001-01-01T00:00:00"});
  const std::string length = *rc::gen::elementOf(std::vector<std::string>{
      "PT0S", "PT1H", "PT30M", "PT45S", "P1D", "P2DT3H", "PT26H", "PT15H", "PT24H", "P7D"});
  const std::string zone = *rc::gen::elementOf(std::vector<std::string>{"Europe/Berlin", "America/New_York",
                                                                        "Etc/UTC", "My%20Zone", "floating",
                                                                        "Europe/Berlin America/New_York"});
  Facts facts;
  if (*rc::gen::inRange(0, 4) == 0) {
    facts.set("when",
              "all-day " + start.substr(0, 10) + " P" + std::to_string(*rc::gen::inRange(1, 9)) + "D");
  } else if (*rc::gen::inRange(0, 4) == 0) {
    facts.set("when", "floating " + start + " " + length);
  } else {
    facts.set("when", "zoned " + start + " " + length + " " + zone);
  }
  auto text = [] { return *rc::gen::container<std::string>(rc::gen::inRange('\x01', '\x7F')); };
  if (auto title = text(); !title.empty()) facts.set("title", title);
  if (auto description = text(); !description.empty()) facts.set("description", description);
  if (auto name = text(); !name.empty()) facts.set("categories/" + calendar::encode_key(name), "1");
  if (*rc::gen::inRange(0, 5) == 0) facts.set("categories/Second", "1");
  if (*rc::gen::arbitrary<bool>()) {
    facts.set("recurrence",
              *rc::gen::elementOf(std::vector<std::string>{
                  "RRULE:FREQ=WEEKLY;BYDAY=MO", "RRULE:FREQ=WEEKLY", "RRULE:FREQ=DAILY;COUNT=3",
                  "RRULE:FREQ=WEEKLY;UNTIL=20261231;BYDAY=MO,SU",
                  "RRULE:FREQ=WEEKLY;UNTIL=20261231T225959Z;BYDAY=MO,SU",
                  "RRULE:FREQ=WEEKLY;UNTIL=20261231T235959;BYDAY=MO,SU",
                  "RRULE:FREQ=WEEKLY;UNTIL=20261231T120000Z;BYDAY=MO", "RRULE:FREQ=MONTHLY;BYDAY=-1FR",
                  "RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY", "RRULE:FREQ=DAILY;SKIP=FORWARD",
                  "RRULE:FREQ=DAILY\nRDATE:2026-05-05T09:00:00", "RRULE:FREQ=HOURLY;BYHOUR=9,12"}));
    facts.set("overrides/" + start, "excluded");
    facts.set("overrides/2026-04-06T09:00:00", "excluded");
    facts.set("overrides/2026-04-13T09:00:00", "changed");
    facts.set("overrides/2026-04-13T09:00:00/title", "moved");
  }
  return facts;
}

const NoteSettings& some_settings() { return *rc::gen::arbitrary<bool>() ? kOriginal : kRemastered; }

TEST(NoteProperties, ReadingWhatWasWrittenGivesTheProjection) {
  EXPECT_TRUE(rc::check([] {
    const NoteSettings& settings = some_settings();
    const Facts wanted = some_facts();
    const Facts expected = projected(wanted, settings);
    const std::string note = written(wanted, settings);
    const Reading reading = read_note(note, "The file", settings);
    RC_LOG() << note << reading.problem;
    RC_ASSERT(reading.kind == Reading::Kind::event);
    RC_ASSERT(encode(facts_of(reading.note.event, settings)) == encode(expected));
    RC_ASSERT(encode(projected(expected, settings)) == encode(expected));
    RC_ASSERT(reading.note.uid == "u1");
    RC_ASSERT(reading.note.mark == kMark);
  }));
}

TEST(NoteProperties, AnyNoteCanBeEditedToSayAnyOtherEvent) {
  EXPECT_TRUE(rc::check([] {
    const NoteSettings& settings = some_settings();
    const std::string before = written(some_facts(), settings);
    const Facts wanted = some_facts();
    auto edited =
        edited_note(before + "body", "The file", *event_of(wanted, settings), "", std::nullopt, settings);
    RC_LOG() << before << (edited ? *edited : edited.error().message);
    RC_ASSERT(edited.has_value());
    RC_ASSERT(edited->ends_with("\n---\nbody"));
    const Reading reading = read_note(*edited, "The file", settings);
    RC_ASSERT(encode(facts_of(reading.note.event, settings)) == encode(projected(wanted, settings)));
    // And editing it to what it says already changes nothing.
    RC_ASSERT(*edited_note(*edited, "The file", reading.note.event, "", std::nullopt, settings) == *edited);
  }));
}

}  // namespace
}  // namespace kalends::provider::obsidian
