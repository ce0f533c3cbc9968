// .ics to JSCalendar and back says the same of every event, for generated events and generated files.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "base/text.h"
#include "ical/generated_event.h"
#include "ical/generated_file.h"
#include "ical/text.h"
#include "jscalendar/text.h"
#include "system/zone_files.h"

namespace kalends {
namespace {

using calendar::Event;
using calendar::Facts;

const calendar::ZoneSource& zones() {
  static const system::ZoneFiles files;
  return files;
}

std::string told(const Facts& a, const Facts& b) {
  std::string out;
  for (const auto& change : difference(a, b))
    out += change.path + ": [" + change.before.value_or("(absent)") + "] -> [" +
           change.after.value_or("(absent)") + "]\n";
  return out;
}

void expect_round_trip(const Event& event, const std::string& seed) {
  const std::string json = jscalendar::write({event}, zones());
  auto reading = jscalendar::read(json, zones());
  ASSERT_TRUE(reading) << seed << ": " << reading.error().message << "\n" << json;
  ASSERT_EQ(reading->warnings, std::vector<std::string>()) << seed << "\n" << json;
  ASSERT_EQ(reading->events.size(), 1U) << seed;
  Event& back = reading->events[0];
  calendar::normalise(back);
  ASSERT_EQ(told(to_facts(event), to_facts(back)), "") << seed << "\n" << json;
  ASSERT_EQ(back.uid, event.uid) << seed;
  ASSERT_EQ(back.sequence, event.sequence) << seed;
}

TEST(Convert, GeneratedEventsGoToJscalendarAndBack) {
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    ical::testing::EventSource source(seed);
    ASSERT_NO_FATAL_FAILURE(expect_round_trip(source.event(), "event " + std::to_string(seed)));
  }
}

TEST(Convert, GeneratedFilesGoToJscalendarAndBack) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    auto reading = ical::read(ical::testing::FileSource(seed).file({"u", "v"}), zones());
    ASSERT_TRUE(reading);
    for (const ical::ReadEvent& read : reading->events)
      ASSERT_NO_FATAL_FAILURE(expect_round_trip(read.event, "file " + std::to_string(seed)));
  }
}

// What a text says in parameters, read without the reader at test: "UID RECURRENCE-ID PROPERTY;NAME=value" of every
// property in an event or its alarms. Left out is what says nothing: defaults, and the form that the value is in.
std::set<std::string> parameters_in(const std::string& text) {
  std::string unfolded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') continue;
    if (text[i] == '\n' && i + 1 < text.size() && text[i + 1] == ' ')
      ++i;
    else
      unfolded += text[i];
  }
  static const std::set<std::string> kSaysNothing = {"ROLE=REQ-PARTICIPANT", "CUTYPE=INDIVIDUAL",
                                                     "RSVP=FALSE", "PARTSTAT=NEEDS-ACTION", "RELATED=START"};
  std::set<std::string> out;
  std::vector<std::string> event;
  std::string uid, slot;
  for (std::string_view line : split(unfolded, '\n')) {
    if (line == "BEGIN:VEVENT") event.clear(), uid.clear(), slot.clear();
    if (line == "END:VEVENT")
      for (const std::string& one : event) out.insert(uid + " " + slot + " " + one);
    bool quoted = false;
    std::vector<std::string> parts(1);
    std::size_t i = 0;
    for (; i < line.size() && (quoted || line[i] != ':'); ++i) {
      if (line[i] == '"') quoted = !quoted;
      if (line[i] == ';' && !quoted)
        parts.emplace_back();
      else
        parts.back() += line[i];
    }
    std::string name = parts[0] == "DURATION" ? "DTEND" : parts[0];
    if (name == "UID") uid = line.substr(i);
    if (name == "RECURRENCE-ID") slot = line.substr(i);
    for (std::size_t p = 1; p < parts.size(); ++p) {
      std::string one = parts[p];
      if (const std::size_t equals = one.find('=');
          one.substr(equals + 1).starts_with('"') && one.find_first_of(":;,", equals) == std::string::npos)
        std::erase(one, '"');
      if (!one.starts_with("TZID=") && !one.starts_with("VALUE=") && !kSaysNothing.contains(one))
        event.push_back(name + ";" + one);
    }
  }
  return out;
}

// What a text says of the history of its events and occurrences, as "UID SLOT LAST-MODIFIED:...": a SEQUENCE of 0 says
// nothing.
std::set<std::string> history_in(const std::string& text) {
  std::set<std::string> out;
  std::vector<std::string> event;
  std::string uid, slot;
  for (std::string_view line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string_view name = line.substr(0, line.find_first_of(":;"));
    if (line == "BEGIN:VEVENT") event.clear(), uid.clear(), slot.clear();
    if (name == "UID") uid = line.substr(line.find(':'));
    if (name == "RECURRENCE-ID") slot = line.substr(line.find(':'));
    const bool history =
        name == "DTSTAMP" || name == "CREATED" || name == "LAST-MODIFIED" || name == "SEQUENCE";
    if (history && line != "SEQUENCE:0") event.emplace_back(line);
    if (line == "END:VEVENT")
      for (const std::string& one : event) out.insert(uid + " " + slot + " " + one);
  }
  return out;
}

std::string there_and_back(const std::string& text) {
  auto reading = ical::read(text, zones());
  if (!reading) return reading.error().message;
  std::vector<Event> events;
  for (const ical::ReadEvent& one : reading->events) events.push_back(one.event);
  auto back = jscalendar::read(jscalendar::write(events, zones()), zones());
  if (!back) return back.error().message;
  return ical::write(back->events, zones(), {ical::kUnknownStamp, {}});
}

// The corpus of real clients' files, but for the one in which properties stand twice or cannot be read.
TEST(Convert, NoParameterOfTheCorpusIsLost) {
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(KALENDS_SOURCE_DIR "/tests/ical")) {
    if (entry.path().extension() != ".ics" || entry.path().stem() == "careless") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::string back = there_and_back(text);
    const auto before = parameters_in(text);
    const auto after = parameters_in(back);
    seen += before.size();
    for (const std::string& one : before)
      EXPECT_TRUE(after.contains(one)) << entry.path() << " lost " << one << "\n" << back;
    for (const std::string& one : after)
      EXPECT_TRUE(before.contains(one)) << entry.path() << " has gained " << one;
    EXPECT_EQ(parameters_in(there_and_back(back)), after) << entry.path();
    EXPECT_EQ(there_and_back(back), back) << entry.path() << " comes to rest";
  }
  EXPECT_GE(seen, 70U);
}

TEST(Convert, NothingIsInventedOfAnEventsHistory) {
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(KALENDS_SOURCE_DIR "/tests/ical")) {
    if (entry.path().extension() != ".ics" || entry.path().stem() == "careless") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(history_in(there_and_back(text)), history_in(text)) << entry.path();
    seen += history_in(text).size();
  }
  EXPECT_GE(seen, 30U);
}

TEST(Convert, EveryOccurrenceKeepsAHistoryOfItsOwn) {
  const auto event = [](const std::string& lines) {
    return "BEGIN:VEVENT\r\nUID:u\r\nDTSTART:20260302T090000Z\r\nDURATION:PT1H\r\nSUMMARY:S\r\n" + lines +
           "END:VEVENT\r\n";
  };
  const std::string stamp = "DTSTAMP:20260101T000000Z\r\n", later = "DTSTAMP:20260105T000000Z\r\n",
                    modified = "LAST-MODIFIED:20260102T000000Z\r\n", created = "CREATED:20251231T000000Z\r\n",
                    sequence = "SEQUENCE:4\r\n", same = "LAST-MODIFIED:20260101T000000Z\r\n";
  const std::vector<std::string> histories = {stamp,
                                              later,
                                              stamp + same,
                                              later + modified,
                                              stamp + created,
                                              stamp + sequence,
                                              later + modified + created + sequence};
  for (const std::string& series : histories)
    for (const std::string& occurrence : histories) {
      const std::string text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + event(series + "RRULE:FREQ=DAILY\r\n") +
                               event(occurrence + "RECURRENCE-ID:20260303T090000Z\r\n") + "END:VCALENDAR\r\n";
      EXPECT_EQ(history_in(there_and_back(text)), history_in(text)) << text;
      auto plain = ical::read(text, zones());
      ASSERT_TRUE(plain);
      EXPECT_EQ(history_in(ical::write({plain->events[0].event}, zones(), {})), history_in(text));
    }
}

// RFC 5545 demands a DTSTAMP; what is written in its place is read as none again.
TEST(Convert, ADtstampThatHadToBeMadeUpGoesAwayAgain) {
  const std::string entry =
      R"([{"@type":"Event","uid":"u","start":"2026-03-02T09:00:00","duration":"PT1H"}])";
  const auto first = jscalendar::read(entry, zones());
  ASSERT_TRUE(first);
  const std::string text = ical::write(first->events, zones(), {ical::kUnknownStamp, {}});
  EXPECT_NE(text.find("DTSTAMP:19700101T000000Z"), std::string::npos) << text;
  EXPECT_EQ(text.find("LAST-MODIFIED"), std::string::npos) << text;
  const auto back = ical::read(text, zones());
  ASSERT_TRUE(back);
  EXPECT_FALSE(back->events[0].event.updated);
  EXPECT_FALSE(back->events[0].event.stamp);
  EXPECT_EQ(jscalendar::write({back->events[0].event}, zones()), jscalendar::write(first->events, zones()));
}

// To-dos, journals and whatever else is no event, with the zones that they name alone.
TEST(Convert, WhatIsNoEventIsCarried) {
  const std::string others =
      "BEGIN:VTODO\r\nUID:t\r\nDUE;TZID=Odd:20260302T090000\r\nSUMMARY:Do\\, "
      "it\r\nBEGIN:VALARM\r\nTRIGGER:-PT5M\r\n"
      "END:VALARM\r\nEND:VTODO\r\nBEGIN:VJOURNAL\r\nUID:j\r\nEND:VJOURNAL\r\nBEGIN:X-THING\r\nX-A;B=c:"
      "d\r\nEND:X-THING\r\n";
  const std::string zone =
      "BEGIN:VTIMEZONE\r\nTZID:Odd\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\n"
      "TZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
  const auto first =
      ical::read("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + zone + others + "END:VCALENDAR\r\n", zones());
  ASSERT_TRUE(first);
  ASSERT_EQ(first->components.size(), 4U);
  const auto back = jscalendar::read(jscalendar::write({}, zones(), {}, first->components), zones());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->components, first->components);
  const std::string text = ical::write({}, zones(), {ical::kUnknownStamp, {}, {}, back->components});
  EXPECT_EQ(text, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kalends//Kalends//EN\r\n" + zone + others +
                      "END:VCALENDAR\r\n");
}

// Somebody else's JSON may hold anything where we carry components.
TEST(Convert, ComponentsThatDoNotNestAreLeftOut) {
  for (const char* lines :
       {R"(["BEGIN:VTODO"])", R"(["BEGIN:VTODO","END:VEVENT"])",
        R"(["BEGIN:VTODO","END:VTODO","END:VCALENDAR"])", R"(["BEGIN:VEVENT","END:VEVENT"])",
        R"(["BEGIN:VCALENDAR","END:VCALENDAR"])", R"(["BEGIN:VTODO\nX:1","END:VTODO"])", R"([1,{}])",
        R"("BEGIN:VTODO")", R"(["X:1"])", R"(["BEGIN:VTIMEZONE","TZID:a","END:VTODO"])"}) {
    const auto reading = jscalendar::read(
        std::string(R"({"@type":"Group","entries":[],"kalends:components":[)") + lines + "]}", zones());
    ASSERT_TRUE(reading) << lines;
    EXPECT_EQ(ical::write({}, zones(), {ical::kUnknownStamp, {}, {}, reading->components}),
              ical::write({}, zones(), {}))
        << lines;
  }
}

TEST(Convert, NoParameterOfGeneratedEventsIsLost) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const std::string text = ical::write({ical::testing::EventSource(seed).event()}, zones(), {});
    ASSERT_EQ(parameters_in(there_and_back(text)), parameters_in(text)) << "seed " << seed << "\n" << text;
  }
}

}  // namespace
}  // namespace kalends
