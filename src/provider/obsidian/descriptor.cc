#include "provider/obsidian/descriptor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace kalends::provider::obsidian {

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

std::unexpected<Error> fail_errno(std::string_view what, std::string_view path) {
  const int number = errno;
  ErrorKind kind = ErrorKind::transient;
  if (number == ENOENT || number == ENOTDIR) kind = ErrorKind::not_found;
  if (number == EACCES || number == EPERM || number == EROFS) kind = ErrorKind::forbidden;
  if (number == ELOOP || number == ENAMETOOLONG) kind = ErrorKind::invalid;
  return fail(kind, fmt::format("cannot {} {}: {}", what, path, std::generic_category().message(number)));
}

Result<std::string> read_whole(const std::string& path, std::size_t max_bytes) {
  // Without O_NONBLOCK, opening a named pipe would wait for its other end.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return fail_errno("read", path);
  struct stat found{};
  if (::fstat(file.get(), &found) != 0) return fail_errno("read", path);
  if (!S_ISREG(found.st_mode)) return fail(ErrorKind::invalid, fmt::format("{} is no regular file", path));
  auto too_large = [&] {
    return fail(ErrorKind::invalid, fmt::format("{} is larger than {} MiB", path, max_bytes >> 20));
  };
  if (static_cast<std::size_t>(found.st_size) > max_bytes) return too_large();
  std::string bytes;
  bytes.reserve(static_cast<std::size_t>(found.st_size) + 1);
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("read", path);
    if (got == 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
    if (bytes.size() > max_bytes) return too_large();
  }
}

}  // namespace kalends::provider::obsidian
