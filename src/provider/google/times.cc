// start and end. A dateTime comes with the offset of the zone that the answer is in, which need not be the event's own:
// the instant is what counts, and the wall clock is that of `timeZone`.
#include <fmt/format.h>

#include "base/text.h"
#include "provider/google/codec.h"
#include "provider/google/json.h"
#include "provider/google/zone_names.h"

namespace kalends::provider::google {

namespace {

using calendar::LocalTime;
using calendar::TimeKind;
using calendar::When;

constexpr char kFloating[] = "kalendsFloating";  // the zone in which a floating time is shown
constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kLongest = 400 * 366 * kDay;

// A time of theirs: an instant and the zone it is shown in.
struct Moment {
  std::int64_t utc = 0;
  const calendar::Zone* zone = nullptr;
  std::string zone_name;
};

Result<Moment> read_moment(const Json& event, std::string_view name, const Context& context) {
  const Json& member = object_of(event, name);
  const std::string& text = text_of(member, "dateTime");
  Moment out;
  out.zone_name = text_of(member, "timeZone");
  if (out.zone_name.empty()) out.zone_name = context.calendar_zone;
  out.zone_name = plain_zone(out.zone_name.empty() ? "UTC" : out.zone_name);
  out.zone = zone_named(out.zone_name, context.zones);
  if (const auto instant = parse_rfc3339(text)) {
    out.utc = instant->ms >= 0 ? instant->ms / 1000 : -((-instant->ms + 999) / 1000);
    if (!out.zone) {
      if (!items_of(event, "recurrence").empty())
        return fail(ErrorKind::invalid,
                    fmt::format("its time zone \"{}\" is none that is known here", out.zone_name));
      out.zone_name = plain_zone("UTC");
      out.zone = zone_named(out.zone_name, context.zones);
    }
    return out;
  }
  const auto local = calendar::parse_local_time(text);
  if (!local || !out.zone)
    return fail(ErrorKind::invalid, fmt::format("its {} has no time that can be read", name));
  out.utc = out.zone->to_utc(*local);
  return out;
}

Result<void> read_days(const Json& event, const std::string& first, calendar::Event& out) {
  const auto start = calendar::parse_date(first);
  if (!start)
    return fail(ErrorKind::invalid,
                fmt::format("its start \"{}\" is no date", repair_utf8(first.substr(0, 40))));
  const auto end = calendar::parse_date(text_of(object_of(event, "end"), "date"));
  const std::int64_t days = end && *end > *start ? end->days - start->days : 1;
  out.when = When{TimeKind::all_day, calendar::at(*start), "", {days, 0}, ""};
  return {};
}

std::string print_offset(std::int64_t offset) {
  const char sign = offset < 0 ? '-' : '+';
  const std::int64_t minutes = (offset < 0 ? -offset : offset) / 60;
  return fmt::format("{}{:02}:{:02}", sign, minutes / 60, minutes % 60);
}

// "2026-03-02T09:00:00+01:00"; an offset of seconds, as zones had before clocks were railway clocks, makes it UTC.
Json print_moment(std::int64_t utc, const calendar::Zone& zone, const std::string& zone_name) {
  const std::int64_t offset = zone.offset_at(utc);
  Json out = Json::object();
  out.set("date", nullptr);
  if (offset % 60 != 0)
    out.set("dateTime", calendar::to_string(LocalTime{utc}) + "Z");
  else
    out.set("dateTime", calendar::to_string(LocalTime{utc + offset}) + print_offset(offset));
  out.set("timeZone", zone_name);
  return out;
}

Json print_date(LocalTime time) {
  Json out = Json::object();
  out.set("date", calendar::to_string(calendar::date_of(time)));
  out.set("dateTime", nullptr);
  out.set("timeZone", nullptr);
  return out;
}

}  // namespace

Result<void> read_times(const Json& event, const Context& context, calendar::Event& out) {
  const Json& start_member = object_of(event, "start");
  if (const std::string& date = text_of(start_member, "date"); !date.empty())
    return read_days(event, date, out);
  const Moment start = TRY(read_moment(event, "start", context));
  auto end = read_moment(event, "end", context);
  if (!end) end = start;
  std::int64_t seconds = end->utc - start.utc;
  if (seconds < 0 || seconds > kLongest) seconds = 0;
  out.when = When{TimeKind::zoned, start.zone->to_local(start.utc), start.zone_name, {0, seconds}, ""};
  if (end->zone_name != start.zone_name) out.when.end_zone = end->zone_name;
  const std::string& floating = private_of(event, kFloating);
  if (!floating.empty() && plain_zone(floating) == start.zone_name && out.when.end_zone.empty()) {
    out.when.kind = TimeKind::floating;
    out.when.zone.clear();
  }
  return {};
}

void write_times(const calendar::Event& event, const Context& context, const Json& existing, Json& body) {
  const When& when = event.when;
  const bool floating = when.kind == TimeKind::floating;
  if (when.kind == TimeKind::all_day) {
    body.set("start", print_date(when.start));
    body.set("end", print_date(LocalTime{when.start.seconds + when.duration.days * kDay}));
  } else {
    std::string name = floating ? plain_zone(context.calendar_zone.empty() ? "UTC" : context.calendar_zone)
                                : iana_zone(when.zone, event, when.start, context.zones);
    const calendar::Zone* zone = zone_named(name, context.zones);
    if (!zone) zone = zone_named(name = plain_zone("UTC"), context.zones);
    const std::int64_t start = zone->to_utc(when.start);
    const std::int64_t end =
        zone->to_utc(LocalTime{when.start.seconds + when.duration.days * kDay}) + when.duration.seconds;
    std::string end_name =
        when.end_zone.empty() ? name : iana_zone(when.end_zone, event, when.start, context.zones);
    const calendar::Zone* end_zone = zone_named(end_name, context.zones);
    body.set("start", print_moment(start, *zone, name));
    body.set("end", print_moment(end, end_zone ? *end_zone : *zone, end_zone ? end_name : name));
    if (floating) return set_private(body, kFloating, name);
  }
  if (!private_of(existing, kFloating).empty()) set_private(body, kFloating, nullptr);
}

std::optional<LocalTime> slot_of(const Json& moment, const calendar::Zone* zone) {
  if (const std::string& date = text_of(moment, "date"); !date.empty()) {
    const auto day = calendar::parse_date(date);
    return day ? std::optional(calendar::at(*day)) : std::nullopt;
  }
  const std::string& text = text_of(moment, "dateTime");
  if (const auto instant = parse_rfc3339(text); instant && zone) return zone->to_local(instant->ms / 1000);
  return calendar::parse_local_time(text);
}

std::optional<LocalTime> slot_of_name(std::string_view name, const calendar::Zone* zone) {
  if (name.size() != 8 && name.size() != 16) return std::nullopt;
  std::string date = fmt::format("{}-{}-{}", name.substr(0, 4), name.substr(4, 2), name.substr(6, 2));
  const auto day = calendar::parse_date(date);
  if (!day) return std::nullopt;
  if (name.size() == 8) return calendar::at(*day);
  if (name[8] != 'T' || name[15] != 'Z') return std::nullopt;
  date += fmt::format("T{}:{}:{}", name.substr(9, 2), name.substr(11, 2), name.substr(13, 2));
  const auto utc = calendar::parse_local_time(date);
  if (!utc) return std::nullopt;
  return zone ? zone->to_local(utc->seconds) : *utc;
}

std::string slot_name(LocalTime slot, const calendar::Zone* zone) {
  const LocalTime shown = zone ? LocalTime{zone->to_utc(slot)} : slot;
  std::string out;
  for (const char c : calendar::to_string(shown))
    if (c != '-' && c != ':') out += c;
  return zone ? out + "Z" : out.substr(0, 8);
}

}  // namespace kalends::provider::google
