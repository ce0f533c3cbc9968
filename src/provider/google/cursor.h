// Where the next listing goes on from: Google's sync token, and what its answers leave out. Text of our own.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

namespace kalends::provider::google {

using IdsBySeries = std::map<std::string, std::set<std::string>>;

struct Cursor {
  std::string calendar;  // the id that it is of
  std::string token;     // nextSyncToken
  // By series, the ids of the occurrences that it excludes itself: when one is taken back, only the series changes.
  IdsBySeries exclusions;
  // By series, the ids of the exceptions that were taken back and show what it shows: not everybody who changes a series
  // changes them along.
  IdsBySeries taken_back;
};

std::string to_string(const Cursor& cursor);
// Nothing for text that is none.
std::optional<Cursor> parse_cursor(const std::string& text);

}  // namespace kalends::provider::google
