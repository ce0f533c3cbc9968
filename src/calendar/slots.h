// The slots of a series: DTSTART, what its RRULEs and RDATEs add, less what its EXRULEs take away, each once and in
// order. Overrides and EXDATEs are not looked at here.
#pragma once

#include <vector>

#include "calendar/occurrences.h"
#include "calendar/rule_cursor.h"

namespace kalends::calendar {

struct Slot {
  LocalTime start;
  const Duration* duration = nullptr;  // an RDATE's own
};

class Slots {
 public:
  // Refers to `event` for as long as it lives. Slots outside of `window` are passed over.
  static Result<Slots> of(const Event& event, const Zone* zone, Window window, std::size_t max_steps);

  // The next slot, or false at the end; reached_limit() says whether that is the series' own.
  bool next(Slot& out);
  bool reached_limit() const;

 private:
  struct Source {
    RuleCursor cursor;
    LocalTime head;
    bool alive = false;

    void advance() { alive = cursor.next(head); }
  };

  Slots() = default;
  bool next_added(Slot& out);
  bool is_taken_away(LocalTime slot);

  std::vector<Source> added_;
  std::vector<Source> taken_away_;
  const std::vector<ExtraDate>* extra_dates_ = nullptr;
  std::size_t extra_ = 0;
  LocalTime single_;  // DTSTART of a series without rules
  bool has_single_ = false;
};

// Why `rule` cannot be expanded for times of that kind; nothing when it can.
Result<void> check_kind(const Rule& rule, TimeKind kind);

// The refusal of an expansion that looked at max_steps periods and starts.
std::unexpected<Error> too_many_steps(const Rule* rule, std::size_t max_steps);

}  // namespace kalends::calendar
