// Fields of an Event to the properties of a VEVENT, in the order in which people like to read them.
#include "ical/event_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "calendar/parameters.h"
#include "ical/alarm.h"
#include "ical/params.h"

namespace kalends::ical {

using calendar::Event;
using calendar::LocalTime;
using calendar::parameters_of;
using calendar::TimeKind;
using calendar::When;

namespace {

const std::string& end_zone_of(const When& when) { return when.end_zone.empty() ? when.zone : when.end_zone; }

// The property `name` with a time in that zone.
void put_time(LineWriter& out, std::string_view name, TimeKind kind, const std::string& zone, LocalTime time,
              const TzidOf& tzid, std::string_view params) {
  out.raw(name);
  if (kind == TimeKind::zoned && tzid != nullptr && zone != "Etc/UTC") {
    put_time_params(out, kind, tzid(zone));
  } else {
    put_time_params(out, kind, zone);
  }
  if (!params.empty()) put_params(out, name, params);
  out.raw(":").moment(time_moment(kind, zone, time)).end();
}

void put_slot(LineWriter& out, std::string_view name, LocalTime slot, const When& series, const TzidOf& tzid,
              std::string_view params) {
  put_time(out, name, series.kind, series.zone, slot, tzid, params);
}

void put_end(LineWriter& out, const When& when, const calendar::ZoneSource& zones, const TzidOf& tzid,
             std::string_view params) {
  const bool says_nothing =
      when.kind != TimeKind::all_day && when.duration == calendar::Duration{} && when.end_zone.empty();
  if (says_nothing && params.empty()) return;
  if (auto end = end_of(when, zones)) {
    put_time(out, "DTEND", when.kind, end_zone_of(when), *end, tzid, params);
  } else {
    put_name(out, "DURATION:", params);
    out.raw(to_string(when.duration)).end();
  }
}

void put_text(LineWriter& out, std::string_view name, std::string_view value, std::string_view params) {
  put_name(out, name, params);
  out.text(value).end();
}

// One line for the categories that have the same parameters.
void put_categories(LineWriter& out, const Event& event) {
  std::vector<std::pair<std::string_view, std::vector<std::string_view>>> lines;
  for (const std::string& category : event.categories) {
    const std::string_view params =
        event.parameters.empty() ? std::string_view()
                                 : parameters_of(event, calendar::owner_of_element("categories", category));
    auto line = std::ranges::find(lines, params, &decltype(lines)::value_type::first);
    if (line == lines.end()) line = lines.insert(line, {params, {}});
    line->second.emplace_back(category);
  }
  for (const auto& [params, categories] : lines) {
    put_name(out, "CATEGORIES:", params);
    bool any = false;
    for (std::string_view category : categories) {
      if (any) out.raw(",");
      out.text(category);
      any = any || !category.empty();
    }
    out.end();
  }
}

void put_sets(LineWriter& out, const Event& event) {
  const auto params = [&](std::string_view field, const std::string& key) -> std::string_view {
    if (event.parameters.empty()) return {};
    return parameters_of(event, calendar::owner_of_element(field, key));
  };
  if (!event.location.empty() || !event.more_locations.empty())
    put_text(out, "LOCATION:", event.location, parameters_of(event, "location"));
  for (const std::string& location : event.more_locations)
    put_text(out, "LOCATION:", location, params("locations", location));
  put_categories(out, event);
  for (const std::string& uri : event.conferences) out.line(conference_line(uri, params("conferences", uri)));
  for (const std::string& uri : event.attachments) out.line(attachment_line(uri, params("attachments", uri)));
  if (event.organizer) put_attendee(out, "ORGANIZER", *event.organizer);
  for (const auto& attendee : event.attendees) put_attendee(out, "ATTENDEE", attendee);
}

void put_words(LineWriter& out, const Event& event) {
  auto put = [&](std::string_view name, std::string_view owner, std::string_view value) {
    if (value.empty()) return;
    put_name(out, name, parameters_of(event, owner));
    out.clean(value).end();
  };
  if (!event.status.empty()) put("STATUS:", "status", to_upper(event.status));
  if (!event.visibility.empty()) put("CLASS:", "visibility", to_upper(event.visibility));
  if (!event.show_as.empty()) put("TRANSP:", "show_as", transparency_word(event.show_as));
  if (event.priority) {
    put_name(out, "PRIORITY:", parameters_of(event, "priority"));
    out.number(*event.priority).end();
  }
  if (!event.colour.empty()) put_text(out, "COLOR:", event.colour, parameters_of(event, "colour"));
  put("URL:", "url", event.url);
  put("GEO:", "geo", event.geo);
}

void put_heading(LineWriter& out, const Event& event, const Heading& heading, const TzidOf& tzid) {
  put_text(out, "UID:", heading.uid, parameters_of(event, "uid"));
  const auto put_utc = [&](std::string_view name, std::string_view owner, Instant at) {
    put_name(out, name, parameters_of(event, owner));
    out.utc(at).end();
  };
  put_utc("DTSTAMP:", "stamp", heading.stamp);
  if (event.created) put_utc("CREATED:", "created", *event.created);
  if (event.updated && event.updated != event.stamp) put_utc("LAST-MODIFIED:", "updated", *event.updated);
  if (event.sequence != 0) {
    put_name(out, "SEQUENCE:", parameters_of(event, "sequence"));
    out.number(event.sequence).end();
  }
  if (!heading.mark.empty()) out.raw("X-KALENDS-ID:").clean(heading.mark).end();
  if (heading.slot)
    put_slot(out, "RECURRENCE-ID", *heading.slot, *heading.series, tzid,
             parameters_of(event, calendar::kSlotOwner));
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

std::optional<std::string> end_line(const When& when, const calendar::ZoneSource& zones, const TzidOf& tzid,
                                    std::string_view params) {
  return only_line([&](LineWriter& out) { put_end(out, when, zones, tzid, params); });
}

std::string slot_line(std::string_view name, LocalTime slot, const When& series, const TzidOf& tzid,
                      std::string_view params) {
  return *only_line([&](LineWriter& out) { put_slot(out, name, slot, series, tzid, params); });
}

void put_event(LineWriter& out, const Event& event, const Heading& heading, const calendar::ZoneSource& zones,
               const TzidOf& tzid) {
  out.line("BEGIN:VEVENT");
  put_heading(out, event, heading, tzid);
  put_slot(out, "DTSTART", event.when.start, event.when, tzid, parameters_of(event, calendar::kStartOwner));
  put_end(out, event.when, zones, tzid, parameters_of(event, calendar::kEndOwner));
  if (!event.recurrence.empty() || !event.recurrence.exclusion_rules.empty()) {
    std::string params;  // of further dates
    if (!event.recurrence.extra_dates.empty()) {
      bool named = event.when.kind == TimeKind::zoned && tzid != nullptr && event.when.zone != "Etc/UTC";
      params = time_params(event.when.kind, named ? tzid(event.when.zone) : event.when.zone);
    }
    put_recurrence(out, event.recurrence, event.when, params, event.parameters);
  }
  for (const auto& [slot, override] : event.overrides)
    if (override.excluded)
      put_slot(out, "EXDATE", slot, event.when, tzid,
               event.parameters.empty() ? std::string_view()
                                        : parameters_of(event, calendar::owner_of_exclusion(slot)));
  if (!event.title.empty()) put_text(out, "SUMMARY:", event.title, parameters_of(event, "title"));
  if (!event.description.empty())
    put_text(out, "DESCRIPTION:", event.description, parameters_of(event, "description"));
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
