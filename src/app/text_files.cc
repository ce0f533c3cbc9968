#include "app/text_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace kalends::app {
namespace {

std::unexpected<Error> trouble(const std::string& path, const char* what) {
  const ErrorKind kind = errno == ENOENT   ? ErrorKind::not_found
                         : errno == EACCES ? ErrorKind::forbidden
                                           : ErrorKind::transient;
  return fail(kind, fmt::format("{} cannot be {}: {}.", path, what, std::strerror(errno)));
}

Result<void> write_all(int descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return trouble(path, "written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  const int descriptor = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return trouble(path, "read");
  std::string out;
  char buffer[65536];
  Result<void> outcome;
  while (true) {
    const ssize_t got = ::read(descriptor, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) outcome = trouble(path, "read");
    if (got <= 0) break;
    out.append(buffer, static_cast<std::size_t>(got));
    if (out.size() > max_bytes) {
      outcome = fail(ErrorKind::invalid, fmt::format("{} is larger than {} MiB.", path, max_bytes >> 20));
      break;
    }
  }
  if (descriptor != STDIN_FILENO) ::close(descriptor);
  TRY_VOID(outcome);
  return out;
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
  if (path == "-") {
    std::fflush(stdout);
    return write_all(STDOUT_FILENO, bytes, "standard output");
  }
  std::string name = path + ".XXXXXX";
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) return trouble(path, "written");
  Result<void> outcome = write_all(descriptor, bytes, path);
  if (outcome && (::fchmod(descriptor, 0644) != 0 || ::fsync(descriptor) != 0))
    outcome = trouble(path, "written");
  ::close(descriptor);
  if (outcome && std::rename(name.c_str(), path.c_str()) != 0) outcome = trouble(path, "written");
  if (!outcome) ::unlink(name.c_str());
  return outcome;
}

}  // namespace kalends::app
