#include "base/bytes.h"

namespace kalends {

void ByteWriter::number(std::uint64_t value) {
  while (value >= 0x80) {
    out_ += static_cast<char>((value & 0x7F) | 0x80);
    value >>= 7;
  }
  out_ += static_cast<char>(value);
}

void ByteWriter::signed_number(std::int64_t value) {
  number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

void ByteWriter::text(std::string_view value) {
  number(value.size());
  out_ += value;
}

void ByteWriter::optional_text(const std::optional<std::string>& value) {
  number(value ? value->size() + 1 : 0);
  if (value) out_ += *value;
}

std::uint64_t ByteReader::number() {
  std::uint64_t value = 0;
  for (int shift = 0; ok_ && shift < 64; shift += 7) {
    if (left_.empty()) break;
    auto byte = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  ok_ = false;
  return 0;
}

std::int64_t ByteReader::signed_number() {
  std::uint64_t value = number();
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

std::string_view ByteReader::view() {
  std::uint64_t size = number();
  if (!ok_ || size > left_.size()) {
    ok_ = false;
    return {};
  }
  std::string_view out = left_.substr(0, size);
  left_.remove_prefix(size);
  return out;
}

std::optional<std::string> ByteReader::optional_text() {
  std::uint64_t size = number();
  if (!ok_ || size == 0) return std::nullopt;
  if (size - 1 > left_.size()) {
    ok_ = false;
    return std::nullopt;
  }
  std::string out(left_.substr(0, size - 1));
  left_.remove_prefix(size - 1);
  return out;
}

std::size_t ByteReader::count() {
  std::uint64_t value = number();
  if (value > left_.size()) {
    ok_ = false;
    return 0;
  }
  return value;
}

}  // namespace kalends
