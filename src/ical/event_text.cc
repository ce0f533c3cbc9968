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

// The property `name` with a time in that zone.
void put_time(LineWriter& out, std::string_view name, TimeKind kind, const std::string& zone, LocalTime time,
              const TzidOf& tzid) {
  out.raw(name);
  if (kind == TimeKind::zoned && tzid != nullptr && zone != "Etc/UTC") {
    put_time_params(out, kind, tzid(zone));
  } else {
    put_time_params(out, kind, zone);
  }
  out.raw(":").moment(time_moment(kind, zone, time)).end();
}

void put_slot(LineWriter& out, std::string_view name, LocalTime slot, const When& series,
              const TzidOf& tzid) {
  put_time(out, name, series.kind, series.zone, slot, tzid);
}

void put_end(LineWriter& out, const When& when, const calendar::ZoneSource& zones, const TzidOf& tzid) {
  if (when.kind != TimeKind::all_day && when.duration == calendar::Duration{} && when.end_zone.empty())
    return;
  if (auto end = end_of(when, zones)) {
    put_time(out, "DTEND", when.kind, end_zone_of(when), *end, tzid);
  } else {
    out.raw("DURATION:").raw(to_string(when.duration)).end();
  }
}

void put_text(LineWriter& out, std::string_view name, const std::string& value) {
  out.raw(name).text(value).end();
}

void put_sets(LineWriter& out, const Event& event) {
  if (!event.location.empty() || !event.more_locations.empty()) put_text(out, "LOCATION:", event.location);
  for (const std::string& location : event.more_locations) put_text(out, "LOCATION:", location);
  if (!event.categories.empty()) {
    out.raw("CATEGORIES:");
    bool any = false;
    for (const std::string& category : event.categories) {
      if (any) out.raw(",");
      out.text(category);
      any = any || !category.empty();
    }
    out.end();
  }
  for (const std::string& uri : event.conferences) out.line(conference_line(uri));
  for (const std::string& uri : event.attachments) out.line(attachment_line(uri));
  if (event.organizer) put_attendee(out, "ORGANIZER", *event.organizer);
  for (const auto& attendee : event.attendees) put_attendee(out, "ATTENDEE", attendee);
}

void put_words(LineWriter& out, const Event& event) {
  auto put = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) out.raw(name).clean(value).end();
  };
  put("STATUS:", to_upper(event.status));
  put("CLASS:", to_upper(event.visibility));
  if (!event.show_as.empty()) put("TRANSP:", transparency_word(event.show_as));
  if (event.priority) out.raw("PRIORITY:").number(*event.priority).end();
  if (!event.colour.empty()) put_text(out, "COLOR:", event.colour);
  put("URL:", event.url);
  put("GEO:", event.geo);
}

void put_heading(LineWriter& out, const Event& event, const Heading& heading, const TzidOf& tzid) {
  put_text(out, "UID:", heading.uid);
  out.raw("DTSTAMP:").utc(heading.stamp).end();
  if (event.created) out.raw("CREATED:").utc(*event.created).end();
  if (event.updated) out.raw("LAST-MODIFIED:").utc(*event.updated).end();
  if (event.sequence != 0) out.raw("SEQUENCE:").number(event.sequence).end();
  if (!heading.mark.empty()) out.raw("X-KALENDS-ID:").clean(heading.mark).end();
  if (heading.slot) put_slot(out, "RECURRENCE-ID", *heading.slot, *heading.series, tzid);
}

// What `put` writes, as one line without its line end; nothing when it writes none.
template <class Put>
std::optional<std::string> only_line(Put put) {
  ContentLines lines;
  LineWriter out(lines);
  put(out);
  if (lines.empty()) return std::nullopt;
  return std::move(lines.front());
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
  return only_line([&](LineWriter& out) { put_end(out, when, zones, tzid); });
}

std::string slot_line(std::string_view name, LocalTime slot, const When& series, const TzidOf& tzid) {
  return *only_line([&](LineWriter& out) { put_slot(out, name, slot, series, tzid); });
}

std::string start_line(const When& when, const TzidOf& tzid) {
  return slot_line("DTSTART", when.start, when, tzid);
}

void put_event(LineWriter& out, const Event& event, const Heading& heading, const calendar::ZoneSource& zones,
               const TzidOf& tzid) {
  out.line("BEGIN:VEVENT");
  put_heading(out, event, heading, tzid);
  put_slot(out, "DTSTART", event.when.start, event.when, tzid);
  put_end(out, event.when, zones, tzid);
  if (!event.recurrence.empty() || !event.recurrence.exclusion_rules.empty()) {
    bool named = event.when.kind == TimeKind::zoned && tzid != nullptr && event.when.zone != "Etc/UTC";
    std::string params = time_params(event.when.kind, named ? tzid(event.when.zone) : event.when.zone);
    for (const std::string& line : recurrence_lines(event.recurrence, event.when, params)) out.line(line);
  }
  for (const auto& [slot, override] : event.overrides)
    if (override.excluded) put_slot(out, "EXDATE", slot, event.when, tzid);
  if (!event.title.empty()) put_text(out, "SUMMARY:", event.title);
  if (!event.description.empty()) put_text(out, "DESCRIPTION:", event.description);
  put_words(out, event);
  put_sets(out, event);
  auto is_component = [](const calendar::Unknown& unknown) { return unknown.name.starts_with("BEGIN:"); };
  for (const auto& unknown : event.unknown)
    if (!is_component(unknown)) put_unknown(out, unknown);
  for (const auto& reminder : event.reminders) put_alarm(out, reminder);
  for (const auto& unknown : event.unknown)
    if (is_component(unknown)) put_unknown(out, unknown);
  out.line("END:VEVENT");
}

ContentLines event_lines(const Event& event, const Heading& heading, const calendar::ZoneSource& zones,
                         const TzidOf& tzid) {
  ContentLines lines;
  LineWriter out(lines);
  put_event(out, event, heading, zones, tzid);
  return lines;
}

}  // namespace kalends::ical
