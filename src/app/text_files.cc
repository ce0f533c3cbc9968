#include "app/text_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace kalends::app {
namespace {

constexpr mode_t kNewMode = 0644;

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

// The file that a link leads to; the path itself where it is none.
std::string behind_links(const std::string& path) {
  char* real = ::realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string out = real;
  std::free(real);
  return out;
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  const int descriptor = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return trouble(path, "read");
  std::string out;
  char buffer[65536];
  Result<void> outcome;
  struct stat found{};
  if (::fstat(descriptor, &found) == 0 && S_ISDIR(found.st_mode)) {
    if (descriptor != STDIN_FILENO) ::close(descriptor);
    return fail(ErrorKind::invalid, fmt::format("{} cannot be read: it is a folder.", path));
  }
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
  if (outcome && out.empty())
    outcome = fail(ErrorKind::invalid, fmt::format("{} is empty.", path == "-" ? "standard input" : path));
  TRY_VOID(outcome);
  return out;
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
  if (path == "-") {
    std::fflush(stdout);
    return write_all(STDOUT_FILENO, bytes, "standard output");
  }
  const std::string target = behind_links(path);
  struct stat before{};
  const bool is_there = ::stat(target.c_str(), &before) == 0;
  if (is_there && !S_ISREG(before.st_mode))
    return fail(ErrorKind::invalid, fmt::format("{} is there and no file, so it is not written.", path));
  std::string name = target + ".XXXXXX";
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) return trouble(path, "written");
  Result<void> outcome = write_all(descriptor, bytes, path);
  if (outcome &&
      (::fchmod(descriptor, is_there ? before.st_mode & 07777 : kNewMode) != 0 || ::fsync(descriptor) != 0))
    outcome = trouble(path, "written");
  ::close(descriptor);
  if (outcome && std::rename(name.c_str(), target.c_str()) != 0) outcome = trouble(path, "written");
  if (!outcome) ::unlink(name.c_str());
  return outcome;
}

}  // namespace kalends::app
