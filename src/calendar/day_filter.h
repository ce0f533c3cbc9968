// Which days a rule's date parts let through: BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY and BYDAY, with what DTSTART
// adds where the rule says nothing. A month is one word of bits, so a period costs a few operations.
#pragma once

#include <array>
#include <cstdint>

#include "calendar/event.h"

namespace kalends::calendar {

class DayFilter {
 public:
  // `start` is DTSTART's date. An ordinal of BYDAY counts within the month for MONTHLY and for YEARLY with BYMONTH,
  // within the year for YEARLY otherwise, and means nothing for the rest and beside BYWEEKNO. RFC 5545 section 3.3.10.
  DayFilter(const Rule& rule, Date start);

  // Bit d - 1 for each matching day d of that month.
  std::uint32_t days_of_month(int year, int month);

  bool matches(Date date);
  // After matches(date): a later day before which nothing matches; the next month when the rest of this one is empty.
  Date next_candidate(Date date) const;

  bool passes_all() const { return passes_all_; }
  // Whether only weekdays decide, and then which (bit 0 = Monday).
  bool only_weekdays() const { return only_weekdays_; }
  std::uint32_t weekdays() const { return weekdays_; }

 private:
  using YearBits = std::array<std::uint64_t, 6>;  // bit d - 1 for day d of the year

  std::uint32_t weekday_bits(int length, int first_weekday);
  void fill_year(int year);
  void add_year_weekdays(YearBits& bits, int length, int first_weekday) const;
  void add_weeks(YearBits& bits, int year, Date january_first, int length) const;
  Date first_week(int year) const;

  int week_start_;
  std::uint32_t months_ = 0;    // bit m; 0: all
  std::uint32_t weekdays_ = 0;  // bit 0 = Monday: those without an ordinal
  std::vector<ByDay> ordinals_;
  std::vector<int> year_days_;
  std::vector<int> weeks_;
  std::array<std::uint32_t, 4> month_days_{};  // by length - 28
  bool has_month_days_ = false;
  bool by_day_in_month_ = false;
  bool by_day_in_year_ = false;
  bool has_year_bits_ = false;
  bool passes_all_ = false;
  bool only_weekdays_ = false;

  std::array<std::array<std::uint32_t, 7>, 4>
      weekday_bits_{};  // by length - 28 and first weekday; 0: not yet known
  YearBits year_bits_{};
  int year_bits_of_ = INT32_MIN;
  std::int32_t month_first_ = 0;  // the month of the last matches(): first day, end, bits
  std::int32_t month_end_ = 0;
  std::uint32_t month_bits_ = 0;
};

}  // namespace kalends::calendar
