// Civil dates, wall-clock times and durations: arithmetic, printing, reading. Dates follow the proleptic
// Gregorian calendar over the whole range of Date; arithmetic past that range stops at its ends instead of
// wrapping.
#include "calendar/time.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace kalends::calendar {

namespace {

constexpr std::int64_t kDaySeconds = 86400;
constexpr int kDaysOf400Years = 146097;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// Reads exactly `count` digits off the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Four digits, or a sign and four to seven (ISO 8601's expanded years), so that what we print can be read.
std::optional<int> take_year(std::string_view& text) {
  bool negative = take(text, '-');
  if (!negative && !take(text, '+')) return take_digits(text, 4);
  std::size_t digits = std::min(text.find('-'), text.size());
  if (digits < 4 || digits > 7) return std::nullopt;
  auto year = take_digits(text, digits);
  if (year && *year > 5'000'000) return std::nullopt;
  return year && negative ? std::optional(-*year) : year;
}

std::optional<Date> take_date(std::string_view& text) {
  YearMonthDay ymd;
  auto year = take_year(text);
  if (!year || !take(text, '-')) return std::nullopt;
  auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  ymd = {*year, *month, *day};
  if (!is_valid(ymd)) return std::nullopt;
  return date_of(ymd);
}

}  // namespace

// Both conversions count in years that begin on 1 March, so that the leap day is the last day of a year.
YearMonthDay civil(Date date) {
  std::int64_t shifted = std::int64_t{date.days} + 719468;  // days since 0000-03-01
  std::int64_t era = floor_div(shifted, kDaysOf400Years);
  auto of_era = static_cast<int>(shifted - era * kDaysOf400Years);                      // 0..146096
  int year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;  // 0..399
  int of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);     // 0..365
  int shifted_month = (5 * of_year + 2) / 153;                                          // 0 = March
  int day = of_year - (153 * shifted_month + 2) / 5 + 1;
  int month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {static_cast<int>(era * 400) + year_of_era + (month <= 2 ? 1 : 0), month, day};
}

Date date_of(YearMonthDay ymd) {
  std::int64_t year = std::int64_t{ymd.year} - (ymd.month <= 2 ? 1 : 0);
  std::int64_t era = floor_div(year, 400);
  std::int64_t year_of_era = year - era * 400;
  int of_year = (153 * (ymd.month + (ymd.month > 2 ? -3 : 9)) + 2) / 5 + ymd.day - 1;
  std::int64_t days =
      era * kDaysOf400Years + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719468;
  using Limits = std::numeric_limits<std::int32_t>;
  return {static_cast<std::int32_t>(std::clamp<std::int64_t>(days, Limits::min(), Limits::max()))};
}

bool is_leap_year(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(int year, int month) {
  if (month == 2) return is_leap_year(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool is_valid(YearMonthDay ymd) {
  return ymd.month >= 1 && ymd.month <= 12 && ymd.day >= 1 && ymd.day <= days_in_month(ymd.year, ymd.month);
}

Weekday weekday(Date date) {
  std::int64_t from_monday = (std::int64_t{date.days} + 3) % 7;  // 1970-01-01 was a Thursday
  return static_cast<Weekday>(from_monday < 0 ? from_monday + 7 : from_monday);
}

Date date_of(LocalTime time) {
  using Limits = std::numeric_limits<std::int32_t>;
  std::int64_t days = floor_div(time.seconds, kDaySeconds);
  return {static_cast<std::int32_t>(std::clamp<std::int64_t>(days, Limits::min(), Limits::max()))};
}

std::int32_t second_of_day(LocalTime time) {
  std::int64_t second = time.seconds % kDaySeconds;
  return static_cast<std::int32_t>(second < 0 ? second + kDaySeconds : second);
}

LocalTime at(Date date, std::int32_t second_of_day) { return {date.days * kDaySeconds + second_of_day}; }

namespace {

// Two digits of a number below 100.
void put_two(char* at, int number) {
  at[0] = static_cast<char>('0' + number / 10);
  at[1] = static_cast<char>('0' + number % 10);
}

}  // namespace

std::string to_string(Date date) {
  auto [year, month, day] = civil(date);
  if (year >= 0 && year <= 9999) {
    std::string out = "0000-00-00";
    put_two(out.data(), year / 100);
    put_two(out.data() + 2, year % 100);
    put_two(out.data() + 5, month);
    put_two(out.data() + 8, day);
    return out;
  }
  if (year < 0) return fmt::format("-{:04}-{:02}-{:02}", -year, month, day);
  return fmt::format("+{:04}-{:02}-{:02}", year, month, day);
}

std::string to_string(LocalTime time) {
  int second = second_of_day(time);
  std::string out = to_string(date_of(time));
  const std::size_t at = out.size();
  out += "T00:00:00";
  put_two(out.data() + at + 1, second / 3600);
  put_two(out.data() + at + 4, second / 60 % 60);
  put_two(out.data() + at + 7, second % 60);
  return out;
}

std::optional<Date> parse_date(std::string_view text) {
  auto date = take_date(text);
  return text.empty() ? date : std::nullopt;
}

std::optional<LocalTime> parse_local_time(std::string_view text) {
  auto date = take_date(text);
  if (!date || !take(text, 'T')) return std::nullopt;
  auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  int second = 0;
  if (take(text, ':')) {
    auto digits = take_digits(text, 2);
    if (!digits || *digits > 60) return std::nullopt;
    second = std::min(*digits, 59);  // a leap second counts as the one before it, RFC 5545 section 3.3.12
  }
  if (!text.empty()) return std::nullopt;
  return at(*date, *hour * 3600 + *minute * 60 + second);
}

}  // namespace kalends::calendar
