// SHA-256 by OpenSSL's plain functions: those that choose an implementation at run time take longer for that than for
// the digest of a short text.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "base/error.h"

namespace kalends {

std::string to_hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out(bytes.size() * 2, '\0');
  char* at = out.data();
  for (char c : bytes) {
    auto byte = static_cast<std::uint8_t>(c);
    *at++ = kDigits[byte >> 4];
    *at++ = kDigits[byte & 15];
  }
  return out;
}

std::string Digest::hex() const {
  return to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

namespace {

constexpr std::size_t kBlockBytes = 64;  // of SHA-256

// The digest of two pieces, one after the other.
Digest sha256_of(std::string_view first, std::string_view second) {
  SHA256_CTX context;
  Digest out;
  KALENDS_CHECK(SHA256_Init(&context) == 1 && SHA256_Update(&context, first.data(), first.size()) == 1 &&
                SHA256_Update(&context, second.data(), second.size()) == 1 &&
                SHA256_Final(out.bytes.data(), &context) == 1);
  return out;
}

std::string_view view_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()};
}

}  // namespace

Digest sha256(std::string_view data) { return sha256_of(data, {}); }

Digest hmac_sha256(std::string_view key, std::string_view data) {
  std::array<char, kBlockBytes> inner{}, outer{};
  const Digest long_key = key.size() > kBlockBytes ? sha256(key) : Digest();
  if (key.size() > kBlockBytes) key = view_of(long_key);
  for (std::size_t i = 0; i < kBlockBytes; ++i) {
    const char byte = i < key.size() ? key[i] : '\0';
    inner[i] = static_cast<char>(byte ^ 0x36);
    outer[i] = static_cast<char>(byte ^ 0x5C);
  }
  const Digest once = sha256_of({inner.data(), kBlockBytes}, data);
  return sha256_of({outer.data(), kBlockBytes}, view_of(once));
}

std::string base64_encode(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  int written =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(written));
  return out;
}

}  // namespace kalends
