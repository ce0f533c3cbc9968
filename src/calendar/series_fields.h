// The fields of a series that one occurrence may have otherwise, as facts. Internal to what reads and writes exceptions
// as events of their own: VEVENTs with a RECURRENCE-ID, items of their own at a provider.
#pragma once

#include "calendar/facts.h"
#include "calendar/time.h"

namespace kalends::calendar {

// What belongs to each occurrence: everything but the recurrence, the overrides and the zones' definitions.
Facts fields_of(const Facts& facts);

// The same as the series shows it in one slot: `when` starts there, without parameters. No other field moves.
Facts fields_at(const Facts& fields, LocalTime slot);

}  // namespace kalends::calendar
