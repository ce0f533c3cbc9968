// Numbers that the two halves of RuleCursor share.
#pragma once

#include <cstdint>
#include <limits>

#include "calendar/event.h"

namespace kalends::calendar::period_units {

inline constexpr std::int64_t kDay = 86400;
inline constexpr int kLastYear = 9999;
inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

inline std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }
inline std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return -floor_div(-a, b); }

// Seconds of one step of HOURLY, MINUTELY and SECONDLY.
inline std::int64_t unit_of(Frequency frequency) {
  return frequency == Frequency::hourly ? 3600 : frequency == Frequency::minutely ? 60 : 1;
}

}  // namespace kalends::calendar::period_units
