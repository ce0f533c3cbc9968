// The occurrences of a series in a range. Pure; an unbounded rule costs only the range asked for.
#pragma once

#include <functional>
#include <vector>

#include "calendar/event.h"
#include "calendar/zone.h"

namespace kalends::calendar {

struct Occurrence {
  LocalTime recurrence_id;  // the slot, wall clock in the series' own zone; equals start unless it was moved
  LocalTime start;          // wall clock in the zone of `when`
  When when;                // the occurrence's own time (kind, zone, duration), overrides applied
  std::int64_t start_utc = 0;  // seconds; floating and all-day times are read in `viewer`
  std::int64_t end_utc = 0;
  bool overridden = false;
  bool cancelled =
      false;  // its status, its own or the series', is "cancelled"; excluded slots do not occur at all

  bool operator==(const Occurrence&) const = default;
};

struct Range {
  std::int64_t from_utc = 0;  // seconds, inclusive
  std::int64_t to_utc = 0;    // seconds, exclusive
};

// What one expansion gives, and how much it may give and look at, so that FREQ=SECONDLY for ever is refused instead of
// served.
struct ExpansionLimits {
  enum class WhenFull : std::uint8_t {
    refuse,  // more than max_occurrences is an error
    stop,    // the first max_occurrences by start are the answer
  };
  std::size_t max_occurrences = 100'000;
  std::size_t max_steps = 10'000'000;  // candidates and empty periods looked at
  WhenFull when_full = WhenFull::refuse;
  enum class Cancelled : std::uint8_t { given, left_out };
  Cancelled cancelled = Cancelled::given;
};

// Every occurrence that overlaps `range` (or starts in it, for one without length), by start. DTSTART counts as the
// first occurrence even when it does not match the rule; EXDATE and EXRULE take away, RDATE adds; COUNT counts DTSTART
// and slots that are excluded. A time in a DST gap uses the offset before the gap and counts (RFC 8984 section 4.3.3).
// BYSETPOS, BYWEEKNO and WKST as RFC 5545 section 3.3.10; a weekday that BYWEEKNO lacks comes from DTSTART. HOURLY and
// finer rules step on the wall clock. An UNTIL that is a date lasts to the end of that day; one before DTSTART leaves
// nothing. An override whose slot the series does not have is one more occurrence (RFC 8984 section 4.3.5).
// `viewer` is the zone in which floating and all-day times are read. invalid past a limit, and for a zone nobody knows.
Result<std::vector<Occurrence>> occurrences(const Event& event, Range range, const ZoneSource& zones,
                                            const Zone& viewer, ExpansionLimits limits = {});

// The rule's starts that are not before `not_before`, in order, until `visit` returns false; `start` is the first one
// even when it does not match. `zone` reads an UNTIL in UTC and may be nullptr. No start lies past the year 9999.
// invalid when limits.max_steps is reached, and for an all-day start with a rule finer than DAILY.
Result<void> expand(const Rule& rule, LocalTime start, TimeKind kind, const Zone* zone, LocalTime not_before,
                    const std::function<bool(LocalTime)>& visit, ExpansionLimits limits = {});

// The first start and the last end of all occurrences, or no end for a series without one; for indexing by time.
struct Extent {
  std::int64_t from_utc = 0;
  std::optional<std::int64_t> to_utc;
};
Result<Extent> extent(const Event& event, const ZoneSource& zones, const Zone& viewer);

}  // namespace kalends::calendar
