#include "lab/sim/topology.h"

#include <algorithm>
#include <deque>

namespace kalends::lab {
namespace {

CalendarId calendar(std::size_t n) { return CalendarId("c" + std::to_string(n)); }

std::vector<CalendarId> first(std::size_t count) {
  std::vector<CalendarId> out;
  for (std::size_t n = 0; n < count; ++n) out.push_back(calendar(n));
  return out;
}

sync::Link link(std::size_t n, std::vector<CalendarId> calendars) {
  sync::Link out;
  out.id = LinkId("link" + std::to_string(n));
  out.calendars = std::move(calendars);
  return out;
}

sync::Link one_way(sync::Link out, const CalendarId& from) {
  out.direction = sync::Direction::one_way;
  out.from = from;
  return out;
}

sync::Link busy(sync::Link out) {
  out.privacy.mask = true;
  return out;
}

sync::Policy draw_policy(Chance& chance, const std::vector<CalendarId>& calendars) {
  using Kind = sync::Policy::Kind;
  switch (chance.below(7)) {
    case 0: return {Kind::prefer, chance.one_of(calendars)};
    case 3: return {Kind::both, {}};
    case 1: return {Kind::hub, {}};
    case 2: return {Kind::ask, {}};
    default: return {Kind::newest, {}};
  }
}

provider::Profile named(const std::string& name) {
  const auto all = provider::profiles();
  return *std::ranges::find(all, name, &provider::Profile::name);
}

provider::Profile draw_profile(Chance& chance) {
  static const auto all = [] {
    auto out = provider::profiles();
    for (auto& apart : provider::profiles_apart()) out.push_back(std::move(apart));
    return out;
  }();
  for (;;) {
    const auto& profile = chance.one_of(all);
    if (profile.name != "feed") return profile;  // it cannot be written: it stands where a link only reads
  }
}

}  // namespace

Topology draw_topology(Chance& chance) {
  Topology out;
  const auto add_link = [&](sync::Link made) {
    made.conflict.rest = draw_policy(chance, made.calendars);
    if (chance.percent(30))
      for (const char* field : {"title", "when", "description", "location"})
        if (chance.percent(40)) made.conflict.fields[field] = draw_policy(chance, made.calendars);
    out.settings.links.push_back(std::move(made));
  };
  const auto a = calendar(0), b = calendar(1), c = calendar(2);
  std::size_t calendars = 2;
  switch (chance.below(11)) {
    case 0:
    case 1:
      out.name = "pair";
      add_link(link(0, {a, b}));
      break;
    case 2:
      out.name = "three";
      calendars = 3;
      add_link(link(0, {a, b, c}));
      break;
    case 3:
      out.name = "one-way";
      add_link(one_way(link(0, {a, b}), a));
      break;
    case 4:
      out.name = "busy";
      calendars = 3;
      add_link(link(0, {a, b}));
      add_link(busy(one_way(link(1, {a, c}), a)));
      break;
    case 5:
      out.name = "opposing";
      add_link(one_way(link(0, {a, b}), a));
      add_link(busy(one_way(link(1, {a, b}), b)));
      break;
    case 6:
      out.name = "feed";
      out.profiles.push_back(named("feed"));
      add_link(one_way(link(0, {a, b}), a));
      break;
    case 7:
      out.name = "crowd";
      calendars = 4 + chance.below(3);
      add_link(link(0, first(calendars)));
      break;
    case 8:
      out.name = "star";
      calendars = 4 + chance.below(3);
      for (std::size_t n = 1; n < calendars; ++n) add_link(link(n - 1, {a, calendar(n)}));
      break;
    default:
      out.name = "chain";
      calendars = 3;
      add_link(link(0, {a, b}));
      add_link(link(1, {b, c}));
      break;
  }
  for (std::size_t n = 0; n < calendars; ++n) {
    out.settings.calendars.push_back(calendar(n));
    if (out.profiles.size() == n) out.profiles.push_back(draw_profile(chance));
  }
  return out;
}

// Breadth first from the origins; where routes meet, the link that comes first in the configuration wins, because
// links are walked in their order. A route never ends at an origin.
std::map<CalendarId, Expected> expected_places(const Topology& topology,
                                               const std::set<CalendarId>& origins) {
  std::map<CalendarId, Expected> out;
  std::deque<CalendarId> queue;
  for (const auto& origin : origins) {
    out[origin].origin = true;
    queue.push_back(origin);
  }
  while (!queue.empty()) {
    const CalendarId from = queue.front();
    queue.pop_front();
    for (const auto& each : topology.settings.links) {
      const bool leads = std::ranges::find(each.calendars, from) != each.calendars.end() &&
                         (each.direction == sync::Direction::two_way || each.from == from);
      if (!leads) continue;
      for (const auto& to : each.calendars) {
        if (out.contains(to)) continue;
        out[to] = {false, out[from].masked || each.privacy.mask,
                   out[from].crossing && each.direction == sync::Direction::two_way};
        queue.push_back(to);
      }
    }
  }
  return out;
}

bool are_tied(const Topology& topology, const CalendarId& a, const CalendarId& b) {
  const auto leads = [&](const CalendarId& from, const CalendarId& to) {
    const auto places = expected_places(topology, {from});
    const auto found = places.find(to);
    return found != places.end() && !found->second.masked;
  };
  return leads(a, b) || leads(b, a);
}

}  // namespace kalends::lab
