// Content lines into one text, made in place: a value is escaped or cleaned straight into the text that it ends up in.
// Folded at 75 octets with line ends, or unfolded as single lines. Bytes without meaning to a line are copied in runs.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "ical/value.h"

namespace kalends::ical {

class LineWriter {
 public:
  // Folded lines, each with `line_end`, which must outlive the writer; take() gives them.
  explicit LineWriter(std::string_view line_end) : line_end_(line_end) {}
  // Appends unfolded lines without line ends to `lines`.
  explicit LineWriter(std::vector<std::string>& lines) : lines_(&lines) {}
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // Each appends to the present line.
  LineWriter& raw(std::string_view text) {  // which has no control characters
    char* to = room(text.size());
    std::memcpy(to, text.data(), text.size());
    size_ += text.size();
    return *this;
  }
  LineWriter& clean(std::string_view text);       // see clean_line
  LineWriter& text(std::string_view value);       // see escape_text
  LineWriter& parameter(std::string_view value);  // see encode_param
  LineWriter& word(std::string_view value);       // the letters, digits and signs of a name, in upper case
  LineWriter& number(std::int64_t value);
  LineWriter& moment(const Moment& moment);
  LineWriter& utc(Instant at);

  void end();  // the present line is whole
  void line(std::string_view whole) { raw(whole).end(); }

  // Makes room for that many bytes in all, so that what is written until then is not moved.
  void reserve(std::size_t bytes) {
    if (buffer_.size() < bytes) grow(bytes - size_);
  }
  std::size_t size() const { return size_; }

  std::string take();

 private:
  char* room(std::size_t more) {
    if (buffer_.size() - size_ < more) grow(more);
    return buffer_.data() + size_;
  }
  void grow(std::size_t more);
  void fold();

  std::string buffer_;     // used up to size_
  std::size_t size_ = 0;   // of the finished lines and the present one
  std::size_t start_ = 0;  // of the present line
  std::vector<std::string>* lines_ = nullptr;
  std::string_view line_end_;
  std::vector<std::size_t> cuts_;  // in the present line

  // The digits of the days written lately: a text names few, each many times.
  struct Day {
    std::int32_t days = 0;
    char digits[8] = {'1', '9', '7', '0', '0', '1', '0', '1'};
  };
  std::array<Day, 16> days_{};
};

}  // namespace kalends::ical
