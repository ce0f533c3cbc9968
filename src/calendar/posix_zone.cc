#include "calendar/posix_zone.h"

#include <algorithm>

namespace kalends::calendar {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads from the front of `text`; every function leaves it behind what it took, or gives nothing.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool empty() const { return text_.empty(); }
  char peek() const { return text_.empty() ? '\0' : text_.front(); }

  bool take(char c) {
    if (peek() != c || empty()) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool take_name() {  // "CET" or "<+0330>"
    bool quoted = take('<');
    auto inside = [&](char c) { return is_letter(c) || (quoted && (is_digit(c) || c == '+' || c == '-')); };
    std::size_t size = 0;
    while (size < text_.size() && inside(text_[size])) ++size;
    text_.remove_prefix(size);
    return size >= 3 && (!quoted || take('>'));
  }

  std::optional<int> take_number(int low, int high) {
    int value = 0;
    std::size_t size = 0;
    while (size < text_.size() && size < 4 && is_digit(text_[size]))
      value = value * 10 + (text_[size++] - '0');
    if (size == 0 || value < low || value > high) return std::nullopt;
    text_.remove_prefix(size);
    return value;
  }

  // [+-]hh[:mm[:ss]] in seconds.
  std::optional<std::int32_t> take_time(int max_hours) {
    bool negative = take('-');
    if (!negative) take('+');
    auto hours = take_number(0, max_hours);
    if (!hours) return std::nullopt;
    std::int32_t seconds = *hours * 3600;
    for (int unit : {60, 1}) {
      if (!take(':')) break;
      auto number = take_number(0, 59);
      if (!number) return std::nullopt;
      seconds += *number * unit;
    }
    return negative ? -seconds : seconds;
  }

  std::optional<Zone::YearlyChange> take_change(std::int32_t offset_after) {
    Zone::YearlyChange change;
    change.offset_after = offset_after;
    std::optional<int> day;
    if (take('M')) {
      auto month = take_number(1, 12);
      if (!month || !take('.')) return std::nullopt;
      auto week = take_number(1, 5);
      if (!week || !take('.')) return std::nullopt;
      change.month = *month;
      change.week = *week;
      day = take_number(0, 6);
    } else {
      change.week = 0;
      change.julian = take('J');
      day = change.julian ? take_number(1, 365) : take_number(0, 365);
    }
    if (!day) return std::nullopt;
    change.day = *day;
    if (take('/')) {
      auto second = take_time(167);
      if (!second) return std::nullopt;
      change.second = *second;
    }
    return change;
  }

 private:
  std::string_view text_;
};

}  // namespace

std::optional<Zone::Footer> parse_posix_zone(std::string_view text) {
  Reader reader(text);
  if (!reader.take_name()) return std::nullopt;
  auto west = reader.take_time(24);  // POSIX counts westward
  if (!west) return std::nullopt;
  Zone::Footer footer{-*west, {}};
  if (reader.empty()) return footer;
  if (!reader.take_name()) return std::nullopt;
  std::int32_t daylight = footer.standard + 3600;
  if (!reader.empty() && reader.peek() != ',') {
    west = reader.take_time(24);
    if (!west) return std::nullopt;
    daylight = -*west;
  }
  Reader usual(",M3.2.0,M11.1.0");
  Reader& rules = reader.empty() ? usual : reader;
  for (std::int32_t offset_after : {daylight, footer.standard}) {
    if (!rules.take(',')) return std::nullopt;
    auto change = rules.take_change(offset_after);
    if (!change) return std::nullopt;
    footer.changes.push_back(*change);
  }
  if (!rules.empty()) return std::nullopt;
  return footer;
}

}  // namespace kalends::calendar
