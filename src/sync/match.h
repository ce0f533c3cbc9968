// Which event a newly seen item belongs to: by its lineage mark, by UID, by an exact fingerprint, or none. Pure.
//
// **No calendar ever gets a second item of the same event by being linked, and no masked link ever joins two events.**
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "sync/base.h"
#include "sync/link.h"

namespace kalends::sync {

// An event that the item may belong to, as seen from the item's calendar.
struct Candidate {
  EventId event;
  bool alive = true;
  bool live_here = false;          // it has a present item in this calendar already
  bool made_here = false;          // our create here is unfinished, with the nonce of the item's mark
  std::string nonce_here;          // of the mark on its item here, "" at an origin or when there is none
  bool removed_here = false;       // a person removed our copy here, or the event was deleted
  std::set<LinkId> closed;         // links whose filter keeps it out
  bool parted_here = false;        // an undo took back that an item here was the event's
  std::vector<CalendarId> places;  // where it is or was an item
  std::optional<bool>
      marked_elsewhere_present;  // the mark's nonce is that of a copy in another calendar: still there?
};

struct Arrival {
  CalendarId calendar;
  std::optional<std::string> nonce;  // of its mark, when it has one
  std::set<LinkId> closed = {};      // links whose filter keeps it out
};

struct Match {
  enum class Kind : std::uint8_t {
    fresh,   // an event of its own
    attach,  // an item of `event`
    doubled  // a second item that we made of `event` by a create whose answer was lost: to be removed
  } kind = Kind::fresh;
  EventId event;
  Role role = Role::origin;               // of the item's calendar, when attached
  std::vector<CalendarId> become_copies;  // origins that a one-way link from here turns into copies
  std::string why;                        // "its mark", "the same UID" ...
};

// `by_mark` has at most one entry. Candidates by fingerprint count only when there is exactly one that fits.
Match choose(const Arrival& arrival, const std::vector<Link>& links, const std::optional<Candidate>& by_mark,
             const std::vector<Candidate>& by_uid, const std::vector<Candidate>& by_fingerprint);

}  // namespace kalends::sync
