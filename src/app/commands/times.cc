// Occurrences: of the calendars (events) and straight from a file (occurrences).
#include <fmt/format.h>

#include <algorithm>

#include "app/commands/commands.h"
#include "app/moments.h"
#include "app/text_files.h"
#include "app/words.h"
#include "base/text.h"
#include "ical/text.h"

namespace kalends::app {
namespace {

struct View {
  const calendar::Zone* zone;
  calendar::Range range;
};

Result<View> view_of(Desk& desk) {
  const calendar::Zone* zone = TRY(desk.machine.zone(desk.invocation.zone));
  return View{zone, TRY(parse_range(desk.invocation.from, desk.invocation.to, *zone))};
}

Json occurrence_json(const calendar::Occurrence& occurrence, const std::string& uid, const std::string& title,
                     const calendar::Zone& zone) {
  Json out = Json::object();
  out.set("start", rfc3339_in(occurrence.start_utc, zone)).set("end", rfc3339_in(occurrence.end_utc, zone));
  out.set("uid", uid).set("title", title);
  out.set("all_day", occurrence.when.kind == calendar::TimeKind::all_day);
  return out;
}

// An all-day occurrence is a date wherever one looks at it from.
std::string start_text(const calendar::Occurrence& occurrence, const calendar::Zone& zone) {
  if (occurrence.when.kind != calendar::TimeKind::all_day) return rfc3339_in(occurrence.start_utc, zone);
  return calendar::to_string(calendar::date_of(occurrence.start));
}

std::string end_text(const calendar::Occurrence& occurrence, const calendar::Zone& zone) {
  if (occurrence.when.kind != calendar::TimeKind::all_day) return rfc3339_in(occurrence.end_utc, zone);
  const std::int64_t days = occurrence.when.duration.days;
  return calendar::to_string(
      calendar::date_of(calendar::LocalTime{occurrence.start.seconds + days * 86'400}));
}

// The title at that slot: an override may have its own, or none.
std::string title_at(const calendar::Event& event, calendar::LocalTime slot) {
  const auto found = event.overrides.find(slot);
  if (found == event.overrides.end()) return event.title;
  if (const std::string* own = found->second.patch.find("title")) return *own;
  const auto& removed = found->second.removed;
  return std::ranges::find(removed, "title") != removed.end() ? "" : event.title;
}

struct FileOccurrence {
  calendar::Occurrence occurrence;
  const calendar::Event* event;
};

// What the events of a file give, and a sentence for each event that could not be expanded.
struct Expansion {
  std::vector<FileOccurrence> occurrences;
  std::vector<std::string> failures;
};

// The first `limit` of all events together, by start; all of them for 0. Cancelled ones are left out.
Expansion expand_all(const ical::Reading& reading, const View& view, std::size_t limit,
                     const Machine& machine) {
  Expansion all;
  calendar::ExpansionLimits limits{.cancelled = calendar::ExpansionLimits::Cancelled::left_out};
  if (limit != 0) {
    limits.max_occurrences = limit;
    limits.when_full = calendar::ExpansionLimits::WhenFull::stop;
  }
  for (const ical::ReadEvent& read : reading.events) {
    const ical::EventZones zones(machine.zones(), read.event);
    auto occurrences = calendar::occurrences(read.event, view.range, zones, *view.zone, limits);
    if (!occurrences) {
      // Where a first part can be given, the range holds too many.
      auto some = limits;
      some.when_full = calendar::ExpansionLimits::WhenFull::stop;
      const bool too_many =
          calendar::occurrences(read.event, view.range, zones, *view.zone, some).has_value();
      all.failures.push_back(fmt::format("event {} is left out: {}{}", read.event.uid,
                                         occurrences.error().message,
                                         too_many ? ", or for the first N with --limit N" : ""));
      continue;
    }
    for (calendar::Occurrence& occurrence : *occurrences)
      all.occurrences.push_back({std::move(occurrence), &read.event});
  }
  std::ranges::sort(all.occurrences, [](const FileOccurrence& a, const FileOccurrence& b) {
    return std::tie(a.occurrence.start_utc, a.occurrence.end_utc, a.event->uid, a.occurrence.recurrence_id) <
           std::tie(b.occurrence.start_utc, b.occurrence.end_utc, b.event->uid, b.occurrence.recurrence_id);
  });
  if (limit != 0 && all.occurrences.size() > limit) all.occurrences.resize(limit);
  return all;
}

Result<ical::Reading> read_stream(Desk& desk) {
  const std::string text = TRY(read_file(desk.invocation.subject));
  auto reading = ical::read(text, desk.machine.zones());
  if (!reading) return std::unexpected(std::move(reading).error().within(desk.invocation.subject));
  return reading;
}

}  // namespace

Exit run_occurrences(Desk& desk) {
  const auto view = view_of(desk);
  if (!view) return desk.console.fail(Exit::usage, "usage", view.error().message);
  const auto reading = read_stream(desk);
  if (!reading) return desk.console.fail(reading.error());
  const Expansion all =
      expand_all(*reading, *view, static_cast<std::size_t>(desk.invocation.limit), desk.machine);

  Json array = Json::array();
  for (const FileOccurrence& found : all.occurrences) {
    const std::string start = start_text(found.occurrence, *view->zone);
    if (!desk.console.json()) {
      desk.console.line(start);
      continue;
    }
    Json entry = occurrence_json(found.occurrence, found.event->uid,
                                 title_at(*found.event, found.occurrence.recurrence_id), *view->zone);
    array.push(std::move(entry.set("start", start).set("end", end_text(found.occurrence, *view->zone))));
  }
  Json warnings = Json::array();
  const auto warn = [&](const std::string& warning) {
    warnings.push(warning);
    if (!desk.console.json()) desk.console.note("warning: " + printable(warning));
  };
  for (const std::string& warning : reading->warnings) warn(warning);
  for (const ical::ReadEvent& read : reading->events)
    for (const std::string& warning : read.warnings) warn(warning);
  for (const std::string& failure : all.failures) warn(failure);
  desk.console.answer(
      Json::object().set("occurrences", std::move(array)).set("warnings", std::move(warnings)));
  return all.failures.empty() && reading->broken.empty() ? Exit::done : Exit::failed;
}

Exit run_events(Desk& desk) {
  const auto view = view_of(desk);
  if (!view) return desk.console.fail(Exit::usage, "usage", view.error().message);
  return with_wiring(desk, Access::read, [&](Wiring& wiring, const Config& config) {
    CalendarId calendar;
    if (!desk.invocation.calendar.empty()) {
      const auto named = calendar_named(desk, config, desk.invocation.calendar);
      if (!named) return named.error();
      calendar = *named;
    }
    const auto events =
        wiring.engine().events(view->range.from_utc, view->range.to_utc, calendar, *view->zone);
    if (!events) return desk.console.fail(events.error());
    Json array = Json::array();
    Table table({"WHEN", "EVENT", "IN"});
    for (const engine::OccurrenceView& event : events->occurrences) {
      std::vector<std::string> places;
      Json calendars = Json::array();
      for (const CalendarId& id : event.calendars) {
        places.push_back(id.value);
        calendars.push(id.value);
      }
      Json entry = occurrence_json(event.occurrence, event.uid, event.title, *view->zone);
      entry.set("cancelled", event.occurrence.cancelled);
      entry.set("event", event.event.value).set("calendars", std::move(calendars));
      array.push(std::move(entry));
      table.row({when_words(event.occurrence, *view->zone),
                 shortened(event.title, 60) + (event.occurrence.cancelled ? " (cancelled)" : ""),
                 join(places, ", ")});
    }
    Json warnings = Json::array();
    for (const std::string& failure : events->failures) warnings.push(failure);
    desk.console.answer(Json::object().set("events", std::move(array)).set("warnings", std::move(warnings)));
    if (table.empty())
      desk.console.line("Nothing takes place then.");
    else
      table.print(desk.console);
    if (!desk.console.json())
      for (const std::string& failure : events->failures) desk.console.note("warning: " + printable(failure));
    return events->failures.empty() ? Exit::done : Exit::failed;
  });
}

}  // namespace kalends::app
