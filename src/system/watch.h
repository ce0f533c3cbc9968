// Waiting for a change in folders, so that an edit is seen within a moment and not at the next poll. It says that
// something changed, never what: the reader looks at everything anyway, and a missed detail cannot mislead it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "system/stop.h"

namespace kalends::system {

enum class Wake : std::uint8_t { changed, timeout, stopped };

// Folders with everything below them, new sub-folders included. Names with a leading dot are not looked at, and links are
// not followed. inotify(7); a queue that overflowed counts as a change.
class FolderWatch {
 public:
  // `stop` outlives the watch. not_found when a folder is missing; transient when the kernel has no watches left, with
  // what to do.
  static Result<std::unique_ptr<FolderWatch>> open(std::vector<std::string> folders, const StopFlag& stop);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  // Returns when something changed since `open` or the last call, when the time is over, or when a stop is requested.
  // A folder that went away and came back is watched again. An error when watching is no longer possible: poll instead.
  Result<Wake> wait(std::int64_t timeout_ms);

 private:
  struct Inner;
  explicit FolderWatch(std::unique_ptr<Inner> inner);
  std::unique_ptr<Inner> inner_;
};

}  // namespace kalends::system
