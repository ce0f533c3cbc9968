// Which zone a time gets at Google, which knows IANA names alone, and which zone a name of theirs means here.
#pragma once

#include <string>
#include <string_view>

#include "calendar/event.h"
#include "calendar/zone.h"

namespace kalends::provider::google {

// The zone of that name; nullptr when nobody knows it. "UTC" and "GMT" are "Etc/UTC".
const calendar::Zone* zone_named(const std::string& name, const calendar::ZoneSource& zones);
// The name as facts spell it: "Etc/UTC" for every word for it.
std::string plain_zone(std::string_view name);

// An IANA zone that shows what `zone` shows: itself; the one that a client's own name means; for a zone that only the
// event describes, the first one that keeps its hours in the year after `start`; Etc/UTC when there is none.
std::string iana_zone(const std::string& zone, const calendar::Event& event, calendar::LocalTime start,
                      const calendar::ZoneSource& zones);

}  // namespace kalends::provider::google
