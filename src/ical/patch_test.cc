// patch() edits the lines of what changed and no other byte. Each test names the lines that may differ.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "calendar/parameters.h"
#include "ical/text.h"
#include "system/zone_files.h"

namespace kalends::ical {
namespace {

using calendar::Facts;

constexpr Instant kNow{1'772'000'000'000};  // 2026-02-25T06:13:20Z

const calendar::ZoneSource& zones() {
  static const system::ZoneFiles files;
  return files;
}

std::string golden(const std::string& name) {
  std::ifstream file(KALENDS_SOURCE_DIR "/tests/ical/" + name, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The lines that differ, "-old" and "+new", by a longest common subsequence; bookkeeping left out, CR shown as "$".
std::vector<std::string> changed_lines(const std::string& before, const std::string& after) {
  auto a = lines_of(before);
  auto b = lines_of(after);
  std::vector<std::vector<int>> best(a.size() + 1, std::vector<int>(b.size() + 1));
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      best[i][j] = a[i] == b[j] ? best[i + 1][j + 1] + 1 : std::max(best[i + 1][j], best[i][j + 1]);
  std::vector<std::string> out;
  auto put = [&](char sign, std::string line) {
    if (line.starts_with("DTSTAMP") || line.starts_with("LAST-MODIFIED") || line.starts_with("SEQUENCE"))
      return;
    std::ranges::replace(line, '\r', '$');
    out.push_back(sign + line);
  };
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      ++i;
      ++j;
    } else if (j == b.size() || (i < a.size() && best[i + 1][j] >= best[i][j + 1])) {
      put('-', a[i++]);
    } else {
      put('+', b[j++]);
    }
  }
  return out;
}

Facts facts_of(const std::string& text) {
  auto reading = read(text, zones());
  EXPECT_TRUE(reading && reading->events.size() == 1) << text;
  return reading && !reading->events.empty() ? calendar::to_facts(reading->events[0].event) : Facts{};
}

struct Edit {
  std::string path, value;  // an empty value removes
};

std::vector<std::string> edited(const std::string& raw, const std::vector<Edit>& edits,
                                std::string* result = nullptr) {
  Facts before = facts_of(raw);
  Facts after = before;
  for (const Edit& edit : edits) {
    if (edit.value.empty()) {
      after.erase(edit.path);
    } else {
      after.set(edit.path, edit.value);
    }
  }
  auto patched = patch(raw, before, after, zones(), kNow);
  EXPECT_TRUE(patched) << patched.error().message;
  if (!patched) return {};
  calendar::drop_stale_parameters(after);
  EXPECT_EQ(facts_of(*patched), after) << *patched;
  if (result != nullptr) *result = *patched;
  return changed_lines(raw, *patched);
}

using Lines = std::vector<std::string>;

std::string outlook() {  // its first event alone
  std::string text = golden("outlook.ics");
  std::size_t at = text.rfind("BEGIN:VEVENT");
  return text.substr(0, at) + "END:VCALENDAR\r\n";
}

TEST(Patch, ATitleTouchesItsLineAndLeavesItsParametersBehind) {
  std::string result;
  EXPECT_EQ(edited(outlook(), {{"title", "Neu; jetzt"}}, &result),
            (Lines{"-SUMMARY;LANGUAGE=de:Quartal$", "+SUMMARY:Neu\\; jetzt$"}));
  EXPECT_NE(result.find("DTSTAMP:20260225T061320Z\r\n"), std::string::npos);
  EXPECT_NE(result.find("LAST-MODIFIED:20260225T061320Z\r\n"), std::string::npos);
  EXPECT_NE(result.find("SEQUENCE:1\r\n"), std::string::npos);
}

TEST(Patch, AMovedStartKeepsTheZoneAsItIsSpelled) {
  EXPECT_EQ(edited(outlook(), {{"when", "zoned 2026-03-03T09:30:00 PT1H Europe/Berlin"}}),
            (Lines{"-DTEND;TZID=\"W. Europe Standard Time\":20260302T103000$",
                   "-DTSTART;TZID=\"W. Europe Standard Time\":20260302T093000$",
                   "+DTEND;TZID=\"W. Europe Standard Time\":20260303T103000$",
                   "+DTSTART;TZID=\"W. Europe Standard Time\":20260303T093000$"}));
}

TEST(Patch, ANewZoneBringsItsVtimezone) {
  std::string result;
  auto lines = edited(outlook(), {{"when", "zoned 2026-03-02T09:30:00 PT1H America/New_York"}}, &result);
  EXPECT_NE(result.find("TZID:America/New_York\r\n"), std::string::npos);
  EXPECT_NE(result.find("DTSTART;TZID=America/New_York:20260302T093000\r\n"), std::string::npos);
  EXPECT_EQ(std::ranges::count_if(lines, [](const std::string& l) { return l.starts_with('-'); }), 2);
}

TEST(Patch, AWrittenLineBringsTheVtimezoneThatTheTextLacks) {
  std::string raw =
      "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:u\nDTSTART;TZID=Europe/Berlin:20260302T090000\n"
      "RRULE:FREQ=WEEKLY\nEND:VEVENT\nEND:VCALENDAR\n";
  std::string result;
  edited(raw, {{"overrides/2026-03-09T09:00:00", "excluded"}}, &result);
  EXPECT_NE(result.find("BEGIN:VTIMEZONE\nTZID:Europe/Berlin\n"), std::string::npos) << result;
  EXPECT_NE(result.find("EXDATE;TZID=Europe/Berlin:20260309T090000\n"), std::string::npos) << result;
}

TEST(Patch, ADurationStaysADuration) {
  std::string raw =
      "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:u\nDTSTART:20260302T090000Z\nDURATION:PT1H\n"
      "END:VEVENT\nEND:VCALENDAR\n";
  EXPECT_EQ(
      edited(raw, {{"when", "zoned 2026-03-02T10:00:00 PT2H Etc/UTC"}}),
      (Lines{"-DTSTART:20260302T090000Z", "-DURATION:PT1H", "+DTSTART:20260302T100000Z", "+DURATION:PT2H"}));
  EXPECT_EQ(edited(raw, {{"when", "all-day 2026-03-02 P1D"}}),
            (Lines{"-DTSTART:20260302T090000Z", "-DURATION:PT1H", "+DTSTART;VALUE=DATE:20260302",
                   "+DURATION:P1D"}));
}

TEST(Patch, APersonsAnswerTouchesTheirLineAlone) {
  EXPECT_EQ(edited(outlook(), {{"attendees/mailto:room1@example.org",
                                "kind=location\nname=Room 1\nparticipation=accepted\nrole=informational"}}),
            (Lines{"-ATTENDEE;CN=Room 1;CUTYPE=ROOM;ROLE=NON-PARTICIPANT:mailto:room1@example.org$",
                   "+ATTENDEE;CN=Room 1;CUTYPE=ROOM;ROLE=NON-PARTICIPANT;PARTSTAT=ACCEPTED:mailt$",
                   "+ o:room1@example.org$"}));
}

TEST(Patch, AMastersTitleReachesTheOverridesThatShowIt) {
  EXPECT_EQ(edited(golden("apple.ics"), {{"title", "Daily"}}),
            (Lines{"-SUMMARY:Stand-up\\; weekly$", "+SUMMARY:Daily$"}));
  EXPECT_EQ(edited(golden("apple.ics"), {{"url", "https://x.example.org"}}),
            (Lines{"-URL;VALUE=URI:https://example.org/standup$", "+URL;VALUE=URI:https://x.example.org$",
                   "-URL;VALUE=URI:https://example.org/standup$", "+URL;VALUE=URI:https://x.example.org$"}));
}

TEST(Patch, ExcludedSlotsComeAndGo) {
  EXPECT_EQ(edited(golden("apple.ics"), {{"overrides/2026-03-23T09:00:00", "excluded"}}),
            (Lines{"+EXDATE;TZID=Europe/Berlin:20260323T090000$"}));
  EXPECT_EQ(edited(golden("apple.ics"), {{"overrides/2026-03-09T09:00:00", ""}}),
            (Lines{"-EXDATE;TZID=Europe/Berlin:20260309T090000$"}));
  std::string list =
      "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:u\nDTSTART:20260302T090000Z\nRRULE:FREQ=DAILY\n"
      "EXDATE:20260303T090000Z,20260304T090000Z\nEND:VEVENT\nEND:VCALENDAR\n";
  EXPECT_EQ(edited(list, {{"overrides/2026-03-03T09:00:00", ""}}),
            (Lines{"-EXDATE:20260303T090000Z,20260304T090000Z", "+EXDATE:20260304T090000Z"}));
}

TEST(Patch, ANewOverrideIsACopyOfItsMasterWithTheChange) {
  std::string raw =
      "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:u\nDTSTART:20260302T090000Z\nDURATION:PT1H\n"
      "RRULE:FREQ=DAILY\nSUMMARY:Series\nX-A:1\nEND:VEVENT\nEND:VCALENDAR\n";
  EXPECT_EQ(edited(raw, {{"overrides/2026-03-05T09:00:00", "changed"},
                         {"overrides/2026-03-05T09:00:00/title", "One"}}),
            (Lines{"+BEGIN:VEVENT", "+UID:u", "+CREATED:20260225T061320Z", "+RECURRENCE-ID:20260305T090000Z",
                   "+DTSTART:20260305T090000Z", "+DTEND:20260305T100000Z", "+SUMMARY:One", "+X-A:1",
                   "+END:VEVENT"}));
}

TEST(Patch, AnOverrideThatGoesTakesItsComponentAlong) {
  std::string raw = golden("apple.ics");
  Facts before = facts_of(raw);
  Facts after = before;
  after.erase("overrides/2026-03-16T09:00:00");
  after.erase_under("overrides/2026-03-16T09:00:00/");
  auto patched = patch(raw, before, after, zones(), kNow);
  ASSERT_TRUE(patched);
  std::size_t second = raw.rfind("BEGIN:VEVENT");
  EXPECT_EQ(*patched, raw.substr(0, second) + "END:VCALENDAR\r\n");
}

TEST(Patch, AMovedSeriesTakesItsOverridesAlong) {
  std::string raw =
      "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:u\nDTSTART:20260302T090000Z\nRRULE:FREQ=DAILY\n"
      "EXDATE:20260304T090000Z\nSUMMARY:Series\nEND:VEVENT\nBEGIN:VEVENT\nUID:u\n"
      "RECURRENCE-ID:20260303T090000Z\nDTSTART:20260303T090000Z\nSUMMARY;LANGUAGE=en:One\nEND:VEVENT\n"
      "END:VCALENDAR\n";
  EXPECT_EQ(edited(raw, {{"when", "zoned 2026-03-02T10:00:00 PT0S Etc/UTC"},
                         {"overrides/2026-03-03T09:00:00", ""},
                         {"overrides/2026-03-03T09:00:00/title", ""},
                         {"overrides/2026-03-03T09:00:00/title/;8b12507783d5beca", ""},
                         {"overrides/2026-03-04T09:00:00", ""},
                         {"overrides/2026-03-03T10:00:00", "changed"},
                         {"overrides/2026-03-03T10:00:00/title", "One"},
                         {"overrides/2026-03-03T10:00:00/title/;8b12507783d5beca", ";LANGUAGE=en"},
                         {"overrides/2026-03-04T10:00:00", "excluded"}}),
            (Lines{"-DTSTART:20260302T090000Z", "+DTSTART:20260302T100000Z", "-EXDATE:20260304T090000Z",
                   "+EXDATE:20260304T100000Z", "-RECURRENCE-ID:20260303T090000Z", "-DTSTART:20260303T090000Z",
                   "+RECURRENCE-ID:20260303T100000Z", "+DTSTART:20260303T100000Z"}));
}

TEST(Patch, AThisAndFutureIsSpelledOutOnceItsSlotsDiffer) {
  std::string raw =
      "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:u\nDTSTART:20260302T090000Z\n"
      "RRULE:FREQ=DAILY;COUNT=4\nSUMMARY:Series\nEND:VEVENT\nBEGIN:VEVENT\nUID:u\n"
      "RECURRENCE-ID;RANGE=THISANDFUTURE:20260303T090000Z\nDTSTART:20260303T090000Z\nSUMMARY:Later\n"
      "END:VEVENT\nEND:VCALENDAR\n";
  EXPECT_EQ(edited(raw, {{"description", "d"}}), (Lines{"+DESCRIPTION:d", "+DESCRIPTION:d"}));
  std::string result;
  edited(raw, {{"overrides/2026-03-05T09:00:00/title", "Last"}}, &result);
  EXPECT_EQ(result.find("RANGE"), std::string::npos) << result;
}

TEST(Patch, CategoriesKeepTheirList) {
  std::string raw =
      "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:u\nDTSTART:20260302\nCATEGORIES:a\\,b, c,d\n"
      "END:VEVENT\nEND:VCALENDAR\n";
  EXPECT_EQ(edited(raw, {{"categories/d", ""}, {"categories/e", "1"}}),
            (Lines{"-CATEGORIES:a\\,b, c,d", "+CATEGORIES:a\\,b, c,e"}));
}

TEST(Patch, AlarmsThatStayKeepTheirBytes) {
  auto lines = edited(golden("apple.ics"), {{"reminders/start -PT5M display", "1"}});
  // Its override showed no alarm of the series; a new one of the series is the override's too.
  Lines alarm = {"+BEGIN:VALARM$", "+ACTION:DISPLAY$", "+TRIGGER:-PT5M$", "+DESCRIPTION:$", "+END:VALARM$"};
  Lines twice = alarm;
  twice.insert(twice.end(), alarm.begin(), alarm.end());
  EXPECT_EQ(lines, twice);
}

TEST(Patch, OtherComponentsAndOddLinesStay) {
  std::string raw =
      "\xEF\xBB\xBF"
      "begin:vcalendar\r\nX-ODD;a=\"b\":c\r\n\r\nBEGIN:VTODO\r\nUID:t\r\nEND:VTODO\r\n"
      "BEGIN:VEVENT\nuid:u\ndtstart:20260302\r\nsummary:a\n b\nthis goes on\n\n"
      "DESCRIPTION;ALTREP=\"data:x\":old\nnocolon\n"
      "END:VEVENT\r\nEND:VCALENDAR\r\ngarbage";
  EXPECT_EQ(edited(raw, {{"location", "Here"}}), (Lines{"+LOCATION:Here"}));
  EXPECT_EQ(edited(raw, {{"title", "New"}}), (Lines{"-summary:a", "- b", "-this goes on", "+SUMMARY:New"}));
  EXPECT_EQ(edited(raw, {{"description", "new"}}),
            (Lines{"-DESCRIPTION;ALTREP=\"data:x\":old", "-nocolon", "+DESCRIPTION:new"}));
}

TEST(Patch, AComponentWhoseEndIsMissingTakesNoLineOfItsNeighbourAlong) {
  std::string raw =
      "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:u\nDTSTART:20260302\nBEGIN:VALARM\nTRIGGER:-PT5M\n"
      "ACTION:DISPLAY\nEND:VEVENT\nEND:VCALENDAR\n";
  Facts before = facts_of(raw);
  Facts after = before;
  after.erase_under("reminders/");
  auto patched = patch(raw, before, after, zones(), kNow);
  ASSERT_TRUE(patched);
  EXPECT_EQ(changed_lines(raw, *patched), (Lines{"-BEGIN:VALARM", "-TRIGGER:-PT5M", "-ACTION:DISPLAY"}));
}

TEST(Patch, WithoutAMasterTheOccurrenceThatCountsIsTheOneThatChanges) {
  std::string raw =
      "BEGIN:VCALENDAR\nVERSION:2.0\n"
      "BEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20260316T090000Z\nDTSTART:20260316T110000Z\nSUMMARY:Old\nEND:"
      "VEVENT\n"
      "BEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20260316T090000Z\nDTSTART:20260316T120000Z\nSEQUENCE:2\nSUMMARY:"
      "Newest\n"
      "END:VEVENT\nEND:VCALENDAR\n";
  EXPECT_EQ(edited(raw, {{"title", "Neu"}}), (Lines{"-SUMMARY:Newest", "+SUMMARY:Neu"}));
  EXPECT_EQ(edited(raw, {{"location", "Here"}}), (Lines{"+LOCATION:Here"}));
}

TEST(Patch, OnlyTheChangedPathsOfAnOutdatedPictureAreWritten) {
  std::string raw = golden("apple.ics");
  Facts before{{"when", "all-day 2020-01-01 P1D"}, {"title", "what we thought"}};
  Facts after{{"when", "all-day 2020-01-01 P1D"}, {"title", "New"}};
  auto patched = patch(raw, before, after, zones(), kNow);
  ASSERT_TRUE(patched);
  EXPECT_EQ(changed_lines(raw, *patched), (Lines{"-SUMMARY:Stand-up\\; weekly$", "+SUMMARY:New$"}));
}

TEST(Patch, SeveralEventsOrABrokenOneAreRefused) {
  Facts facts{{"when", "all-day 2020-01-01 P1D"}};
  EXPECT_FALSE(patch(golden("outlook.ics"), facts, {{"when", "all-day 2020-01-02 P1D"}}, zones(), kNow));
  EXPECT_FALSE(patch("", facts, facts, zones(), kNow));
}

}  // namespace
}  // namespace kalends::ical
