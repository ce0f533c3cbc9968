#include "ports/provider.h"

#include <algorithm>

namespace kalends::ports {
namespace {

constexpr std::size_t kNonceDigits = 16;
constexpr std::size_t kMaxEventId = 64;

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

std::string to_string(const Mark& mark) { return mark.event.value + "." + mark.nonce; }

std::optional<Mark> parse_mark(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot > kMaxEventId) return std::nullopt;
  const auto event = text.substr(0, dot);
  const auto nonce = text.substr(dot + 1);
  if (!is_hex(event) || nonce.size() != kNonceDigits || !is_hex(nonce)) return std::nullopt;
  return Mark{EventId(std::string(event)), std::string(nonce)};
}

}  // namespace kalends::ports
