#include "calendar/day_filter.h"

namespace kalends::calendar {

namespace {

constexpr std::uint32_t full_month(int length) {
  return static_cast<std::uint32_t>((std::uint64_t{1} << length) - 1);
}

template <class Bits>
void set_bit(Bits& bits, int index) {
  bits[static_cast<std::size_t>(index) / 64] |= std::uint64_t{1} << (index % 64);
}

// The 31 bits from `offset` on.
template <class Bits>
std::uint32_t extract(const Bits& bits, int offset) {
  auto word = static_cast<std::size_t>(offset) / 64;
  int shift = offset % 64;
  std::uint64_t value = bits[word] >> shift;
  if (shift > 33 && word + 1 < bits.size()) value |= bits[word + 1] << (64 - shift);
  return static_cast<std::uint32_t>(value & 0x7FFFFFFF);
}

}  // namespace

DayFilter::DayFilter(const Rule& rule, Date start) : week_start_(static_cast<int>(rule.week_start)) {
  bool expands = rule.frequency <= Frequency::weekly;
  bool has_weeks = !rule.by_week.empty();
  for (int month : rule.by_month) months_ |= 1u << month;
  year_days_ = rule.by_year_day;
  weeks_ = rule.by_week;
  std::vector<int> month_days = rule.by_month_day;
  bool in_month =
      rule.frequency == Frequency::monthly || (rule.frequency == Frequency::yearly && months_ != 0);
  bool ordinals_count = rule.frequency <= Frequency::monthly && !has_weeks;
  for (const ByDay& by : rule.by_day) {
    if (by.ordinal == 0 || !ordinals_count) {
      weekdays_ |= 1u << static_cast<int>(by.day);
    } else {
      ordinals_.push_back(by);
    }
  }
  if (expands && month_days.empty() && year_days_.empty() && rule.by_day.empty()) {
    YearMonthDay ymd = civil(start);
    if (has_weeks || rule.frequency == Frequency::weekly) {
      weekdays_ = 1u << static_cast<int>(weekday(start));
    } else {
      month_days.push_back(ymd.day);
      if (rule.frequency == Frequency::yearly && months_ == 0) months_ = 1u << ymd.month;
    }
  }
  has_month_days_ = !month_days.empty();
  for (int length = 28; length <= 31; ++length) {
    for (int day : month_days) {
      int index = day > 0 ? day - 1 : length + day;
      if (index >= 0 && index < length) month_days_[static_cast<std::size_t>(length - 28)] |= 1u << index;
    }
  }
  bool has_by_day = weekdays_ != 0 || !ordinals_.empty();
  by_day_in_year_ = !ordinals_.empty() && !in_month;
  by_day_in_month_ = has_by_day && !by_day_in_year_;
  has_year_bits_ = by_day_in_year_ || has_weeks || !year_days_.empty();
  only_weekdays_ = months_ == 0 && !has_month_days_ && !has_year_bits_ && ordinals_.empty() && weekdays_ != 0;
  passes_all_ = months_ == 0 && !has_month_days_ && !has_year_bits_ && !has_by_day;
}

std::uint32_t DayFilter::days_of_month(int year, int month) {
  if (months_ != 0 && (months_ >> month & 1) == 0) return 0;
  int length = days_in_month(year, month);
  std::uint32_t bits = full_month(length);
  if (has_month_days_) bits &= month_days_[static_cast<std::size_t>(length - 28)];
  if (bits == 0 || (!by_day_in_month_ && !has_year_bits_)) return bits;
  Date first = date_of(YearMonthDay{year, month, 1});
  if (by_day_in_month_) bits &= weekday_bits(length, static_cast<int>(weekday(first)));
  if (has_year_bits_) {
    if (year_bits_of_ != year) fill_year(year);
    bits &= extract(year_bits_, first.days - date_of(YearMonthDay{year, 1, 1}).days);
  }
  return bits;
}

std::uint32_t DayFilter::weekday_bits(int length, int first_weekday) {
  std::uint32_t& known =
      weekday_bits_[static_cast<std::size_t>(length - 28)][static_cast<std::size_t>(first_weekday)];
  constexpr std::uint32_t kKnown = 1u << 31;
  if (known != 0) return known & ~kKnown;
  std::uint32_t bits = 0;
  for (int index = 0; index < length; ++index) {
    int day = (first_weekday + index) % 7;
    bool match = (weekdays_ >> day & 1) != 0;
    for (const ByDay& by : ordinals_) {
      int from_start = index / 7 + 1;
      int from_end = -((length - 1 - index) / 7 + 1);
      match |= static_cast<int>(by.day) == day && (by.ordinal == from_start || by.ordinal == from_end);
    }
    if (match) bits |= 1u << index;
  }
  known = bits | kKnown;
  return bits;
}

void DayFilter::fill_year(int year) {
  int length = is_leap_year(year) ? 366 : 365;
  Date january_first = date_of(YearMonthDay{year, 1, 1});
  year_bits_.fill(~std::uint64_t{0});
  auto narrow = [&](const YearBits& bits) {
    for (std::size_t i = 0; i < bits.size(); ++i) year_bits_[i] &= bits[i];
  };
  if (!year_days_.empty()) {
    YearBits bits{};
    for (int day : year_days_) {
      int index = day > 0 ? day - 1 : length + day;
      if (index >= 0 && index < length) set_bit(bits, index);
    }
    narrow(bits);
  }
  if (!weeks_.empty()) {
    YearBits bits{};
    add_weeks(bits, year, january_first, length);
    narrow(bits);
  }
  if (by_day_in_year_) {
    YearBits bits{};
    add_year_weekdays(bits, length, static_cast<int>(weekday(january_first)));
    narrow(bits);
  }
  year_bits_of_ = year;
}

void DayFilter::add_year_weekdays(YearBits& bits, int length, int first_weekday) const {
  for (int index = 0; index < length; ++index) {
    if ((weekdays_ >> ((first_weekday + index) % 7) & 1) != 0) set_bit(bits, index);
  }
  for (const ByDay& by : ordinals_) {
    int first = (static_cast<int>(by.day) - first_weekday + 7) % 7;
    int count = (length - 1 - first) / 7 + 1;
    int nth = by.ordinal > 0 ? by.ordinal - 1 : count + by.ordinal;
    if (nth >= 0 && nth < count) set_bit(bits, first + nth * 7);
  }
}

// The first day of week 1: the first week with at least four days in the year, so the one that holds 4 January.
Date DayFilter::first_week(int year) const {
  Date fourth = date_of(YearMonthDay{year, 1, 4});
  return {fourth.days - (static_cast<int>(weekday(fourth)) - week_start_ + 7) % 7};
}

// A day has the number of its week, even when that week belongs to the year before or after.
void DayFilter::add_weeks(YearBits& bits, int year, Date january_first, int length) const {
  std::int32_t starts[4];
  for (int i = 0; i < 4; ++i) starts[i] = first_week(year - 1 + i).days;
  for (int which = 0; which < 3; ++which) {
    int weeks = (starts[which + 1] - starts[which]) / 7;
    for (int number : weeks_) {
      int nth = number > 0 ? number - 1 : weeks + number;
      if (nth < 0 || nth >= weeks) continue;
      int index = starts[which] + nth * 7 - january_first.days;
      for (int day = index; day < index + 7; ++day) {
        if (day >= 0 && day < length) set_bit(bits, day);
      }
    }
  }
}

bool DayFilter::matches(Date date) {
  if (date.days < month_first_ || date.days >= month_end_) {
    YearMonthDay ymd = civil(date);
    month_first_ = date.days - (ymd.day - 1);
    month_end_ = month_first_ + days_in_month(ymd.year, ymd.month);
    month_bits_ = days_of_month(ymd.year, ymd.month);
  }
  return (month_bits_ >> (date.days - month_first_) & 1) != 0;
}

Date DayFilter::next_candidate(Date date) const {
  // Bits past `date`: none means that the rest of the month has nothing.
  std::uint32_t later = month_bits_ >> (date.days - month_first_) >> 1;
  return later == 0 ? Date{month_end_} : Date{date.days + 1};
}

}  // namespace kalends::calendar
