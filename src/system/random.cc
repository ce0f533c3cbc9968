#include "system/random.h"

#include <sys/random.h>

#include <cerrno>

#include "base/error.h"

namespace kalends::system {

std::uint64_t SystemRandom::next() {
  std::uint64_t value = 0;
  ssize_t got = 0;
  do {
    got = ::getrandom(&value, sizeof value, 0);
  } while (got < 0 && errno == EINTR);
  KALENDS_CHECK(got == static_cast<ssize_t>(sizeof value));
  return value;
}

}  // namespace kalends::system
