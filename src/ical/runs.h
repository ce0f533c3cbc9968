// Bytes looked at sixteen at a time: whether a block of text holds any that matter, so that the rest is passed over or
// copied as it is. Portable: the compiler's vectors, on any processor.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace kalends::ical {

using Block = unsigned char __attribute__((vector_size(16)));
using BlockMask = decltype(Block{} < Block{});
inline constexpr std::size_t kBlock = sizeof(Block);

inline Block block_at(const char* text) {
  Block block;
  std::memcpy(&block, text, sizeof block);
  return block;
}

inline bool any(BlockMask mask) {
  struct Halves {
    std::uint64_t low, high;
  };
  auto halves = std::bit_cast<Halves>(mask);
  return (halves.low | halves.high) != 0;
}

// The place of the first byte that a mask with any() names.
inline std::size_t first(BlockMask mask) {
  struct Halves {
    std::uint64_t low, high;
  };
  const auto halves = std::bit_cast<Halves>(mask);
  const auto zeros = [](std::uint64_t half) {
    return static_cast<std::size_t>(std::endian::native == std::endian::little ? std::countr_zero(half)
                                                                               : std::countl_zero(half));
  };
  return halves.low != 0 ? zeros(halves.low) / 8 : 8 + zeros(halves.high) / 8;
}

inline BlockMask is_below_space(Block block) { return block < 0x20; }
inline BlockMask is_not_ascii(Block block) { return block >= 0x80; }

// Controls, and what TEXT escapes. RFC 5545 section 3.3.11.
inline BlockMask needs_escape(Block block) {
  return (block < 0x20) | (block == '\\') | (block == ';') | (block == ',') | (block == 0x7F);
}
// Controls, and the backslash that an escape begins with.
inline BlockMask may_be_escaped(Block block) { return (block < 0x20) | (block == '\\') | (block == 0x7F); }

inline bool is_plain_text(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != '\\' && c != ';' && c != ',' && c != 0x7F;
}

inline bool is_name_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.';
}

// The size of the longest run of whole blocks at the start of `text` that `stops` does not meet.
template <class Stops>
std::size_t passed_over(std::string_view text, Stops stops) {
  std::size_t i = 0;
  while (i + kBlock <= text.size() && !any(stops(block_at(text.data() + i)))) i += kBlock;
  return i;
}

inline bool is_ascii(std::string_view text) {
  std::size_t i = passed_over(text, is_not_ascii);
  for (; i < text.size(); ++i)
    if (static_cast<unsigned char>(text[i]) >= 0x80) return false;
  return true;
}

}  // namespace kalends::ical
