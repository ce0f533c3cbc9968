// File descriptors that close themselves, and failures of system calls as sentences.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace kalends::provider::obsidian {

// Our temporary files: this, the process and a number, ".tmp".
constexpr std::string_view kTemporaryPrefix = ".kalends-";

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;

  explicit operator bool() const { return number_ >= 0; }
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

// "cannot WHAT PATH: reason", its kind by errno: not_found, forbidden, else transient.
std::unexpected<Error> fail_errno(std::string_view what, std::string_view path);

// A regular file, whole; a symbolic link is not followed.
Result<std::string> read_whole(const std::string& path, std::size_t max_bytes);

}  // namespace kalends::provider::obsidian
