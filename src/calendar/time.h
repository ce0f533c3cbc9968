// Wall-clock values: what a calendar on a wall shows, before any zone says when that is. Proleptic Gregorian.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"

namespace kalends::calendar {

enum class Weekday : std::uint8_t { monday, tuesday, wednesday, thursday, friday, saturday, sunday };

// A civil date as a count of days since 1970-01-01.
struct Date {
  std::int32_t days = 0;
  auto operator<=>(const Date&) const = default;
};

struct YearMonthDay {
  int year = 1970;
  int month = 1;  // 1..12
  int day = 1;    // 1..31
  auto operator<=>(const YearMonthDay&) const = default;
};

YearMonthDay civil(Date date);
Date date_of(YearMonthDay ymd);  // ymd must be valid
bool is_valid(YearMonthDay ymd);
bool is_leap_year(int year);
int days_in_month(int year, int month);
Weekday weekday(Date date);

// A wall-clock time as seconds since 1970-01-01T00:00:00 on that wall. RFC 8984 section 1.4.4 LocalDateTime.
struct LocalTime {
  std::int64_t seconds = 0;
  auto operator<=>(const LocalTime&) const = default;
};

Date date_of(LocalTime time);
std::int32_t second_of_day(LocalTime time);  // 0..86399
LocalTime at(Date date, std::int32_t second_of_day = 0);

std::string to_string(Date date);                                  // "2026-03-01"
std::string to_string(LocalTime time);                             // "2026-03-01T09:00:00"
std::optional<Date> parse_date(std::string_view text);             // "2026-03-01"
std::optional<LocalTime> parse_local_time(std::string_view text);  // "2026-03-01T09:00:00", seconds optional

// A span as calendars mean it: days are nominal (the same wall time n days on), seconds are exact. Both parts have
// the same sign. RFC 5545 section 3.3.6; weeks are seven days.
struct Duration {
  std::int64_t days = 0;
  std::int64_t seconds = 0;
  auto operator<=>(const Duration&) const = default;
};

std::string to_string(Duration duration);                       // "P1DT2H30M", "-PT15M", "PT0S"
std::optional<Duration> parse_duration(std::string_view text);  // RFC 5545 section 3.3.6, "P2W" included

}  // namespace kalends::calendar
