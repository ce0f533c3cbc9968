// Times and rules in words, for the command line and the log. One line, English, exact enough to check a plan
// by.
#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "base/text.h"
#include "calendar/event.h"

namespace kalends::calendar {

namespace {

constexpr std::array<std::string_view, 7> kDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kPeriods = {"year", "month",  "week",  "day",
                                                      "hour", "minute", "second"};
constexpr std::array<std::string_view, 7> kOften = {"yearly",     "monthly",      "weekly",      "daily",
                                                    "every hour", "every minute", "every second"};

std::string_view name_of(Weekday day) { return kDays[static_cast<std::size_t>(day)]; }

std::string date_words(Date date) {  // "2 Mar 2026"
  auto [year, month, day] = civil(date);
  return fmt::format("{} {} {}", day, kMonths[static_cast<std::size_t>(month - 1)].substr(0, 3), year);
}

std::string day_words(Date date) {
  return fmt::format("{} {}", name_of(weekday(date)).substr(0, 3), date_words(date));
}

std::string clock_words(LocalTime time) {
  int second = second_of_day(time);
  std::string out = fmt::format("{:02}:{:02}", second / 3600, second / 60 % 60);
  if (second % 60 != 0) out += fmt::format(":{:02}", second % 60);
  return out;
}

std::string ordinal_words(int n) {  // "2nd", "last", "3rd to last"
  if (n == -1) return "last";
  int k = std::abs(n);
  const char* ending = "th";
  if (k / 10 % 10 != 1) ending = k % 10 == 1 ? "st" : k % 10 == 2 ? "nd" : k % 10 == 3 ? "rd" : "th";
  return fmt::format("{}{}{}", k, ending, n < 0 ? " to last" : "");
}

std::string listing(const std::vector<std::string>& words) {  // "a, b and c"
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i != 0) out += i + 1 == words.size() ? " and " : ", ";
    out += words[i];
  }
  return out;
}

template <class List, class Word>
std::string listing(const List& list, Word word) {
  std::vector<std::string> words;
  words.reserve(list.size());
  for (const auto& item : list) words.push_back(word(item));
  return listing(words);
}

std::string ordinals(const std::vector<int>& list) { return listing(list, ordinal_words); }
std::string numbers(const std::vector<int>& list) {
  return listing(list, [](int n) { return std::to_string(n); });
}

std::string by_day_words(const ByDay& by) {
  if (by.ordinal == 0) return std::string(name_of(by.day));
  return fmt::format("the {} {}", ordinal_words(by.ordinal), name_of(by.day));
}

std::string date_part(const Rule& rule) {
  std::string out;
  if (!rule.by_month_day.empty())
    out += fmt::format(" on the {} day of the month", ordinals(rule.by_month_day));
  if (!rule.by_year_day.empty()) out += fmt::format(" on the {} day of the year", ordinals(rule.by_year_day));
  if (!rule.by_day.empty()) {
    // Next to another list of days a weekday narrows instead of adding.
    bool narrows = !rule.by_month_day.empty() || !rule.by_year_day.empty();
    out += fmt::format(" {} {}", narrows ? "if it is" : "on", listing(rule.by_day, by_day_words));
  }
  if (!rule.by_week.empty()) out += fmt::format(" in week {}", numbers(rule.by_week));
  if (!rule.by_month.empty()) {
    out += " in " + listing(rule.by_month,
                            [](int m) { return std::string(kMonths[static_cast<std::size_t>(m - 1)]); });
  }
  return out;
}

std::string time_part(const Rule& rule) {
  if (rule.by_second.empty() && !rule.by_hour.empty() && !rule.by_minute.empty() &&
      rule.by_hour.size() * rule.by_minute.size() <= 12) {
    std::vector<std::string> times;
    for (int hour : rule.by_hour) {
      for (int minute : rule.by_minute) times.push_back(fmt::format("{:02}:{:02}", hour, minute));
    }
    return " at " + listing(times);
  }
  std::string out;
  if (!rule.by_hour.empty()) out += fmt::format(" at hour {}", numbers(rule.by_hour));
  if (!rule.by_minute.empty()) out += fmt::format(" at minute {}", numbers(rule.by_minute));
  if (!rule.by_second.empty()) out += fmt::format(" at second {}", numbers(rule.by_second));
  return out;
}

}  // namespace

std::string describe(const When& when) {
  Date first = date_of(when.start);
  if (when.kind == TimeKind::all_day) {
    if (when.duration.days <= 1) return day_words(first) + ", all day";
    Date last{static_cast<std::int32_t>(first.days + when.duration.days - 1)};
    return fmt::format("{} to {}, all day", day_words(first), day_words(last));
  }
  LocalTime end{when.start.seconds + when.duration.days * 86400 + when.duration.seconds};
  std::string out = fmt::format("{} {}", day_words(first), clock_words(when.start));
  if (end != when.start) {
    out += date_of(end) == first ? fmt::format("-{}", clock_words(end))
                                 : fmt::format(" to {} {}", day_words(date_of(end)), clock_words(end));
  }
  if (when.kind == TimeKind::zoned) out += " " + when.zone;
  return out;
}

std::string describe(const Rule& rule) {
  auto frequency = static_cast<std::size_t>(rule.frequency);
  std::string dates = date_part(rule);
  std::string out;
  if (rule.interval != 1) {
    out = fmt::format("every {} {}s", rule.interval, kPeriods[frequency]);
  } else if (dates.empty()) {
    out = kOften[frequency];
  } else {
    out = fmt::format("every {}", kPeriods[frequency]);
  }
  out += dates + time_part(rule);
  if (!rule.by_set_position.empty())
    out += fmt::format(", only the {} of these", ordinals(rule.by_set_position));
  if (rule.week_start != Weekday::monday && (rule.interval != 1 || !rule.by_week.empty())) {
    out += fmt::format(", weeks from {}", name_of(rule.week_start));
  }
  if (rule.count) out += *rule.count == 1 ? ", once" : fmt::format(", {} times", *rule.count);
  if (rule.until) {
    auto [year, month, day] = civil(date_of(rule.until->time));
    out += fmt::format(" until {} {} {}", day, kMonths[static_cast<std::size_t>(month - 1)], year);
    if (rule.until->kind != Until::Kind::date) out += " " + clock_words(rule.until->time);
    if (rule.until->kind == Until::Kind::utc) out += " UTC";
  }
  if (!rule.unknown.empty()) out += fmt::format(" (not acted on: {})", join(rule.unknown, ", "));
  return out;
}

}  // namespace kalends::calendar
