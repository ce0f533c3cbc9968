#include "system/stop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/error.h"

namespace kalends::system {

static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

StopFlag::StopFlag() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  KALENDS_CHECK(descriptor_ >= 0);
}

StopFlag::~StopFlag() { ::close(descriptor_); }

void StopFlag::request() noexcept {
  const int saved = errno;  // a signal handler leaves errno as it was
  requested_.store(true, std::memory_order_relaxed);
  const std::uint64_t one = 1;
  // It can only fail when the counter is full, and then the descriptor is readable already.
  [[maybe_unused]] const ssize_t written = ::write(descriptor_, &one, sizeof one);
  errno = saved;
}

}  // namespace kalends::system
