// Listing the notes of a folder so that what is not listed is not there.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <memory>

#include "base/text.h"
#include "provider/obsidian/descriptor.h"
#include "provider/obsidian/vault.h"

namespace kalends::provider::obsidian {

namespace {

constexpr std::size_t kMaxDepth = 32;
constexpr int kTries = 5;

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::int64_t>(time.tv_nsec);
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

// A temporary file of ours whose process is no more: it was killed while it wrote.
bool is_left_over(std::string_view name) {
  if (!name.starts_with(kTemporaryPrefix) || !name.ends_with(".tmp")) return false;
  name.remove_prefix(kTemporaryPrefix.size());
  auto process = parse_integer(name.substr(0, name.find('-')));
  return process && *process > 0 && ::kill(static_cast<pid_t>(*process), 0) != 0 && errno == ESRCH;
}

class Listing {
 public:
  Listing(const std::string& root, bool recursive, std::size_t most)
      : root_(root), recursive_(recursive), most_(most) {}

  // false: the folder changed while it was read, so a name may have been missed.
  Result<bool> walk(const std::string& below, std::size_t depth) {
    const std::string folder = below.empty() ? root_ : root_ + "/" + below;
    if (depth > kMaxDepth)
      return fail(ErrorKind::invalid,
                  fmt::format("{} is nested more than {} folders deep", folder, kMaxDepth));
    // The folder itself may be a link, since the configuration names it; no folder below may.
    Descriptor opened(
        ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | (below.empty() ? 0 : O_NOFOLLOW)));
    if (!opened) return fail_errno("list", folder);
    struct stat before{};
    if (::fstat(opened.get(), &before) != 0) return fail_errno("list", folder);
    std::unique_ptr<DIR, CloseFolder> names(::fdopendir(opened.get()));
    if (!names) return fail_errno("list", folder);
    const int descriptor = opened.release();
    std::vector<std::string> folders;
    TRY_VOID(read_names(names.get(), descriptor, folder, below, folders));
    struct stat after{};
    if (::fstat(descriptor, &after) != 0) return fail_errno("list", folder);
    if (nanoseconds(before.st_mtim) != nanoseconds(after.st_mtim)) return false;
    names.reset();
    for (const std::string& inner : folders) {
      auto whole = walk(inner, depth + 1);
      // A folder that was there a moment ago and is not now: the listing as a whole is not one moment's.
      if (!whole && whole.error().kind == ErrorKind::not_found) return false;
      if (!whole || !*whole) return whole;
    }
    return true;
  }

  std::vector<NoteFile>& files() { return files_; }

 private:
  Result<void> read_names(DIR* names, int descriptor, const std::string& folder, const std::string& below,
                          std::vector<std::string>& folders) {
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(names);
      if (entry == nullptr && errno != 0) return fail_errno("list", folder);
      if (entry == nullptr) return {};
      std::string_view name = entry->d_name;
      if (is_left_over(name)) ::unlinkat(descriptor, entry->d_name, 0);
      // A name that is not UTF-8 cannot be stored or shown, so no note of that name was ever known.
      if (name.starts_with('.') || !is_utf8(name)) continue;
      struct stat found{};
      if (::fstatat(descriptor, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) continue;  // the folder's own time changed with it
        return fail_errno("read", folder + "/" + entry->d_name);
      }
      std::string path = below.empty() ? std::string(name) : below + "/" + std::string(name);
      if (S_ISDIR(found.st_mode) && recursive_) folders.push_back(std::move(path));
      if (!S_ISREG(found.st_mode) || name.size() < 4 ||
          !equal_ignoring_case(name.substr(name.size() - 3), ".md"))
        continue;
      if (files_.size() >= most_)
        return fail(ErrorKind::invalid,
                    fmt::format("{} holds more than {} notes; choose a smaller folder", root_, most_));
      files_.push_back({std::move(path),
                        {static_cast<std::int64_t>(found.st_size), nanoseconds(found.st_mtim),
                         nanoseconds(found.st_ctim), static_cast<std::uint64_t>(found.st_ino)}});
    }
  }

  const std::string& root_;
  bool recursive_;
  std::size_t most_;
  std::vector<NoteFile> files_;
};

}  // namespace

Result<std::vector<NoteFile>> Vault::list(bool recursive) const {
  for (int i = 0; i < kTries; ++i) {
    Listing listing(folder_, recursive, most_notes_);
    if (!TRY(listing.walk("", 0))) continue;
    std::ranges::sort(listing.files(), {}, &NoteFile::path);
    return std::move(listing.files());
  }
  return fail(ErrorKind::transient, fmt::format("{} keeps changing while it is listed", folder_));
}

}  // namespace kalends::provider::obsidian
