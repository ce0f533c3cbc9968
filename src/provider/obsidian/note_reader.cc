#include "provider/obsidian/note_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace kalends::provider::obsidian {

namespace {

using calendar::Date;

constexpr std::int64_t kDay = 86'400;
constexpr std::string_view kDayLetters = "MTWRFSU";  // in the order of calendar::Weekday

// The values of one note, with errors that name the line.
class Keys {
 public:
  explicit Keys(const Values& values) : values_(values) {}

  // The key's value, or nullptr when it is missing or null.
  const Value* find(std::string_view key) const {
    auto it = values_.find(key);
    return it == values_.end() || it->second.kind == Value::Kind::null ? nullptr : &it->second;
  }
  bool has(std::string_view key) const { return find(key) != nullptr; }

  std::unexpected<Error> refuse(std::string_view key, std::string_view what) const {
    auto it = values_.find(key);
    const std::size_t line = it == values_.end() ? 1 : it->second.line;
    return fail(ErrorKind::invalid, fmt::format("line {}: {}: {}", line, key, what));
  }

  // "" when the key is missing.
  Result<std::string> text(std::string_view key) const {
    const Value* value = find(key);
    if (value == nullptr) return std::string();
    if (value->kind != Value::Kind::text) return refuse(key, "write a single value, not a list or a map");
    return value->text;
  }

  Result<std::optional<Date>> date(std::string_view key) const {
    const std::string value = TRY(text(key));
    if (trim(value).empty()) return std::optional<Date>();
    auto date = parse_day(value);
    if (!date) return refuse(key, fmt::format("\"{}\" is no date; write it like 2026-03-02", value));
    return date;
  }

  Result<std::optional<int>> time(std::string_view key) const {
    const std::string value = TRY(text(key));
    if (trim(value).empty()) return std::optional<int>();
    auto minutes = parse_time_of_day(value);
    if (!minutes) return refuse(key, fmt::format("\"{}\" is no time; write it like \"09:30\"", value));
    return minutes;
  }

  Result<std::optional<int>> number(std::string_view key, int least, int most) const {
    const std::string value = TRY(text(key));
    if (trim(value).empty()) return std::optional<int>();
    auto number = parse_integer(trim(value));
    if (!number || *number < least || *number > most)
      return refuse(key, fmt::format("\"{}\" is no number from {} to {}", value, least, most));
    return std::optional<int>(static_cast<int>(*number));
  }

  Result<std::optional<bool>> boolean(std::string_view key) const {
    const std::string value = to_lower(trim(TRY(text(key))));
    if (value.empty()) return std::optional<bool>();
    if (value == "true") return std::optional<bool>(true);
    if (value == "false") return std::optional<bool>(false);
    return refuse(key, fmt::format("\"{}\" is neither true nor false", value));
  }

  Result<std::vector<std::string>> list(std::string_view key) const {
    const Value* value = find(key);
    if (value == nullptr) return std::vector<std::string>();
    if (value->kind == Value::Kind::list) return value->items;
    if (value->kind == Value::Kind::text) return std::vector<std::string>{value->text};
    return refuse(key, "write a list like [a, b]");
  }

  Result<std::vector<Date>> dates(std::string_view key) const {
    std::vector<Date> dates;
    for (const std::string& item : TRY(list(key))) {
      if (trim(item).empty()) continue;
      auto date = parse_day(item);
      if (!date) return refuse(key, fmt::format("\"{}\" is no date; write it like 2026-03-02", item));
      dates.push_back(*date);
    }
    std::ranges::sort(dates);
    dates.erase(std::ranges::unique(dates).begin(), dates.end());
    return dates;
  }

 private:
  // A date, or the date of a date and time.
  static std::optional<Date> parse_day(std::string_view text) {
    text = trim(text);
    if (text.size() > 10 && (text[10] == 'T' || text[10] == ' ')) text = text.substr(0, 10);
    return text.size() == 10 ? calendar::parse_date(text) : std::nullopt;
  }

  const Values& values_;
};

// What the `type` key says, or what the other keys let one think.
std::optional<Shape> shape_of(const Keys& keys, const std::string& type) {
  if (type == "single") return Shape::single;
  if (type == "recurring") return Shape::recurring;
  if (type == "rrule") return Shape::rrule;
  if (!type.empty()) return std::nullopt;
  if (keys.has("date")) return Shape::single;
  if (keys.has("startDate") && keys.has("rrule")) return Shape::rrule;
  if (keys.has("daysOfWeek")) return Shape::recurring;
  return Shape::single;
}

bool has_timing(const Keys& keys) {
  static constexpr std::array<std::string_view, 7> kTiming = {
      "date", "startDate", "startRecur", "daysOfWeek", "rrule", "startTime", "dayOfMonth"};
  return std::ranges::any_of(kTiming, [&](std::string_view key) { return keys.has(key); });
}

Result<std::string> zone_of(const Keys& keys, const NoteSettings& settings) {
  constexpr std::string_view kOpaque = "tzid:";
  const std::string_view key = keys.has("zone") ? "zone" : "timezone";
  const std::string name = TRY(keys.text(key));
  if (name.starts_with(kOpaque)) return name.substr(kOpaque.size());
  std::string_view trimmed = trim(name);
  if (trimmed.empty()) return settings.system_zone;
  if (trimmed == "floating") return std::string();
  if (settings.zones.find(trimmed) != nullptr) return std::string(trimmed);
  if (same_zone(std::string(trimmed), settings.system_zone)) return settings.system_zone;
  auto iana = calendar::iana_from_tzid(trimmed, settings.zones);
  if (!iana)
    return keys.refuse(
        key, fmt::format("nobody knows the time zone \"{}\"; write an IANA name like Europe/Berlin, "
                         "or \"floating\"",
                         trimmed));
  return *std::move(iana);
}

// Start and end of an event whose first day is known.
Result<void> put_times(const Keys& keys, Date first, bool all_day, const NoteSettings& settings,
                       NoteEvent& event) {
  auto end_date = TRY(keys.date("endDate"));
  if (end_date && *end_date < first) return keys.refuse("endDate", "the event ends before it starts");
  event.all_day = all_day;
  if (all_day) {
    event.start = calendar::at(first);
    const bool inclusive = settings.dialect == Dialect::remastered;
    const std::int64_t days = end_date ? end_date->days - first.days + (inclusive ? 1 : 0) : 1;
    event.end = {event.start.seconds + std::max<std::int64_t>(1, days) * kDay};
    return {};
  }
  event.zone = TRY(zone_of(keys, settings));
  auto start = TRY(keys.time("startTime"));
  if (!start)
    return keys.refuse("startTime", "it is missing; write it like \"09:30\", or set allDay to true");
  event.start = calendar::at(first, *start * 60);
  event.end = event.start;
  if (auto end = TRY(keys.time("endTime"))) {
    // Without an end date, an end before the start is on the next day.
    const Date last = end_date ? *end_date : Date{first.days + (*end < *start ? 1 : 0)};
    event.end = calendar::at(last, *end * 60);
    if (event.end < event.start) return keys.refuse("endTime", "the event ends before it starts");
  }
  return {};
}

Result<std::vector<calendar::ByDay>> weekdays_of(const Keys& keys) {
  std::vector<calendar::ByDay> days;
  for (const std::string& item : TRY(keys.list("daysOfWeek"))) {
    std::string_view letter = trim(item);
    const std::size_t index = letter.size() == 1 ? kDayLetters.find(letter) : std::string_view::npos;
    if (index == std::string_view::npos)
      return keys.refuse("daysOfWeek",
                         fmt::format("\"{}\" is none of U M T W R F S (Sunday to Saturday)", item));
    days.push_back({0, static_cast<calendar::Weekday>(index)});
  }
  std::ranges::sort(days);
  days.erase(std::ranges::unique(days).begin(), days.end());
  return days;
}

// The rule of a `recurring` note and the first day on or after `from` on which it takes place.
struct FirstRule {
  calendar::Rule rule;
  Date first;
};
Result<FirstRule> recurring_rule(const Keys& keys, Date from) {
  if (keys.has("repeatOn"))
    return keys.refuse("repeatOn",
                       "it is not understood; use type: rrule with FREQ=MONTHLY;BYDAY=1MO or the like");
  FirstRule out{{}, from};
  calendar::Rule& rule = out.rule;
  rule.interval = TRY(keys.number("repeatInterval", 1, 1000)).value_or(1);
  const auto day = TRY(keys.number("dayOfMonth", 1, 31));
  const auto month = TRY(keys.number("month", 1, 12));
  if (!day) {
    rule.frequency = calendar::Frequency::weekly;
    rule.by_day = TRY(weekdays_of(keys));
    if (rule.by_day.empty()) return keys.refuse("daysOfWeek", "it is missing; write it like [M, W]");
  } else {
    rule.frequency = month ? calendar::Frequency::yearly : calendar::Frequency::monthly;
    rule.by_month_day = {*day};
    if (month) rule.by_month = {*month};
  }
  // A day of the month comes within eight years (29 February), or never.
  for (int i = 0; i < 8 * 366 + 2; ++i, ++out.first.days) {
    const calendar::YearMonthDay ymd = civil(out.first);
    if (day ? ymd.day == *day && (!month || ymd.month == *month)
            : std::ranges::find(rule.by_day, calendar::ByDay{0, weekday(out.first)}) != rule.by_day.end())
      return out;
  }
  return keys.refuse("dayOfMonth", "no month has that day");
}

Result<void> put_recurring(const Keys& keys, bool all_day, const NoteSettings& settings, NoteEvent& event) {
  const Date from = TRY(keys.date("startRecur")).value_or(Date{0});  // as the plugin, since 1970
  FirstRule found = TRY(recurring_rule(keys, from));
  TRY_VOID(put_times(keys, found.first, all_day, settings, event));
  event.rule = std::move(found.rule);
  if (auto end = TRY(keys.date("endRecur"))) {
    if (settings.dialect == Dialect::original) --end->days;
    event.rule->until = until_of(*end, event, settings);
  }
  return {};
}

// The rule in the text that rrule.js takes: bare, behind "RRULE:", or on a line after DTSTART, which startDate overrules.
Result<calendar::Rule> rrule_of(const Keys& keys) {
  std::optional<calendar::Rule> found;
  for (std::string_view part : split(TRY(keys.text("rrule")), '\n')) {
    part = trim(part);
    const std::string upper = to_upper(part);
    if (part.empty() || upper.starts_with("DTSTART")) continue;
    if (upper.starts_with("RRULE:")) part.remove_prefix(6);
    if (found) return keys.refuse("rrule", "it holds more than one rule; only one is understood");
    auto rule = calendar::parse_rule(part);
    if (!rule) return keys.refuse("rrule", rule.error().message);
    if (!rule->unknown.empty())
      return keys.refuse("rrule", fmt::format("the part \"{}\" is not understood", rule->unknown.front()));
    found = std::move(*rule);
  }
  if (!found) return keys.refuse("rrule", "it is missing; write it like FREQ=WEEKLY;BYDAY=MO");
  return *std::move(found);
}

Result<void> put_shape(const Keys& keys, Shape shape, bool all_day, const NoteSettings& settings,
                       NoteEvent& event) {
  if (shape == Shape::recurring) {
    TRY_VOID(put_recurring(keys, all_day, settings, event));
  } else {
    const std::string_view key = shape == Shape::single ? "date" : "startDate";
    auto first = TRY(keys.date(key));
    if (!first)
      return keys.refuse(key, "it is missing; write it like 2026-03-02, or remove the other event keys");
    TRY_VOID(put_times(keys, *first, all_day, settings, event));
    if (shape == Shape::rrule) event.rule = TRY(rrule_of(keys));
  }
  if (event.rule) event.skipped = TRY(keys.dates("skipDates"));
  return {};
}

// Text keys that only the Remastered plugin knows.
Result<void> put_texts(const Keys& keys, NoteEvent& event) {
  event.category = TRY(keys.text("category"));
  if (trim(event.category).empty()) event.category.clear();
  event.description = TRY(keys.text("description"));
  event.url = TRY(keys.text("url"));
  return {};
}

}  // namespace

std::optional<int> parse_time_of_day(std::string_view text) {
  text = trim(text);
  const std::string lower = to_lower(text);
  bool afternoon = false;
  bool twelve_hours = false;
  if (lower.ends_with("am") || lower.ends_with("pm")) {
    twelve_hours = true;
    afternoon = lower.ends_with("pm");
    text = trim(text.substr(0, text.size() - 2));
  }
  auto parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  std::array<int, 3> numbers{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty() || parts[i].size() > 2 || (i > 0 && parts[i].size() != 2)) return std::nullopt;
    if (!std::ranges::all_of(parts[i], [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
    numbers[i] = static_cast<int>(*parse_integer(parts[i]));
  }
  auto [hour, minute, second] = numbers;
  if (minute > 59 || second > 59 || hour > 23 || (twelve_hours && (hour < 1 || hour > 12)))
    return std::nullopt;
  if (twelve_hours) hour = hour % 12 + (afternoon ? 12 : 0);
  return hour * 60 + minute;
}

Result<std::optional<Note>> note_of(const Values& values, std::string_view basename,
                                    const NoteSettings& settings) {
  const Keys keys(values);
  const bool marked = keys.has("kalends");
  if (!has_timing(keys)) {
    if (marked)
      return keys.refuse("kalends",
                         "this note had an event and has no date now; delete this line, or the note, to "
                         "delete the event");
    return std::optional<Note>();
  }
  const Value* type_value = keys.find("type");
  const std::string type =
      type_value != nullptr && type_value->kind == Value::Kind::text ? type_value->text : "";
  const auto shape = shape_of(keys, type);
  if (!shape && !marked) return std::optional<Note>();  // another plugin's `type`
  if (!shape) return keys.refuse("type", fmt::format("\"{}\" is none of single, recurring, rrule", type));
  const bool explicit_event = marked || !type.empty() || keys.has("allDay") || keys.has("startTime");
  // A journal's notes often have a date; with a title it is an event, without one it is not.
  if (!explicit_event && values.find("title") == values.end()) return std::optional<Note>();
  if (!explicit_event && *shape == Shape::single && !keys.date("date")) return std::optional<Note>();
  if (*shape == Shape::single && !keys.has("date") && !marked && type.empty()) return std::optional<Note>();

  Note note;
  note.shape = *shape;
  const bool all_day = TRY(keys.boolean("allDay")).value_or(!keys.has("startTime"));
  TRY_VOID(put_shape(keys, *shape, all_day, settings, note.event));
  note.event.title = TRY(keys.text("title"));
  if (note.event.title.empty()) note.event.title = basename;
  if (settings.dialect == Dialect::remastered) TRY_VOID(put_texts(keys, note.event));
  note.uid = std::string(trim(TRY(keys.text("uid"))));
  note.mark = ports::parse_mark(trim(TRY(keys.text("kalends"))));
  // What a note can hold and what it does hold are the same: the bounds on text apply here as they do on writing.
  note.event = TRY(event_of(facts_of(note.event, settings), settings));
  return std::optional<Note>(std::move(note));
}

}  // namespace kalends::provider::obsidian
