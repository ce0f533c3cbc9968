#include "calendar/time.h"

#include <gtest/gtest.h>

namespace kalends::calendar {
namespace {

TEST(Date, EveryDayOfEightCenturiesIsTheOneAfterTheDayBefore) {
  YearMonthDay ymd{1600, 1, 1};
  Date date = date_of(ymd);
  int day = static_cast<int>(weekday(date));
  EXPECT_EQ(weekday(date), Weekday::saturday);
  for (; ymd.year < 2400; ++date.days, day = (day + 1) % 7) {
    ASSERT_EQ(civil(date), ymd);
    ASSERT_EQ(date_of(ymd), date);
    ASSERT_EQ(static_cast<int>(weekday(date)), day);
    if (++ymd.day > days_in_month(ymd.year, ymd.month)) {
      ymd.day = 1;
      if (++ymd.month > 12) ymd = {ymd.year + 1, 1, 1};
    }
  }
}

TEST(Date, FarEndsStandStill) {
  EXPECT_EQ(civil(Date{INT32_MAX}), (YearMonthDay{5881580, 7, 11}));
  EXPECT_EQ(civil(Date{INT32_MIN}), (YearMonthDay{-5877641, 6, 23}));
  EXPECT_EQ(date_of({2'000'000'000, 1, 1}).days, INT32_MAX);
  EXPECT_EQ(date_of(LocalTime{INT64_MAX}).days, INT32_MAX);
}

TEST(Date, PrintsAndReads) {
  for (const char* text : {"0000-02-29", "0001-01-01", "1969-12-31", "2026-03-01", "9999-12-31",
                           "+10000-01-01", "-0001-12-31", "-4713-11-24"}) {
    auto date = parse_date(text);
    ASSERT_TRUE(date) << text;
    EXPECT_EQ(to_string(*date), text);
  }
  for (const char* text : {"", "2026", "2026-02-29", "2026-13-01", "2026-00-01", "2026-1-1", "2026-03-01x",
                           "+99999999-01-01", "26-03-01", " 2026-03-01", "1900-02-29", "20260301"}) {
    EXPECT_FALSE(parse_date(text)) << text;
  }
}

TEST(LocalTime, PrintsAndReads) {
  EXPECT_EQ(to_string(LocalTime{-1}), "1969-12-31T23:59:59");
  EXPECT_EQ(second_of_day(LocalTime{-1}), 86399);
  EXPECT_EQ(parse_local_time("2026-03-01T09:00"), parse_local_time("2026-03-01T09:00:00"));
  EXPECT_EQ(parse_local_time("2016-12-31T23:59:60"), parse_local_time("2016-12-31T23:59:59"));
  for (const char* text : {"2026-03-01", "2026-03-01T", "2026-03-01T24:00:00", "2026-03-01T09:60:00",
                           "2026-03-01T09:00:00Z", "2026-03-01 09:00:00", "2026-03-01T9:00"}) {
    EXPECT_FALSE(parse_local_time(text)) << text;
  }
}

TEST(Duration, PrintsAndReads) {
  for (const char* text : {"PT0S", "P1D", "P1DT2H30M", "-PT15M", "PT1S", "-P7D", "PT36H", "P15DT5H0M20S"}) {
    auto duration = parse_duration(text);
    ASSERT_TRUE(duration) << text;
    EXPECT_EQ(parse_duration(to_string(*duration)), duration);
  }
  EXPECT_EQ(to_string(*parse_duration("P1DT2H30M")), "P1DT2H30M");
  EXPECT_EQ(parse_duration("P2W"), (Duration{14, 0}));
  EXPECT_EQ(parse_duration("+PT1H"), (Duration{0, 3600}));
  EXPECT_EQ(parse_duration("-P1DT1S"), (Duration{-1, -1}));
  EXPECT_EQ(to_string(Duration{1, -3600}), "PT23H");
  for (const char* text : {"", "P", "PT", "P1", "1D", "PT1D", "P1H", "P1DT", "PT1M1H", "P1D1D", "P-1D",
                           "PT1.5S", "P99999999999999999999D", "P999999999999D", "--P1D"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

}  // namespace
}  // namespace kalends::calendar
