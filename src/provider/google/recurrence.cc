// recurrence[]: lines of RFC 5545 without DTSTART. EXDATEs are exclusions, not fields: each counts as an occurrence that
// does not take place.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ical/value.h"
#include "provider/google/codec.h"
#include "provider/google/json.h"
#include "provider/google/zone_names.h"

namespace kalends::provider::google {

namespace {

using calendar::LocalTime;
using calendar::Rule;
using calendar::TimeKind;
using calendar::Until;

constexpr std::size_t kMaxLines = 1'000;
constexpr std::size_t kMaxDates = 20'000;

struct Line {
  std::string name;
  std::string_view value;
};

Line split_line(std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::size_t end = std::min(text.find(';'), colon);
  return {to_upper(trim(text.substr(0, end))), trim(text.substr(std::min(colon + 1, text.size())))};
}

// The wall clock of one date of a list, in the series' zone. A TZID other than that is not looked at: Google writes the
// series' own.
std::optional<LocalTime> read_date(std::string_view text, const calendar::Zone* zone) {
  const auto moment = ical::parse_moment(trim(text.substr(0, text.find('/'))));
  if (!moment) return std::nullopt;
  if (moment->kind == ical::Moment::Kind::utc && zone) return zone->to_local(moment->time.seconds);
  return moment->time;
}

void read_dates(std::string_view list, const calendar::Zone* zone, std::vector<LocalTime>& out,
                std::vector<std::string>& warnings) {
  for (const std::string_view one : split(list, ',')) {
    if (trim(one).empty() || out.size() >= kMaxDates) continue;
    if (const auto date = read_date(one, zone))
      out.push_back(*date);
    else
      warnings.push_back(fmt::format("a date of its recurrence, \"{}\", cannot be read; it is ignored",
                                     repair_utf8(one.substr(0, 40))));
  }
}

// UNTIL as RFC 5545 wants it beside that start: a date for days, UTC for times. Of a floating series it is wall clock,
// and is written as that of the zone in which the series is shown.
void settle_until(Rule& rule, TimeKind kind, const calendar::Zone* zone) {
  if (!rule.until || rule.until->kind == Until::Kind::date) return;
  Until& until = *rule.until;
  if (kind == TimeKind::all_day)
    until = {Until::Kind::date, calendar::at(calendar::date_of(until.time))};
  else if (zone && (until.kind == Until::Kind::local || kind == TimeKind::floating))
    until = {Until::Kind::utc, LocalTime{zone->to_utc(until.time)}};
}

void unsettle_until(Rule& rule, TimeKind kind, const calendar::Zone* zone) {
  if (kind != TimeKind::floating || !zone || !rule.until || rule.until->kind != Until::Kind::utc) return;
  rule.until = Until{Until::Kind::local, zone->to_local(rule.until->time.seconds)};
}

std::string print_date(LocalTime at, const calendar::Event& event, const calendar::Zone* zone) {
  if (event.when.kind == TimeKind::all_day)
    return ical::print_moment({ical::Moment::Kind::date, calendar::at(calendar::date_of(at))});
  return ical::print_moment({ical::Moment::Kind::utc, LocalTime{zone ? zone->to_utc(at) : at.seconds}});
}

std::string print_list(std::string_view name, const std::vector<std::string>& dates, TimeKind kind) {
  return fmt::format("{}{}:{}", name, kind == TimeKind::all_day ? ";VALUE=DATE" : "", join(dates, ","));
}

}  // namespace

void read_recurrence(const Json& event, const calendar::Zone* zone, Decoded& out) {
  const Json::Array& lines = items_of(event, "recurrence");
  std::vector<LocalTime> extra;
  for (std::size_t n = 0; n < std::min(lines.size(), kMaxLines); ++n) {
    const std::string* text = lines[n].string();
    if (!text) continue;
    const Line line = split_line(*text);
    if (line.name == "RDATE") {
      read_dates(line.value, zone, extra, out.warnings);
    } else if (line.name == "EXDATE") {
      read_dates(line.value, zone, out.exclusions, out.warnings);
    } else if (line.name == "RRULE" || line.name == "EXRULE") {
      auto rule = calendar::parse_rule(line.value);
      if (!rule) {
        out.warnings.push_back(rule.error().message);
        continue;
      }
      auto& rules = line.name == "RRULE" ? out.event.recurrence.rules : out.event.recurrence.exclusion_rules;
      unsettle_until(*rule, out.event.when.kind, zone);
      rules.push_back(*std::move(rule));
    }
  }
  for (const LocalTime at : extra) out.event.recurrence.extra_dates.push_back({at, std::nullopt});
  if (out.event.recurrence.empty()) out.exclusions.clear();
  std::ranges::sort(out.exclusions);
  out.exclusions.erase(std::ranges::unique(out.exclusions).begin(), out.exclusions.end());
}

void write_recurrence(const calendar::Event& event, const calendar::Zone* zone,
                      const std::vector<LocalTime>& kept, Json& body) {
  if (event.recurrence.empty()) {
    body.set("recurrence", nullptr);
    return;
  }
  const TimeKind kind = event.when.kind;
  Json lines = Json::array();
  const auto put_rules = [&](std::string_view name, const std::vector<Rule>& rules) {
    for (Rule rule : rules) {
      settle_until(rule, kind, zone);
      rule.unknown.clear();
      lines.push(fmt::format("{}:{}", name, calendar::to_string(rule)));
    }
  };
  put_rules("RRULE", event.recurrence.rules);
  put_rules("EXRULE", event.recurrence.exclusion_rules);
  std::vector<std::string> dates;
  for (const auto& extra : event.recurrence.extra_dates)
    dates.push_back(print_date(extra.start, event, zone));
  if (!dates.empty()) lines.push(print_list("RDATE", dates, kind));
  dates.clear();
  for (const LocalTime at : kept) dates.push_back(print_date(at, event, zone));
  if (!dates.empty()) lines.push(print_list("EXDATE", dates, kind));
  body.set("recurrence", std::move(lines));
}

}  // namespace kalends::provider::google
