// One rule's starts, one after the other. A cursor walks over periods (a year, month, week, day, hour, minute or
// second, each INTERVAL of them), fills the starts of one period, and gives them out in order.
//
// Everything is wall-clock time: HOURLY and finer steps count on the clock on the wall as well, as most programs do, so
// an hour that a zone repeats is not counted twice, and one that it skips still counts.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "calendar/day_filter.h"
#include "calendar/event.h"
#include "calendar/zone.h"

namespace kalends::calendar {

// Whether DTSTART is the first start even when the rule does not give it (RRULE), or only when it does (EXRULE).
enum class OffRuleStart : std::uint8_t { counts, ignored };

// The wall-clock times somebody asks for, both ends included.
struct Window {
  LocalTime from;
  LocalTime to;
};

class RuleCursor {
 public:
  // `zone` reads an UNTIL in UTC; nullptr takes it as wall-clock time. Nothing past window.to is looked at, and starts
  // before window.from are passed over: at no cost without COUNT, by whole periods with it. `max_steps` bounds the
  // periods looked at.
  RuleCursor(const Rule& rule, LocalTime start, TimeKind kind, const Zone* zone, Window window,
             OffRuleStart off_rule, std::size_t max_steps);

  // The next start, or false at the end: the rule, the window or the year 9999 is over, or max_steps was reached.
  bool next(LocalTime& out);
  bool reached_limit() const { return reached_limit_; }

 private:
  void set_bound(const Rule& rule, const Zone* zone);
  void set_offsets(const Rule& rule);
  void set_masks(const Rule& rule);
  bool clock_can_match() const;
  void skip_to_not_before();
  std::int64_t starts_of_every_period() const;
  std::int64_t starts_lost_to_start() const;
  std::int64_t period_of(LocalTime time) const;

  bool accept(std::int64_t value, bool& done);
  bool fill();
  bool fill_period();
  void fill_month(int year, int month);
  void fill_week();
  void fill_day();
  void fill_clock();
  void skip_on_clock(std::int64_t to_seconds);
  bool pass_over();
  void pick_positions();
  std::int64_t period_start() const;

  Frequency frequency_;
  std::int64_t start_;
  std::int64_t not_before_;
  std::int64_t after_;      // starts up to here were given already
  std::int64_t last_wall_;  // the last start there can be
  std::int64_t until_utc_ = 0;
  std::int64_t check_utc_from_;  // later starts are compared with until_utc_
  const Zone* zone_ = nullptr;
  std::int64_t remaining_;  // of COUNT; negative: no COUNT
  int week_start_;
  DayFilter filter_;
  std::uint32_t hours_ = 0;            // bit h that HOURLY and finer may have; 0: all
  std::uint64_t minutes_ = 0;          // MINUTELY and SECONDLY
  std::uint64_t seconds_ = 0;          // SECONDLY
  std::vector<std::int32_t> offsets_;  // of a start within its base, ascending
  std::vector<int> positions_;         // BYSETPOS

  std::int64_t period_;  // year; month since year 0; first day of the week; day; seconds for HOURLY and finer
  std::int64_t step_;    // to the next period, in the same measure
  std::vector<std::int64_t> bases_;  // of the present period: midnights, or the period itself on the clock
  std::vector<std::size_t> picks_;   // with positions_: indexes into bases_ x offsets_
  std::size_t base_ = 0;
  std::size_t offset_ = 0;
  std::size_t pick_ = 0;
  std::size_t steps_ = 0;
  std::size_t max_steps_;
  bool give_start_;
  bool over_ = false;
  bool reached_limit_ = false;
};

}  // namespace kalends::calendar
