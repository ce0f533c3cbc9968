// Parameters that no field says: from a content line as they stand, and back onto one. See calendar/parameters.h.
#pragma once

#include <string>
#include <string_view>

#include "ical/line.h"
#include "ical/line_writer.h"

namespace kalends::ical {

// ";LANGUAGE=de;X-A=\"b;c\"", by name: those that say neither what we read nor the form in which we write it, such as TZID, nor
// that the value has its property's own type.
std::string unread_params(const Line& line);

// The others of the line, as they stand.
std::string read_params(const Line& line);

// Such parameters behind the name of `property`: what is not fit to stand there is left out or encoded anew, so that a
// value from one calendar cannot smuggle anything into another.
void put_params(LineWriter& out, std::string_view property, std::string_view params);
std::string params_text(std::string_view property, std::string_view params);

// "NAME:", or "NAME;A=b:" where there are parameters. `name` ends with the colon.
void put_name(LineWriter& out, std::string_view name, std::string_view params);

}  // namespace kalends::ical
