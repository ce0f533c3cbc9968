#include "store/sqlite/lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace kalends::store {
namespace {

std::string holder_of(int descriptor) {
  char text[32] = {};
  const auto size = ::pread(descriptor, text, sizeof text - 1, 0);
  const auto pid = parse_integer(trim(std::string_view(text, size > 0 ? static_cast<std::size_t>(size) : 0)));
  return pid && *pid > 0 ? fmt::format("another kalends process (pid {})", *pid) : "another kalends process";
}

}  // namespace

Result<FileLock> FileLock::take(const std::string& database_path) {
  const std::string path = database_path + ".lock";
  FileLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock.descriptor_ < 0)
    return fail(errno == ENOSPC ? ErrorKind::transient : ErrorKind::forbidden,
                fmt::format("{} cannot be made: {}; Kalends must be able to write in that folder", path,
                            std::strerror(errno)));
  while (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK)
      return fail(ErrorKind::transient, fmt::format("{} is using {}; wait for it or stop it, then run again",
                                                    holder_of(lock.descriptor_), database_path));
    return fail(ErrorKind::transient, fmt::format("{} cannot be locked: {}", path, std::strerror(errno)));
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  // Only for messages: a disk too full to take it does not make the lock less held.
  if (::ftruncate(lock.descriptor_, 0) == 0)
    static_cast<void>(::pwrite(lock.descriptor_, pid.data(), pid.size(), 0) == 0);
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace kalends::store
