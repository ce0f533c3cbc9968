// The members of which an event may have thousands, in groups that say nothing of one another. An override is read and
// written with those alone that it touches, so that a series costs its size and what its overrides say, and not the one
// times the other.
#pragma once

#include <cstdint>
#include <string_view>

#include "calendar/event.h"

namespace kalends::jscalendar {

using Groups = std::uint8_t;
inline constexpr Groups kPeople = 1, kAlerts = 2, kLinks = 4, kMeetings = 8, kKeywords = 16, kUnknown = 32;
inline constexpr Groups kEverything = 63;

// The group of a member, 0 for one that every override is read with. What RFC 8984 does not know is kUnknown.
Groups group_of_member(std::string_view name);

// The groups in which `change` makes an occurrence another than its series.
Groups groups_of(const calendar::Event& series, const calendar::Override& change);

// The series without the fields of other groups.
calendar::Event only(const calendar::Event& series, Groups groups);

}  // namespace kalends::jscalendar
