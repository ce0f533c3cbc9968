// Every bound on input has a test, and every refusal says where.
#include <gtest/gtest.h>

#include <random>

#include "ical/text.h"
#include "system/zone_files.h"

namespace kalends::ical {
namespace {

const calendar::ZoneSource& zones() {
  static const system::ZoneFiles files;
  return files;
}

std::string event_with(const std::string& lines) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTART:20260302T090000Z\r\n" + lines +
         "END:VEVENT\r\nEND:VCALENDAR\r\n";
}

std::string refusal(std::string_view text, const Limits& limits = {}) {
  auto reading = read(text, zones(), limits);
  return reading ? "" : reading.error().message;
}

TEST(Hostile, TooManyBytesAreRefused) {
  Limits limits;
  limits.max_bytes = 100;
  EXPECT_EQ(refusal(std::string(101, 'x'), limits),
            "line 1, column 1: the text has 101 bytes, more than the 100 allowed");
}

TEST(Hostile, MegabyteLinesAreRefusedWithLineAndColumn) {
  EXPECT_EQ(refusal(event_with("SUMMARY:" + std::string(1u << 20, 'x') + "\r\n")),
            "line 6, column 1048577: the line is longer than the 1048576 bytes allowed");
  std::string folded = "SUMMARY:";
  for (int i = 0; i < 20000; ++i) folded += "\r\n " + std::string(60, 'x');
  EXPECT_NE(refusal(event_with(folded + "\r\n")).find("longer than the 1048576 bytes"), std::string::npos);
  std::string stray = "SUMMARY:a\r\n";
  for (int i = 0; i < 20000; ++i) stray += std::string(60, 'x') + "\r\n";
  EXPECT_NE(refusal(event_with(stray)).find("longer than the 1048576 bytes"), std::string::npos);
}

TEST(Hostile, DeepNestingIsRefusedWithItsLine) {
  std::string text;
  for (int i = 0; i < 17; ++i) text += "BEGIN:VCALENDAR\r\n";
  EXPECT_EQ(refusal(text), "line 17, column 1: components are nested more than 16 deep");
}

TEST(Hostile, TooManyComponentsAreRefusedWithTheirLine) {
  Limits limits;
  limits.max_components = 2;
  EXPECT_EQ(
      refusal("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n", limits),
      "line 4, column 1: there are more than 2 components");
}

TEST(Hostile, ATextThatWasCutOffProvesNothing) {
  std::string whole = event_with("SUMMARY:x\r\n");
  EXPECT_EQ(refusal(whole), "");
  for (std::size_t size = 0; size < whole.size() - std::string("END:VCALENDAR\r\n").size(); ++size)
    ASSERT_NE(refusal(whole.substr(0, size)), "") << size;
  EXPECT_EQ(refusal(whole.substr(0, whole.size() - 15)),
            "line 8, column 1: the text ends before END:VCALENDAR (begun at line 1): it was cut off");
}

TEST(Hostile, WhatIsNoCalendarIsRefused) {
  EXPECT_NE(refusal(""), "");
  EXPECT_NE(refusal("<!DOCTYPE html><html><body>Sign in</body></html>"), "");
  EXPECT_NE(refusal("BEGIN:VCARD\r\nFN:Ann\r\nEND:VCARD\r\n"), "");
  EXPECT_NE(refusal(std::string(1000, '\0')), "");
}

TEST(Hostile, AHugeCountLeavesTheEventOutAndNamesItsLine) {
  auto reading = read(event_with("RRULE:FREQ=DAILY;COUNT=2147483648\r\n"), zones());
  ASSERT_TRUE(reading);
  EXPECT_TRUE(reading->events.empty());
  ASSERT_EQ(reading->broken.size(), 1U);
  EXPECT_EQ(reading->broken[0].uid, "u");
  EXPECT_TRUE(reading->broken[0].reason.starts_with("line 6, column 7: ")) << reading->broken[0].reason;
}

TEST(Hostile, OneBrokenEventDoesNotStopTheOthers) {
  auto reading = read(
      "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:bad\nDTSTART:20261399\nEND:VEVENT\nBEGIN:VEVENT\nUID:"
      "good\n"
      "DTSTART:20260302\nEND:VEVENT\nEND:VCALENDAR\n",
      zones());
  ASSERT_TRUE(reading);
  ASSERT_EQ(reading->events.size(), 1U);
  EXPECT_EQ(reading->events[0].event.uid, "good");
  ASSERT_EQ(reading->broken.size(), 1U);
  EXPECT_TRUE(reading->broken[0].reason.starts_with("line 5, column ")) << reading->broken[0].reason;
}

TEST(Hostile, AnEndlessThisAndFutureIsBounded) {
  auto reading = read(
      "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:u\nDTSTART:20260302T090000Z\nRRULE:FREQ=SECONDLY\nEND:"
      "VEVENT\n"
      "BEGIN:VEVENT\nUID:u\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260302T090001Z\nDTSTART:"
      "20260302T090001Z\nSUMMARY:x\n"
      "END:VEVENT\nEND:VCALENDAR\n",
      zones());
  ASSERT_TRUE(reading) << reading.error().message;
  ASSERT_EQ(reading->events.size(), 1U);
  EXPECT_EQ(reading->events[0].event.overrides.size(), 1001U);
  EXPECT_FALSE(reading->events[0].warnings.empty());
}

TEST(Hostile, WarningsAreBounded) {
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "SUMMARY:again\r\n";
  auto reading = read(event_with(many), zones());
  ASSERT_TRUE(reading);
  EXPECT_LE(reading->events[0].warnings.size(), 50U);
}

// Values that come from another calendar cannot add properties, components or lines of their own.
TEST(Hostile, FactsCannotSmuggleLinesIntoAFile) {
  std::string raw = event_with("SUMMARY:x\r\n");
  auto before = calendar::to_facts(read(raw, zones())->events[0].event);
  auto after = before;
  after.set("title", "a\r\nEND:VEVENT\r\nX:y");
  after.set("url", "http://a\r\nATTENDEE:mailto:evil@example.org");
  after.set("unknown/X-FOO", "X-FOO:1\nATTENDEE:mailto:evil@example.org\nEND:VEVENT");
  after.set("unknown/BEGIN:X-BOX", "BEGIN:X-BOX\nEND:X-BOX\nEND:VEVENT\nBEGIN:VEVENT");
  after.set("unknown/UID", "UID:other");
  after.set("attendees/mailto:a@b.c\r\nX-EVIL:1", "name=\"\\nX-EVIL:2\nX-P=\"a\\nX-EVIL:3");
  after.set("zones/Evil", "BEGIN:VTIMEZONE\nTZID:Evil\nEND:VTIMEZONE\nEND:VCALENDAR");
  after.set("reminders/start -PT5M display", "line=END:VALARM\nline=ATTENDEE:mailto:evil@example.org");
  auto patched = patch(raw, before, after, zones(), Instant{});
  ASSERT_TRUE(patched) << patched.error().message;
  auto reading = read(*patched, zones());
  ASSERT_TRUE(reading) << reading.error().message << *patched;
  ASSERT_EQ(reading->events.size(), 1U);
  const auto& event = reading->events[0].event;
  EXPECT_EQ(event.uid, "u");
  ASSERT_EQ(event.attendees.size(), 1U) << *patched;
  EXPECT_EQ(patched->find("\nX-EVIL"), std::string::npos) << *patched;
  EXPECT_EQ(patched->find("\r\nATTENDEE:mailto:evil"), patched->rfind("\r\nATTENDEE:mailto:evil"))
      << *patched;
  EXPECT_EQ(patched->find("BEGIN:VEVENT"), patched->rfind("BEGIN:VEVENT")) << *patched;
}

// Mutations of a real file: whatever comes out, nothing crashes, and patching with no change changes no byte.
TEST(Hostile, MutatedFilesNeverBreakTheReader) {
  std::string seed_text = event_with(
      "DTEND;TZID=\"W. Europe Standard Time\":20260302T100000\r\nRRULE:FREQ=WEEKLY;COUNT=5\r\n"
      "EXDATE:20260309T090000Z,20260316T090000Z\r\nRDATE;VALUE=PERIOD:20260401T090000Z/PT1H\r\n"
      "ATTENDEE;CN=\"A, B\";X=^n^^:mailto:a@b.c\r\nCATEGORIES:a\\,b,c\r\nBEGIN:VALARM\r\nTRIGGER:-PT15M\r\n"
      "ACTION:DISPLAY\r\nEND:VALARM\r\n");
  std::mt19937_64 random(7);
  auto draw = [&](std::size_t below) { return static_cast<std::size_t>(random() % below); };
  static constexpr char kBytes[] = "\r\n\t :;,\"\\=^/\0\x80\xFFTZ0-+P";
  for (int round = 0; round < 20000; ++round) {
    std::string text = seed_text;
    for (std::size_t n = 1 + draw(6); n > 0; --n) {
      std::size_t at = draw(text.size());
      switch (draw(3)) {
        case 0: text[at] = kBytes[draw(sizeof(kBytes) - 1)]; break;
        case 1: text.insert(at, 1, kBytes[draw(sizeof(kBytes) - 1)]); break;
        default: text.erase(at, 1 + draw(10)); break;
      }
    }
    auto reading = read(text, zones());
    if (!reading || reading->events.size() != 1) continue;
    auto facts = calendar::to_facts(reading->events[0].event);
    auto back = calendar::from_facts(facts);
    ASSERT_TRUE(back) << back.error().message << "\n" << text;
    auto same = patch(text, facts, facts, zones(), Instant{});
    if (same) {
      ASSERT_EQ(*same, text);
    }
    auto changed = facts;
    changed.set("title", "Neu");
    if (auto patched = patch(text, facts, changed, zones(), Instant{})) {
      auto again = read(*patched, zones());
      ASSERT_TRUE(again) << again.error().message << "\n" << text << "\n---\n" << *patched;
      ASSERT_EQ(again->events.size(), 1U) << text << "\n---\n" << *patched;
      ASSERT_EQ(again->events[0].event.title, "Neu") << text << "\n---\n" << *patched;
    }
  }
}

TEST(Hostile, WhatGoesJustToALimitIsRead) {
  const std::string plain = event_with("SUMMARY:x\r\n");
  Limits limits;
  limits.max_bytes = plain.size();
  EXPECT_EQ(refusal(plain, limits), "");
  limits.max_bytes = plain.size() - 1;
  EXPECT_NE(refusal(plain, limits), "");

  const std::size_t most = Limits{}.max_line_bytes - std::string("SUMMARY:").size();
  EXPECT_EQ(refusal(event_with("SUMMARY:" + std::string(most, 'x') + "\r\n")), "");
  EXPECT_NE(refusal(event_with("SUMMARY:" + std::string(most + 1, 'x') + "\r\n")), "");

  const auto nested = [](int below_event) {
    std::string parts;
    for (int i = 0; i < below_event; ++i) parts += "BEGIN:X-A\r\n";
    for (int i = 0; i < below_event; ++i) parts += "END:X-A\r\n";
    return event_with(parts);
  };
  EXPECT_EQ(refusal(nested(Limits{}.max_depth - 2)), "");
  EXPECT_NE(refusal(nested(Limits{}.max_depth - 1)), "");

  limits = {};
  limits.max_components = 2;
  EXPECT_EQ(refusal(plain, limits), "");
  limits.max_components = 1;
  EXPECT_NE(refusal(plain, limits), "");
}

TEST(Hostile, AThisAndFutureReachesJustItsThousand) {
  const auto warnings = [](int count) {
    const auto reading = read(
        "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:u\nDTSTART:20260302T090000Z\nRRULE:FREQ="
        "DAILY;COUNT=" +
            std::to_string(count) +
            "\nEND:VEVENT\nBEGIN:VEVENT\nUID:u\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260303T090000Z"
            "\nDTSTART:20260303T090000Z\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR\n",
        zones());
    return reading && reading->events.size() == 1 ? reading->events[0].warnings.size() : 99;
  };
  EXPECT_EQ(warnings(1002), 0u);
  EXPECT_EQ(warnings(1003), 1u);
}

TEST(Hostile, AZoneHasABoundedNumberOfObservances) {
  const auto with = [](int observances) {
    std::string text = "BEGIN:VTIMEZONE\r\nTZID:X\r\n";
    for (int i = 0; i < observances; ++i)
      text +=
          "BEGIN:STANDARD\r\nDTSTART:20260101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:"
          "STANDARD\r\n";
    return zone_of(text + "END:VTIMEZONE\r\n");
  };
  EXPECT_TRUE(with(999));
  EXPECT_FALSE(with(1000)) << "the VTIMEZONE itself is one of the thousand components";
}

}  // namespace
}  // namespace kalends::ical
