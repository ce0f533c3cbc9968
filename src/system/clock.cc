#include "system/clock.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <limits>

namespace kalends::system {

Instant SystemClock::now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return Instant{std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()};
}

void SystemClock::sleep_ms(std::int64_t ms) {
  using Steady = std::chrono::steady_clock;
  constexpr std::int64_t kLongest = std::numeric_limits<int>::max();
  const auto end = Steady::now() + std::chrono::milliseconds(std::min<std::int64_t>(ms, 1'000 * kLongest));
  while (!stop_.requested()) {
    // Rounded up, so that the sleep is never shorter than asked.
    const std::int64_t left = std::chrono::ceil<std::chrono::milliseconds>(end - Steady::now()).count();
    if (left <= 0) return;
    pollfd wake{stop_.descriptor(), POLLIN, 0};
    ::poll(&wake, 1, static_cast<int>(std::min(left, kLongest)));
  }
}

}  // namespace kalends::system
