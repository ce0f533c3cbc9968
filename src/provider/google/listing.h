// events.list to its end, and what it proves. Pages may be short or empty; only the lack of a next page ends them, and only
// then there is a token. Masters and exceptions come in any order, so they are sorted out when all are there.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "ports/provider.h"
#include "provider/google/client.h"
#include "provider/google/cursor.h"
#include "provider/google/event_item.h"

namespace kalends::provider::google {

// All pages of one listing.
struct Pages {
  std::map<std::string, Json> events;  // by id; of one that came twice the later
  std::string token;                   // nextSyncToken
  std::string zone;                    // of the calendar
  Role role = Role::none;
  bool dead_token = false;  // the sync token is not known any more: nothing else is told
};

// Everything when `token` is "", else what changed since. not_found: the calendar is not there.
Result<Pages> read_pages(Client& client, const std::string& calendar, const std::string& token);

// What is asked beside the pages. An error says nothing.
struct Lookup {
  std::function<Result<const Series*>(const std::string& id)> series;       // nullptr: it is not there
  std::function<Result<std::optional<Json>>(const std::string& id)> event;  // nothing: likewise
};

// The changes that the pages tell. `before` is the cursor they went on from, nullptr for a whole listing; `lookup` is asked
// for series that the pages do not tell, and for exceptions that were taken back of those that they do.
Result<ports::Changes> changes_of(const Pages& pages, const Cursor* before, const std::string& calendar,
                                  const Context& context, const ports::Known& known, const Lookup& lookup);

}  // namespace kalends::provider::google
