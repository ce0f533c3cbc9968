// Parameters that no field says are read, written, and edited with the value that they belong to.
#include "ical/params.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/text.h"
#include "calendar/parameters.h"
#include "ical/text.h"
#include "system/zone_files.h"

namespace kalends::ical {
namespace {

using calendar::Event;
using calendar::Facts;
using calendar::Parameters;

constexpr Instant kNow{1'772'000'000'000};

const calendar::ZoneSource& zones() {
  static const system::ZoneFiles files;
  return files;
}

std::string with(const std::string& lines) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTART:20260302T090000Z\r\n" + lines +
         "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

Event event_of(const std::string& text) {
  auto reading = read(text, zones());
  EXPECT_TRUE(reading && reading->events.size() == 1) << text;
  return reading && !reading->events.empty() ? reading->events[0].event : Event{};
}

// The lines of `text` that mention `word`, in order.
std::vector<std::string> lines_with(const std::string& text, std::string_view word) {
  std::vector<std::string> out;
  for (std::string_view line : split(text, '\n'))
    if (line.find(word) != std::string_view::npos) out.emplace_back(trim(line));
  return out;
}

std::string patched(const std::string& raw, const Event& after) {
  auto out = patch(raw, calendar::to_facts(event_of(raw)), calendar::to_facts(after), zones(), kNow);
  EXPECT_TRUE(out) << out.error().message;
  return out ? *out : "";
}

using Lines = std::vector<std::string>;

TEST(Params, OfTheFormOfAValueAreNotKept) {
  Event event = event_of(
      with("URL;VALUE=URI:https://example.org/\r\nSUMMARY;VALUE=TEXT:A\r\nPRIORITY;VALUE=INTEGER:1\r\n"
           "RRULE;VALUE=RECUR:FREQ=DAILY\r\nEXDATE;VALUE=DATE-TIME:20260303T090000Z\r\n"
           "CONFERENCE;VALUE=URI:tel:1\r\nATTACH;VALUE=BINARY;ENCODING=BASE64;FMTTYPE=text/plain:YQ==\r\n"));
  EXPECT_EQ(event.parameters, Parameters());
}

TEST(Params, AreReadByTheirOwners) {
  Event event = event_of(with(
      "SUMMARY;x-b=\"a;b\";LANGUAGE=de:A\r\nSUMMARY;LANGUAGE=en:B\r\nDESCRIPTION;LANGUAGE=de:\r\n"
      "CATEGORIES;LANGUAGE=de:a,b\r\nCATEGORIES;LANGUAGE=en:b,c/d\r\nEXDATE;X-A=1:20260303T090000Z\r\n"));
  EXPECT_EQ(event.parameters, (Parameters{{"title", ";LANGUAGE=de;X-B=\"a;b\""},
                                          {"categories/a", ";LANGUAGE=de"},
                                          {"categories/b", ";LANGUAGE=de"},
                                          {"categories/c%2Fd", ";LANGUAGE=en"},
                                          {"recurrence/EXDATE:2026-03-03T09:00:00", ";X-A=1"}}));
}

TEST(Params, AreWrittenOneLineForTheCategoriesThatShareThem) {
  Event event = event_of(with("CATEGORIES;LANGUAGE=de:a,c\r\nCATEGORIES:b\r\n"));
  EXPECT_EQ(lines_with(write({event}, zones(), {kNow, {}}), "CATEGORIES"),
            (Lines{"CATEGORIES;LANGUAGE=de:a,c", "CATEGORIES:b"}));
}

TEST(Params, AChangeOfThemAloneTouchesTheirLine) {
  const std::string raw = with(
      "SUMMARY;LANGUAGE=de:A\r\nCONFERENCE;VALUE=URI;LABEL=x:tel:1\r\nCONFERENCE;VALUE=URI:tel:2\r\n"
      "EXDATE:20260303T090000Z,20260304T090000Z\r\nRRULE:FREQ=DAILY\r\nLOCATION:L\r\n");
  Event event = event_of(raw);
  event.parameters = {{"title", ";LANGUAGE=en"},
                      {"conferences/tel:1", ";LABEL=y"},
                      {"conferences/tel:2", ";FEATURE=PHONE"},
                      {"recurrence/RRULE:FREQ=DAILY", ";X-A=1"},
                      {"recurrence/EXDATE:2026-03-03T09:00:00", ";X-A=2"},
                      {"location", ";LANGUAGE=de"},
                      {"when/DTSTART", ";X-A=3"}};
  const std::string out = patched(raw, event);
  EXPECT_EQ(event_of(out).parameters, event.parameters) << out;
  EXPECT_EQ(lines_with(out, "CONFERENCE"),
            (Lines{"CONFERENCE;VALUE=URI;LABEL=y:tel:1", "CONFERENCE;VALUE=URI;FEATURE=PHONE:tel:2"}));
  EXPECT_EQ(lines_with(out, "EXDATE"), (Lines{"EXDATE:20260304T090000Z", "EXDATE;X-A=2:20260303T090000Z"}));
  EXPECT_EQ(lines_with(out, "SUMMARY"), (Lines{"SUMMARY;LANGUAGE=en:A"}));
  EXPECT_EQ(lines_with(out, "DTSTART"), (Lines{"DTSTART;X-A=3:20260302T090000Z"}));
}

TEST(Params, LeaveWithTheValueTheyBelongTo) {
  const std::string raw = with(
      "SUMMARY;LANGUAGE=de;X-A=1:A\r\nDTEND;X-A=2:20260302T100000Z\r\n"
      "ATTACH;FMTTYPE=text/plain:https://example.org/a\r\nURL;VALUE=URI;X-A=3:https://example.org/\r\n");
  Facts before = calendar::to_facts(event_of(raw));
  Facts after = before;
  after.set("title", "B");
  after.set("when", "zoned 2026-03-02T09:00:00 PT2H Etc/UTC");
  after.set("url", "https://example.org/b");
  after.erase("attachments/https:%2F%2Fexample.org%2Fa");
  after.set("attachments/https:%2F%2Fexample.org%2Fb", "1");
  auto out = patch(raw, before, after, zones(), kNow);
  ASSERT_TRUE(out);
  EXPECT_EQ(lines_with(*out, "SUMMARY"), (Lines{"SUMMARY:B"}));
  EXPECT_EQ(lines_with(*out, "DTEND"), (Lines{"DTEND:20260302T110000Z"}));
  EXPECT_EQ(lines_with(*out, "URL"), (Lines{"URL;VALUE=URI:https://example.org/b"}));
  EXPECT_EQ(lines_with(*out, "ATTACH"), (Lines{"ATTACH:https://example.org/b"}));
}

TEST(Params, CannotSmuggleAnythingIntoAnotherCalendar) {
  Event event;
  event.uid = "u";
  event.when = {calendar::TimeKind::zoned, {1'772'442'000}, "Etc/UTC", {0, 3600}, ""};
  event.title = "A";
  event.attachments = {"https://example.org/a"};
  const std::string hostile =
      ";X-A=1\r\nATTENDEE:mailto:eve@example.org;X:B=2;=3;X-C=a:b;TZID=Mars/Olympus;VALUE=DATE";
  for (const char* owner : {"title", "when/DTSTART", "attachments/https:%2F%2Fexample.org%2Fa", "uid"})
    event.parameters[owner] = hostile;
  const std::string out = write({event}, zones(), {kNow, {}});
  Event back = event_of(out);
  EXPECT_TRUE(back.attendees.empty()) << out;
  EXPECT_EQ(back.title, "A");
  EXPECT_EQ(back.when, event.when) << out;
  EXPECT_EQ(back.attachments, event.attachments);
}

TEST(Params, OfOneTitleAreNotThoseOfAnother) {
  Facts facts = calendar::to_facts(event_of(with("SUMMARY;LANGUAGE=de:A\r\n")));
  facts.set("title", "B");
  EXPECT_EQ(calendar::from_facts(facts)->parameters, Parameters());
  Facts clean = facts;
  calendar::drop_stale_parameters(clean);
  EXPECT_EQ(clean.size() + 1, facts.size());
  facts.set("title", "A");
  EXPECT_EQ(calendar::from_facts(facts)->parameters, (Parameters{{"title", ";LANGUAGE=de"}}));
}

TEST(Params, OfTheMastersTimesAreNotItsOccurrences) {
  const std::string raw = with(
      "RRULE:FREQ=DAILY\r\nDTEND;X-A=end:20260302T100000Z\r\nSUMMARY;LANGUAGE=de:A\r\nEND:VEVENT\r\n"
      "BEGIN:VEVENT\r\nUID:u\r\nRECURRENCE-ID;X-A=slot:20260303T090000Z\r\nDTSTART:20260303T090000Z\r\n"
      "DTEND:20260303T100000Z\r\nSUMMARY;LANGUAGE=de:A\r\nLOCATION:There\r\n");
  Event event = event_of(raw);
  const calendar::Override& moved = event.overrides.begin()->second;
  EXPECT_EQ(moved.removed, std::vector<std::string>());
  ASSERT_EQ(moved.patch.size(), 2u) << "the place, and what the slot's own property says";
  EXPECT_EQ(moved.patch.get("location"), "There");
  const std::string out = write({event}, zones(), {kNow, {}});
  EXPECT_EQ(lines_with(out, "X-A"),
            (Lines{"DTEND;X-A=end:20260302T100000Z", "RECURRENCE-ID;X-A=slot:20260303T090000Z"}));
  EXPECT_EQ(lines_with(out, "SUMMARY"), (Lines{"SUMMARY;LANGUAGE=de:A", "SUMMARY;LANGUAGE=de:A"}));
}

}  // namespace
}  // namespace kalends::ical
