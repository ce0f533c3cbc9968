// The one table that decides what happens to a field, an element or an event. Pure.
#pragma once

#include <cstdint>

namespace kalends::sync {

enum class Move : std::uint8_t {
  keep,      // nothing changed
  pull,      // the replica's change enters the hub
  drift,     // the replica moved where nothing may be pulled: note it, leave the hub
  push,      // the hub's change goes to the replica
  advance,   // both moved to the same: only the base moves
  overrule,  // both moved, nothing may be pulled: push, and keep the loser in a conflict
  clash,     // both moved apart: the policy decides, and the loser is kept in a conflict
};

struct Evidence {
  bool remote_changed = false;  // the replica differs from what it held
  bool hub_changed = false;     // the hub, through today's lens, differs from what it was meant to show
  bool pullable = false;        // this link lets the replica's change of this path in
  bool equal = false;           // the two are the same now, through the lens
};

constexpr Move decide(Evidence evidence) {
  if (!evidence.remote_changed && !evidence.hub_changed) return Move::keep;
  if (!evidence.remote_changed) return Move::push;
  if (!evidence.hub_changed) return evidence.pullable ? Move::pull : Move::drift;
  if (evidence.equal) return Move::advance;
  return evidence.pullable ? Move::clash : Move::overrule;
}

const char* to_string(Move move);

}  // namespace kalends::sync
