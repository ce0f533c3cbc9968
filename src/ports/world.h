// The outside world as the engine sees it: time, chance, what is worth telling. Real ones live in system/,
// simulated ones in tests; all come through constructors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/instant.h"

namespace kalends::ports {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() = 0;
  virtual void sleep_ms(std::int64_t ms) = 0;  // returns early when the program is asked to stop
};

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;  // uniform 64 bits, not predictable outside of tests
};

enum class Level : std::uint8_t { debug, info, warning, error };

class Log {
 public:
  virtual ~Log() = default;
  virtual void write(Level level, std::string_view message) = 0;  // never given secrets or contents
};

// Long work says how far it is; the command line draws it on a terminal.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void update(std::string_view what, std::size_t done, std::size_t of) = 0;  // of = 0: unknown
};

}  // namespace kalends::ports
