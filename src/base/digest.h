// SHA-256, plain and keyed, for comparing contents without keeping them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace kalends {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  bool operator==(const Digest&) const = default;
  std::string hex() const;  // 64 lower-case hex digits
};

Digest sha256(std::string_view data);                             // FIPS 180-4
Digest hmac_sha256(std::string_view key, std::string_view data);  // RFC 2104

std::string to_hex(std::string_view bytes);
std::string base64_encode(std::string_view bytes);  // RFC 4648 section 4, with padding

}  // namespace kalends
