#include "base/instant.h"

#include <fmt/format.h>

#include <chrono>

namespace kalends {

namespace {

// `count` digits at the front of `text`, taken off it.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string to_rfc3339(Instant at) {
  using namespace std::chrono;
  sys_time<milliseconds> time{milliseconds{at.ms}};
  auto day = floor<days>(time);
  year_month_day ymd{day};
  auto of_day = (time - day).count();
  std::string out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(ymd.year()),
                                static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                                of_day / 3600000, of_day / 60000 % 60, of_day / 1000 % 60);
  if (of_day % 1000 != 0) out += fmt::format(".{:03}", of_day % 1000);
  return out + "Z";
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  auto year_number = take_digits(text, 4);
  if (!year_number || !take(text, "-")) return std::nullopt;
  auto month_number = take_digits(text, 2);
  if (!month_number || !take(text, "-")) return std::nullopt;
  auto day_number = take_digits(text, 2);
  if (!day_number || !take(text, "Tt ")) return std::nullopt;
  auto hour = take_digits(text, 2);
  if (!hour || !take(text, ":")) return std::nullopt;
  auto minute = take_digits(text, 2);
  if (!minute || !take(text, ":")) return std::nullopt;
  auto second = take_digits(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  year_month_day ymd{year{*year_number}, month{static_cast<unsigned>(*month_number)},
                     day{static_cast<unsigned>(*day_number)}};
  if (!ymd.ok()) return std::nullopt;
  std::int64_t ms = sys_days{ymd}.time_since_epoch().count() * std::int64_t{86400000} +
                    *hour * std::int64_t{3600000} + *minute * 60000 + *second * 1000;
  if (take(text, ".")) {
    int scale = 100;
    bool any = false;
    while (auto digit = take_digits(text, 1)) {
      ms += *digit * scale;
      scale /= 10;
      any = true;
    }
    if (!any) return std::nullopt;
  }
  if (take(text, "Zz")) return text.empty() ? std::optional(Instant{ms}) : std::nullopt;
  bool west = !text.empty() && text.front() == '-';
  if (!take(text, "+-")) return std::nullopt;
  auto offset_hour = take_digits(text, 2);
  if (!offset_hour || !take(text, ":")) return std::nullopt;
  auto offset_minute = take_digits(text, 2);
  if (!offset_minute || !text.empty()) return std::nullopt;
  std::int64_t offset = (*offset_hour * 60 + *offset_minute) * std::int64_t{60000};
  return Instant{ms - (west ? -offset : offset)};
}

}  // namespace kalends
