// Zone: which offset holds when. Invariants: transitions_ ascend, and each but the last changes the offset. What
// follows the last one is worked out from the footer year by year, so there is no last year.
//
// Every change from offset `before` to `after` at instant `at` splits the wall clock at at + max(before, after): in a
// gap (after > before) wall times up to its end still mean `before`, in a fold (after < before) the doubled ones mean
// the first pass, which is `before` as well.
#include "calendar/zone.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <tuple>

namespace kalends::calendar {

namespace {

constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
constexpr int kLastYear = 9999;

struct Step {
  std::int64_t at = 0;
  int order = 0;  // as given: two changes at one instant (daylight time all the year) keep their order
  std::int32_t before = 0;
  std::int32_t after = 0;
};

// The wall-clock midnight of the day on which a yearly change falls.
Date day_of(const Zone::YearlyChange& change, int year) {
  Date january_first = date_of(YearMonthDay{year, 1, 1});
  if (change.week == 0) {
    bool past_leap_day = change.julian && change.day >= 60 && is_leap_year(year);
    return {january_first.days + change.day - (change.julian ? 1 : 0) + (past_leap_day ? 1 : 0)};
  }
  Date first = date_of(YearMonthDay{year, change.month, 1});
  int sunday_based = (static_cast<int>(weekday(first)) + 1) % 7;
  int day = (change.day - sunday_based + 7) % 7 + (change.week - 1) * 7;
  while (day >= days_in_month(year, change.month)) day -= 7;
  return {first.days + day};
}

constexpr std::size_t kChangesOfYear = 2;

// Writes the changes of one year to `out` and gives their number.
std::size_t steps_of_year(const Zone::Footer& footer, int year, int order, Step* out) {
  std::size_t count = std::min(footer.changes.size(), kChangesOfYear);
  for (std::size_t i = 0; i < count; ++i) {
    const Zone::YearlyChange& change = footer.changes[i];
    std::int32_t before = footer.changes[(i + count - 1) % count].offset_after;
    out[i] = {at(day_of(change, year)).seconds + change.second - before, order++, before,
              change.offset_after};
  }
  return count;
}

void sort_steps(std::span<Step> steps) {
  std::ranges::sort(
      steps, [](const Step& a, const Step& b) { return std::tie(a.at, a.order) < std::tie(b.at, b.order); });
}

}  // namespace

Zone::Zone(std::string name, std::int32_t first_offset, std::vector<Transition> transitions, Footer footer)
    : name_(std::move(name)), first_offset_(first_offset), footer_(std::move(footer)) {
  std::ranges::sort(transitions, {}, &Transition::at);
  std::int32_t before = first_offset;
  for (std::size_t i = 0; i < transitions.size(); ++i) {
    if (transitions[i].offset == before && i + 1 != transitions.size()) continue;
    before = transitions[i].offset;
    transitions_.push_back(transitions[i]);
  }
}

Zone Zone::fixed(std::string name, std::int32_t offset) {
  return Zone(std::move(name), offset, {}, Footer{offset, {}});
}

std::int64_t Zone::boundary(std::size_t index, Clock clock) const {
  const Transition& transition = transitions_[index];
  if (clock == Clock::utc) return transition.at;
  std::int32_t before = index == 0 ? first_offset_ : transitions_[index - 1].offset;
  return transition.at + std::max(before, transition.offset);
}

Zone::Span Zone::find(std::int64_t seconds, Clock clock) const {
  std::size_t low = 0;
  std::size_t high = transitions_.size();
  if (high == 0 || seconds >= boundary(high - 1, clock)) return find_in_footer(seconds, clock);
  while (low < high) {  // the first boundary past `seconds`
    std::size_t middle = (low + high) / 2;
    if (boundary(middle, clock) <= seconds) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return {kFirst, boundary(0, clock), first_offset_};
  return {boundary(low - 1, clock), boundary(low, clock), transitions_[low - 1].offset};
}

Zone::Span Zone::find_in_footer(std::int64_t seconds, Clock clock) const {
  bool open = transitions_.empty();
  Span span{open ? kFirst : boundary(transitions_.size() - 1, clock), kLast,
            open ? first_offset_ : transitions_.back().offset};
  if (footer_.changes.empty()) return span;
  // A change may fall a week outside of its year, so the neighbours are looked at as well.
  std::array<Step, 3 * kChangesOfYear> buffer;
  std::size_t count = 0;
  int year = civil(date_of(LocalTime{seconds})).year;
  for (int y = year - 1; y <= year + 1; ++y) {
    count += steps_of_year(footer_, y, static_cast<int>(count), buffer.data() + count);
  }
  std::span<Step> steps(buffer.data(), count);
  sort_steps(steps);
  for (const Step& step : steps) {
    if (!open && step.at <= transitions_.back().at) continue;
    std::int64_t from = clock == Clock::utc ? step.at : step.at + std::max(step.before, step.after);
    if (from > seconds) {
      span.to = from;
      break;
    }
    span.from = from;
    span.offset = step.after;
  }
  return span;
}

std::int32_t Zone::offset_at(std::int64_t utc_seconds) const { return find(utc_seconds, Clock::utc).offset; }

Zone::Span Zone::span_of(LocalTime local) const { return find(local.seconds, Clock::wall); }

std::int64_t Zone::to_utc(LocalTime local) const {
  return local.seconds - find(local.seconds, Clock::wall).offset;
}

LocalTime Zone::to_local(std::int64_t utc_seconds) const { return {utc_seconds + offset_at(utc_seconds)}; }

std::vector<Zone::Transition> Zone::transitions_between(std::int64_t from_utc, std::int64_t to_utc) const {
  std::vector<Transition> found;
  auto first = std::ranges::lower_bound(transitions_, from_utc, {}, &Transition::at);
  for (auto it = first; it != transitions_.end() && it->at < to_utc; ++it) found.push_back(*it);
  std::int64_t begin = transitions_.empty() ? from_utc : std::max(from_utc, transitions_.back().at + 1);
  if (footer_.changes.empty() || begin >= to_utc) return found;
  int last_year = std::min(civil(date_of(LocalTime{to_utc})).year, kLastYear) + 1;
  int first_year = std::max(civil(date_of(LocalTime{begin})).year - 1, -kLastYear);
  std::vector<Step> steps;
  for (int year = first_year; year <= last_year; ++year) {
    std::array<Step, kChangesOfYear> of_year;
    std::size_t count = steps_of_year(footer_, year, static_cast<int>(steps.size()), of_year.data());
    steps.insert(steps.end(), of_year.begin(), of_year.begin() + static_cast<std::ptrdiff_t>(count));
  }
  sort_steps(steps);
  for (const Step& step : steps) {
    if (step.at >= begin && step.at < to_utc) found.push_back({step.at, step.after});
  }
  return found;
}

}  // namespace kalends::calendar
