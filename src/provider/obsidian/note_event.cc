#include "provider/obsidian/note_event.h"

#include <algorithm>

#include "base/text.h"
#include "calendar/when_text.h"

namespace kalends::provider::obsidian {

namespace {

using calendar::Date;
using calendar::Facts;
using calendar::LocalTime;
using calendar::TimeKind;
using calendar::When;

constexpr std::size_t kMaxTitle = 4096;
constexpr std::size_t kMaxText = 8192;
constexpr std::size_t kMaxSkipped = 10'000;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kEarliest = -62'135'596'800;  // 0001-01-01
constexpr std::int64_t kLatest = 253'402'300'799;    // 9999-12-31T23:59:59
constexpr std::int64_t kLongestDays = 3'700'000;

LocalTime to_minute(LocalTime time) {
  const std::int64_t past = ((time.seconds % 60) + 60) % 60;
  return {time.seconds - past};
}

bool is_known_year(LocalTime time) { return time.seconds >= kEarliest && time.seconds <= kLatest; }

const calendar::Zone* zone_of(const std::string& name, const NoteSettings& settings) {
  return name.empty() ? nullptr : settings.zones.find(name);
}

// Where the event ends on the wall of its own zone. RFC 5545 section 3.3.6: days are nominal, seconds exact.
LocalTime end_of(const When& when, const calendar::Zone* zone) {
  LocalTime end{when.start.seconds + when.duration.days * kDay};
  if (when.duration.seconds == 0) return end;
  if (zone == nullptr) return {end.seconds + when.duration.seconds};
  return zone->to_local(zone->to_utc(end) + when.duration.seconds);
}

// The end as a reader of the note understands it: never before the start, and no time that a change of the clock skips.
LocalTime settled_end(LocalTime start, LocalTime end, const calendar::Zone* zone) {
  if (end <= start) return start;
  if (zone == nullptr) return end;
  const std::int64_t start_utc = zone->to_utc(start);
  const std::int64_t end_utc = zone->to_utc(end);
  return end_utc <= start_utc ? start : std::max(start, to_minute(zone->to_local(end_utc)));
}

Result<void> put_time(const When& when, const NoteSettings& settings, NoteEvent& event) {
  if (when.duration.days > kLongestDays || when.duration.seconds > kLongestDays * kDay ||
      !is_known_year(when.start))
    return fail(ErrorKind::unsupported, "a note can hold times of the years 1 to 9999 only");
  event.all_day = when.kind == TimeKind::all_day;
  if (when.kind == TimeKind::zoned) event.zone = repair_utf8(when.zone);
  if (event.all_day) {
    event.start = calendar::at(date_of(when.start));
    event.end = {event.start.seconds + std::max<std::int64_t>(1, when.duration.days) * kDay};
  } else {
    const calendar::Zone* zone = zone_of(event.zone, settings);
    event.start = to_minute(when.start);
    event.end = settled_end(event.start, to_minute(end_of(when, zone)), zone);
  }
  if (!is_known_year(event.end))
    return fail(ErrorKind::unsupported, "a note can hold times of the years 1 to 9999 only");
  return {};
}

std::optional<calendar::Rule> only_rule(std::string_view recurrence) {
  constexpr std::string_view kRule = "RRULE:";
  if (!recurrence.starts_with(kRule) || recurrence.find('\n') != std::string_view::npos) return std::nullopt;
  auto rule = calendar::parse_rule(recurrence.substr(kRule.size()));
  if (!rule || !rule->unknown.empty()) return std::nullopt;
  return std::move(*rule);
}

std::vector<Date> skipped_days(const Facts& facts, LocalTime start) {
  std::vector<Date> days;
  for (const auto& [path, value] : facts) {
    std::string_view slot = calendar::slot_of(path);
    if (slot.empty() || value != "excluded" || path.size() != slot.size() + 10)
      continue;  // "overrides/SLOT" itself
    auto time = calendar::parse_local_time(slot);
    if (time && is_known_year(*time) && second_of_day(*time) == second_of_day(start))
      days.push_back(date_of(*time));
  }
  std::ranges::sort(days);
  if (days.size() > kMaxSkipped) days.resize(kMaxSkipped);
  return days;
}

std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  text.resize(most);
  return text;
}

std::string text_or_none(const Facts& facts, std::string_view path) {
  std::string text = repair_utf8(facts.get(path));
  return text.size() <= kMaxText ? text : std::string();
}

std::string only_category(const Facts& facts) {
  constexpr std::string_view kPrefix = "categories/";
  std::string found;
  for (const auto& [path, value] : facts) {
    if (!path.starts_with(kPrefix)) continue;
    if (!found.empty()) return {};
    found = path.substr(kPrefix.size());
  }
  std::string name = repair_utf8(calendar::decode_key(found));
  return trim(name).empty() || name.size() > kMaxText ? std::string() : name;
}

}  // namespace

bool NoteEvent::same_time(const NoteEvent& other) const {
  return all_day == other.all_day && start == other.start && end == other.end && zone == other.zone &&
         rule == other.rule && skipped == other.skipped;
}

bool same_zone(const std::string& a, const std::string& b) {
  auto is_utc = [](const std::string& name) { return name == "UTC" || name == "Etc/UTC"; };
  return a == b || (is_utc(a) && is_utc(b));
}

Result<NoteEvent> event_of(const Facts& facts, const NoteSettings& settings) {
  const std::string* text = facts.find("when");
  if (text == nullptr) return fail(ErrorKind::unsupported, "an event without a time cannot be a note");
  const When when = TRY(calendar::parse_when(*text));
  NoteEvent event;
  TRY_VOID(put_time(when, settings, event));
  event.title = cut(repair_utf8(facts.get("title")), kMaxTitle);
  if (trim(event.title).empty()) event.title.clear();
  if (event.all_day || event.start == when.start) event.rule = only_rule(facts.get("recurrence"));
  if (event.rule) event.skipped = skipped_days(facts, event.start);
  if (settings.dialect == Dialect::remastered) {
    event.category = only_category(facts);
    event.description = text_or_none(facts, "description");
    event.url = text_or_none(facts, "url");
  }
  return event;
}

Facts facts_of(const NoteEvent& event, const NoteSettings& settings) {
  Facts facts;
  auto put = [&](std::string_view path, const std::string& value) {
    if (!value.empty()) facts.set(path, value);
  };
  put("title", event.title);
  put("description", event.description);
  put("url", event.url);
  if (!event.category.empty()) facts.set("categories/" + calendar::encode_key(event.category), "1");
  When when;
  when.start = event.start;
  when.zone = event.zone;
  if (event.all_day) {
    when.kind = TimeKind::all_day;
    when.duration.days = (event.end.seconds - event.start.seconds) / kDay;
  } else {
    when.kind = event.zone.empty() ? TimeKind::floating : TimeKind::zoned;
    const calendar::Zone* zone = zone_of(event.zone, settings);
    const std::int64_t exact = zone == nullptr ? event.end.seconds - event.start.seconds
                                               : zone->to_utc(event.end) - zone->to_utc(event.start);
    when.duration.seconds = std::max<std::int64_t>(0, exact);
  }
  facts.set("when", calendar::print_when(when));
  if (!event.rule) return facts;
  facts.set("recurrence", "RRULE:" + to_string(*event.rule));
  for (Date day : event.skipped)
    facts.set("overrides/" + to_string(calendar::at(day, second_of_day(event.start))), "excluded");
  return facts;
}

calendar::Until until_of(Date last, const NoteEvent& event, const NoteSettings& settings) {
  using calendar::Until;
  if (event.all_day) return {Until::Kind::date, calendar::at(last)};
  const LocalTime end_of_day = calendar::at(last, kDay - 1);
  if (event.zone.empty()) return {Until::Kind::local, end_of_day};
  const calendar::Zone* zone = zone_of(event.zone, settings);
  return {Until::Kind::utc, {zone == nullptr ? end_of_day.seconds : zone->to_utc(end_of_day)}};
}

std::optional<Date> last_day_of(const NoteEvent& event, const NoteSettings& settings) {
  if (!event.rule || !event.rule->until) return std::nullopt;
  const calendar::Until& until = *event.rule->until;
  if (!is_known_year({until.time.seconds - kDay}) || !is_known_year({until.time.seconds + 2 * kDay}))
    return std::nullopt;
  // An offset moves the day by one at most.
  for (std::int64_t shift : {0, -1, 1}) {
    const Date day = date_of(LocalTime{until.time.seconds + shift * kDay});
    if (until_of(day, event, settings) == until) return day;
  }
  return std::nullopt;
}

bool fits_recurring(const NoteEvent& event, const NoteSettings& settings) {
  if (!event.rule) return false;
  if (!event.skipped.empty() && settings.dialect == Dialect::original) return false;
  calendar::Rule plain;
  plain.frequency = calendar::Frequency::weekly;
  plain.by_day = event.rule->by_day;
  plain.until = event.rule->until;
  if (plain != *event.rule || plain.by_day.empty()) return false;
  if (std::ranges::any_of(plain.by_day, [](const calendar::ByDay& day) { return day.ordinal != 0; }))
    return false;
  const calendar::Weekday first = weekday(date_of(event.start));
  if (std::ranges::find(plain.by_day, calendar::ByDay{0, first}) == plain.by_day.end()) return false;
  return !plain.until || last_day_of(event, settings);
}

}  // namespace kalends::provider::obsidian
