#include "lab/google/recurrence.h"

#include <fmt/format.h>

#include "base/text.h"
#include "ical/line.h"
#include "ical/value.h"

namespace kalends::lab::google {
namespace {

using calendar::LocalTime;

constexpr std::size_t kMaxLines = 100;
constexpr std::size_t kMaxDates = 2000;

std::unexpected<Refusal> bad_rule() { return invalid("Invalid recurrence rule."); }

// The wall clock in the series' zone that a date of RDATE or EXDATE means; nothing when it cannot be one.
std::optional<LocalTime> wall_of(const ical::Moment& moment, const std::optional<std::string>& tzid,
                                 const calendar::When& when, const calendar::ZoneSource& zones) {
  if (when.kind == calendar::TimeKind::all_day) return calendar::at(calendar::date_of(moment.time));
  if (moment.kind == ical::Moment::Kind::date) return std::nullopt;
  const calendar::Zone* own = zones.find(when.zone);
  if (own == nullptr) return std::nullopt;
  if (moment.kind == ical::Moment::Kind::utc) return own->to_local(moment.time.seconds);
  if (!tzid || *tzid == when.zone) return moment.time;
  const calendar::Zone* other = zones.find(*tzid);
  if (other == nullptr) return std::nullopt;
  return own->to_local(other->to_utc(moment.time));
}

Outcome<void> read_line(const std::string& line, calendar::Event& event, const calendar::ZoneSource& zones) {
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) return bad_rule();
  const std::string_view head = std::string_view(line).substr(0, colon);
  const std::string_view value = std::string_view(line).substr(colon + 1);
  const std::size_t semicolon = head.find(';');
  const std::string name = to_upper(head.substr(0, semicolon));
  const std::string_view params =
      semicolon == std::string_view::npos ? std::string_view() : head.substr(semicolon);
  if (name == "RRULE" || name == "EXRULE") {
    auto rule = calendar::parse_rule(value);
    if (!rule || (rule->count && rule->until)) return bad_rule();
    (name == "RRULE" ? event.recurrence.rules : event.recurrence.exclusion_rules).push_back(std::move(*rule));
    return {};
  }
  if (name != "RDATE" && name != "EXDATE") return bad_rule();
  const auto tzid = ical::param(params, "TZID");
  for (const auto part : split(value, ',')) {
    const auto moment = ical::parse_moment(part);
    if (!moment) return bad_rule();
    const auto wall = wall_of(*moment, tzid, event.when, zones);
    if (!wall) continue;
    if (name == "RDATE")
      event.recurrence.extra_dates.push_back({*wall, std::nullopt});
    else
      event.overrides[*wall].excluded = true;
    if (event.recurrence.extra_dates.size() + event.overrides.size() > kMaxDates) return bad_rule();
  }
  return {};
}

Slot slot_at(LocalTime wall, const calendar::When& when, const calendar::ZoneSource& zones) {
  Slot slot;
  slot.start.all_day = when.kind == calendar::TimeKind::all_day;
  slot.start.wall = wall;
  slot.start.utc = wall.seconds;
  if (slot.start.all_day) return slot;
  slot.start.zone = when.zone;
  slot.start.utc = zones.find(when.zone)->to_utc(wall);
  return slot;
}

}  // namespace

bool repeats(const Json& fields) {
  const Json* lines = fields.find("recurrence");
  return lines != nullptr && lines->items() != nullptr && !lines->items()->empty();
}

Outcome<calendar::Event> series_of(const Json& fields, const calendar::ZoneSource& zones) {
  calendar::Event event;
  const Moment start = moment_of(*fields.find("start"), zones);
  const Moment end = moment_of(*fields.find("end"), zones);
  event.when.start = start.wall;
  if (start.all_day) {
    event.when.kind = calendar::TimeKind::all_day;
    event.when.duration.days = (end.utc - start.utc) / 86'400;
  } else {
    event.when.kind = calendar::TimeKind::zoned;
    event.when.zone = start.zone;
    event.when.duration.seconds = end.utc - start.utc;
  }
  const Json* lines = fields.find("recurrence");
  if (lines == nullptr || lines->items() == nullptr) return event;
  if (lines->items()->size() > kMaxLines) return bad_rule();
  for (const Json& line : *lines->items()) {
    if (line.string() == nullptr) return bad_rule();
    TRY_VOID(read_line(*line.string(), event, zones));
  }
  calendar::normalise(event);
  return event;
}

std::vector<Slot> slots_of(const Json& fields, std::int64_t from_utc, std::int64_t to_utc, std::size_t most,
                           const calendar::ZoneSource& zones, const calendar::Zone& viewer) {
  const auto event = series_of(fields, zones);
  if (!event) return {};
  calendar::ExpansionLimits limits;
  limits.max_occurrences = most;
  limits.when_full = calendar::ExpansionLimits::WhenFull::stop;
  const auto found = calendar::occurrences(*event, {from_utc, to_utc}, zones, viewer, limits);
  std::vector<Slot> out;
  if (!found) return out;
  for (const auto& occurrence : *found) out.push_back(slot_at(occurrence.recurrence_id, event->when, zones));
  return out;
}

bool has_slot(const Json& fields, const Slot& slot, const calendar::ZoneSource& zones) {
  if (!repeats(fields)) return false;
  const calendar::Zone* viewer = zones.find("UTC");
  const auto near = slots_of(fields, slot.start.utc, slot.start.utc + 1, 100, zones, *viewer);
  for (const Slot& one : near)
    if (one == slot) return true;
  return false;
}

std::string instance_id(std::string_view master, const Slot& slot) {
  ical::Moment moment;
  moment.kind = slot.start.all_day ? ical::Moment::Kind::date : ical::Moment::Kind::utc;
  moment.time = LocalTime{slot.start.utc};
  return fmt::format("{}_{}", master, ical::print_moment(moment));
}

std::optional<InstanceName> parse_instance_id(std::string_view id) {
  const std::size_t bar = id.rfind('_');
  if (bar == std::string_view::npos || bar == 0) return std::nullopt;
  const std::string_view name = id.substr(bar + 1);
  if (name.size() != 8 && name.size() != 16) return std::nullopt;
  const auto moment = ical::parse_moment(name);
  if (!moment || moment->kind == ical::Moment::Kind::local) return std::nullopt;
  InstanceName out;
  out.master = std::string(id.substr(0, bar));
  out.slot.start.all_day = moment->kind == ical::Moment::Kind::date;
  out.slot.start.utc = moment->time.seconds;
  out.slot.start.wall = moment->time;
  return out;
}

}  // namespace kalends::lab::google
