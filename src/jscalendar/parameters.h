// Parameters of content lines in JSCalendar: RFC 8984's own member where it has one, a member of ours for the rest.
#pragma once

#include <span>
#include <string>

#include "base/json.h"
#include "calendar/parameters.h"

namespace kalends::jscalendar {

inline constexpr const char* kParameters = "kalends:parameters";  // NAME -> its value as it stands in a line
// Of what a series has and its occurrences have not, by owner (see calendar/parameters.h).
inline constexpr const char* kSeriesParameters = "kalends:seriesParameters";

// A parameter that is a member of its own in RFC 8984.
struct Standard {
  enum class Form : std::uint8_t { text, number, features };
  const char* parameter;
  const char* member;
  Form form = Form::text;
};
// Of a Link (section 1.4.11), a VirtualLocation (4.2.6), a Participant (4.4.6) and the event itself.
std::span<const Standard> link_members();
std::span<const Standard> virtual_location_members();
std::span<const Standard> participant_members();
std::span<const Standard> title_members();

// Puts a list into the members of `object` and the rest into its kalends:parameters. What a standard member cannot give
// back as it stood stands in both.
void put_parameters(Json& object, const calendar::ParameterList& list, std::span<const Standard> standard);
// And back: a standard member that says something else than ours counts.
calendar::ParameterList take_parameters(const Json& object, std::span<const Standard> standard);

// Parameters by owner as an object of objects, and back into `parameters`.
Json owners_to_json(const calendar::Parameters& parameters);
void owners_from_json(const Json& object, calendar::Parameters& parameters);

}  // namespace kalends::jscalendar
