// import, export and convert.
#include <fmt/format.h>

#include <algorithm>

#include "app/commands/commands.h"
#include "app/event_files.h"
#include "app/views_json.h"
#include "app/words.h"

namespace kalends::app {
namespace {

void warn(Desk& desk, const std::vector<std::string>& warnings) {
  if (desk.console.json()) return;
  for (const std::string& warning : warnings) desk.console.note("warning: " + printable(warning));
}

Json arrivals_json(const std::vector<Arrival>& arrivals) {
  Json array = Json::array();
  for (const Arrival& arrival : arrivals) {
    Json entry = Json::object();
    entry.set("uid", arrival.uid).set("title", arrival.title).set("outcome", to_string(arrival.outcome));
    entry.set("reason", arrival.reason);
    array.push(std::move(entry));
  }
  return array;
}

// Prints what became of each event; `array` is its name in JSON.
Exit tell(Desk& desk, const char* array, const std::vector<Arrival>& arrivals, const EventFile& from,
          const std::string& where) {
  const auto count = [&](Arrival::Outcome outcome) {
    return static_cast<std::size_t>(std::ranges::count(arrivals, outcome, &Arrival::outcome));
  };
  const std::size_t refused = count(Arrival::Outcome::refused),
                    there = count(Arrival::Outcome::already_there);
  Json answer = Json::object();
  answer.set(array, arrivals_json(arrivals)).set("to", where).set("warnings", texts(from.warnings));
  answer.set("unreadable", from.unreadable);
  desk.console.answer(answer);
  warn(desk, from.warnings);
  if (!desk.console.json())
    for (const Arrival& arrival : arrivals)
      if (arrival.outcome == Arrival::Outcome::refused)
        desk.console.note(fmt::format("kalends: \"{}\" was not written: {}", shortened(arrival.title, 60),
                                      printable(arrival.reason)));
  std::string words =
      fmt::format("{} written to {}", counted(count(Arrival::Outcome::written), "event"), where);
  if (there > 0) words += fmt::format(", {} already there", there);
  if (refused > 0) words += fmt::format(", {} not written", refused);
  if (where != "-") desk.console.line(words + ".");
  if (from.unreadable > 0 && where != "-")
    desk.console.line(counted(from.unreadable, "event") + " could not be read and was left out.");
  return refused > 0 || from.unreadable > 0 ? Exit::failed : Exit::done;
}

// A file whose ending names no form is a mistake on the command line.
std::optional<Exit> mistaken(Desk& desk, const std::string& path) {
  const auto kind = kind_of(path);
  if (kind) return std::nullopt;
  return desk.console.fail(Exit::usage, "usage", kind.error().message);
}

}  // namespace

Exit run_import(Desk& desk) {
  if (const auto wrong = mistaken(desk, desk.invocation.subject)) return *wrong;
  const auto config = load_config(desk);
  if (!config) return config.error();
  const auto id = calendar_named(desk, *config, desk.invocation.calendar);
  if (!id) return id.error();
  const auto file = read_events(desk.invocation.subject, desk.machine);
  if (!file) return desk.console.fail(file.error());
  const auto connection = Connection::make(*config->calendar(*id), desk.machine);
  if (!connection) return desk.console.fail(connection.error());
  const auto arrivals = add_events((*connection)->provider(), file->events, desk.machine);
  if (!arrivals) return desk.console.fail(arrivals.error());
  return tell(desk, "imported", *arrivals, *file, id->value);
}

Exit run_export(Desk& desk) {
  if (const auto wrong = mistaken(desk, desk.invocation.subject)) return *wrong;
  return with_wiring(desk, Access::read, [&](Wiring& wiring, const Config& config) {
    const auto id = calendar_named(desk, config, desk.invocation.calendar);
    if (!id) return id.error();
    const auto events = wiring.engine().events_of(*id);
    if (!events) return desk.console.fail(events.error());
    if (events->empty())
      desk.console.note("Nothing is known of this calendar; \"kalends sync\" looks at it.");
    const auto arrivals = write_events(desk.invocation.subject, *events, desk.machine);
    if (!arrivals) return desk.console.fail(arrivals.error());
    return tell(desk, "exported", *arrivals, {}, desk.invocation.subject);
  });
}

Exit run_convert(Desk& desk) {
  for (const std::string& path : {desk.invocation.subject, desk.invocation.target})
    if (const auto wrong = mistaken(desk, path)) return *wrong;
  const auto file = read_events(desk.invocation.subject, desk.machine);
  if (!file) return desk.console.fail(file.error());
  const auto arrivals = write_events(desk.invocation.target, file->events, desk.machine, file->properties);
  if (!arrivals) return desk.console.fail(arrivals.error());
  return tell(desk, "converted", *arrivals, *file, desk.invocation.target);
}

}  // namespace kalends::app
