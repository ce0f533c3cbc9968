#include "calendar/slots.h"

#include <fmt/format.h>

#include <algorithm>

namespace kalends::calendar {

Result<void> check_kind(const Rule& rule, TimeKind kind) {
  if (kind != TimeKind::all_day || rule.frequency < Frequency::hourly) return {};
  return fail(ErrorKind::invalid,
              fmt::format("an all-day event cannot repeat by the hour or finer, as {} would have it",
                          to_string(rule)));
}

std::unexpected<Error> too_many_steps(const Rule* rule, std::size_t max_steps) {
  return fail(
      ErrorKind::invalid,
      fmt::format(
          "the recurrence{} is too fine for this range: {} steps did not get through it; ask for a shorter "
          "range or a coarser rule",
          rule != nullptr ? " " + to_string(*rule) : "", max_steps));
}

Result<Slots> Slots::of(const Event& event, const Zone* zone, Window window, std::size_t max_steps) {
  Slots slots;
  const When& when = event.when;
  const Recurrence& recurrence = event.recurrence;
  auto open = [&](const std::vector<Rule>& rules, OffRuleStart off_rule,
                  std::vector<Source>& sources) -> Result<void> {
    sources.reserve(rules.size());
    for (const Rule& rule : rules) {
      TRY_VOID(check_kind(rule, when.kind));
      sources.push_back(
          {RuleCursor(rule, when.start, when.kind, zone, window, off_rule, max_steps), {}, false});
      sources.back().advance();
    }
    return {};
  };
  TRY_VOID(open(recurrence.rules, OffRuleStart::counts, slots.added_));
  TRY_VOID(open(recurrence.exclusion_rules, OffRuleStart::ignored, slots.taken_away_));
  slots.extra_dates_ = &recurrence.extra_dates;
  slots.extra_ = static_cast<std::size_t>(
      std::ranges::lower_bound(recurrence.extra_dates, window.from, {}, &ExtraDate::start) -
      recurrence.extra_dates.begin());
  slots.single_ = when.start;
  slots.has_single_ = recurrence.rules.empty() && when.start >= window.from;
  return slots;
}

bool Slots::reached_limit() const {
  auto hit = [](const Source& source) { return source.cursor.reached_limit(); };
  return std::ranges::any_of(added_, hit) || std::ranges::any_of(taken_away_, hit);
}

bool Slots::next(Slot& out) {
  while (next_added(out)) {
    if (taken_away_.empty() || !is_taken_away(out.start)) return true;
  }
  return false;
}

bool Slots::next_added(Slot& out) {
  if (added_.size() == 1 && extra_ == extra_dates_->size()) {  // nearly every series
    Source& source = added_.front();
    if (!source.alive) return false;
    out = {source.head, nullptr};
    source.advance();
    return true;
  }
  bool found = has_single_;
  LocalTime earliest = single_;
  auto consider = [&](LocalTime time) {
    if (!found || time < earliest) earliest = time;
    found = true;
  };
  for (const Source& source : added_) {
    if (source.alive) consider(source.head);
  }
  if (extra_ < extra_dates_->size()) consider((*extra_dates_)[extra_].start);
  if (!found) return false;
  out = {earliest, nullptr};
  if (has_single_ && single_ == earliest) has_single_ = false;
  for (Source& source : added_) {
    if (source.alive && source.head == earliest) source.advance();
  }
  for (; extra_ < extra_dates_->size() && (*extra_dates_)[extra_].start == earliest; ++extra_) {
    const ExtraDate& extra = (*extra_dates_)[extra_];
    if (extra.duration) out.duration = &*extra.duration;
  }
  return true;
}

bool Slots::is_taken_away(LocalTime slot) {
  bool taken = false;
  for (Source& source : taken_away_) {
    while (source.alive && source.head < slot) source.advance();
    taken |= source.alive && source.head == slot;
  }
  return taken;
}

}  // namespace kalends::calendar
