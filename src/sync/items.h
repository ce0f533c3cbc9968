// One event in several remote items: where a calendar keeps exceptions as items of their own, the event there is its
// master and its parts. `gather` makes the one set of facts of them that everything else compares, `spread` makes the
// items of such a set again. Pure.
//
// A part holds its occurrence whole, as an event that does not repeat, because that is what such a calendar shows. What
// an override says is its difference to the master at that slot. So an override that says what the master says anyway
// is none of a field, and `gather(spread(facts))` is the one form that such a calendar can hold: `canonical`.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "calendar/facts.h"

namespace kalends::sync {

// The one fact of a part whose occurrence does not take place; its value is "1".
inline constexpr std::string_view kExcluded = "excluded";

// The facts of each item by its slot; "" is the master's.
using Items = std::map<std::string, calendar::Facts>;

calendar::Facts gather(const Items& items);
Items spread(const calendar::Facts& whole);
calendar::Facts canonical(const calendar::Facts& whole);

// Whether a path stands in that slot, or is it: "overrides/SLOT", "overrides/SLOT/title".
bool is_in_slot(std::string_view path, std::string_view slot);

// `whole` with everything that `other` says of these slots, and nothing else of them.
calendar::Facts with_slots_of(calendar::Facts whole, const calendar::Facts& other,
                              const std::set<std::string>& slots);

}  // namespace kalends::sync
