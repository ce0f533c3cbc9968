#include "app/event_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <utility>

#include "app/text_files.h"
#include "app/wiring.h"
#include "base/text.h"
#include "ical/text.h"
#include "jscalendar/text.h"

namespace kalends::app {
namespace {

Result<EventFile> read_icalendar(const std::string& path, Machine& machine) {
  const std::string text = TRY(read_file(path));
  auto reading = ical::read(text, machine.zones());
  if (!reading) return std::unexpected(std::move(reading).error().within(path));
  EventFile file{{}, std::move(reading->warnings), reading->broken.size(), std::move(reading->properties)};
  for (ical::ReadEvent& read : reading->events) {
    for (std::string& warning : read.warnings) file.warnings.push_back(std::move(warning));
    file.events.push_back(std::move(read.event));
  }
  return file;
}

Result<EventFile> read_jscalendar(const std::string& path, Machine& machine) {
  const std::string text = TRY(read_file(path));
  auto reading = jscalendar::read(text, machine.zones());
  if (!reading) return std::unexpected(std::move(reading).error().within(path));
  return EventFile{std::move(reading->events), std::move(reading->warnings), reading->unreadable,
                   std::move(reading->properties)};
}

Result<EventFile> read_vault(const std::string& path, Machine& machine) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error))
    return fail(ErrorKind::not_found, fmt::format("{} is no folder of notes.", path));
  const auto vault = open_vault(path, machine);
  auto changes = TRY(vault->changes("", [](const RemoteId&) { return std::string(); }));
  EventFile file;
  for (const ports::Item& item : changes.items) {
    calendar::Event event = TRY(calendar::from_facts(item.facts));
    event.uid = item.uid.empty() ? item.id.value : item.uid;
    event.updated = item.updated;
    file.events.push_back(std::move(event));
    for (const std::string& warning : item.warnings) file.warnings.push_back(item.id.value + ": " + warning);
  }
  for (const ports::Unreadable& note : changes.unreadable)
    file.warnings.push_back(fmt::format("{} was left out: {}", note.id.value, note.reason));
  file.unreadable = changes.unreadable.size();
  return file;
}

std::vector<Arrival> all_written(const std::vector<calendar::Event>& events) {
  std::vector<Arrival> out;
  for (const calendar::Event& event : events)
    out.push_back({Arrival::Outcome::written, event.uid, event.title, ""});
  return out;
}

Arrival add_event(ports::Provider& provider, const calendar::Event& event, std::set<std::string>& uids,
                  Machine& machine) {
  Arrival arrival{Arrival::Outcome::refused, event.uid, event.title, ""};
  if (!event.uid.empty() && uids.contains(event.uid)) {
    arrival.outcome = Arrival::Outcome::already_there;
    arrival.reason = "The calendar already holds an event with this uid.";
    return arrival;
  }
  const calendar::Facts facts = calendar::to_facts(event);
  if (const auto mailed = provider.recipients(ports::WriteKind::create, nullptr, facts); !mailed.empty()) {
    arrival.reason =
        fmt::format("The server would mail {}. Take the attendees off, or add the event there yourself.",
                    join(mailed, ", "));
    return arrival;
  }
  // No mark: the event is a person's, and the next sync finds an original in it.
  const auto written = provider.create({{}, event.uid, facts, machine.clock().now()});
  if (!written) {
    arrival.reason = written.error().message;
    return arrival;
  }
  arrival.outcome = Arrival::Outcome::written;
  uids.insert(event.uid);
  return arrival;
}

}  // namespace

const char* to_string(Arrival::Outcome outcome) {
  switch (outcome) {
    case Arrival::Outcome::written: return "written";
    case Arrival::Outcome::already_there: return "already there";
    case Arrival::Outcome::refused: return "refused";
  }
  return "";
}

Result<FileKind> kind_of(const std::string& path) {
  std::error_code error;
  const std::string ending = to_lower(std::filesystem::path(path).extension().string());
  if (path == "-" || ending == ".ics" || ending == ".ical" || ending == ".icalendar")
    return FileKind::icalendar;
  if (ending == ".json") return FileKind::jscalendar;
  if (ending.empty() || path.ends_with('/') || std::filesystem::is_directory(path, error))
    return FileKind::vault;
  return fail(ErrorKind::invalid,
              fmt::format("{} is neither .ics nor .json nor a folder, so its form is not known.", path));
}

Result<EventFile> read_events(const std::string& path, Machine& machine) {
  switch (TRY(kind_of(path))) {
    case FileKind::icalendar: return read_icalendar(path, machine);
    case FileKind::jscalendar: return read_jscalendar(path, machine);
    case FileKind::vault: return read_vault(path, machine);
  }
  return fail(ErrorKind::invalid, path);
}

Result<std::vector<Arrival>> write_events(const std::string& path, const std::vector<calendar::Event>& events,
                                          Machine& machine, const std::vector<std::string>& properties) {
  const FileKind kind = TRY(kind_of(path));
  if (kind == FileKind::vault) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error)
      return fail(ErrorKind::forbidden, fmt::format("{} cannot be made: {}.", path, error.message()));
    return add_events(*open_vault(path, machine), events, machine);
  }
  ical::WriteOptions options;
  options.now = machine.clock().now();
  options.properties = properties;
  TRY_VOID(write_file(path, kind == FileKind::jscalendar
                                ? jscalendar::write(events, machine.zones(), properties)
                                : ical::write(events, machine.zones(), options)));
  return all_written(events);
}

Result<std::vector<Arrival>> add_events(ports::Provider& provider, const std::vector<calendar::Event>& events,
                                        Machine& machine) {
  if (!provider.capabilities().writable)
    return fail(ErrorKind::unsupported, fmt::format("{} is read-only.", provider.address()));
  const auto changes = TRY(provider.changes("", [](const RemoteId&) { return std::string(); }));
  std::set<std::string> uids;
  for (const ports::Item& item : changes.items) uids.insert(item.uid);
  std::vector<Arrival> out;
  for (const calendar::Event& event : events) out.push_back(add_event(provider, event, uids, machine));
  return out;
}

}  // namespace kalends::app
