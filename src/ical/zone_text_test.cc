// A VTIMEZONE says the same as the zone it was written from, and as the zones that clients send.
#include <gtest/gtest.h>

#include "ical/text.h"
#include "ical/zone_text.h"
#include "system/zone_files.h"

namespace kalends::ical {
namespace {

std::int64_t utc(std::string_view text) { return calendar::parse_local_time(text)->seconds; }

std::string text_of(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line + "\r\n";
  return out;
}

TEST(ZoneText, SaysTheSameAsTheZone) {
  system::ZoneFiles zones;
  for (const char* name :
       {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Nuuk",
        "Asia/Jerusalem", "Africa/Casablanca", "America/Santiago", "Pacific/Apia", "Europe/Dublin",
        "Asia/Gaza", "Africa/Cairo", "America/Sao_Paulo", "Antarctica/Troll"}) {
    const calendar::Zone* zone = zones.find(name);
    if (zone == nullptr) continue;
    for (const char* from : {"1970-06-01T00:00:00", "1999-01-01T00:00:00", "2026-03-01T00:00:00"}) {
      auto lines = zone_lines(*zone, name, utc(from));
      auto back = zone_of(text_of(lines));
      ASSERT_TRUE(back) << name << ": " << back.error().message << "\n" << text_of(lines);
      EXPECT_EQ(back->name(), name);
      for (std::int64_t at = utc(from); at < utc("2060-01-01T00:00:00"); at += 7201 * 5)
        ASSERT_EQ(back->offset_at(at), zone->offset_at(at))
            << name << " at " << to_string(calendar::LocalTime{at}) << "\n"
            << text_of(lines);
    }
  }
}

TEST(ZoneText, OfTodayIsShortAndHasItsRules) {
  system::ZoneFiles zones;
  auto lines = zone_lines(*zones.find("Europe/Berlin"), "Europe/Berlin", utc("2026-03-01T00:00:00"));
  std::string text = text_of(lines);
  EXPECT_NE(text.find("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"), std::string::npos) << text;
  EXPECT_NE(text.find("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"), std::string::npos) << text;
  EXPECT_LT(lines.size(), 24U) << text;
}

TEST(ZoneText, OfOutlookHasItsFooterForEver) {
  auto zone = zone_of(
      "BEGIN:VTIMEZONE\nTZID:My "
      "Zone\nBEGIN:STANDARD\nDTSTART:16011028T030000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\n"
      "TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:16010325T020000\n"
      "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT\nEND:"
      "VTIMEZONE\n");
  ASSERT_TRUE(zone) << zone.error().message;
  EXPECT_EQ(zone->offset_at(utc("2026-07-01T00:00:00")), 7200);
  EXPECT_EQ(zone->offset_at(utc("2026-12-01T00:00:00")), 3600);
  EXPECT_EQ(zone->offset_at(utc("2150-07-01T00:00:00")), 7200);
  EXPECT_EQ(zone->offset_at(utc("2150-12-01T00:00:00")), 3600);
}

TEST(ZoneText, AnObservanceHas2000ChangesHoweverManyRules) {
  std::vector<std::string> lines{"BEGIN:VTIMEZONE", "TZID:X"};
  for (const char* half : {"STANDARD", "DAYLIGHT"}) {
    const bool day = half[0] == 'D';
    lines.push_back(std::string("BEGIN:") + half);
    lines.push_back(day ? "DTSTART:20000101T120000" : "DTSTART:20000101T000000");
    lines.push_back(day ? "TZOFFSETFROM:+0000" : "TZOFFSETFROM:+0100");
    lines.push_back(day ? "TZOFFSETTO:+0100" : "TZOFFSETTO:+0000");
    for (const char* rule :
         {"RRULE:FREQ=DAILY", "RRULE:FREQ=DAILY;INTERVAL=2", "RRULE:FREQ=DAILY;INTERVAL=4"})
      lines.push_back(rule);
    lines.push_back(std::string("END:") + half);
  }
  lines.push_back("END:VTIMEZONE");
  const auto zone = zone_of(text_of(lines));
  ASSERT_TRUE(zone) << zone.error().message;
  // Twice a day until 2000 days are told; the other rules add nothing.
  EXPECT_NE(zone->offset_at(utc("2005-06-01T06:00:00")), zone->offset_at(utc("2005-06-01T18:00:00")));
  for (int year = 2006; year < 2030; ++year)
    for (const char* month : {"-03-0", "-09-0"})
      for (int day = 1; day <= 4; ++day) {
        const std::string date = std::to_string(year) + month + std::to_string(day);
        EXPECT_EQ(zone->offset_at(utc(date + "T06:00:00")), zone->offset_at(utc(date + "T18:00:00"))) << date;
      }
}

TEST(ZoneText, WithNothingInItIsRefused) {
  EXPECT_FALSE(zone_of(""));
  EXPECT_FALSE(zone_of("BEGIN:VTIMEZONE\nTZID:X\nEND:VTIMEZONE\n"));
  auto zone = zone_of("BEGIN:VTIMEZONE\nBEGIN:STANDARD\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n");
  ASSERT_FALSE(zone);
  EXPECT_NE(zone.error().message.find("DTSTART"), std::string::npos);
}

}  // namespace
}  // namespace kalends::ical
