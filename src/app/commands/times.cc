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
  out.set("cancelled", occurrence.cancelled);
  return out;
}

struct FileOccurrence {
  calendar::Occurrence occurrence;
  const calendar::Event* event;
};

Result<std::vector<FileOccurrence>> expand_all(const ical::Reading& reading, const View& view,
                                               const Machine& machine) {
  std::vector<FileOccurrence> all;
  for (const ical::ReadEvent& read : reading.events) {
    const ical::EventZones zones(machine.zones(), read.event);
    auto occurrences = calendar::occurrences(read.event, view.range, zones, *view.zone);
    if (!occurrences)
      return std::unexpected(std::move(occurrences).error().within(fmt::format("Event {}", read.event.uid)));
    for (calendar::Occurrence& occurrence : *occurrences) all.push_back({std::move(occurrence), &read.event});
  }
  std::ranges::sort(all, [](const FileOccurrence& a, const FileOccurrence& b) {
    return std::tie(a.occurrence.start_utc, a.occurrence.end_utc, a.event->uid) <
           std::tie(b.occurrence.start_utc, b.occurrence.end_utc, b.event->uid);
  });
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
  const auto all = expand_all(*reading, *view, desk.machine);
  if (!all) return desk.console.fail(all.error());

  Json array = Json::array();
  for (const FileOccurrence& found : *all) {
    if (desk.console.json())
      array.push(occurrence_json(found.occurrence, found.event->uid, found.event->title, *view->zone));
    else
      desk.console.line(rfc3339_in(found.occurrence.start_utc, *view->zone));
  }
  Json warnings = Json::array();
  const auto warn = [&](const std::string& warning) {
    warnings.push(warning);
    if (!desk.console.json()) desk.console.note("warning: " + printable(warning));
  };
  for (const std::string& warning : reading->warnings) warn(warning);
  for (const ical::ReadEvent& read : reading->events)
    for (const std::string& warning : read.warnings) warn(warning);
  desk.console.answer(
      Json::object().set("occurrences", std::move(array)).set("warnings", std::move(warnings)));
  return Exit::done;
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
    for (const engine::OccurrenceView& event : *events) {
      std::vector<std::string> places;
      Json calendars = Json::array();
      for (const CalendarId& id : event.calendars) {
        places.push_back(id.value);
        calendars.push(id.value);
      }
      Json entry = occurrence_json(event.occurrence, event.uid, event.title, *view->zone);
      entry.set("event", event.event.value).set("calendars", std::move(calendars));
      array.push(std::move(entry));
      table.row({when_words(event.occurrence, *view->zone),
                 shortened(event.title, 60) + (event.occurrence.cancelled ? " (cancelled)" : ""),
                 join(places, ", ")});
    }
    desk.console.answer(Json::object().set("events", std::move(array)));
    if (table.empty())
      desk.console.line("Nothing takes place then.");
    else
      table.print(desk.console);
    return Exit::done;
  });
}

}  // namespace kalends::app
