#include "calendar/rule_cursor.h"

#include <algorithm>
#include <bit>

#include "calendar/period_units.h"

namespace kalends::calendar {

using namespace period_units;

namespace {

constexpr std::int64_t kWidestOffset = 2 * kDay;  // wall clock and UTC are never this far apart

// The list, or what DTSTART says when there is none. A leap second is the second before it.
std::vector<int> or_else(const std::vector<int>& list, int of_start) {
  if (list.empty()) return {of_start};
  std::vector<int> out = list;
  if (out.back() == 60) out.back() = 59;
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

RuleCursor::RuleCursor(const Rule& rule, LocalTime start, TimeKind kind, const Zone* zone, Window window,
                       OffRuleStart off_rule, std::size_t max_steps)
    : frequency_(rule.frequency),
      start_(start.seconds),
      not_before_(window.from.seconds),
      after_(off_rule == OffRuleStart::counts ? start.seconds : start.seconds - 1),
      last_wall_(std::min(window.to, at(date_of(YearMonthDay{kLastYear, 12, 31}), kDay - 1)).seconds),
      check_utc_from_(kNever),
      remaining_(rule.count ? std::int64_t{*rule.count} : -1),
      week_start_(static_cast<int>(rule.week_start)),
      filter_(rule, date_of(start)),
      positions_(rule.by_set_position),
      step_(rule.interval),
      max_steps_(max_steps),
      give_start_(off_rule == OffRuleStart::counts) {
  if (frequency_ == Frequency::weekly) step_ *= 7;
  if (frequency_ >= Frequency::hourly) step_ *= unit_of(frequency_);
  set_bound(rule, kind == TimeKind::zoned ? zone : nullptr);
  if (kind == TimeKind::all_day) {
    offsets_ = {0};  // RFC 5545: BYHOUR, BYMINUTE and BYSECOND are ignored for dates
  } else {
    set_offsets(rule);
  }
  set_masks(rule);
  period_ = period_of(start);
  bases_.reserve(frequency_ == Frequency::yearly ? 64 : 31);
  if (clock_can_match()) {
    skip_to_not_before();
  } else {
    period_ = kNever;
  }
}

void RuleCursor::set_bound(const Rule& rule, const Zone* zone) {
  if (!rule.until) return;
  std::int64_t until = rule.until->time.seconds;
  if (rule.until->kind == Until::Kind::date) until += kDay - 1;  // that whole day
  if (rule.until->kind == Until::Kind::utc && zone != nullptr) {
    zone_ = zone;
    until_utc_ = until;
    check_utc_from_ = until - kWidestOffset;
    until += kWidestOffset;
  }
  last_wall_ = std::min(last_wall_, until);
}

void RuleCursor::set_offsets(const Rule& rule) {
  int of_day = second_of_day(LocalTime{start_});
  std::vector<int> none{0};
  auto hours = frequency_ >= Frequency::hourly ? none : or_else(rule.by_hour, of_day / 3600);
  auto minutes = frequency_ >= Frequency::minutely ? none : or_else(rule.by_minute, of_day / 60 % 60);
  auto seconds = frequency_ >= Frequency::secondly ? none : or_else(rule.by_second, of_day % 60);
  offsets_.reserve(hours.size() * minutes.size() * seconds.size());
  for (int hour : hours) {
    for (int minute : minutes) {
      for (int second : seconds) offsets_.push_back(hour * 3600 + minute * 60 + second);
    }
  }
}

void RuleCursor::set_masks(const Rule& rule) {
  if (frequency_ < Frequency::hourly) return;
  for (int hour : rule.by_hour) hours_ |= 1u << hour;
  if (frequency_ < Frequency::minutely) return;
  for (int minute : rule.by_minute) minutes_ |= std::uint64_t{1} << minute;
  if (frequency_ < Frequency::secondly) return;
  for (int second : rule.by_second) seconds_ |= std::uint64_t{1} << std::min(second, 59);
}

// How many starts each period has, whatever the calendar says; 0 when that is not known without looking.
std::int64_t RuleCursor::starts_of_every_period() const {
  if (!positions_.empty() || hours_ != 0 || minutes_ != 0 || seconds_ != 0) return 0;
  auto times = static_cast<std::int64_t>(offsets_.size());
  if (frequency_ >= Frequency::daily) return filter_.passes_all() ? times : 0;
  bool weekdays = frequency_ == Frequency::weekly && filter_.only_weekdays();
  return weekdays ? times * std::popcount(filter_.weekdays()) : 0;
}

// Of the first period, where starts_of_every_period() is known: the starts up to after_.
std::int64_t RuleCursor::starts_lost_to_start() const {
  auto lost_of = [&](std::int64_t base) {
    return std::ranges::count_if(offsets_, [&](std::int32_t offset) { return base + offset <= after_; });
  };
  if (frequency_ > Frequency::daily) return lost_of(period_);
  if (frequency_ == Frequency::daily) return lost_of(period_ * kDay);
  std::int64_t lost = 0;
  for (int i = 0; i < 7; ++i)
    if ((filter_.weekdays() >> ((week_start_ + i) % 7) & 1) != 0) lost += lost_of((period_ + i) * kDay);
  return lost;
}

void RuleCursor::skip_to_not_before() {
  if (not_before_ <= start_) return;
  std::int64_t target = period_of(LocalTime{std::min(not_before_, last_wall_ + kDay)});
  std::int64_t count = floor_div(target - period_, step_);
  if (remaining_ >= 0) {
    // With COUNT whole periods can be left out unseen only where each gives the same number of starts.
    std::int64_t each = starts_of_every_period();
    if (each == 0) return;
    count = std::min(count, (remaining_ - 1) / each) - 1;
    if (count <= 0) return;
    // The first period may have lost starts to DTSTART; those it has are counted one by one.
    remaining_ -= count * each - starts_lost_to_start() + (give_start_ ? 1 : 0);
    give_start_ = false;
  }
  if (count > 0) period_ += count * step_;
}

// Whether `value` is a start to give out. `done` when it and all later ones lie past the end.
bool RuleCursor::accept(std::int64_t value, bool& done) {
  if (value > last_wall_ || remaining_ == 0) {
    done = true;
    return false;
  }
  if (value > check_utc_from_ && zone_->to_utc(LocalTime{value}) > until_utc_) return false;
  if (remaining_ > 0) --remaining_;
  return value >= not_before_;
}

bool RuleCursor::next(LocalTime& out) {
  if (give_start_) {
    give_start_ = false;
    out.seconds = start_;
    if (accept(start_, over_)) return true;
  }
  while (!over_) {
    while (positions_.empty() ? base_ < bases_.size() : pick_ < picks_.size()) {
      std::int64_t value = 0;
      if (positions_.empty()) {
        value = bases_[base_] + offsets_[offset_];
        if (++offset_ == offsets_.size()) {
          offset_ = 0;
          ++base_;
        }
      } else {
        std::size_t index = picks_[pick_++];
        value = bases_[index / offsets_.size()] + offsets_[index % offsets_.size()];
      }
      if (value <= after_) continue;
      if (accept(value, over_)) {
        out.seconds = value;
        return true;
      }
      if (over_) return false;
    }
    if (!fill()) over_ = true;
  }
  return false;
}

// Moves to the next period that has a start worth giving. False at the end.
bool RuleCursor::fill() {
  while (true) {
    if (remaining_ == 0 || period_ == kNever || period_start() > last_wall_) return false;
    if (++steps_ > max_steps_) {
      reached_limit_ = true;
      return false;
    }
    bases_.clear();
    base_ = offset_ = pick_ = 0;
    picks_.clear();
    if (!fill_period()) continue;
    if (!positions_.empty()) {
      pick_positions();
      if (picks_.empty()) continue;
    }
    if (!pass_over()) return true;
  }
}

// With COUNT, a period that lies whole before not_before is only counted. True when this one was.
bool RuleCursor::pass_over() {
  bool whole = bases_.front() + offsets_.front() > after_;
  std::int64_t last = bases_.back() + offsets_.back();
  if (!whole || last >= not_before_ || last > last_wall_ || last > check_utc_from_) return false;
  std::size_t size = positions_.empty() ? bases_.size() * offsets_.size() : picks_.size();
  if (remaining_ >= 0) {
    if (remaining_ <= static_cast<std::int64_t>(size)) return false;
    remaining_ -= static_cast<std::int64_t>(size);
  }
  return true;
}

// BYSETPOS: the n-th of the period's starts, or the n-th from its end.
void RuleCursor::pick_positions() {
  auto size = static_cast<std::int64_t>(bases_.size() * offsets_.size());
  for (int position : positions_) {
    std::int64_t index = position > 0 ? position - 1 : size + position;
    if (index >= 0 && index < size) picks_.push_back(static_cast<std::size_t>(index));
  }
  std::ranges::sort(picks_);
  picks_.erase(std::unique(picks_.begin(), picks_.end()), picks_.end());
}

}  // namespace kalends::calendar
