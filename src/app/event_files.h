// Events in files: .ics, JSCalendar .json, and vault folders. What import, export and convert have in common.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/dropped.h"
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
  std::size_t unreadable = 0;                      // events that were left out; a warning tells of each
  std::vector<std::string> properties = {};        // content lines that say something of the calendar
  std::vector<calendar::Unknown> components = {};  // to-dos and whatever else is no event
  std::map<std::string, std::size_t> left_out =
      {};  // what was left out in reading besides: "Task" -> how many
  std::map<std::string, std::vector<Dropped>> unread = {};  // by uid: what a note says that no event can
  std::string text = {};                                    // of a file: all of it, as it stands
  std::vector<std::string> left_out_warnings = {};          // those of `warnings` that say what was left out

  // For a copy of the text, in which nothing is left out.
  void keep_all();
};
Result<EventFile> read_events(const std::string& path, Machine& machine);

// What became of one event on its way into a calendar or file.
struct Arrival {
  enum class Outcome : std::uint8_t { written, already_there, refused } outcome = Outcome::written;
  std::string uid, title;
  std::string reason;                 // a sentence when it is not `written`
  std::vector<Dropped> dropped = {};  // what the target does not hold of it
};
const char* to_string(Arrival::Outcome outcome);

struct Delivery {
  std::vector<Arrival> arrivals;
  std::map<std::string, std::size_t> left_out =
      {};  // what was no event and is not written: "VTODO" -> how many
  std::map<std::string, std::size_t> carried = {};  // what is no event and is carried as it stands
};

// Writes all of it; a file is replaced, a vault gets the events whose uid it does not hold yet. `stamp` is the DTSTAMP of
// an event of which nobody knows when it was changed.
Result<Delivery> write_events(const std::string& path, const EventFile& file, Machine& machine,
                              Instant stamp);

// Creates each event in the calendar behind `provider`, unless it already holds the uid, somebody would get mail, or it
// would show dates that are wrong. An error when the calendar cannot be listed; one event that fails is told and does not
// stop the others.
Result<Delivery> add_events(ports::Provider& provider, const EventFile& file, Machine& machine);

// The file as it stands to another place, when it was read whole; for two files of one form.
Result<Delivery> copy_events(const std::string& path, const EventFile& file);

}  // namespace kalends::app
