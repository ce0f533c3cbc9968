#include "system/log.h"

#include <unistd.h>

#include <cerrno>
#include <string>

namespace kalends::system {

namespace {

std::string_view prefix(ports::Level level) {
  switch (level) {
    case ports::Level::debug: return "debug: ";
    case ports::Level::info: return "";
    case ports::Level::warning: return "warning: ";
    case ports::Level::error: return "error: ";
  }
  return "";
}

}  // namespace

void StderrLog::write(ports::Level level, std::string_view message) {
  if (level < least_) return;
  std::string line(prefix(level));
  line += message;
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  line += '\n';
  const std::lock_guard lock(mutex_);
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nobody listens any more, and there is nowhere else to say so
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace kalends::system
