// Strings that name things, each with a type of its own, so that a calendar's id is never passed for an event's.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace kalends {

template <class Tag>
struct StrongId {
  std::string value;

  StrongId() = default;
  explicit StrongId(std::string text) : value(std::move(text)) {}

  bool empty() const { return value.empty(); }
  auto operator<=>(const StrongId&) const = default;
};

using EventId = StrongId<struct EventTag>;        // Kalends' own id of an event: 32 lower-case hex digits
using CalendarId = StrongId<struct CalendarTag>;  // a calendar as the configuration names it
using RemoteId = StrongId<struct RemoteTag>;      // an item's name at its provider: an href, a path, an id
using RunId = StrongId<struct RunTag>;            // one recorded cycle, "1", "2", ...
using LinkId = StrongId<struct LinkTag>;          // a link as the configuration names or numbers it

}  // namespace kalends

template <class Tag>
struct std::hash<kalends::StrongId<Tag>> {
  std::size_t operator()(const kalends::StrongId<Tag>& id) const noexcept {
    return std::hash<std::string>()(id.value);
  }
};
