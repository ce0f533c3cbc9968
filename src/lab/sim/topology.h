// Which calendars there are in a run, how each behaves, and what ties them together.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "lab/sim/chance.h"
#include "provider/memory/profile.h"

namespace kalends::lab {

struct Topology {
  std::string name;
  std::vector<provider::Profile> profiles;  // of calendars "c0", "c1" ...
  engine::Settings settings;
};

Topology draw_topology(Chance& chance);

// How an event is to be seen at one calendar, worked out from the links alone.
struct Expected {
  bool origin = false;
  bool masked = false;   // only its time is shown
  bool crossing = true;  // what people change there enters the other calendars
};
std::map<CalendarId, Expected> expected_places(const Topology& topology, const std::set<CalendarId>& origins);

// Whether what is the same at both is one event: full links lead from one to the other.
bool are_tied(const Topology& topology, const CalendarId& a, const CalendarId& b);

}  // namespace kalends::lab
