// Recurrence rules. RFC 8984 section 4.3.3.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "jscalendar/text.h"

namespace kalends::jscalendar {
namespace {

using calendar::Rule;

constexpr std::array kFrequencies = {"yearly", "monthly",  "weekly",  "daily",
                                     "hourly", "minutely", "secondly"};
constexpr std::array kDays = {"mo", "tu", "we", "th", "fr", "sa", "su"};

template <class Words>
std::optional<std::size_t> index_of(const Words& words, std::string_view word) {
  const auto found = std::ranges::find(words, word);
  if (found == words.end()) return std::nullopt;
  return static_cast<std::size_t>(found - words.begin());
}

std::unexpected<Error> refuse(std::string_view member, std::string_view why) {
  return fail(ErrorKind::invalid, fmt::format("The member \"{}\" {}.", member, why));
}

void set_numbers(Json& out, const char* name, const std::vector<int>& numbers) {
  if (numbers.empty()) return;
  Json array = Json::array();
  for (const int number : numbers) array.push(number);
  out.set(name, std::move(array));
}

Result<std::int64_t> number(const Json& value, std::string_view member) {
  if (const std::int64_t* integer = value.integer()) return *integer;
  // byMonth is written as text, because other calendars have leap months ("5L").
  if (const std::string* text = value.string())
    if (const auto integer = parse_integer(*text)) return *integer;
  return refuse(member, "should hold whole numbers");
}

Result<std::vector<int>> numbers(const Json& object, std::string_view member, int least, int most) {
  std::vector<int> out;
  const Json* value = object.find(member);
  if (!value) return out;
  if (!value->items()) return refuse(member, "should be a list");
  for (const Json& item : *value->items()) {
    const std::int64_t n = TRY(number(item, member));
    if (n < least || n > most) return refuse(member, fmt::format("holds {}, which is out of range", n));
    out.push_back(static_cast<int>(n));
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Result<calendar::ByDay> by_day(const Json& value) {
  calendar::ByDay day;
  const Json* name = value.find("day");
  const auto index = name && name->string() ? index_of(kDays, *name->string()) : std::nullopt;
  if (!index) return refuse("byDay", "names no weekday");
  day.day = static_cast<calendar::Weekday>(*index);
  if (const Json* nth = value.find("nthOfPeriod")) {
    const std::int64_t n = TRY(number(*nth, "nthOfPeriod"));
    if (n == 0 || n < -53 || n > 53) return refuse("nthOfPeriod", "is out of range");
    day.ordinal = static_cast<int>(n);
  }
  return day;
}

Result<std::int32_t> positive(const Json& value, std::string_view member) {
  const std::int64_t n = TRY(number(value, member));
  if (n < 1 || n > 2'147'483'647) return refuse(member, "should be a positive number");
  return static_cast<std::int32_t>(n);
}

// UNTIL on the event's own wall, where RFC 8984 wants it. A mere date reaches to the end of that day.
calendar::LocalTime until_on_the_wall(const calendar::Until& until, const calendar::When& when,
                                      const calendar::ZoneSource& zones) {
  using Kind = calendar::Until::Kind;
  if (until.kind == Kind::date && when.kind != calendar::TimeKind::all_day)
    return {until.time.seconds + 86'399};
  const calendar::Zone* zone = when.kind == calendar::TimeKind::zoned ? zones.find(when.zone) : nullptr;
  return until.kind == Kind::utc && zone ? zone->to_local(until.time.seconds) : until.time;
}

// The form that RFC 5545 section 3.3.10 wants for an event of that time.
calendar::Until until_of(calendar::LocalTime local, const calendar::When& when,
                         const calendar::ZoneSource& zones) {
  using Kind = calendar::Until::Kind;
  if (when.kind == calendar::TimeKind::all_day) return {Kind::date, calendar::at(calendar::date_of(local))};
  const calendar::Zone* zone = when.kind == calendar::TimeKind::zoned ? zones.find(when.zone) : nullptr;
  if (!zone) return {Kind::local, local};
  return {Kind::utc, {zone->to_utc(local)}};
}

// Parts of an RRULE that RFC 8984 has no member for, as they stand there: ["UNTIL=20300101T000000Z", "X-PART=1"].
constexpr const char* kParts = "kalends:parts";

// RSCALE and SKIP (RFC 7529) are members of their own.
constexpr std::array<std::pair<std::string_view, const char*>, 2> kWords = {
    {{"RSCALE=", "rscale"}, {"SKIP=", "skip"}}};

void put_parts(Json& out, const Rule& rule, const calendar::When& when, const calendar::ZoneSource& zones) {
  Json parts = Json::array();
  if (rule.until && until_of(until_on_the_wall(*rule.until, when, zones), when, zones) != *rule.until) {
    Rule bare;
    bare.until = rule.until;
    const std::string text = to_string(bare);
    parts.push(text.substr(text.find(';') + 1));
  }
  for (const std::string& part : rule.unknown) {
    const auto word = std::ranges::find_if(kWords, [&](const auto& w) { return part.starts_with(w.first); });
    if (word == kWords.end())
      parts.push(part);
    else
      out.set(word->second, to_lower(std::string_view(part).substr(word->first.size())));
  }
  if (!parts.items()->empty()) out.set(kParts, std::move(parts));
}

// An UNTIL among the parts counts as long as nobody changed the member that stands for it.
void read_parts(const Json& object, const calendar::When& when, const calendar::ZoneSource& zones,
                Rule& rule) {
  for (const auto& [start, member] : kWords)
    if (const Json* value = object.find(member); value && value->string())
      rule.unknown.push_back(std::string(start) + to_upper(*value->string()));
  const Json* parts = object.find(kParts);
  if (parts && parts->items()) {
    for (const Json& part : *parts->items()) {
      const auto one =
          part.string() ? calendar::parse_rule("FREQ=DAILY;" + *part.string()) : Result<Rule>(Rule{});
      if (!one) continue;
      rule.unknown.insert(rule.unknown.end(), one->unknown.begin(), one->unknown.end());
      const Json* until = object.find("until");
      if (one->until && until && until->string() &&
          *until->string() == calendar::to_string(until_on_the_wall(*one->until, when, zones)))
        rule.until = one->until;
    }
  }
  std::ranges::sort(rule.unknown);
  rule.unknown.erase(std::unique(rule.unknown.begin(), rule.unknown.end()), rule.unknown.end());
}

Result<void> read_bounds(const Json& object, const calendar::When& when, const calendar::ZoneSource& zones,
                         Rule& rule) {
  if (const Json* interval = object.find("interval")) rule.interval = TRY(positive(*interval, "interval"));
  if (const Json* count = object.find("count")) rule.count = TRY(positive(*count, "count"));
  if (const Json* until = object.find("until")) {
    const auto time = until->string() ? calendar::parse_local_time(*until->string()) : std::nullopt;
    if (!time) return refuse("until", "should be a local time like 2026-03-01T09:00:00");
    rule.until = until_of(*time, when, zones);
  }
  if (const Json* start = object.find("firstDayOfWeek")) {
    const auto index = start->string() ? index_of(kDays, *start->string()) : std::nullopt;
    if (!index) return refuse("firstDayOfWeek", "names no weekday");
    rule.week_start = static_cast<calendar::Weekday>(*index);
  }
  return {};
}

}  // namespace

Json rule_to_json(const Rule& rule, const calendar::When& when, const calendar::ZoneSource& zones) {
  Json out = Json::object();
  out.set("@type", "RecurrenceRule").set("frequency", kFrequencies[static_cast<std::size_t>(rule.frequency)]);
  if (rule.interval != 1) out.set("interval", rule.interval);
  if (rule.count) out.set("count", *rule.count);
  if (rule.until) out.set("until", calendar::to_string(until_on_the_wall(*rule.until, when, zones)));
  if (rule.week_start != calendar::Weekday::monday)
    out.set("firstDayOfWeek", kDays[static_cast<std::size_t>(rule.week_start)]);
  if (!rule.by_day.empty()) {
    Json days = Json::array();
    for (const calendar::ByDay& day : rule.by_day) {
      Json entry = Json::object();
      entry.set("@type", "NDay").set("day", kDays[static_cast<std::size_t>(day.day)]);
      if (day.ordinal != 0) entry.set("nthOfPeriod", day.ordinal);
      days.push(std::move(entry));
    }
    out.set("byDay", std::move(days));
  }
  set_numbers(out, "byMonthDay", rule.by_month_day);
  if (!rule.by_month.empty()) {
    Json months = Json::array();
    for (const int month : rule.by_month) months.push(std::to_string(month));
    out.set("byMonth", std::move(months));
  }
  set_numbers(out, "byYearDay", rule.by_year_day);
  set_numbers(out, "byWeekNo", rule.by_week);
  set_numbers(out, "byHour", rule.by_hour);
  set_numbers(out, "byMinute", rule.by_minute);
  set_numbers(out, "bySecond", rule.by_second);
  set_numbers(out, "bySetPosition", rule.by_set_position);
  put_parts(out, rule, when, zones);
  return out;
}

Result<Rule> rule_from_json(const Json& object, const calendar::When& when,
                            const calendar::ZoneSource& zones) {
  Rule rule;
  const Json* frequency = object.find("frequency");
  const auto index =
      frequency && frequency->string() ? index_of(kFrequencies, *frequency->string()) : std::nullopt;
  if (!index) return refuse("frequency", "names no frequency");
  rule.frequency = static_cast<calendar::Frequency>(*index);
  TRY_VOID(read_bounds(object, when, zones, rule));
  if (const Json* days = object.find("byDay")) {
    if (!days->items()) return refuse("byDay", "should be a list");
    for (const Json& day : *days->items()) rule.by_day.push_back(TRY(by_day(day)));
    std::ranges::sort(rule.by_day);
  }
  rule.by_month_day = TRY(numbers(object, "byMonthDay", -31, 31));
  rule.by_month = TRY(numbers(object, "byMonth", 1, 12));
  rule.by_year_day = TRY(numbers(object, "byYearDay", -366, 366));
  rule.by_week = TRY(numbers(object, "byWeekNo", -53, 53));
  rule.by_hour = TRY(numbers(object, "byHour", 0, 23));
  rule.by_minute = TRY(numbers(object, "byMinute", 0, 59));
  rule.by_second = TRY(numbers(object, "bySecond", 0, 60));
  rule.by_set_position = TRY(numbers(object, "bySetPosition", -366, 366));
  read_parts(object, when, zones, rule);
  return rule;
}

}  // namespace kalends::jscalendar
