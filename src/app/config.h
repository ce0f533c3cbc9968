// The configuration: kalends.toml as values, checked as a whole. Reading it touches no calendar and no store, but for
// looking where the links of a folder's name lead: two names may mean one folder. Every problem of a file is told in one
// go, each with its place. docs/CLI.md describes the keys.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/toml.h"
#include "base/ids.h"
#include "sync/link.h"

namespace kalends::app {

// Where a password or token comes from. Resolved only when a provider is built: app/secrets.h.
struct Secret {
  enum class Source : std::uint8_t { literal, environment, file, command } source = Source::literal;
  std::string text;                  // the secret itself, the variable's name, or the file's path
  std::vector<std::string> command;  // the program and its arguments
  bool operator==(const Secret&) const = default;
};

enum class EndDate : std::uint8_t { automatic, exclusive, inclusive };

struct CalendarConfig {
  CalendarId id;
  Place place;           // of its table
  std::string provider;  // "caldav", "google", "obsidian" or "ics"
  std::string url;       // caldav, ics; a file: URL is absolute here; google: of the API, "" for Google's own
  std::string
      name;  // caldav: which calendar of the account, when url is none; google: an id, a name or "primary"
  std::string username;
  std::optional<Secret> password, token;
  std::string path;  // obsidian: the folder, absolute
  EndDate end_date = EndDate::automatic;
  std::string zone;  // obsidian: the zone of times without one; "" = the system's

  bool writable() const { return provider != "ics"; }
};

struct Config {
  std::string file;    // as it was named
  std::string folder;  // absolute; relative paths of the file start here
  std::string store_path;
  std::vector<CalendarConfig> calendars;
  std::vector<sync::Link> links;

  const CalendarConfig* calendar(const CalendarId& id) const;
  std::vector<std::string> calendar_names() const;
};

// Whether a name is an IANA zone's; given from outside, because reading zones is not this file's matter.
using IsZone = std::function<bool(std::string_view)>;

// `text` as a configuration that stands in `folder`; or every problem it has, by place.
std::expected<Config, std::vector<Problem>> parse_config(std::string_view text, const std::string& file,
                                                         const std::string& folder, const IsZone& is_zone);

// The same for a file. A file that cannot be read is one problem with line 0.
std::expected<Config, std::vector<Problem>> read_config(const std::string& file, const IsZone& is_zone);

// "kalends.toml:12:3: message" for each problem, one a line.
std::string to_string(const std::string& file, const std::vector<Problem>& problems);

}  // namespace kalends::app
