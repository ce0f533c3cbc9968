// import, export and convert.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/commands/commands.h"
#include "app/event_files.h"
#include "app/views_json.h"
#include "app/words.h"
#include "base/text.h"
#include "ical/text.h"

namespace kalends::app {
namespace {

void warn(Desk& desk, const std::vector<std::string>& warnings) {
  if (desk.console.json()) return;
  for (const std::string& warning : warnings) desk.console.note("warning: " + printable(warning));
}

Json dropped_json(const std::vector<Dropped>& dropped) {
  Json array = Json::array();
  for (const Dropped& one : dropped) array.push(Json::object().set("field", one.field).set("what", one.what));
  return array;
}

Json arrivals_json(const std::vector<Arrival>& arrivals) {
  Json array = Json::array();
  for (const Arrival& arrival : arrivals) {
    Json entry = Json::object();
    entry.set("uid", arrival.uid).set("title", arrival.title).set("outcome", to_string(arrival.outcome));
    entry.set("reason", arrival.reason).set("dropped", dropped_json(arrival.dropped));
    array.push(std::move(entry));
  }
  return array;
}

Json counts_json(const std::map<std::string, std::size_t>& counts) {
  Json object = Json::object();
  for (const auto& [name, count] : counts) object.set(name, count);
  return object;
}

// "2 VTODO, 1 VJOURNAL"
std::string counts_words(const std::map<std::string, std::size_t>& counts) {
  std::vector<std::string> words;
  for (const auto& [name, count] : counts) words.push_back(fmt::format("{} {}", count, printable(name)));
  return join(words, ", ");
}

// What is not written of events that are, and what is no event, on standard error.
void tell_losses(Desk& desk, const Delivery& delivery, const std::string& where) {
  for (const Arrival& arrival : delivery.arrivals) {
    if (arrival.outcome == Arrival::Outcome::refused)
      desk.console.note(fmt::format("kalends: \"{}\" was not written: {}", shortened(arrival.title, 60),
                                    printable(arrival.reason)));
    if (arrival.outcome == Arrival::Outcome::written && !arrival.dropped.empty())
      desk.console.note(fmt::format("warning: \"{}\" is written without {}", shortened(arrival.title, 60),
                                    printable(in_words(arrival.dropped))));
  }
  if (!delivery.left_out.empty())
    desk.console.note(fmt::format("warning: left out, because {} cannot hold what is no event: {}", where,
                                  counts_words(delivery.left_out)));
  if (!delivery.carried.empty())
    desk.console.note(fmt::format("warning: carried as it stands, for a later conversion to .ics alone: {}",
                                  counts_words(delivery.carried)));
}

// Prints what became of each event; `array` is its name in JSON.
Exit tell(Desk& desk, const char* array, const Delivery& delivery, const EventFile& from,
          const std::string& where) {
  const std::vector<Arrival>& arrivals = delivery.arrivals;
  const auto count = [&](Arrival::Outcome outcome) {
    return static_cast<std::size_t>(std::ranges::count(arrivals, outcome, &Arrival::outcome));
  };
  const std::size_t refused = count(Arrival::Outcome::refused),
                    there = count(Arrival::Outcome::already_there);
  const auto incomplete =
      static_cast<std::size_t>(std::ranges::count_if(arrivals, [](const Arrival& arrival) {
        return arrival.outcome == Arrival::Outcome::written && !arrival.dropped.empty();
      }));
  Json answer = Json::object();
  answer.set(array, arrivals_json(arrivals)).set("to", where).set("warnings", texts(from.warnings));
  answer.set("unreadable", from.unreadable).set("incomplete", incomplete);
  answer.set("left_out", counts_json(delivery.left_out)).set("carried", counts_json(delivery.carried));
  desk.console.answer(answer);
  warn(desk, from.warnings);
  if (!desk.console.json()) tell_losses(desk, delivery, where);
  std::string words =
      fmt::format("{} written to {}", counted(count(Arrival::Outcome::written), "event"), where);
  if (incomplete > 0) words += fmt::format(" ({} of them not in full)", incomplete);
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

// Standard output has room for the events or for the answer.
std::optional<Exit> mistaken_target(Desk& desk, const std::string& path) {
  if (path == "-" && desk.console.json())
    return desk.console.fail(Exit::usage, "usage",
                             "With --json, standard output is for the answer: name a file for the events.");
  return mistaken(desk, path);
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
  const auto delivery = add_events((*connection)->provider(), *file, desk.machine);
  if (!delivery) return desk.console.fail(delivery.error());
  return tell(desk, "imported", *delivery, *file, id->value);
}

Exit run_export(Desk& desk) {
  if (const auto wrong = mistaken_target(desk, desk.invocation.subject)) return *wrong;
  return with_wiring(desk, Access::read, [&](Wiring& wiring, const Config& config) {
    const auto id = calendar_named(desk, config, desk.invocation.calendar);
    if (!id) return id.error();
    auto events = wiring.engine().events_of(*id);
    if (!events) return desk.console.fail(events.error());
    const EventFile file{*std::move(events), {}};
    if (file.events.empty())
      desk.console.note("Nothing is known of this calendar; \"kalends sync\" looks at it.");
    const auto delivery =
        write_events(desk.invocation.subject, file, desk.machine, desk.machine.clock().now());
    if (!delivery) return desk.console.fail(delivery.error());
    return tell(desk, "exported", *delivery, file, desk.invocation.subject);
  });
}

Exit run_convert(Desk& desk) {
  const std::string &from = desk.invocation.subject, &to = desk.invocation.target;
  if (const auto wrong = mistaken(desk, from)) return *wrong;
  if (const auto wrong = mistaken_target(desk, to)) return *wrong;
  const bool same_form = *kind_of(from) == *kind_of(to);
  std::error_code unknown;
  if (same_form && *kind_of(from) == FileKind::vault && std::filesystem::equivalent(from, to, unknown))
    return desk.console.fail(
        Exit::usage, "usage",
        fmt::format("{} and {} are the same folder, so there is nothing to convert.", from, to));
  auto file = read_events(from, desk.machine);
  if (!file) return desk.console.fail(file.error());
  const bool copy = same_form && *kind_of(from) != FileKind::vault;
  if (copy) file->keep_all();
  const auto delivery =
      copy ? copy_events(to, *file) : write_events(to, *file, desk.machine, ical::kUnknownStamp);
  if (!delivery) return desk.console.fail(delivery.error());
  return tell(desk, "converted", *delivery, *file, to);
}

}  // namespace kalends::app
