// The first half of an event's plan: what each replica changed enters the hub. Internal to plan.
#pragma once

#include "sync/plan.h"

namespace kalends::sync {

// The plan in the making.
struct Draft {
  EventPlan& plan;
  std::int64_t now_ms;
};

// Compares one present replica with its base and takes its changes in. `shown` is the hub through the lens and the
// place's projection.
void pull_present(Draft draft, const Place& place, const Lens& lens, PlacePlan& out);

// A replica that had the event and has it no longer: the deletion enters the hub, or not, as the lens says.
void pull_absent(Draft draft, const Place& place, const Lens& lens, PlacePlan& out);

// Whether a conflict about that path waits for a person, when and recurrence together, or its slot cannot be read.
bool is_parked(const Place& place, std::string_view path);

// Moves overrides that `place` cannot show along with a master that it moved; one without a slot becomes a conflict.
void rekey_overrides(Draft draft, const Place& place, const std::optional<std::string>& old_when,
                     const std::optional<std::string>& old_recurrence);

// Overrides come in the slots of the schedule that their replica had, and stay behind when a replica moves a series and
// not them: each that the series has no slot for moves along with it, or becomes a conflict. `before`: the hub at the
// start of the cycle.
void rekey_strays(Draft draft, const std::vector<Place>& places, const calendar::Facts& before);

// When the replica's edit is taken to have happened: what it says, clamped to the window in which we watched.
std::int64_t edit_time(const Place& place, std::int64_t now_ms);

}  // namespace kalends::sync
