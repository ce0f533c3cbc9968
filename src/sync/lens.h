// How one event is seen at one calendar: whether it belongs there, what of it may be shown, what may come back. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "calendar/facts.h"
#include "sync/base.h"
#include "sync/link.h"

namespace kalends::sync {

// What a replica would hold of these facts after a write and a read; a provider's own.
using Projection = std::function<calendar::Facts(const calendar::Facts&)>;

struct Lens {
  Role role = Role::copy;
  bool routed = false;          // some link leads here from an origin, whatever its filter says
  bool wanted = false;          // ... and every filter on the way lets it through
  bool aged = false;            // ... or only a window's edge keeps it out: a copy is frozen, none is made
  bool pullable = true;         // every link on the way is two-way and an origin can be written
  std::vector<Privacy> masks;   // along the route, first hop first
  std::string origin;           // the origin's calendar, for title templates
  LinkId link;                  // the last hop
  std::vector<CalendarId> via;  // the calendars on the way, the origin left out
  Policies policies;

  bool masked() const;
};

// The policy that settles a conflict about that path: its field's, inside an override the override's own field's. An
// occurrence as a whole goes by "overrides"; when, recurrence and the zones they name are decided by "when".
const Policy& policy_of(const Policies& policies, std::string_view path);

// The hub's facts as this calendar may show them, before the provider's projection. A copy gets no organizer and no
// attendees: nobody is invited by a copy.
calendar::Facts through(const Lens& lens, const calendar::Facts& hub);

// Whether a change of that path over there may enter the hub. Masked fields never may; organizer and attendees only
// from origins.
bool may_pull(const Lens& lens, std::string_view path);

bool is_people(std::string_view field);  // "attendees", "organizer"
// The field that a path is about; inside an override the override's own field, "" for the slot itself.
std::string_view innermost_field(std::string_view path);

// The facts without organizer, attendees and answers, inside overrides too.
calendar::Facts without_people(const calendar::Facts& facts);

// Whether a change of that path is a person's edit of the event, which beats a deletion: an answer of somebody invited
// and what a server notes about it are none.
bool is_edit(std::string_view path, const std::optional<std::string>& before,
             const std::optional<std::string>& after);

// Whether a deletion over there deletes the event. On a masked or one-way copy it means "not here".
bool may_pull_deletion(const Lens& lens);

}  // namespace kalends::sync
