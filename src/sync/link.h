// The rules that tie calendars together, as values.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"

namespace kalends::sync {

enum class Direction : std::uint8_t { two_way, one_way };

struct Policy {
  enum class Kind : std::uint8_t { newest, prefer, hub, both, ask } kind = Kind::newest;
  CalendarId preferred;  // for prefer
  bool operator==(const Policy&) const = default;
};

// How a link settles an edit against an edit: field by field, and `rest` for the fields without a policy of their own.
struct Policies {
  Policy rest;
  std::map<std::string, Policy, std::less<>>
      fields;  // "title", "attendees" ...; "when" stands for recurrence, too
  bool operator==(const Policies&) const = default;
};

// What a copy may show. `title` is a template: {calendar} is the origin's id, {title} the real title.
struct Privacy {
  bool mask = false;                 // busy-only: everything but the time is dropped unless listed otherwise
  std::optional<std::string> title;  // the copy's title; absent = the real one (or "Busy" when mask is set)
  std::vector<std::string> drop;     // fields that a copy does not get: "description", "attendees" ...
  bool full() const { return !mask && !title && drop.empty(); }
  bool operator==(const Privacy&) const = default;
};

// Which events a link carries. Every part that is set must hold.
struct Filter {
  std::optional<std::string> title;     // RE2 pattern, found anywhere, ignoring case
  std::optional<std::string> attendee;  // RE2 pattern over name and address
  std::optional<std::string> category;  // RE2 pattern, found in the name of one of its categories
  std::vector<std::string> categories;  // at least one of these names, ignoring case
  std::optional<std::string> time;      // RE2 pattern over its start; see start_text() in route.h
  std::optional<bool> all_day;
  std::optional<bool> busy;
  std::optional<int> past_days;    // the event's last occurrence is not older
  std::optional<int> future_days;  // its first occurrence is not further
  bool empty() const {
    return !title && !attendee && !category && categories.empty() && !time && !all_day && !busy &&
           !past_days && !future_days;
  }
  bool operator==(const Filter&) const = default;
};

struct Link {
  LinkId id;
  std::vector<CalendarId> calendars;
  Direction direction = Direction::two_way;
  CalendarId from;  // for one_way
  Policies conflict;
  Privacy privacy;
  Filter filter;
  bool operator==(const Link&) const = default;
};

}  // namespace kalends::sync
