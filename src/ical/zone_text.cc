// VTIMEZONE: observances to transitions and back.
#include "ical/zone_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "calendar/occurrences.h"
#include "ical/line.h"
#include "ical/text.h"
#include "ical/value.h"

namespace kalends::ical {

using calendar::Date;
using calendar::LocalTime;
using calendar::Rule;
using calendar::YearMonthDay;
using calendar::Zone;

namespace {

constexpr int kLastYear = 2100;            // explicit changes are written and read until here
constexpr std::size_t kMaxChanges = 2000;  // of one observance
constexpr std::size_t kMaxObservances = 1000;
constexpr std::string_view kDays[] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

std::int64_t utc_of_year(int year) {
  return calendar::at(calendar::date_of(YearMonthDay{year, 1, 1})).seconds;
}

int year_of(std::int64_t seconds) { return calendar::civil(calendar::date_of(LocalTime{seconds})).year; }

std::string offset_text(std::int32_t offset) {
  int size = offset < 0 ? -offset : offset;
  std::string out = fmt::format("{}{:02}{:02}", offset < 0 ? '-' : '+', size / 3600, size / 60 % 60);
  if (size % 60 != 0) out += fmt::format("{:02}", size % 60);
  return out;
}

std::optional<std::int32_t> parse_offset(std::string_view text) {
  text = trim(text);
  if (text.size() < 5 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  std::string digits;
  for (char c : text.substr(1))
    if (c != ':') digits += c;
  if (digits.size() != 4 && digits.size() != 6) return std::nullopt;
  auto number = parse_integer(digits);
  if (!number || *number < 0) return std::nullopt;
  auto value = static_cast<std::int32_t>(digits.size() == 4 ? *number * 100 : *number);
  std::int32_t seconds = value / 10000 * 3600 + value / 100 % 100 * 60 + value % 100;
  if (seconds > 26 * 3600) return std::nullopt;
  return text[0] == '-' ? -seconds : seconds;
}

// The day of `change` in `year`, before its second of the day is added.
Date day_of(const Zone::YearlyChange& change, int year) {
  if (change.week == 0) {
    Date first = calendar::date_of(YearMonthDay{year, 1, 1});
    int day = change.julian ? change.day - 1 + (calendar::is_leap_year(year) && change.day >= 60 ? 1 : 0)
                            : change.day;
    return Date{first.days + day};
  }
  Date first = calendar::date_of(YearMonthDay{year, change.month, 1});
  int first_weekday = (static_cast<int>(calendar::weekday(first)) + 1) % 7;  // 0 = Sunday
  int day = 1 + (change.day - first_weekday + 7) % 7 + (change.week - 1) * 7;
  int last = calendar::days_in_month(year, change.month);
  while (day > last) day -= 7;
  return Date{first.days + day - 1};
}

// RRULE of a yearly change, or "" when it has no simple one.
std::string yearly_rule(const Zone::YearlyChange& change) {
  int shift = change.second >= 0 ? change.second / 86400 : -((86399 - change.second) / 86400);
  if (change.week == 0) {
    if (!change.julian) return shift == 0 ? fmt::format("FREQ=YEARLY;BYYEARDAY={}", change.day + 1) : "";
    auto ymd =
        calendar::civil(Date{calendar::date_of(YearMonthDay{2025, 1, 1}).days + change.day - 1 + shift});
    return fmt::format("FREQ=YEARLY;BYMONTH={};BYMONTHDAY={}", ymd.month, ymd.day);
  }
  std::string_view day = kDays[((change.day + shift) % 7 + 7) % 7];
  if (shift == 0)
    return fmt::format("FREQ=YEARLY;BYMONTH={};BYDAY={}{}", change.month, change.week == 5 ? -1 : change.week,
                       day);
  if (change.month == 2) return "";
  int last = calendar::days_in_month(2025, change.month);
  int first = (change.week == 5 ? last - 6 : (change.week - 1) * 7 + 1) + shift;
  if (first < 1 || first + 6 > last) return "";
  std::string days = fmt::format("{}", first);
  for (int i = 1; i < 7; ++i) days += fmt::format(",{}", first + i);
  return fmt::format("FREQ=YEARLY;BYMONTH={};BYMONTHDAY={};BYDAY={}", change.month, days, day);
}

void add_observance(std::vector<std::string>& lines, std::int64_t at, std::int32_t from, std::int32_t to,
                    std::int32_t standard, const std::string& rule) {
  std::string kind = to > standard ? "DAYLIGHT" : "STANDARD";
  lines.push_back("BEGIN:" + kind);
  lines.push_back("DTSTART:" + print_moment({Moment::Kind::local, LocalTime{at + from}}));
  if (!rule.empty()) lines.push_back("RRULE:" + rule);
  lines.push_back("TZOFFSETFROM:" + offset_text(from));
  lines.push_back("TZOFFSETTO:" + offset_text(to));
  lines.push_back("END:" + kind);
}

// The yearly change that `at` is, as the footer has it; nullptr when it is none.
const Zone::YearlyChange* footer_change(const Zone::Footer& footer, std::int64_t at, std::int32_t before,
                                        std::int32_t after) {
  for (const auto& change : footer.changes) {
    if (change.offset_after != after) continue;
    for (int year = year_of(at + before) - 1; year <= year_of(at + before) + 1; ++year)
      if (calendar::at(day_of(change, year)).seconds + change.second - before == at) return &change;
  }
  return nullptr;
}

}  // namespace

std::vector<std::string> zone_lines(const Zone& zone, std::string_view tzid, std::int64_t from_utc) {
  int first_year = std::clamp(year_of(from_utc) - 1, 1, kLastYear - 3);
  std::int64_t start = utc_of_year(first_year);
  auto transitions = zone.transitions_between(start, utc_of_year(kLastYear));
  std::vector<std::string> lines = {"BEGIN:VTIMEZONE", "TZID:" + escape_text(tzid)};
  const Zone::Footer& footer = zone.footer();
  std::int32_t first_offset = zone.offset_at(start);
  auto offset_before = [&](std::size_t i) { return i == 0 ? first_offset : transitions[i - 1].offset; };
  // From `rules_from` on every change is one of the footer's.
  std::size_t rules_from = transitions.size();
  bool simple = footer.changes.size() == 2 && std::ranges::none_of(footer.changes, [](const auto& change) {
                  return yearly_rule(change).empty();
                });
  while (simple && rules_from > 0 &&
         footer_change(footer, transitions[rules_from - 1].at, offset_before(rules_from - 1),
                       transitions[rules_from - 1].offset) != nullptr)
    --rules_from;
  add_observance(lines, start, first_offset, first_offset, footer.standard, "");
  for (std::size_t i = 0; i < transitions.size() && i < rules_from + footer.changes.size(); ++i) {
    std::int32_t before = offset_before(i);
    const auto* change =
        i < rules_from ? nullptr : footer_change(footer, transitions[i].at, before, transitions[i].offset);
    if (before == transitions[i].offset) continue;
    add_observance(lines, transitions[i].at, before, transitions[i].offset, footer.standard,
                   change == nullptr ? "" : yearly_rule(*change));
  }
  lines.emplace_back("END:VTIMEZONE");
  return lines;
}

namespace {

// One STANDARD or DAYLIGHT.
struct Observance {
  std::optional<LocalTime> start;
  std::optional<std::int32_t> from, to;
  std::vector<Rule> rules;
  std::vector<LocalTime> dates;
};

Result<Observance> read_observance(const Document& document, std::size_t component) {
  Observance out;
  std::string problem;
  std::size_t number = document.lines[document.components[component].begin].number;
  document.each_line(component, [&](std::size_t i) {
    const Line& line = document.lines[i];
    if (line.name == "DTSTART") {
      if (auto moment = parse_moment(line.value)) out.start = moment->time;
    } else if (line.name == "TZOFFSETFROM") {
      out.from = parse_offset(line.value);
    } else if (line.name == "TZOFFSETTO") {
      out.to = parse_offset(line.value);
    } else if (line.name == "RRULE") {
      auto rule = calendar::parse_rule(trim(line.value));
      if (!rule) {
        problem = rule.error().message;
        number = line.number;
      } else {
        out.rules.push_back(*std::move(rule));
      }
    } else if (line.name == "RDATE") {
      for (std::string_view one : split(line.value, ','))
        if (auto moment = parse_moment(one.substr(0, one.find('/')))) out.dates.push_back(moment->time);
    }
  });
  if (problem.empty() && (!out.start || !out.from || !out.to))
    problem = "an observance needs DTSTART, TZOFFSETFROM and TZOFFSETTO";
  if (!problem.empty())
    return fail(ErrorKind::invalid, fmt::format("VTIMEZONE line {}: {}", number, problem));
  return out;
}

// Every local start of the observance until kLastYear.
Result<std::vector<LocalTime>> starts_of(const Observance& observance) {
  std::vector<LocalTime> starts = observance.dates;
  starts.push_back(*observance.start);
  std::size_t count = 0;  // of all its rules together
  for (Rule rule : observance.rules) {
    if (count >= kMaxChanges) break;
    std::optional<LocalTime> until;
    if (rule.until) {
      until = rule.until->time;
      if (rule.until->kind == calendar::Until::Kind::utc) until->seconds += *observance.from;
      if (rule.until->kind == calendar::Until::Kind::date) until->seconds += 86399;
      rule.until.reset();
    }
    TRY_VOID(calendar::expand(rule, *observance.start, calendar::TimeKind::floating, nullptr,
                              *observance.start,
                              [&](LocalTime at) {
                                if ((until && at > *until) || year_of(at.seconds) > kLastYear) return false;
                                starts.push_back(at);
                                return ++count < kMaxChanges;
                              },
                              {kMaxChanges + 1, 1'000'000}));
  }
  return starts;
}

// The observance's one endless rule as a yearly change, when it is of the usual form.
std::optional<Zone::YearlyChange> yearly_change(const Observance& observance) {
  if (observance.rules.size() != 1) return std::nullopt;
  const Rule& rule = observance.rules.front();
  bool plain = rule.frequency == calendar::Frequency::yearly && rule.interval == 1 && !rule.count &&
               !rule.until && rule.by_month.size() == 1 && rule.by_day.size() == 1 &&
               rule.by_month_day.empty() && rule.by_year_day.empty() && rule.by_week.empty() &&
               rule.by_set_position.empty() && rule.by_hour.empty() && rule.by_minute.empty() &&
               rule.by_second.empty();
  if (!plain) return std::nullopt;
  int ordinal = rule.by_day.front().ordinal;
  if (ordinal != -1 && (ordinal < 1 || ordinal > 4)) return std::nullopt;
  Zone::YearlyChange change;
  change.month = rule.by_month.front();
  change.week = ordinal == -1 ? 5 : ordinal;
  change.day = (static_cast<int>(rule.by_day.front().day) + 1) % 7;
  change.second = calendar::second_of_day(*observance.start);
  change.offset_after = *observance.to;
  return change;
}

Zone::Footer footer_of(const std::vector<Observance>& observances, std::int32_t last_offset) {
  Zone::Footer footer{last_offset, {}};
  std::vector<Zone::YearlyChange> changes;
  std::size_t endless = 0;
  for (const Observance& observance : observances) {
    for (const Rule& rule : observance.rules)
      if (!rule.count && !rule.until) ++endless;
    if (auto change = yearly_change(observance)) changes.push_back(*change);
  }
  if (changes.size() != 2 || endless != 2 || changes[0].offset_after == changes[1].offset_after)
    return footer;
  if (changes[0].offset_after < changes[1].offset_after) std::swap(changes[0], changes[1]);
  footer.standard = changes[1].offset_after;
  footer.changes = std::move(changes);
  return footer;
}

}  // namespace

Result<Zone> zone_of(std::string_view vtimezone) {
  Document document = TRY(scan(vtimezone, Limits{1u << 20, 1u << 16, kMaxObservances, 4}));
  std::string name;
  std::vector<Observance> observances;
  for (std::size_t c = 0; c < document.components.size(); ++c) {
    const Component& component = document.components[c];
    if (component.name == "STANDARD" || component.name == "DAYLIGHT")
      observances.push_back(TRY(read_observance(document, c)));
    if (component.name != "VTIMEZONE") continue;
    document.each_line(c, [&](std::size_t i) {
      if (document.lines[i].name == "TZID") name = unescape_text(trim(document.lines[i].value));
    });
  }
  if (observances.empty())
    return fail(ErrorKind::invalid,
                "VTIMEZONE line 1: it has neither STANDARD nor DAYLIGHT, so it says nothing");
  std::vector<Zone::Transition> transitions;
  std::int64_t earliest = observances.front().start->seconds - *observances.front().from;
  std::int32_t first_offset = *observances.front().from;
  for (const Observance& observance : observances) {
    for (LocalTime at : TRY(starts_of(observance)))
      transitions.push_back({at.seconds - *observance.from, *observance.to});
    std::int64_t begin = observance.start->seconds - *observance.from;
    if (begin < earliest) {
      earliest = begin;
      first_offset = *observance.from;
    }
  }
  std::ranges::sort(transitions, {}, &Zone::Transition::at);
  std::int32_t last = transitions.back().offset;
  Zone::Footer footer = footer_of(observances, last);
  return Zone(std::move(name), first_offset, std::move(transitions), std::move(footer));
}

EventZones::EventZones(const calendar::ZoneSource& base, const calendar::Event& event) : base_(base) {
  for (const auto& [tzid, text] : event.zones)
    if (auto zone = zone_of(text)) own_.emplace(tzid, std::make_unique<Zone>(*std::move(zone)));
}

EventZones::~EventZones() = default;

const Zone* EventZones::find(std::string_view name) const {
  if (const Zone* zone = base_.find(name)) return zone;
  auto it = own_.find(name);
  return it == own_.end() ? nullptr : it->second.get();
}

}  // namespace kalends::ical
