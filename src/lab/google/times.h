// The two ends of an event as the Calendar API writes them: {"date"} or {"dateTime", "timeZone"}.
//
// Held: dateTime carries the offset of the event's own zone. Shown: it carries the offset of the zone the answer is in,
// the calendar's unless the request names one, while timeZone stays the event's own.
#pragma once

#include <string>

#include "calendar/event.h"
#include "calendar/zone.h"
#include "lab/google/answer.h"

namespace kalends::lab::google {

struct Moment {
  bool all_day = false;
  calendar::LocalTime wall;  // in `zone`; midnight when all_day
  std::int64_t utc = 0;      // seconds; of midnight in UTC when all_day
  std::string zone;          // an IANA name; empty when all_day
};

// `name` is "start" or "end", for messages. A dateTime without offset needs a timeZone; one with offset and without
// timeZone is put into `calendar_zone`, unless the event repeats: then a zone is required.
Outcome<Moment> read_moment(const Json* value, std::string_view name, const calendar::ZoneSource& zones,
                            const std::string& calendar_zone, bool repeats);

Json held(const Moment& moment, const calendar::ZoneSource& zones);
Json shown(const Moment& moment, const calendar::Zone& in);
// What was held, read back.
Moment moment_of(const Json& held, const calendar::ZoneSource& zones);

// The moment `span` after `from`, in the same form.
Moment moved(const Moment& from, std::int64_t seconds, const calendar::ZoneSource& zones);

// RFC 3339 with a numeric offset, or with "Z" for UTC.
std::string rfc3339_in(std::int64_t utc, const calendar::Zone& zone);

}  // namespace kalends::lab::google
