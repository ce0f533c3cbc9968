// Messages for a person who watches the terminal: one line each on standard error.
#pragma once

#include <mutex>

#include "ports/world.h"

namespace kalends::system {

// Drops messages below `least`. Control characters become spaces, so that a message is always one line and cannot
// steer a terminal. Safe from any thread.
class StderrLog : public ports::Log {
 public:
  explicit StderrLog(ports::Level least, int descriptor = 2) : least_(least), descriptor_(descriptor) {}

  void write(ports::Level level, std::string_view message) override;

 private:
  ports::Level least_;
  int descriptor_;
  std::mutex mutex_;
};

}  // namespace kalends::system
