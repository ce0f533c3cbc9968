// Fields of an Event to the properties of a VEVENT, in the order in which people like to read them.
#include "ical/event_text.h"

#include <fmt/format.h>

#include "base/text.h"
#include "ical/alarm.h"

namespace kalends::ical {

using calendar::Event;
using calendar::LocalTime;
using calendar::TimeKind;
using calendar::When;

namespace {

const std::string& end_zone_of(const When& when) { return when.end_zone.empty() ? when.zone : when.end_zone; }

std::string params_of(TimeKind kind, const std::string& zone, const TzidOf& tzid) {
  if (kind != TimeKind::zoned || zone == "Etc/UTC") return time_params(kind, zone);
  return time_params(kind, tzid(zone));
}

void add_sets(ContentLines& lines, const Event& event) {
  auto put = [&](std::string_view name, const std::string& value) {
    lines.push_back(fmt::format("{}:{}", name, value));
  };
  if (!event.location.empty() || !event.more_locations.empty()) put("LOCATION", escape_text(event.location));
  for (const std::string& location : event.more_locations) put("LOCATION", escape_text(location));
  if (!event.categories.empty()) {
    std::string value;
    for (const std::string& category : event.categories)
      value += (value.empty() ? "" : ",") + escape_text(category);
    put("CATEGORIES", value);
  }
  for (const std::string& uri : event.conferences) lines.push_back(conference_line(uri));
  for (const std::string& uri : event.attachments) lines.push_back(attachment_line(uri));
  if (event.organizer) lines.push_back(attendee_line("ORGANIZER", *event.organizer));
  for (const auto& attendee : event.attendees) lines.push_back(attendee_line("ATTENDEE", attendee));
}

void add_words(ContentLines& lines, const Event& event) {
  auto put = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) lines.push_back(clean_line(fmt::format("{}:{}", name, value)));
  };
  put("STATUS", to_upper(event.status));
  put("CLASS", to_upper(event.visibility));
  if (!event.show_as.empty()) put("TRANSP", transparency_word(event.show_as));
  if (event.priority) put("PRIORITY", fmt::format("{}", *event.priority));
  put("COLOR", escape_text(event.colour));
  put("URL", event.url);
  put("GEO", event.geo);
}

void add_heading(ContentLines& lines, const Event& event, const Heading& heading, const TzidOf& tzid) {
  lines.push_back("UID:" + escape_text(heading.uid));
  lines.push_back("DTSTAMP:" + print_utc(heading.stamp));
  if (event.created) lines.push_back("CREATED:" + print_utc(*event.created));
  if (event.updated) lines.push_back("LAST-MODIFIED:" + print_utc(*event.updated));
  if (event.sequence != 0) lines.push_back(fmt::format("SEQUENCE:{}", event.sequence));
  if (!heading.mark.empty()) lines.push_back(clean_line("X-KALENDS-ID:" + heading.mark));
  if (heading.slot) lines.push_back(slot_line("RECURRENCE-ID", *heading.slot, *heading.series, tzid));
}

}  // namespace

std::optional<LocalTime> end_of(const When& when, const calendar::ZoneSource& zones) {
  const auto [days, seconds] = when.duration;
  if (when.kind == TimeKind::all_day) {
    if (seconds != 0) return std::nullopt;
    return LocalTime{when.start.seconds + days * 86400};
  }
  if (days != 0 && when.end_zone.empty()) return std::nullopt;
  LocalTime wall{when.start.seconds + days * 86400 + seconds};
  if (when.kind == TimeKind::floating) return wall;
  const calendar::Zone* from = zones.find(when.zone);
  const calendar::Zone* to = zones.find(end_zone_of(when));
  if (from == nullptr || to == nullptr) return wall;
  std::int64_t end = from->to_utc(LocalTime{when.start.seconds + days * 86400}) + seconds;
  LocalTime local = to->to_local(end);
  if (when.end_zone.empty() && to->to_utc(local) != end) return std::nullopt;
  return local;
}

std::optional<std::string> end_line(const When& when, const calendar::ZoneSource& zones, const TzidOf& tzid) {
  if (when.kind != TimeKind::all_day && when.duration == calendar::Duration{} && when.end_zone.empty())
    return std::nullopt;
  auto end = end_of(when, zones);
  if (!end) return "DURATION:" + to_string(when.duration);
  const std::string& zone = end_zone_of(when);
  return fmt::format("DTEND{}:{}", params_of(when.kind, zone, tzid), time_value(when.kind, zone, *end));
}

std::string start_line(const When& when, const TzidOf& tzid) {
  return slot_line("DTSTART", when.start, when, tzid);
}

std::string slot_line(std::string_view name, LocalTime slot, const When& series, const TzidOf& tzid) {
  return fmt::format("{}{}:{}", name, params_of(series.kind, series.zone, tzid),
                     time_value(series.kind, series.zone, slot));
}

ContentLines event_lines(const Event& event, const Heading& heading, const calendar::ZoneSource& zones,
                         const TzidOf& tzid) {
  ContentLines lines = {"BEGIN:VEVENT"};
  add_heading(lines, event, heading, tzid);
  lines.push_back(start_line(event.when, tzid));
  if (auto end = end_line(event.when, zones, tzid)) lines.push_back(*std::move(end));
  std::string params = params_of(event.when.kind, event.when.zone, tzid);
  for (std::string& line : recurrence_lines(event.recurrence, event.when, params))
    lines.push_back(std::move(line));
  for (const auto& [slot, override] : event.overrides)
    if (override.excluded) lines.push_back(slot_line("EXDATE", slot, event.when, tzid));
  if (!event.title.empty()) lines.push_back("SUMMARY:" + escape_text(event.title));
  if (!event.description.empty()) lines.push_back("DESCRIPTION:" + escape_text(event.description));
  add_words(lines, event);
  add_sets(lines, event);
  ContentLines components;
  for (const auto& reminder : event.reminders)
    for (std::string& line : alarm_lines(reminder)) components.push_back(std::move(line));
  for (const auto& unknown : event.unknown) {
    auto& where = unknown.name.starts_with("BEGIN:") ? components : lines;
    for (std::string& line : unknown_lines(unknown)) where.push_back(std::move(line));
  }
  lines.insert(lines.end(), components.begin(), components.end());
  lines.emplace_back("END:VEVENT");
  return lines;
}

}  // namespace kalends::ical
