#include "app/moments.h"

#include <gtest/gtest.h>

namespace kalends::app {
namespace {

using calendar::Zone;

// Berlin's spring of 2026: +01:00 until 29 March 01:00Z, +02:00 after it.
Zone berlin() { return Zone("Europe/Berlin", 3600, {{1774746000, 7200}}, {}); }

TEST(Moments, ADateIsMidnightInTheZone) {
  EXPECT_EQ(parse_moment("2026-03-01", berlin()), 1772319600);
  EXPECT_EQ(parse_moment("2026-03-01", Zone::fixed("Etc/UTC", 0)), 1772323200);
  EXPECT_EQ(parse_moment("2026-03-30", berlin()), 1774821600);
}

TEST(Moments, WallClockAndRfc3339) {
  EXPECT_EQ(parse_moment("2026-03-01T09:00", berlin()), 1772352000);
  EXPECT_EQ(parse_moment("2026-03-01T09:00:00+01:00", Zone::fixed("Etc/UTC", 0)), 1772352000);
  EXPECT_EQ(parse_moment("2026-03-01T08:00:00Z", berlin()), 1772352000);
}

TEST(Moments, AnythingElseIsRefusedWithTheRightForms) {
  for (const char* text : {"tomorrow", "2026-13-01", "01.03.2026", "", "2026-03-01T25:00"}) {
    const auto moment = parse_moment(text, berlin());
    ASSERT_FALSE(moment) << text;
    EXPECT_NE(moment.error().message.find("write 2026-03-01"), std::string::npos);
  }
}

TEST(Moments, ARangeHasSomeTimeInIt) {
  EXPECT_FALSE(parse_range("2026-03-02", "2026-03-02", berlin()));
  EXPECT_FALSE(parse_range("2026-03-02", "2026-03-01", berlin()));
  EXPECT_EQ(parse_range("2026-03-29", "2026-03-30", berlin())->to_utc -
                parse_range("2026-03-29", "2026-03-30", berlin())->from_utc,
            23 * 3600);
}

TEST(Moments, TheOffsetIsTheZonesOwn) {
  EXPECT_EQ(rfc3339_in(1772352000, berlin()), "2026-03-01T09:00:00+01:00");
  EXPECT_EQ(rfc3339_in(1774746000, berlin()), "2026-03-29T03:00:00+02:00");
  EXPECT_EQ(rfc3339_in(1772352000, Zone::fixed("Etc/UTC", 0)), "2026-03-01T08:00:00+00:00");
  EXPECT_EQ(rfc3339_in(1772352000, Zone::fixed("X", -12600)), "2026-03-01T04:30:00-03:30");
  // Local mean time: the written minutes and offset still name the same instant.
  EXPECT_EQ(rfc3339_in(0, Zone::fixed("X", 3208)), "1970-01-01T00:53:00+00:53");
}

}  // namespace
}  // namespace kalends::app
