// Series as the ledger knows them. People move a series within its days only, so an occurrence is told by the day of its
// slot, whatever time the slot has; and an exception that is an item of its own belongs to the day of its series.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "calendar/facts.h"
#include "calendar/time.h"
#include "provider/memory/server.h"

namespace kalends::lab {

// "overrides/2027-02-16/title" of "overrides/2027-02-16T09:00:00/title"; any other path as it is.
std::string by_date(std::string_view path);
calendar::Facts by_date(const calendar::Facts& facts);

// "title" of "overrides/SLOT/title" and of "overrides/SLOT/-title", "" of "overrides/SLOT"; any other path as it is.
std::string_view inner_path(std::string_view path);
// "overrides/SLOT" of any path in that slot; "" of a path of the series itself.
std::string_view slot_path(std::string_view path);

// The first occurrences of what those facts say, eight at most; none where nothing repeats.
std::vector<calendar::LocalTime> first_slots(const calendar::Facts& facts);

// Whether the occurrence that the path is about takes place; so does what is no series, once.
bool takes_place(const calendar::Facts& facts, std::string_view path);

// The event that a client's write was about, by its day.
std::string day_of(const provider::MemoryServer& server, const provider::ServerWrite& write);

}  // namespace kalends::lab
