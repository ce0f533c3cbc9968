// A compact byte form for stored values: LEB128 numbers and length-prefixed text, read back with every bound checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kalends {

class ByteWriter {
 public:
  void number(std::uint64_t value);
  void signed_number(std::int64_t value);  // zigzag
  void text(std::string_view value);
  void optional_text(const std::optional<std::string>& value);
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// Reading past the end or a malformed number makes the reader bad; a bad reader gives zeros and empty texts, so a
// decoder checks ok() once at its end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}
  std::uint64_t number();
  std::int64_t signed_number();
  std::string text() { return std::string(view()); }
  std::string_view view();  // a text as it lies in the bytes
  std::optional<std::string> optional_text();
  // A count of things that take at least one byte each: bounded by what is left.
  std::size_t count();
  bool ok() const { return ok_; }
  bool done() const { return ok_ && left_.empty(); }

 private:
  std::string_view left_;
  bool ok_ = true;
};

}  // namespace kalends
