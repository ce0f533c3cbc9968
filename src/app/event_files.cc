#include "app/event_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "app/console.h"
#include "app/text_files.h"
#include "app/wiring.h"
#include "app/words.h"
#include "base/text.h"
#include "ical/text.h"
#include "jscalendar/text.h"
#include "provider/obsidian/frontmatter.h"

namespace kalends::app {
namespace {

constexpr std::size_t kMaxNoteBytes = 16u << 20;

Result<EventFile> read_icalendar(const std::string& path, Machine& machine) {
  const std::string text = TRY(read_file(path));
  auto reading = ical::read(text, machine.zones());
  if (!reading) return std::unexpected(std::move(reading).error().within(path));
  EventFile file{{}, std::move(reading->warnings), reading->broken.size(), std::move(reading->properties)};
  file.components = std::move(reading->components);
  file.text = text;
  for (const ical::BrokenEvent& broken : reading->broken)
    file.left_out_warnings.push_back(ical::sentence(broken));
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
  EventFile file{std::move(reading->events), std::move(reading->warnings), reading->unreadable,
                 std::move(reading->properties)};
  file.components = std::move(reading->components);
  file.left_out_warnings = file.warnings;
  if (reading->tasks > 0) file.left_out["Task"] = reading->tasks;
  file.text = text;
  return file;
}

// What a note says besides its event: the person's own text and keys that the format does not know.
std::vector<Dropped> unread_of(const std::string& note, bool remastered) {
  namespace obsidian = provider::obsidian;
  static const std::set<std::string, std::less<>> kKnown = {
      "allDay",    "date",     "dayOfMonth",     "daysOfWeek", "endDate",   "endRecur",  "endTime",
      "kalends",   "month",    "repeatInterval", "rrule",      "skipDates", "startDate", "startRecur",
      "startTime", "timezone", "title",          "type",       "uid",       "zone"};
  static const std::set<std::string, std::less<>> kRemastered = {"category", "description", "url"};
  const obsidian::Block block = obsidian::find_block(note);
  std::vector<std::string> keys;
  for (const obsidian::Entry& entry : obsidian::entries_of(note, block))
    if (!kKnown.contains(entry.key) && !(remastered && kRemastered.contains(entry.key)))
      keys.push_back(printable(entry.key));
  std::vector<Dropped> out;
  if (!trim(std::string_view(note).substr(block.body)).empty())
    out.push_back({"body", "the text of the note"});
  if (!keys.empty())
    out.push_back({"keys", fmt::format("{} ({})", counted(keys.size(), "further key"), join(keys, ", "))});
  return out;
}

Result<EventFile> read_vault(const std::string& path, Machine& machine) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error))
    return fail(ErrorKind::not_found, fmt::format("{} is no folder of notes.", path));
  const auto vault = open_vault(path, machine);
  auto changes = TRY(vault->changes("", [](const RemoteId&) { return std::string(); }));
  const bool remastered =
      vault->project({{"when", "all-day 2026-03-02 P1D"}, {"url", "https://example.org/"}}).find("url") !=
      nullptr;
  EventFile file;
  for (const ports::Item& item : changes.items) {
    calendar::Event event = TRY(calendar::from_facts(item.facts));
    event.uid = item.uid.empty() ? item.id.value : item.uid;
    // A note does not say when it was changed. Its file does, until it is copied: that is what DTSTAMP is for, and no more.
    event.updated = event.stamp = item.updated;
    if (const auto note = read_file(path + "/" + item.id.value, kMaxNoteBytes))
      if (auto unread = unread_of(*note, remastered); !unread.empty())
        file.unread[event.uid] = std::move(unread);
    file.events.push_back(std::move(event));
    for (const std::string& warning : item.warnings) file.warnings.push_back(item.id.value + ": " + warning);
  }
  for (const ports::Unreadable& note : changes.unreadable)
    file.warnings.push_back(fmt::format("{} was left out: {}", note.id.value, note.reason));
  file.unreadable = changes.unreadable.size();
  return file;
}

Delivery all_written(const EventFile& file) {
  Delivery out;
  for (const calendar::Event& event : file.events) {
    Arrival arrival{Arrival::Outcome::written, event.uid, event.title, ""};
    if (const auto unread = file.unread.find(event.uid); unread != file.unread.end())
      arrival.dropped = unread->second;
    out.arrivals.push_back(std::move(arrival));
  }
  return out;
}

// What there is besides the events, by name and number; zones go with what names them.
std::map<std::string, std::size_t> kinds_of(const std::vector<calendar::Unknown>& components) {
  std::map<std::string, std::size_t> out;
  for (const calendar::Unknown& component : components)
    if (component.name != "BEGIN:VTIMEZONE") ++out[component.name.substr(std::string_view("BEGIN:").size())];
  return out;
}

// The names of what the calendar says of itself; that it counts days as everybody does says nothing.
std::map<std::string, std::size_t> names_of(const std::vector<std::string>& properties) {
  std::map<std::string, std::size_t> out;
  for (const std::string& line : properties)
    if (const std::string name = to_upper(line.substr(0, line.find_first_of(":;"))); name != "CALSCALE")
      ++out[name];
  return out;
}

// The calendar that events are added to.
class Shelf {
 public:
  Shelf(ports::Provider& provider, Machine& machine) : provider_(provider), machine_(machine) {}

  Result<void> look() {
    if (!provider_.capabilities().writable)
      return fail(ErrorKind::unsupported, fmt::format("{} is read-only.", provider_.address()));
    const auto changes = TRY(provider_.changes("", [](const RemoteId&) { return std::string(); }));
    // One without a uid of its own goes by its name, as it does where it is read.
    for (const ports::Item& item : changes.items) uids_.insert(item.uid.empty() ? item.id.value : item.uid);
    return {};
  }

  Arrival add(const calendar::Event& event) {
    Arrival arrival{Arrival::Outcome::refused, event.uid, event.title, ""};
    if (!event.uid.empty() && uids_.contains(event.uid)) {
      arrival.outcome = Arrival::Outcome::already_there;
      arrival.reason = "The calendar already holds an event with this uid.";
      return arrival;
    }
    const calendar::Facts facts = calendar::to_facts(event);
    const calendar::Facts shown = provider_.project(facts);
    // What it cannot hold at all is refused by create(), which says why.
    const Loss loss = shown.empty() ? Loss{} : loss_of(facts, shown);
    arrival.reason = trouble_with(facts, loss);
    if (!arrival.reason.empty()) return arrival;
    // No mark: the event is a person's, and the next sync finds an original in it.
    const auto written = provider_.create({{}, event.uid, facts, machine_.clock().now()});
    if (!written) {
      arrival.reason = written.error().message;
      return arrival;
    }
    arrival.outcome = Arrival::Outcome::written;
    arrival.dropped = loss.dropped;
    uids_.insert(event.uid);
    return arrival;
  }

 private:
  // Why the event may not be written, "" when it may.
  std::string trouble_with(const calendar::Facts& facts, const Loss& loss) const {
    if (!loss.wrong_dates.empty())
      return fmt::format("{} cannot say {}, and would show it on wrong dates without.",
                         provider_.capabilities().provider == "obsidian" ? "A note" : "The calendar",
                         loss.wrong_dates);
    const auto mailed = provider_.recipients(ports::WriteKind::create, nullptr, facts);
    if (mailed.empty()) return "";
    return fmt::format("The server would mail {}. Take the attendees off, or add the event there yourself.",
                       join(mailed, ", "));
  }

  ports::Provider& provider_;
  Machine& machine_;
  std::set<std::string> uids_;
};

}  // namespace

void EventFile::keep_all() {
  std::erase_if(warnings, [&](const std::string& warning) {
    return std::ranges::find(left_out_warnings, warning) != left_out_warnings.end();
  });
  if (unreadable > 0)
    warnings.push_back(
        fmt::format("{} could not be read and stands in the copy as it did.", counted(unreadable, "event")));
  unreadable = 0;
  left_out.clear();
}

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

Result<Delivery> copy_events(const std::string& path, const EventFile& file) {
  TRY_VOID(write_file(path, file.text));
  return all_written(file);
}

Result<Delivery> write_events(const std::string& path, const EventFile& file, Machine& machine,
                              Instant stamp) {
  const FileKind kind = TRY(kind_of(path));
  if (kind == FileKind::vault) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error)
      return fail(ErrorKind::forbidden, fmt::format("{} cannot be made: {}.", path, error.message()));
    return add_events(*open_vault(path, machine), file, machine);
  }
  Delivery out = all_written(file);
  out.left_out = file.left_out;
  if (kind == FileKind::jscalendar) {
    out.carried = kinds_of(file.components);
    TRY_VOID(
        write_file(path, jscalendar::write(file.events, machine.zones(), file.properties, file.components)));
    return out;
  }
  ical::WriteOptions options{stamp, {}, file.properties, file.components};
  TRY_VOID(write_file(path, ical::write(file.events, machine.zones(), options)));
  return out;
}

Result<Delivery> add_events(ports::Provider& provider, const EventFile& file, Machine& machine) {
  Shelf shelf(provider, machine);
  TRY_VOID(shelf.look());
  Delivery out;
  for (const calendar::Event& event : file.events) {
    Arrival arrival = shelf.add(event);
    if (const auto unread = file.unread.find(event.uid); unread != file.unread.end())
      arrival.dropped.insert(arrival.dropped.end(), unread->second.begin(), unread->second.end());
    out.arrivals.push_back(std::move(arrival));
  }
  out.left_out = kinds_of(file.components);
  for (const auto& more : {file.left_out, names_of(file.properties)})
    for (const auto& [name, count] : more) out.left_out[name] += count;
  return out;
}

}  // namespace kalends::app
