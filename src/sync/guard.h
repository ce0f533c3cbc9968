// What a cycle may not do without a person: judged over all events of a calendar at once. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "sync/base.h"

namespace kalends::sync {

enum class HoldKind : std::uint8_t {
  emptied,          // a calendar that held events is empty now
  mass_delete,      // many of them are gone at once
  mass_change,      // most of them changed at once, after the cursor died
  rolled_back,      // many hold again what they held before: a server restored from a backup
  collection_gone,  // the calendar itself is not there
  oscillating,      // the same writes come again and again
  first_run,        // a new link would write into a calendar that holds events
  mail,             // the write would make the provider send mail
  shared_delete,    // a deletion between two people's own events with attendees
  unclear_create,   // an item may be ours, of a create without an answer, where no mark can be kept
  undone_copy,      // an undo would remove a copy that somebody has changed since
};
const char* to_string(HoldKind kind);

// What one calendar's look would make the hub do.
struct Incoming {
  CalendarId calendar;
  std::size_t agreed = 0;            // events that were there when last agreed
  std::size_t present = 0;           // that are there now
  std::vector<EventId> deletions;    // that would be deleted because they are gone there
  std::vector<EventId> edits;        // that changed there
  std::vector<EventId> rolled_back;  // whose change is a return to what it held before
  bool reset = false;                // the cursor was dead and everything was listed anew
  bool windowed = false;             // only of what takes place in the dates that the calendar tells
};

struct Hold {
  HoldKind kind = HoldKind::mass_delete;
  CalendarId calendar;
  std::vector<EventId> events;
  std::string reason;  // a sentence
};

inline constexpr std::size_t kFewEvents =
    5;  // below this, a deletion and an empty calendar are an ordinary day
inline constexpr std::size_t kManyEdits = 20;
inline constexpr std::size_t kFewRollbacks = 3;

std::vector<Hold> guard(const Incoming& incoming);

// Within this, the same change for the third time is a circle; over weeks it is a person who changes their mind.
inline constexpr std::int64_t kCircleMs = 24 * 3'600'000;

// Whether pushing `digest` again would only go round in a circle: of the writes of the last day two were the same, and
// each time something else came over it.
bool oscillates(const std::vector<Pushed>& pushed, std::uint64_t digest, std::int64_t now_ms);

}  // namespace kalends::sync
