// Events in files: .ics, JSCalendar .json, and vault folders. What import, export and convert have in common.
#pragma once

#include <string>
#include <vector>

#include "app/machine.h"
#include "base/error.h"
#include "calendar/event.h"
#include "ports/provider.h"

namespace kalends::app {

enum class FileKind : std::uint8_t { icalendar, jscalendar, vault };

// By the name's ending; a folder, or a name without an ending, is a vault; "-" is iCalendar. invalid for anything else.
Result<FileKind> kind_of(const std::string& path);

struct EventFile {
  std::vector<calendar::Event> events;
  std::vector<std::string> warnings;
  std::size_t unreadable = 0;                // events that were left out; a warning tells of each
  std::vector<std::string> properties = {};  // content lines that say something of the calendar
};
Result<EventFile> read_events(const std::string& path, Machine& machine);

// What became of one event on its way into a calendar or file.
struct Arrival {
  enum class Outcome : std::uint8_t { written, already_there, refused } outcome = Outcome::written;
  std::string uid, title;
  std::string reason;  // a sentence when it is not `written`
};
const char* to_string(Arrival::Outcome outcome);

// Writes all of them; a file is replaced and gets `properties` as EventFile has them, a vault gets those whose uid it
// does not hold yet.
Result<std::vector<Arrival>> write_events(const std::string& path, const std::vector<calendar::Event>& events,
                                          Machine& machine, const std::vector<std::string>& properties = {});

// Creates each event in the calendar behind `provider`, unless it already holds the uid or somebody would get mail.
// An error when the calendar cannot be listed; one event that fails is told and does not stop the others.
Result<std::vector<Arrival>> add_events(ports::Provider& provider, const std::vector<calendar::Event>& events,
                                        Machine& machine);

}  // namespace kalends::app
