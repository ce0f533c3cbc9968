// One process writes at a time: a companion file "<database>.lock" that is locked while the database is open.
// The kernel drops the lock with the process, however it ends, so nothing stale is ever left; the file stays
// and is empty of meaning but for the process id in it, which only serves messages.
#pragma once

#include <string>

#include "base/error.h"

namespace kalends::store {

class FileLock {
 public:
  // transient, naming the process that holds it, when it is held.
  static Result<FileLock> take(const std::string& database_path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace kalends::store
