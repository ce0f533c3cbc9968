#include "calendar/zone.h"

#include <gtest/gtest.h>

#include "calendar/posix_zone.h"
#include "calendar/windows_zones.h"

namespace kalends::calendar {
namespace {

std::int64_t seconds(std::string_view text) { return parse_local_time(text)->seconds; }

Zone berlin() { return Zone("Europe/Berlin", 3600, {}, *parse_posix_zone("CET-1CEST,M3.5.0,M10.5.0/3")); }

TEST(Zone, GapTakesTheOffsetBeforeItAndFoldTheFirstPass) {
  Zone zone = berlin();
  auto utc = [&](std::string_view text) {
    return to_string(LocalTime{zone.to_utc(*parse_local_time(text))});
  };
  EXPECT_EQ(utc("2026-03-29T01:59:59"), "2026-03-29T00:59:59");
  EXPECT_EQ(utc("2026-03-29T02:00:00"), "2026-03-29T01:00:00");
  EXPECT_EQ(utc("2026-03-29T02:30:00"), "2026-03-29T01:30:00");
  EXPECT_EQ(utc("2026-03-29T03:00:00"), "2026-03-29T01:00:00");
  EXPECT_EQ(utc("2026-10-25T02:00:00"), "2026-10-25T00:00:00");
  EXPECT_EQ(utc("2026-10-25T02:59:59"), "2026-10-25T00:59:59");
  EXPECT_EQ(utc("2026-10-25T03:00:00"), "2026-10-25T02:00:00");
  EXPECT_EQ(utc("9999-07-01T12:00:00"), "9999-07-01T10:00:00");
  EXPECT_EQ(utc("0001-01-01T00:00:00"), "0000-12-31T23:00:00");
  EXPECT_EQ(to_string(zone.to_local(seconds("2026-10-25T01:30:00"))), "2026-10-25T02:30:00");
}

TEST(Zone, SpanHoldsOneOffset) {
  Zone zone = berlin();
  for (std::int64_t local = seconds("2026-01-01T00:00:00"); local < seconds("2028-01-01T00:00:00");
       local += 900) {
    Zone::Span span = zone.span_of({local});
    ASSERT_LE(span.from, local);
    ASSERT_LT(local, span.to);
    ASSERT_EQ(local - span.offset, zone.to_utc({local}));
    ASSERT_EQ(zone.to_utc({span.from}), span.from - span.offset);
    ASSERT_EQ(zone.to_utc({span.to - 1}), span.to - 1 - span.offset);
  }
}

TEST(Zone, StoredTransitionsMeanWhatTheFooterMeans) {
  Zone ruled = berlin();
  auto stored = ruled.transitions_between(seconds("2020-01-01T00:00:00"), seconds("2030-01-01T00:00:00"));
  ASSERT_EQ(stored.size(), 20u);
  Zone zone("Europe/Berlin", 3600, stored, Zone::Footer{3600, {}});
  for (std::int64_t t = seconds("2019-12-01T00:00:00"); t < seconds("2030-02-01T00:00:00"); t += 600) {
    ASSERT_EQ(zone.to_utc({t}), ruled.to_utc({t})) << to_string(LocalTime{t});
    ASSERT_EQ(zone.offset_at(t), ruled.offset_at(t)) << t;
  }
}

TEST(Zone, TransitionsBeforeTheFooterWin) {
  Zone zone("Test/Zone", 0, {{1000, 3600}, {2000, 3600}, {seconds("2030-01-01T00:00:00"), 7200}},
            *parse_posix_zone("CET-1CEST,M3.5.0,M10.5.0/3"));
  EXPECT_EQ(zone.offset_at(999), 0);
  EXPECT_EQ(zone.offset_at(1000), 3600);
  EXPECT_EQ(zone.offset_at(seconds("2029-07-01T00:00:00")), 3600);
  EXPECT_EQ(zone.offset_at(seconds("2030-02-01T00:00:00")), 7200);
  EXPECT_EQ(zone.offset_at(seconds("2030-12-01T00:00:00")), 3600);
  auto found = zone.transitions_between(0, seconds("2031-01-01T00:00:00"));
  ASSERT_EQ(found.size(), 4u);  // one changed nothing
  EXPECT_EQ(found[2].at, seconds("2030-03-31T01:00:00"));
  EXPECT_EQ(found[3].at, seconds("2030-10-27T01:00:00"));
}

TEST(PosixZone, Reads) {
  auto dublin = parse_posix_zone("IST-1GMT0,M10.5.0,M3.5.0/1");
  ASSERT_TRUE(dublin);
  EXPECT_EQ(dublin->standard, 3600);
  EXPECT_EQ(dublin->changes[0].offset_after, 0);
  EXPECT_EQ(Zone("", 3600, {}, *dublin).offset_at(seconds("2040-01-15T00:00:00")), 0);
  EXPECT_EQ(Zone("", 3600, {}, *dublin).offset_at(seconds("2040-07-15T00:00:00")), 3600);
  auto howe = parse_posix_zone("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
  ASSERT_TRUE(howe);
  EXPECT_EQ(howe->standard, 37800);
  EXPECT_EQ(Zone("", 0, {}, *howe).offset_at(seconds("2040-01-15T00:00:00")), 39600);
  auto nuuk = parse_posix_zone("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");
  ASSERT_TRUE(nuuk);
  EXPECT_EQ(nuuk->changes[0].second, -3600);
  auto always = parse_posix_zone("XXX3EDT4,0/0,J365/23");  // daylight time all the year
  ASSERT_TRUE(always);
  Zone zone("", 0, {}, *always);
  for (const char* text :
       {"2040-01-01T00:00:00", "2040-12-31T23:59:59", "2040-12-31T03:00:00", "2040-07-01T00:00:00"}) {
    EXPECT_EQ(zone.offset_at(seconds(text)), -4 * 3600) << text;
  }
  EXPECT_EQ(parse_posix_zone("EST5EDT")->changes[0].month, 3);
  EXPECT_EQ(parse_posix_zone("UTC0")->changes.size(), 0u);
  for (const char* text : {"", "UTC", "C1", "UTC25", "<+1", "EST5EDT,M13.1.0,M11.1.0", "EST5EDT,M3.2.0",
                           "EST5EDT,M3.2.0,M11.6.0", "EST5EDT,J0,J365", "EST5EDT,M3.2.0,M11.1.0x",
                           "EST5EDT,M3.2.0/168,M11.1.0", "EST99999999999EDT"}) {
    EXPECT_FALSE(parse_posix_zone(text)) << text;
  }
}

TEST(ZoneNames, WindowsBothWays) {
  EXPECT_EQ(iana_from_windows("W. Europe Standard Time"), "Europe/Berlin");
  EXPECT_EQ(iana_from_windows("w. europe standard TIME"), "Europe/Berlin");
  EXPECT_EQ(iana_from_windows("India Standard Time"), "Asia/Kolkata");
  EXPECT_EQ(iana_from_windows("UTC"), "Etc/UTC");
  EXPECT_FALSE(iana_from_windows("Europe/Berlin"));
  EXPECT_EQ(windows_from_iana("Europe/Vienna"), "W. Europe Standard Time");
  EXPECT_EQ(windows_from_iana("Asia/Kolkata"), "India Standard Time");
  EXPECT_EQ(windows_from_iana("Asia/Calcutta"), "India Standard Time");
  EXPECT_EQ(windows_from_iana("US/Pacific"), "Pacific Standard Time");
  EXPECT_EQ(windows_from_iana("Etc/UTC"), "UTC");
  EXPECT_FALSE(windows_from_iana("Mars/Olympus"));
  for (const ZoneNames& names : windows_to_iana()) {
    EXPECT_EQ(iana_from_windows(names.key), names.value);
    EXPECT_TRUE(windows_from_iana(names.value)) << names.value;
  }
  for (const ZoneNames& names : iana_to_windows()) EXPECT_EQ(windows_from_iana(names.key), names.value);
}

class OneZone : public ZoneSource {
 public:
  const Zone* find(std::string_view name) const override { return name == zone_.name() ? &zone_ : nullptr; }

 private:
  Zone zone_ = berlin();
};

TEST(ZoneNames, TzidsOfOtherPrograms) {
  OneZone zones;
  for (const char* tzid :
       {"Europe/Berlin", "W. Europe Standard Time", "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin",
        "/mozilla.org/20050126_1/Europe/Berlin", "\"Europe/Berlin\"", " Europe/Berlin "}) {
    EXPECT_EQ(iana_from_tzid(tzid, zones), "Europe/Berlin") << tzid;
  }
  for (const char* tzid :
       {"", "/", "Berlin", "Customized Time Zone", "My/Europe/Berlin", "tzone://Microsoft/Custom"}) {
    EXPECT_FALSE(iana_from_tzid(tzid, zones)) << tzid;
  }
}

}  // namespace
}  // namespace kalends::calendar
