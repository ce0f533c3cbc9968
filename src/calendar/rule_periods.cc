// The periods of a RuleCursor: where one begins, which starts it has before BYSETPOS, and which one comes next.
#include <algorithm>
#include <bit>
#include <numeric>

#include "calendar/period_units.h"
#include "calendar/rule_cursor.h"

namespace kalends::calendar {

using namespace period_units;

// Steps of a fixed length meet only some times of day; when BYHOUR and its like leave none of them, the rule is empty.
bool RuleCursor::clock_can_match() const {
  if (frequency_ < Frequency::hourly || (hours_ == 0 && minutes_ == 0 && seconds_ == 0)) return true;
  std::int64_t common = std::gcd(step_, kDay);
  for (std::int64_t second = period_of(LocalTime{start_}) - floor_div(start_, kDay) * kDay, n = kDay / common;
       n > 0; --n) {
    bool match = (hours_ == 0 || (hours_ >> (second / 3600) & 1) != 0) &&
                 (minutes_ == 0 || (minutes_ >> (second / 60 % 60) & 1) != 0) &&
                 (seconds_ == 0 || (seconds_ >> (second % 60) & 1) != 0);
    if (match) return true;
    second = (second + common) % kDay;
  }
  return false;
}

std::int64_t RuleCursor::period_of(LocalTime time) const {
  Date date = date_of(time);
  switch (frequency_) {
    case Frequency::yearly: return civil(date).year;
    case Frequency::monthly: {
      YearMonthDay ymd = civil(date);
      return std::int64_t{ymd.year} * 12 + ymd.month - 1;
    }
    case Frequency::weekly: return date.days - (static_cast<int>(weekday(date)) - week_start_ + 7) % 7;
    case Frequency::daily: return date.days;
    default: return floor_div(time.seconds, unit_of(frequency_)) * unit_of(frequency_);
  }
}

std::int64_t RuleCursor::period_start() const {
  switch (frequency_) {
    case Frequency::yearly:
      return at(date_of(YearMonthDay{static_cast<int>(std::min<std::int64_t>(period_, kLastYear + 1)), 1, 1}))
          .seconds;
    case Frequency::monthly: {
      std::int64_t month = std::min<std::int64_t>(period_, (kLastYear + 1) * 12);
      std::int64_t year = floor_div(month, 12);
      return at(date_of(YearMonthDay{static_cast<int>(year), static_cast<int>(month - year * 12) + 1, 1}))
          .seconds;
    }
    case Frequency::weekly:
    case Frequency::daily: return period_ * kDay;
    default: return period_;
  }
}

// Fills bases_ from period_ and moves period_ on. False when the period has none.
bool RuleCursor::fill_period() {
  switch (frequency_) {
    case Frequency::yearly:
      for (int month = 1; month <= 12; ++month) fill_month(static_cast<int>(period_), month);
      period_ += step_;
      break;
    case Frequency::monthly: {
      std::int64_t year = floor_div(period_, 12);
      fill_month(static_cast<int>(year), static_cast<int>(period_ - year * 12) + 1);
      period_ += step_;
      break;
    }
    case Frequency::weekly: fill_week(); break;
    case Frequency::daily: fill_day(); break;
    default: fill_clock();
  }
  return !bases_.empty();
}

void RuleCursor::fill_month(int year, int month) {
  std::uint32_t days = filter_.days_of_month(year, month);
  if (days == 0) return;
  std::int64_t first = at(date_of(YearMonthDay{year, month, 1})).seconds;
  for (; days != 0; days &= days - 1) bases_.push_back(first + std::countr_zero(days) * kDay);
}

void RuleCursor::fill_week() {
  for (int i = 0; i < 7; ++i) {
    auto day = static_cast<std::int32_t>(period_ + i);
    bool match = filter_.only_weekdays() ? (filter_.weekdays() >> ((week_start_ + i) % 7) & 1) != 0
                                         : filter_.matches(Date{day});
    if (match) bases_.push_back(day * kDay);
  }
  period_ += step_;
}

void RuleCursor::fill_day() {
  Date day{static_cast<std::int32_t>(period_)};
  if (filter_.passes_all() || filter_.matches(day)) {
    bases_.push_back(day.days * kDay);
    period_ += step_;
  } else {
    period_ += ceil_div(filter_.next_candidate(day).days - period_, step_) * step_;
  }
}

void RuleCursor::skip_on_clock(std::int64_t to_seconds) {
  period_ += ceil_div(to_seconds - period_, step_) * step_;
}

void RuleCursor::fill_clock() {
  LocalTime time{period_};
  Date day = date_of(time);
  std::int32_t second = second_of_day(time);
  if (!filter_.passes_all() && !filter_.matches(day)) {
    skip_on_clock(at(filter_.next_candidate(day)).seconds);
  } else if (hours_ != 0 && (hours_ >> (second / 3600) & 1) == 0) {
    skip_on_clock(at(day, (second / 3600 + 1) * 3600).seconds);
  } else if (minutes_ != 0 && (minutes_ >> (second / 60 % 60) & 1) == 0) {
    skip_on_clock(at(day, (second / 60 + 1) * 60).seconds);
  } else if (seconds_ == 0 || (seconds_ >> (second % 60) & 1) != 0) {
    bases_.push_back(period_);
    period_ += step_;
  } else {
    period_ += step_;
  }
}

}  // namespace kalends::calendar
