#include "sync/guard.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/mutation.h"

namespace kalends::sync {

const char* to_string(HoldKind kind) {
  switch (kind) {
    case HoldKind::emptied: return "emptied";
    case HoldKind::mass_delete: return "mass_delete";
    case HoldKind::mass_change: return "mass_change";
    case HoldKind::rolled_back: return "rolled_back";
    case HoldKind::collection_gone: return "collection_gone";
    case HoldKind::oscillating: return "oscillating";
    case HoldKind::first_run: return "first_run";
    case HoldKind::mail: return "mail";
    case HoldKind::shared_delete: return "shared_delete";
    case HoldKind::unclear_create: return "unclear_create";
    case HoldKind::undone_copy: return "undone_copy";
  }
  return "held";
}

std::vector<Hold> guard(const Incoming& in) {
  std::vector<Hold> holds;
  const std::string& name = in.calendar.value;
  const bool emptied = !in.deletions.empty() && in.present == 0 && in.agreed >= kFewEvents;
  if (emptied && !is_on(Mutant::guard_lets_emptied)) {
    holds.push_back({HoldKind::emptied, in.calendar, in.deletions,
                     fmt::format("\"{}\" held {} events{} and is empty now.", name, in.agreed,
                                 in.windowed ? " in the dates that it tells" : "")});
  } else if (in.deletions.size() >= kFewEvents && in.deletions.size() * 4 > in.agreed &&
             !is_on(Mutant::guard_lets_mass_delete)) {
    holds.push_back(
        {HoldKind::mass_delete, in.calendar, in.deletions,
         fmt::format("{} of {} events are gone from \"{}\" at once.", in.deletions.size(), in.agreed, name)});
  }
  if (in.rolled_back.size() >= kFewRollbacks && !is_on(Mutant::guard_lets_rollback)) {
    holds.push_back(
        {HoldKind::rolled_back, in.calendar, in.rolled_back,
         fmt::format("{} events in \"{}\" hold again what they held before, with no newer date: the "
                     "server may have been restored from a backup.",
                     in.rolled_back.size(), name)});
  } else if (in.reset && in.edits.size() >= kManyEdits && in.edits.size() * 2 > in.agreed &&
             !is_on(Mutant::guard_lets_mass_change)) {
    holds.push_back({HoldKind::mass_change, in.calendar, in.edits,
                     fmt::format("{} of {} events in \"{}\" changed at once, after its change log was lost.",
                                 in.edits.size(), in.agreed, name)});
  }
  return holds;
}

bool oscillates(const std::vector<Pushed>& pushed, std::uint64_t digest, std::int64_t now_ms) {
  if (is_on(Mutant::guard_lets_circles)) return false;
  return std::ranges::count_if(pushed, [&](const Pushed& write) {
           return write.digest == digest && write.at_ms >= now_ms - kCircleMs;
         }) >= 2;
}

}  // namespace kalends::sync
