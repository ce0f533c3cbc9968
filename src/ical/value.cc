// Readers and printers of single values.
#include "ical/value.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ical/runs.h"

namespace kalends::ical {

using calendar::Duration;
using calendar::LocalTime;

namespace {

constexpr std::int64_t kMaxCount = 1'000'000'000;  // of one unit in a duration

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') || c == 0x7F;
}

// Reads exactly `count` digits at `at`, moving it; nothing when they are not there.
std::optional<int> digits(std::string_view text, std::size_t& at, std::size_t count) {
  if (text.size() - at < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    char c = text[at + i];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  at += count;
  return value;
}

bool take(std::string_view text, std::size_t& at, char c) {
  if (at >= text.size() || text[at] != c) return false;
  ++at;
  return true;
}

}  // namespace

std::string unescape_text(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (std::size_t i = 0; i < value.size();) {
    std::size_t run = passed_over(value.substr(i), may_be_escaped);
    out.append(value, i, run);
    i += run;
    for (std::size_t stop = std::min(i + kBlock, value.size()); i < stop; ++i) {
      char c = value[i];
      if (is_control(c)) continue;
      if (c != '\\' || i + 1 == value.size()) {
        out += c;
        continue;
      }
      char next = value[i + 1];
      if (next == 'n' || next == 'N') {
        out += '\n';
      } else if (next == '\\' || next == ';' || next == ',' || next == ':' || next == '"') {
        out += next;
      } else {
        out += c;  // a backslash that nobody escaped, as in "C:\temp"
        continue;
      }
      ++i;
    }
  }
  return out;
}

std::string escape_text(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\n' || (c == '\r' && text.substr(i + 1, 1) != "\n")) {
      out += "\\n";
    } else if (c == '\\' || c == ';' || c == ',') {
      out += '\\';
      out += c;
    } else if (!is_control(c)) {
      out += c;
    }
  }
  return out;
}

std::string clean_line(std::string_view text) {
  if (passed_over(text, is_below_space) + kBlock > text.size() &&
      std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
    return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t') {
      out += c;
    }
  }
  return out;
}

std::vector<std::string_view> split_texts(std::string_view value) {
  std::vector<std::string_view> parts;
  std::size_t from = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\') {
      ++i;
    } else if (value[i] == ',') {
      parts.push_back(value.substr(from, i - from));
      from = i + 1;
    }
  }
  parts.push_back(value.substr(from));
  return parts;
}

std::optional<Moment> parse_moment(std::string_view text) {
  text = trim(text);
  std::size_t at = 0;
  auto year = digits(text, at, 4);
  bool dashes = take(text, at, '-');
  auto month = year ? digits(text, at, 2) : std::nullopt;
  if (dashes && !take(text, at, '-')) return std::nullopt;
  auto day = month ? digits(text, at, 2) : std::nullopt;
  if (!day || !calendar::is_valid({*year, *month, *day})) return std::nullopt;
  auto date = calendar::date_of(calendar::YearMonthDay{*year, *month, *day});
  if (at == text.size()) return Moment{Moment::Kind::date, calendar::at(date)};
  if (!take(text, at, 'T') && !take(text, at, 't') && !take(text, at, ' ')) return std::nullopt;
  auto hour = digits(text, at, 2);
  bool colons = take(text, at, ':');
  auto minute = hour ? digits(text, at, 2) : std::nullopt;
  if (!minute) return std::nullopt;
  std::optional<int> second = 0;
  if (!colons || take(text, at, ':')) {
    std::size_t before = at;
    second = digits(text, at, 2);
    if (!second && at == before) second = 0;
  }
  bool utc = take(text, at, 'Z') || take(text, at, 'z');
  if (at != text.size() || *hour > 24 || *minute > 59 || *second > 60 ||
      (*hour == 24 && *minute + *second > 0))
    return std::nullopt;
  auto of_day = *hour * 3600 + *minute * 60 + (*second == 60 ? 59 : *second);
  LocalTime time{calendar::at(date).seconds + of_day};
  return Moment{utc ? Moment::Kind::utc : Moment::Kind::local, time};
}

std::string print_moment(const Moment& moment) {
  auto ymd = calendar::civil(calendar::date_of(moment.time));
  std::string out = fmt::format("{:04}{:02}{:02}", ymd.year, ymd.month, ymd.day);
  if (moment.kind == Moment::Kind::date) return out;
  std::int32_t second = calendar::second_of_day(moment.time);
  out += fmt::format("T{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60);
  if (moment.kind == Moment::Kind::utc) out += 'Z';
  return out;
}

std::optional<Duration> parse_loose_duration(std::string_view text) {
  text = trim(text);
  if (auto strict = calendar::parse_duration(text)) return strict;
  std::size_t at = 0;
  bool negative = take(text, at, '-');
  if (!negative) take(text, at, '+');
  if (!take(text, at, 'P') && !take(text, at, 'p')) return std::nullopt;
  Duration out;
  bool any = false;
  char last_unit = 'D';
  while (at < text.size()) {
    if (take(text, at, 'T') || take(text, at, 't')) continue;
    std::int64_t number = 0;
    std::size_t first = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      number = number * 10 + (text[at] - '0');
      if (number > kMaxCount) return std::nullopt;
    }
    if (at == first) return std::nullopt;
    // A number without a unit counts the next smaller one: "PT1H30".
    char unit = at < text.size() ? text[at++] : last_unit == 'H' ? 'M' : last_unit == 'M' ? 'S' : 'X';
    if (unit >= 'a' && unit <= 'z') unit = static_cast<char>(unit - 32);
    switch (unit) {
      case 'W': out.days += number * 7; break;
      case 'D': out.days += number; break;
      case 'H': out.seconds += number * 3600; break;
      case 'M': out.seconds += number * 60; break;
      case 'S': out.seconds += number; break;
      default: return std::nullopt;
    }
    last_unit = unit;
    any = true;
  }
  if (!any) return std::nullopt;
  return negative ? Duration{-out.days, -out.seconds} : out;
}

std::optional<Instant> parse_utc(std::string_view text) {
  auto moment = parse_moment(text);
  if (!moment) return std::nullopt;
  return Instant{moment->time.seconds * 1000};
}

Moment moment_of(Instant at) {
  std::int64_t seconds = at.ms >= 0 ? at.ms / 1000 : (at.ms - 999) / 1000;
  return {Moment::Kind::utc, LocalTime{seconds}};
}

std::string print_utc(Instant at) { return print_moment(moment_of(at)); }

std::string encode_param(std::string_view value) {
  std::string out;
  bool quote = value.starts_with(' ') || value.ends_with(' ');
  for (char c : value) {
    if (c == '^') {
      out += "^^";
    } else if (c == '"') {
      out += "^'";
    } else if (c == '\n') {
      out += "^n";
    } else if (!is_control(c)) {
      quote = quote || c == ':' || c == ';' || c == ',';
      out += c;
    }
  }
  return quote ? '"' + out + '"' : out;
}

void append_folded(std::string& out, std::string_view line, std::string_view line_end) {
  std::size_t room = kFoldAt;
  while (line.size() > room) {
    const std::size_t cut = fold_point(line, 0, room);
    out += line.substr(0, cut);
    out += line_end;
    out += ' ';
    line.remove_prefix(cut);
    room = kFoldAt - 1;
  }
  out += line;
  out += line_end;
}

}  // namespace kalends::ical
