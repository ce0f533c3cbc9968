// Durations as text. RFC 5545 section 3.3.6.
#include <fmt/format.h>

#include <charconv>

#include "calendar/time.h"

namespace kalends::calendar {

namespace {

// Far past any calendar, and small enough that no sum with a wall-clock time can overflow.
constexpr std::int64_t kMaxDays = 100'000'000;
constexpr std::int64_t kMaxSeconds = kMaxDays * 86400;

struct Unit {
  char letter;
  bool in_time;  // after the T
  std::int64_t days;
  std::int64_t seconds;
};
constexpr Unit kUnits[] = {
    {'W', false, 7, 0}, {'D', false, 1, 0}, {'H', true, 0, 3600}, {'M', true, 0, 60}, {'S', true, 0, 1}};

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool take(std::string_view& text, char c) {
  if (text.empty() || upper(text.front()) != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t value = 0;
  if (text.empty() || text.front() == '-') return std::nullopt;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value > kMaxSeconds) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

}  // namespace

std::string to_string(Duration duration) {
  // Parts of different sign cannot be written; they are told as one exact span.
  if ((duration.days < 0 && duration.seconds > 0) || (duration.days > 0 && duration.seconds < 0)) {
    duration = {0, duration.days * 86400 + duration.seconds};
  }
  if (duration == Duration{}) return "PT0S";
  bool negative = duration.days < 0 || duration.seconds < 0;
  std::uint64_t days = negative ? 0 - static_cast<std::uint64_t>(duration.days) : duration.days;
  std::uint64_t seconds = negative ? 0 - static_cast<std::uint64_t>(duration.seconds) : duration.seconds;
  std::string out = negative ? "-P" : "P";
  const auto put = [&out](std::uint64_t number, char unit) {
    const fmt::format_int digits(number);
    out.append(digits.data(), digits.size()) += unit;
  };
  if (days != 0) put(days, 'D');
  if (seconds == 0) return out;
  out += 'T';
  if (seconds >= 3600) put(seconds / 3600, 'H');
  if (seconds / 60 % 60 != 0) put(seconds / 60 % 60, 'M');
  if (seconds % 60 != 0) put(seconds % 60, 'S');
  return out;
}

std::optional<Duration> parse_duration(std::string_view text) {
  bool negative = take(text, '-');
  if (!negative) take(text, '+');
  if (!take(text, 'P') || text.empty()) return std::nullopt;
  Duration duration;
  bool in_time = false;
  const Unit* next = kUnits;  // units come in this order, each at most once
  while (!text.empty()) {
    if (!in_time && take(text, 'T')) {
      in_time = true;
      if (text.empty()) return std::nullopt;
    }
    auto number = take_number(text);
    if (!number || text.empty()) return std::nullopt;
    char letter = upper(text.front());
    while (next != std::end(kUnits) && (next->letter != letter || next->in_time != in_time)) ++next;
    if (next == std::end(kUnits)) return std::nullopt;
    duration.days += *number * next->days;
    duration.seconds += *number * next->seconds;
    if (duration.days > kMaxDays || duration.seconds > kMaxSeconds) return std::nullopt;
    text.remove_prefix(1);
    ++next;
  }
  if (negative) return Duration{-duration.days, -duration.seconds};
  return duration;
}

}  // namespace kalends::calendar
