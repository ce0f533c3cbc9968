// What a whole folder looked like, in a few kilobytes: the stamps of its files, summed up in buckets by path. Equal sums
// mean that no file of the bucket came, went or was touched. Sums can be carried past a write of our own.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "provider/obsidian/vault.h"

namespace kalends::provider::obsidian {

class StampSums {
 public:
  void add(std::string_view path, const Stamp& stamp);
  void remove(std::string_view path, const Stamp& stamp);
  // Whether both agree on all files that share the path's bucket.
  bool agrees(const StampSums& other, std::string_view path) const;
  bool operator==(const StampSums&) const = default;

  std::string text() const;
  static std::optional<StampSums> parse(std::string_view text);

 private:
  std::array<std::uint64_t, 256> sums_{};
};

}  // namespace kalends::provider::obsidian
