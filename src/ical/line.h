// The lossless scanner: content lines and components as views over the input, every byte of which belongs to exactly
// one line. RFC 5545 section 3.1. It takes CRLF, LF and CR in any mixture, a byte order mark, blank lines, text that
// is not UTF-8 (read as Latin-1) and line ends that somebody forgot to escape; it says so in a warning.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "ical/text.h"

namespace kalends::ical {

inline constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// One content line. `name`, `params` and `value` are views of `text`.
struct Line {
  std::string_view raw;     // its bytes in the input, folds and line end included
  std::string_view text;    // unfolded, without line end, well-formed UTF-8
  std::string_view name;    // upper case; empty for a blank line and for one that is no content line
  std::string_view params;  // ";TZID=Europe/Berlin;X=Y", or empty
  std::string_view value;
  std::size_t number = 0;     // of its first physical line, from 1
  std::size_t owner = kNone;  // the innermost component it stands in; BEGIN and END belong to their own
};

// A component from its BEGIN line to its END line, both included; one whose END is missing ends before line `end`.
struct Component {
  std::string_view name;  // upper case
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t parent = kNone;
  bool closed = true;

  // The first line that is no longer the component's.
  std::size_t behind() const { return closed ? end + 1 : end; }
};

struct Document {
  std::string_view text;
  std::string_view prefix;  // the byte order mark, when there is one
  std::vector<Line> lines;
  std::vector<Component> components;  // in the order of their BEGIN lines
  std::vector<std::string> warnings;
  std::deque<std::string> arena;  // unfolded texts that views point into

  // The lines of the component itself, without those of its children and without BEGIN and END.
  template <class Visit>
  void each_line(std::size_t component, Visit visit) const {
    for (std::size_t i = components[component].begin + 1; i < components[component].end; ++i)
      if (lines[i].owner == component && !lines[i].name.empty()) visit(i);
  }
  // The components right inside this one.
  template <class Visit>
  void each_child(std::size_t component, Visit visit) const {
    for (std::size_t i = component + 1;
         i < components.size() && components[i].begin < components[component].end; ++i)
      if (components[i].parent == component) visit(i);
  }
  // "\r\n", "\n" or "\r": what that line ends with, else the first one.
  std::string_view line_end(std::size_t line) const;
};

// invalid, naming line and column, past a limit, for text that is no iCalendar, and for text that was cut off.
Result<Document> scan(std::string_view text, const Limits& limits);

// The next parameter of `params` from `at` on, as it stands, and `at` behind it; false at the end.
bool next_param(std::string_view params, std::size_t& at, std::string_view& name, std::string_view& raw);
// Calls visit(NAME in upper case, value as it stands with its quotes) for each parameter.
void each_param(std::string_view params, const std::function<void(std::string, std::string_view)>& visit);
// The parameter's value without quotes and RFC 6868 escapes.
std::optional<std::string> param(std::string_view params, std::string_view name);
// A value as it stands in a parameter, without quotes and RFC 6868 escapes.
std::string decode_param(std::string_view raw);

}  // namespace kalends::ical
