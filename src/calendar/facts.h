// An event as a flat, sorted list of path -> value: the form in which fields are compared, merged and kept.
//
// A path is a register ("title", "when"), an element of a keyed set ("categories/Work", "attendees/mailto:a@b.c",
// "overrides/2026-03-02T09:00:00"), or a field inside an override ("overrides/2026-03-02T09:00:00/title").
// A value is text in one canonical form for its path, so equal values are equal bytes. An absent path is an absent
// value: "" is never stored for a register. Slashes and percent signs inside keys are percent-encoded.
//
//   title description location url colour status visibility show_as geo   the text itself
//   when            "all-day 2026-03-02 P1D" | "floating 2026-03-02T09:00:00 PT1H" |
//                   "zoned 2026-03-02T09:00:00 PT1H Europe/Berlin[ END-ZONE]"
//   recurrence      lines "RRULE:...", "EXRULE:...", "RDATE:2026-03-02T09:00:00[/PT1H]"
//   priority        decimal
//   organizer attendees/KEY   lines "name=...", "role=...", sorted, defaults left out; newlines escaped as \n
//   reminders/KEY   KEY is the trigger and action ("start -PT15M display"); value: description, unknown lines, parameters
//   categories/NAME conferences/URI attachments/URI locations/NAME   "1", or parameters ";FMTTYPE=text/plain"
//   title/;HASH     parameters of a register's value, as they stood: ";LANGUAGE=de"; see parameters.h
//   overrides/SLOT  "excluded" or "changed"; overrides/SLOT/PATH a value; overrides/SLOT/-PATH "removed"
//   unknown/NAME    the content lines, one a line
//   zones/TZID      the VTIMEZONE text
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace kalends::calendar {

class Facts {
 public:
  using Entry = std::pair<std::string, std::string>;

  Facts() = default;
  Facts(std::initializer_list<Entry> entries);

  const std::string* find(std::string_view path) const;  // nullptr when absent
  std::string get(std::string_view path) const;          // "" when absent
  void set(std::string_view path, std::string value);
  bool erase(std::string_view path);
  void erase_under(std::string_view prefix);  // every path that starts with `prefix`

  const std::vector<Entry>& entries() const { return entries_; }  // sorted by path, bytes ascending
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  bool operator==(const Facts&) const = default;

 private:
  std::vector<Entry> entries_;
};

// One changed path of `before` -> `after`; an empty optional means absent.
struct Change {
  std::string path;
  std::optional<std::string> before;
  std::optional<std::string> after;
  bool operator==(const Change&) const = default;
};
std::vector<Change> difference(const Facts& before, const Facts& after);

// "attendees" of "attendees/mailto:a@b.c"; "title" of "title".
std::string_view field_of(std::string_view path);
// The slot of "overrides/SLOT..." as text, or "" for a path of the master.
std::string_view slot_of(std::string_view path);
// Percent-encodes '/' and '%' for use as a key, and back.
std::string encode_key(std::string_view key);
std::string decode_key(std::string_view key);

// A compact, versioned byte form and back. corrupt when the bytes are none.
std::string encode(const Facts& facts);
Result<Facts> decode_facts(std::string_view bytes);

}  // namespace kalends::calendar
