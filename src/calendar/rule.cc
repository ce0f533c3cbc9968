// RRULE and EXRULE values as text. RFC 5545 section 3.3.10. Reading forgives case, blanks, empty parts and
// repeated parts (the last number wins, lists join); a value out of its range is refused by the part's name.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/text.h"
#include "calendar/event.h"

namespace kalends::calendar {

namespace {

constexpr std::array<std::string_view, 7> kFrequencies = {"YEARLY", "MONTHLY",  "WEEKLY",  "DAILY",
                                                          "HOURLY", "MINUTELY", "SECONDLY"};
constexpr std::array<std::string_view, 7> kWeekdays = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

struct ListPart {
  std::string_view name;
  std::vector<int> Rule::* list;
  int low;
  int high;
  bool both_signs;  // -high..-low as well, counted from the end
};
// In canonical order; BYDAY stands between BYMONTHDAY and BYHOUR.
constexpr ListPart kLists[] = {
    {"BYMONTH", &Rule::by_month, 1, 12, false},      {"BYWEEKNO", &Rule::by_week, 1, 53, true},
    {"BYYEARDAY", &Rule::by_year_day, 1, 366, true}, {"BYMONTHDAY", &Rule::by_month_day, 1, 31, true},
    {"BYHOUR", &Rule::by_hour, 0, 23, false},        {"BYMINUTE", &Rule::by_minute, 0, 59, false},
    {"BYSECOND", &Rule::by_second, 0, 60, false},    {"BYSETPOS", &Rule::by_set_position, 1, 366, true},
};

std::unexpected<Error> bad_value(std::string_view name, std::string_view value, std::string_view wanted) {
  return fail(ErrorKind::invalid, fmt::format("{}={} in a recurrence rule is not valid: {}", name,
                                              repair_utf8(value.substr(0, 60)), wanted));
}

template <class T>
void sort_unique(std::vector<T>& list) {
  std::ranges::sort(list);
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

Result<void> read_list(const ListPart& part, std::string_view value, Rule& rule) {
  for (std::string_view item : split(value, ',')) {
    item = trim(item);
    if (item.empty()) continue;
    auto number = parse_integer(item);
    bool fits = number && *number >= part.low && *number <= part.high;
    if (number && part.both_signs && *number < 0) fits = -part.high <= *number && *number <= -part.low;
    if (!fits) {
      return bad_value(part.name, item,
                       fmt::format("it takes numbers from {} to {}{}", part.low, part.high,
                                   part.both_signs ? " or their negatives" : ""));
    }
    (rule.*part.list).push_back(static_cast<int>(*number));
  }
  sort_unique(rule.*part.list);
  return {};
}

std::optional<Weekday> weekday_named(std::string_view name) {
  auto it = std::ranges::find(kWeekdays, name);
  if (it == kWeekdays.end()) return std::nullopt;
  return static_cast<Weekday>(it - kWeekdays.begin());
}

Result<void> read_days(std::string_view value, Rule& rule) {
  for (std::string_view item : split(value, ',')) {
    item = trim(item);
    if (item.empty()) continue;
    auto wrong = [&] { return bad_value("BYDAY", item, "it takes weekdays such as MO, 2TU or -1FR"); };
    auto day = weekday_named(item.size() < 2 ? item : item.substr(item.size() - 2));
    if (!day) return wrong();
    ByDay by_day{0, *day};
    std::string_view ordinal = trim(item.substr(0, item.size() - 2));
    if (!ordinal.empty()) {
      auto number = parse_integer(ordinal);
      if (!number || *number == 0 || *number > 53 || *number < -53) return wrong();
      by_day.ordinal = static_cast<int>(*number);
    }
    rule.by_day.push_back(by_day);
  }
  sort_unique(rule.by_day);
  return {};
}

// "20260630", "20260630T090000", "20260630T090000Z"; dashes and colons are forgiven.
Result<Until> read_until(std::string_view value) {
  std::string digits;
  for (char c : value) {
    if (c != '-' && c != ':') digits += c;
  }
  auto wrong = [&] {
    return bad_value("UNTIL", value, "it takes a date such as 20260630 or a time such as 20260630T090000Z");
  };
  Until until;
  if (digits.ends_with('Z')) {
    until.kind = Until::Kind::utc;
    digits.pop_back();
  }
  if (digits.size() != 8 && digits.size() != 15) return wrong();
  std::string text = digits.substr(0, 4) + "-" + digits.substr(4, 2) + "-" + digits.substr(6, 2);
  if (digits.size() == 8) {
    auto date = parse_date(text);
    if (!date) return wrong();
    until.kind = Until::Kind::date;
    until.time = at(*date);
    return until;
  }
  text += "T" + digits.substr(9, 2) + ":" + digits.substr(11, 2) + ":" + digits.substr(13, 2);
  auto time = parse_local_time(text);
  if (!time || digits[8] != 'T') return wrong();
  if (until.kind != Until::Kind::utc) until.kind = Until::Kind::local;
  until.time = *time;
  return until;
}

Result<std::int32_t> read_positive(std::string_view name, std::string_view value) {
  auto number = parse_integer(value);
  constexpr auto kMax = std::numeric_limits<std::int32_t>::max();
  if (!number || *number < 1 || *number > kMax) {
    return bad_value(name, value, fmt::format("it takes a number from 1 to {}", kMax));
  }
  return static_cast<std::int32_t>(*number);
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 60 && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Result<void> read_part(std::string_view name, std::string_view value, bool& has_frequency, Rule& rule) {
  if (name == "FREQ") {
    auto it = std::ranges::find(kFrequencies, value);
    if (it == kFrequencies.end())
      return bad_value(name, value, "it takes YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY or SECONDLY");
    rule.frequency = static_cast<Frequency>(it - kFrequencies.begin());
    has_frequency = true;
  } else if (name == "INTERVAL") {
    rule.interval = TRY(read_positive(name, value));
  } else if (name == "COUNT") {
    rule.count = TRY(read_positive(name, value));
  } else if (name == "UNTIL") {
    rule.until = TRY(read_until(value));
  } else if (name == "WKST") {
    auto day = weekday_named(value);
    if (!day) return bad_value(name, value, "it takes a weekday such as MO");
    rule.week_start = *day;
  } else if (name == "BYDAY") {
    TRY_VOID(read_days(value, rule));
  } else if (auto* list = std::ranges::find(kLists, name, &ListPart::name); list != std::end(kLists)) {
    TRY_VOID(read_list(*list, value, rule));
  } else {
    rule.unknown.push_back(fmt::format("{}={}", name, value));
  }
  return {};
}

void write_until(std::string& out, const Until& until) {
  for (char c : until.kind == Until::Kind::date ? to_string(date_of(until.time)) : to_string(until.time)) {
    if (c != '-' && c != ':') out += c;
  }
  if (until.kind == Until::Kind::utc) out += 'Z';
}

void write_days(std::string& out, const std::vector<ByDay>& days) {
  out += ";BYDAY=";
  for (std::size_t i = 0; i < days.size(); ++i) {
    if (i != 0) out += ',';
    if (days[i].ordinal != 0) out += std::to_string(days[i].ordinal);
    out += kWeekdays[static_cast<std::size_t>(days[i].day)];
  }
}

}  // namespace

Result<Rule> parse_rule(std::string_view text) {
  std::string upper = to_upper(trim(text));
  std::string_view rest = upper;
  if (rest.starts_with("RRULE:")) rest.remove_prefix(6);
  Rule rule;
  bool has_frequency = false;
  for (std::string_view part : split(rest, ';')) {
    part = trim(part);
    if (part.empty()) continue;
    std::size_t equals = part.find('=');
    std::string_view name = trim(part.substr(0, equals));
    if (equals == std::string_view::npos || !is_name(name)) {
      return fail(ErrorKind::invalid, fmt::format("\"{}\" in a recurrence rule is not of the form NAME=VALUE",
                                                  repair_utf8(part.substr(0, 60))));
    }
    TRY_VOID(read_part(name, trim(part.substr(equals + 1)), has_frequency, rule));
  }
  if (!has_frequency)
    return fail(ErrorKind::invalid, "a recurrence rule needs a FREQ part, such as FREQ=WEEKLY");
  sort_unique(rule.unknown);
  return rule;
}

std::string to_string(const Rule& rule) {
  const auto put_number = [](std::string& to, int number) {
    const fmt::format_int digits(number);
    to.append(digits.data(), digits.size());
  };
  std::string out = "FREQ=";
  out += kFrequencies[static_cast<std::size_t>(rule.frequency)];
  if (rule.interval != 1) put_number(out += ";INTERVAL=", rule.interval);
  if (rule.count) put_number(out += ";COUNT=", *rule.count);
  if (rule.until) {
    out += ";UNTIL=";
    write_until(out, *rule.until);
  }
  for (const ListPart& part : kLists) {
    if (part.name == "BYHOUR" && !rule.by_day.empty()) write_days(out, rule.by_day);
    if ((rule.*part.list).empty()) continue;
    (out += ';') += part.name;
    char before = '=';
    for (int number : rule.*part.list) {
      put_number(out += before, number);
      before = ',';
    }
  }
  if (rule.week_start != Weekday::monday)
    (out += ";WKST=") += kWeekdays[static_cast<std::size_t>(rule.week_start)];
  for (const std::string& part : rule.unknown) (out += ';') += part;
  return out;
}

}  // namespace kalends::calendar
