// print_when and parse_when: words between single spaces, the kind first.
#include "calendar/when_text.h"

#include <fmt/format.h>

#include "base/text.h"

namespace kalends::calendar {

namespace {

std::string encode_zone(std::string_view zone) {
  std::string out;
  for (char c : zone) {
    if (c == ' ') {
      out += "%20";
    } else if (c == '%') {
      out += "%25";
    } else {
      out += c;
    }
  }
  return out;
}

std::string decode_zone(std::string_view word) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    std::string_view three = word.substr(i, 3);
    if (three == "%20" || three == "%25") {
      out += three == "%20" ? ' ' : '%';
      i += 2;
    } else {
      out += word[i];
    }
  }
  return out;
}

std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(ErrorKind::invalid, fmt::format("\"{}\" is no time of an event: {}", text, why));
}

}  // namespace

std::string print_when(const When& when) {
  std::string duration = to_string(when.duration);
  switch (when.kind) {
    case TimeKind::all_day: return "all-day " + to_string(date_of(when.start)) + " " + duration;
    case TimeKind::floating: return "floating " + to_string(when.start) + " " + duration;
    case TimeKind::zoned: break;
  }
  std::string out = "zoned " + to_string(when.start) + " " + duration + " " + encode_zone(when.zone);
  if (!when.end_zone.empty()) out += " " + encode_zone(when.end_zone);
  return out;
}

Result<When> parse_when(std::string_view text) {
  auto words = split(text, ' ');
  When when;
  std::size_t least = 3;
  std::size_t most = 3;
  if (words[0] == "all-day") {
    when.kind = TimeKind::all_day;
  } else if (words[0] == "floating") {
    when.kind = TimeKind::floating;
  } else if (words[0] == "zoned") {
    when.kind = TimeKind::zoned;
    least = 4;
    most = 5;
  } else {
    return refuse(text, "it starts with \"all-day\", \"floating\" or \"zoned\"");
  }
  if (words.size() < least || words.size() > most) return refuse(text, "a part is missing or too many");
  if (when.kind == TimeKind::all_day) {
    auto date = parse_date(words[1]);
    if (!date) return refuse(text, "its date does not read like 2026-03-02");
    when.start = at(*date);
  } else {
    auto start = parse_local_time(words[1]);
    if (!start) return refuse(text, "its start does not read like 2026-03-02T09:00:00");
    when.start = *start;
  }
  auto duration = parse_duration(words[2]);
  if (!duration || duration->days < 0 || duration->seconds < 0)
    return refuse(text, "its duration does not read like PT1H");
  if (when.kind == TimeKind::all_day && (duration->days < 1 || duration->seconds != 0))
    return refuse(text, "an all-day event lasts whole days, at least one");
  when.duration = *duration;
  if (when.kind == TimeKind::zoned) when.zone = decode_zone(words[3]);
  if (words.size() == 5) when.end_zone = decode_zone(words[4]);
  if (when.kind == TimeKind::zoned && when.zone.empty()) return refuse(text, "its zone has no name");
  return when;
}

}  // namespace kalends::calendar
