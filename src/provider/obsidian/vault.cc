// System calls, each failure a sentence. A conditional write exchanges the new file with the old one in one step and
// then looks at what it took away: an edit that came in between is found there and put back.
#include "provider/obsidian/vault.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "base/digest.h"
#include "base/text.h"
#include "provider/obsidian/descriptor.h"

namespace kalends::provider::obsidian {

namespace {

constexpr int kMostNames = 99;
// So many paths are written to the disk one by one; more of them with all else that the file system has in hand.
constexpr std::size_t kFewPaths = 16;

std::string parent_of(const std::string& absolute) {
  const std::size_t slash = absolute.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : absolute.substr(0, slash);
}

std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool is_folder(const std::string& path) {
  struct stat found{};
  return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

Stamp stamp_of(const struct stat& found) {
  auto nanoseconds = [](const timespec& time) {
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::int64_t>(time.tv_nsec);
  };
  return {static_cast<std::int64_t>(found.st_size), nanoseconds(found.st_mtim), nanoseconds(found.st_ctim),
          static_cast<std::uint64_t>(found.st_ino)};
}

enum class Durable : std::uint8_t { later, now };

// A new file with these bytes, which is to become `note`: that is the name an error tells. Removed again on failure.
Result<void> write_new(const std::string& path, const std::string& note, std::string_view bytes,
                       Durable durable, std::optional<mode_t> exact_mode = std::nullopt) {
  Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, exact_mode.value_or(0666)));
  if (!file) return fail_errno("write", note);
  auto give_up = [&]() -> std::unexpected<Error> {
    auto error = fail_errno("write", note);
    ::unlink(path.c_str());
    return error;
  };
  if (exact_mode && ::fchmod(file.get(), *exact_mode) != 0) return give_up();
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return give_up();
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (durable == Durable::now && ::fsync(file.get()) != 0) return give_up();
  return {};
}

// Moves without replacing anything, also where the file system lacks the flag for it.
bool move_to_free_name(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  if (::link(from.c_str(), to.c_str()) != 0) return false;
  ::unlink(from.c_str());
  return true;
}

std::unexpected<Error> stale(const std::string& path) {
  return fail(ErrorKind::stale, fmt::format("{} was changed meanwhile", path));
}

}  // namespace

Vault::Vault(std::string folder, std::size_t most_notes)
    : folder_(std::move(folder)), most_notes_(most_notes) {
  while (folder_.size() > 1 && folder_.ends_with('/')) folder_.pop_back();
  char* real = ::realpath(folder_.c_str(), nullptr);
  std::string at = real == nullptr ? folder_ : real;
  ::free(real);
  for (;; at = parent_of(at)) {
    if (is_folder(at + "/.obsidian")) {
      root_ = at;
      return;
    }
    if (at == "/" || at.empty() || at.find('/') == std::string::npos) return;
  }
}

Result<std::string> Vault::resolve(const std::string& path) const {
  std::string absolute = folder_;
  auto parts = split(path, '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty() || parts[i].front() == '.' || parts[i].find('\0') != std::string_view::npos)
      return fail(ErrorKind::invalid, fmt::format("\"{}\" is no path of a note below {}", path, folder_));
    absolute += '/';
    absolute += parts[i];
    struct stat found{};
    if (i + 1 == parts.size()) break;
    if (::lstat(absolute.c_str(), &found) != 0) return fail_errno("read", absolute);
    if (!S_ISDIR(found.st_mode))
      return fail(ErrorKind::not_found, fmt::format("{} is no folder (links are not followed)", absolute));
  }
  return absolute;
}

std::string Vault::temporary_beside(const std::string& absolute) {
  return fmt::format("{}/{}{}-{}.tmp", parent_of(absolute), kTemporaryPrefix, ::getpid(), ++temporaries_);
}

Result<std::string> Vault::read(const std::string& path) const {
  return read_whole(TRY(resolve(path)), kMaxNoteBytes);
}

Result<Stamp> Vault::stamp(const std::string& path) const {
  const std::string absolute = TRY(resolve(path));
  struct stat found{};
  if (::lstat(absolute.c_str(), &found) != 0) return fail_errno("read", absolute);
  return stamp_of(found);
}

Result<std::optional<Stamp>> Vault::create(const std::string& path, std::string_view bytes) {
  const std::string absolute = TRY(resolve(path));
  const std::string temporary = temporary_beside(absolute);
  TRY_VOID(write_new(temporary, absolute, bytes, Durable::later));
  if (!move_to_free_name(temporary, absolute)) {
    auto error = errno == EEXIST
                     ? std::unexpected(Error{ErrorKind::stale, absolute + " is there already", {}})
                     : fail_errno("write", absolute);
    ::unlink(temporary.c_str());
    return error;
  }
  remember_to_persist(absolute);
  struct stat found{};
  if (::lstat(absolute.c_str(), &found) != 0) return std::nullopt;
  return stamp_of(found);
}

Result<void> Vault::replace(const std::string& path, std::string_view bytes,
                            const std::string& expected_sha256) {
  const std::string absolute = TRY(resolve(path));
  if (sha256(TRY(read_whole(absolute, kMaxNoteBytes))).hex() != expected_sha256) return stale(absolute);
  struct stat found{};
  if (::lstat(absolute.c_str(), &found) != 0) return fail_errno("read", absolute);
  const std::string temporary = temporary_beside(absolute);
  remember_to_persist(absolute);
  TRY_VOID(write_new(temporary, absolute, bytes, Durable::now, found.st_mode & 07777));
  if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, absolute.c_str(), RENAME_EXCHANGE) == 0) {
    auto taken = read_whole(temporary, kMaxNoteBytes);
    if (!taken || sha256(*taken).hex() != expected_sha256) {
      ::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, absolute.c_str(), RENAME_EXCHANGE);
      ::unlink(temporary.c_str());
      return stale(absolute);
    }
    ::unlink(temporary.c_str());
  } else if ((errno != EINVAL && errno != ENOSYS) || ::rename(temporary.c_str(), absolute.c_str()) != 0) {
    auto error = fail_errno("write", absolute);
    ::unlink(temporary.c_str());
    return error;
  }
  return {};
}

Result<void> Vault::move_away(const std::string& from, const std::string& to,
                              const std::string& expected_sha256) {
  if (sha256(TRY(read_whole(from, kMaxNoteBytes))).hex() != expected_sha256) return stale(from);
  remember_to_persist(from);
  if (!move_to_free_name(from, to)) return fail_errno("move", from);
  auto taken = read_whole(to, kMaxNoteBytes);
  if (!taken || sha256(*taken).hex() != expected_sha256) {
    move_to_free_name(to, from);
    return stale(from);
  }
  return {};
}

Result<void> Vault::trash(const std::string& path, const std::string& expected_sha256) {
  const std::string absolute = TRY(resolve(path));
  const std::string bin = (root_.empty() ? folder_ : root_) + "/.trash";
  if (::mkdir(bin.c_str(), 0777) != 0 && errno != EEXIST) return fail_errno("make", bin);
  const std::string name = name_of(path);
  const std::string stem = name.ends_with(".md") ? name.substr(0, name.size() - 3) : name;
  for (int copy = 1; copy <= kMostNames; ++copy) {
    const std::string to = bin + "/" + (copy == 1 ? name : fmt::format("{} {}.md", stem, copy));
    struct stat found{};
    if (::lstat(to.c_str(), &found) == 0) continue;
    return move_away(absolute, to, expected_sha256);
  }
  return fail(ErrorKind::transient, fmt::format("{} is full of notes named {}; empty it", bin, name));
}

Result<void> Vault::remove(const std::string& path, const std::string& expected_sha256) {
  const std::string absolute = TRY(resolve(path));
  const std::string temporary = temporary_beside(absolute);
  TRY_VOID(move_away(absolute, temporary, expected_sha256));
  if (::unlink(temporary.c_str()) != 0) return fail_errno("delete", temporary);
  return {};
}

void Vault::remember_to_persist(const std::string& file) {
  volatile_.insert(file);
  volatile_.insert(parent_of(file));
}

Result<void> Vault::persist() {
  if (volatile_.empty()) return {};
  const bool few = volatile_.size() <= kFewPaths;
  const std::set<std::string> all = few ? volatile_ : std::set<std::string>{folder_};
  for (const std::string& path : all) {
    Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!opened && few && errno == ENOENT) continue;  // somebody took it away since
    if (!opened || (few ? ::fsync(opened.get()) : ::syncfs(opened.get())) != 0)
      return fail_errno("write", path);
  }
  volatile_.clear();
  return {};
}

}  // namespace kalends::provider::obsidian
