#include "provider/obsidian/stamp_sums.h"

#include <fmt/format.h>

#include <charconv>

namespace kalends::provider::obsidian {

namespace {

constexpr std::size_t kDigits = 16;

// FNV-1a, and at the end the mixing of splitmix64: sums of it collide by chance alone.
std::uint64_t hash(std::string_view path, const std::array<std::uint64_t, 4>& numbers) {
  std::uint64_t state = 14'695'981'039'346'656'037u;
  for (const char c : path) state = (state ^ static_cast<unsigned char>(c)) * 1'099'511'628'211u;
  for (const std::uint64_t number : numbers) {
    state += number + 0x9e3779b97f4a7c15u;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9u;
    state = (state ^ (state >> 27)) * 0x94d049bb133111ebu;
    state ^= state >> 31;
  }
  return state;
}

std::size_t bucket_of(std::string_view path) { return hash(path, std::array<std::uint64_t, 4>{}) & 255; }

std::uint64_t hash(std::string_view path, const Stamp& stamp) {
  return hash(path, std::array<std::uint64_t, 4>{static_cast<std::uint64_t>(stamp.size),
                                                 static_cast<std::uint64_t>(stamp.modified_ns),
                                                 static_cast<std::uint64_t>(stamp.changed_ns), stamp.inode});
}

}  // namespace

void StampSums::add(std::string_view path, const Stamp& stamp) {
  sums_[bucket_of(path)] += hash(path, stamp);
}

void StampSums::remove(std::string_view path, const Stamp& stamp) {
  sums_[bucket_of(path)] -= hash(path, stamp);
}

bool StampSums::agrees(const StampSums& other, std::string_view path) const {
  const std::size_t bucket = bucket_of(path);
  return sums_[bucket] == other.sums_[bucket];
}

std::string StampSums::text() const {
  std::string out;
  out.reserve(sums_.size() * kDigits);
  for (const std::uint64_t sum : sums_) fmt::format_to(std::back_inserter(out), "{:016x}", sum);
  return out;
}

std::optional<StampSums> StampSums::parse(std::string_view text) {
  StampSums out;
  if (text.size() != out.sums_.size() * kDigits) return std::nullopt;
  for (std::uint64_t& sum : out.sums_) {
    const char* end = text.data() + kDigits;
    if (std::from_chars(text.data(), end, sum, 16).ptr != end) return std::nullopt;
    text.remove_prefix(kDigits);
  }
  return out;
}

}  // namespace kalends::provider::obsidian
