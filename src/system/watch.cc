#include "system/watch.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <map>
#include <system_error>
#include <utility>

namespace kalends::system {

namespace {

constexpr std::uint32_t kEvents = IN_CREATE | IN_DELETE | IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_FROM |
                                  IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxFolders = 50'000;
constexpr std::int64_t kReturnCheckMs = 1'000;  // how often a folder that went away is looked for

std::unexpected<Error> fail_watching(const std::string& folder, int number) {
  if (number == ENOSPC || number == EMFILE)
    return fail(ErrorKind::transient, fmt::format("cannot watch {}: the system has no watches left; raise "
                                                  "fs.inotify.max_user_watches or max_user_instances",
                                                  folder));
  const ErrorKind kind = number == ENOENT || number == ENOTDIR ? ErrorKind::not_found
                         : number == EACCES                    ? ErrorKind::forbidden
                                                               : ErrorKind::transient;
  return fail(kind, fmt::format("cannot watch {}: {}", folder, std::generic_category().message(number)));
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

bool is_folder(const std::string& path) {
  struct stat found{};
  return ::lstat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

std::vector<std::string> folders_in(const std::string& folder) {
  std::vector<std::string> found;
  std::unique_ptr<DIR, CloseFolder> names(::opendir(folder.c_str()));
  while (const dirent* entry = names ? ::readdir(names.get()) : nullptr) {
    std::string path = folder + "/" + entry->d_name;
    if (entry->d_name[0] != '.' && is_folder(path)) found.push_back(std::move(path));
  }
  return found;
}

}  // namespace

struct FolderWatch::Inner {
  Inner(std::vector<std::string> watched, const StopFlag& flag) : roots(std::move(watched)), stop(flag) {}
  ~Inner() {
    if (descriptor >= 0) ::close(descriptor);
  }

  // Watches a folder and those below it. One that goes away meanwhile is no failure; its parent tells.
  Result<void> add(const std::string& folder, bool is_root, int depth) {
    if (depth > kMaxDepth || paths.size() >= kMaxFolders)
      return fail(ErrorKind::invalid, fmt::format("{} holds too many folders to watch", folder));
    const std::uint32_t mask =
        kEvents | IN_ONLYDIR | (is_root ? 0U : static_cast<std::uint32_t>(IN_DONT_FOLLOW));
    const int number = ::inotify_add_watch(descriptor, folder.c_str(), mask);
    if (number < 0 && !is_root && (errno == ENOENT || errno == ENOTDIR)) return {};
    if (number < 0) return fail_watching(folder, errno);
    paths[number] = folder;
    if (is_root) root_numbers[folder] = number;
    for (const std::string& inner : folders_in(folder)) {
      auto added = add(inner, false, depth + 1);
      if (!added) return added;
    }
    return {};
  }

  // What one event means: whether it is a change that a reader would see.
  Result<bool> take(const inotify_event& event) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
      // New folders may have been missed with the rest.
      for (const std::string& root : roots) {
        auto added = add(root, true, 0);
        if (!added && added.error().kind != ErrorKind::not_found)
          return std::unexpected(std::move(added).error());
      }
      return true;
    }
    auto place = paths.find(event.wd);
    if (place == paths.end()) return false;
    const std::string folder = place->second;
    if ((event.mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF)) != 0) {
      if ((event.mask & IN_IGNORED) == 0) ::inotify_rm_watch(descriptor, event.wd);
      paths.erase(place);
      std::erase_if(root_numbers, [&](const auto& root) { return root.second == event.wd; });
      return true;
    }
    const std::string_view name = event.len > 0 ? std::string_view(event.name) : std::string_view();
    if (name.starts_with('.')) return false;
    if ((event.mask & IN_ISDIR) != 0 && (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
      auto added = add(folder + "/" + std::string(name), false, depth_of(folder) + 1);
      if (!added) return std::unexpected(std::move(added).error());
    }
    return true;
  }

  int depth_of(const std::string& folder) const {
    for (const std::string& root : roots)
      if (folder.starts_with(root))
        return static_cast<int>(std::ranges::count(folder.substr(root.size()), '/'));
    return 0;
  }

  // Everything that is queued. true when any of it is a change.
  Result<bool> drain() {
    alignas(inotify_event) std::array<char, 65536> buffer;
    bool is_changed = false;
    for (;;) {
      const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return is_changed;
      if (got <= 0) return fail_watching(roots.front(), errno);
      for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(got);) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        auto taken = take(*event);
        if (!taken) return taken;
        is_changed = is_changed || *taken;
        at += sizeof(inotify_event) + event->len;
      }
    }
  }

  // Watches roots again that had gone away. true when one came back.
  Result<bool> take_back() {
    bool is_changed = false;
    for (const std::string& root : roots) {
      if (root_numbers.contains(root)) continue;
      auto added = add(root, true, 0);
      if (added) is_changed = true;
      if (!added && added.error().kind != ErrorKind::not_found)
        return std::unexpected(std::move(added).error());
    }
    return is_changed;
  }

  std::vector<std::string> roots;
  const StopFlag& stop;
  int descriptor = -1;
  std::map<int, std::string> paths;         // by the kernel's number
  std::map<std::string, int> root_numbers;  // of the roots that are there
};

FolderWatch::FolderWatch(std::unique_ptr<Inner> inner) : inner_(std::move(inner)) {}
FolderWatch::~FolderWatch() = default;

Result<std::unique_ptr<FolderWatch>> FolderWatch::open(std::vector<std::string> folders,
                                                       const StopFlag& stop) {
  for (std::string& folder : folders)
    while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  auto inner = std::make_unique<Inner>(std::move(folders), stop);
  inner->descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (inner->descriptor < 0) return fail_watching("folders", errno);
  for (const std::string& root : inner->roots) TRY_VOID(inner->add(root, true, 0));
  return std::unique_ptr<FolderWatch>(new FolderWatch(std::move(inner)));
}

Result<Wake> FolderWatch::wait(std::int64_t timeout_ms) {
  using Steady = std::chrono::steady_clock;
  constexpr std::int64_t kLongest = std::numeric_limits<int>::max();
  const auto end =
      Steady::now() + std::chrono::milliseconds(std::min<std::int64_t>(timeout_ms, 1'000 * kLongest));
  for (;;) {
    if (inner_->stop.requested()) return Wake::stopped;
    if (TRY(inner_->drain())) return Wake::changed;
    std::int64_t left = std::chrono::ceil<std::chrono::milliseconds>(end - Steady::now()).count();
    if (left <= 0) return Wake::timeout;
    if (inner_->root_numbers.size() < inner_->roots.size()) {
      if (TRY(inner_->take_back())) return Wake::changed;
      left = std::min(left, kReturnCheckMs);
    }
    std::array<pollfd, 2> wake{{{inner_->descriptor, POLLIN, 0}, {inner_->stop.descriptor(), POLLIN, 0}}};
    if (::poll(wake.data(), wake.size(), static_cast<int>(std::min(left, kLongest))) < 0 && errno != EINTR)
      return fail_watching(inner_->roots.empty() ? "folders" : inner_->roots.front(), errno);
  }
}

}  // namespace kalends::system
