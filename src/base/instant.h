// A point on the time line, in milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kalends {

struct Instant {
  std::int64_t ms = 0;

  auto operator<=>(const Instant&) const = default;
};

// RFC 3339 in UTC: "2026-03-01T09:00:00Z", with milliseconds when they are not zero.
std::string to_rfc3339(Instant at);

// Reads RFC 3339 with "Z" or a numeric offset; nothing when the text is anything else.
std::optional<Instant> parse_rfc3339(std::string_view text);

}  // namespace kalends
