// The law: at rest every calendar to which the links lead shows what the hub holds, as far as it can and may, and no other
// shows it.
#include <algorithm>

#include "lab/sim/checkers/checkers.h"
#include "lab/sim/series.h"
#include "lab/sim/topology.h"

namespace kalends::lab {
namespace {

bool is_schedule(std::string_view path) { return path == "when" || path == "recurrence"; }

// Whether two paths are one, or one is an occurrence and the other something that is said of it.
bool is_about(std::string_view one, std::string_view other) {
  if (one == other) return true;
  const auto slot = slot_path(one);
  return !slot.empty() && slot == slot_path(other) && (one == slot || other == slot);
}

// What a busy copy shows of an occurrence: that it does not take place, or when it does.
bool shows_time(const calendar::Facts& hub, const std::string& path) {
  const auto inner = inner_path(path);
  const bool moved = hub.find(std::string(slot_path(path)) + "/when") != nullptr;
  return inner == "when" || inner == "recurrence" ||
         (inner.empty() && (moved || hub.get(path) == "excluded"));
}

// Whether something that waits for a person, or was decided by one, keeps this path different at this place.
bool is_parked(const Rest& rest, const std::string& day, const CalendarId& calendar,
               const std::string& path) {
  for (const auto& conflict : rest.conflicts) {
    // Time and recurrence of a series are one decision: while a person is asked about the one, both wait.
    const bool waits = is_about(conflict.path, path) || (is_schedule(conflict.path) && is_schedule(path));
    if (!conflict.open || !waits) continue;
    for (const auto& side : conflict.sides)
      if (side.who == calendar.value) {
        static_cast<void>(day);
        return true;
      }
  }
  return false;
}

// A value that a person gave to a copy from which nothing crosses stays there until it is overwritten.
bool is_drift(const Rest& rest, const std::string& day, const CalendarId& calendar, const std::string& path) {
  if (rest.world.ledger.rolled_back.contains(calendar)) return true;  // old values are as good as a person's
  return std::ranges::any_of(rest.world.ledger.edits, [&](const Edit& edit) {
    if (edit.day != day || edit.calendar != calendar) return false;
    // An exception that is an item of its own says its difference to a series that drifted.
    if (!slot_path(path).empty() && edit.path == inner_path(path)) return true;
    return is_about(edit.path, by_date(path));
  });
}

bool people_field(std::string_view path) {
  const auto field = calendar::field_of(path);
  return field == "organizer" || field == "attendees";
}

void compare(const Rest& rest, const std::string& day, const Place& place, const Expected& expected,
             const calendar::Facts& hub, const provider::Stored& item, Failures& out) {
  calendar::Facts shown;
  for (const auto& [path, value] : hub) {
    const bool hidden = expected.masked && !shows_time(hub, path);
    if (!hidden && !people_field(path)) shown.set(path, value);
  }
  shown = provider::project(place.server->profile(), shown);
  // A series that was moved at a place from which nothing crosses has its slots there.
  const bool moved = shown.get("when") != item.facts.get("when");
  for (const auto& change : moved ? calendar::difference(by_date(shown), by_date(item.facts))
                                  : calendar::difference(shown, item.facts)) {
    if (people_field(change.path)) continue;
    if (expected.masked && !change.before) continue;
    if (is_parked(rest, day, place.id, change.path)) continue;
    if (!expected.crossing && rest.world.ledger.links_changed)
      continue;  // what a first meeting found there stays
    const bool untold = !place.server->tells(item.facts);
    if ((untold || expected.masked || !expected.crossing) && is_drift(rest, day, place.id, change.path))
      continue;
    out.push_back(fmt::format("{} at {}: {} is \"{}\" where the hub means \"{}\"", day, place.id.value,
                              change.path, change.after.value_or("nothing"),
                              change.before.value_or("nothing")));
  }
}

}  // namespace

Failures converged(const Rest& rest) {
  Failures out;
  for (const auto& [day, known] : rest.world.ledger.events) {
    const auto hub = rest.hub.find(day);
    const auto items = rest.items.find(day);
    const std::size_t alive = hub == rest.hub.end() ? 0 : hub->second.size();
    // An event with people in it may wait for a mail that nobody approved.
    if (known.scheduled || known.duplicates > 0 || alive > 1) continue;
    // A store that was put back has forgotten where an event was made; deleted there, it is at home where it is left.
    if (rest.world.ledger.store_restored && known.deleted && alive > 0) continue;
    const auto places = expected_places(rest.world.topology, known.origins);
    for (const auto& place : rest.world.places) {
      const auto expected = places.find(place->id);
      if (expected == places.end()) continue;
      const bool read_only = place->server->profile().read_only;
      const provider::Stored* item = nullptr;
      if (items != rest.items.end())
        if (const auto there = items->second.find(place->id); there != items->second.end())
          item = &there->second[0];
      // Of what a calendar does not tell nothing is known: neither that it is there nor that it is not.
      const bool untold = (item && !place->server->tells(item->facts)) ||
                          (alive > 0 && !place->server->tells(hub->second[0]));
      // Of what a calendar never told nothing is known, neither that it is there nor that it is not.
      const bool known_there = item && rest.world.ledger.told.contains({place->id, item->id});
      if (untold && (!known_there || alive == 0)) continue;
      if (alive == 0) {
        if (item && !read_only)
          out.push_back(fmt::format("{} is at {} though the hub holds no such event", day, place->id.value));
      } else if (item) {
        if (!read_only) compare(rest, day, *place, expected->second, hub->second[0], *item, out);
      } else if (known.deleted_at.empty() && !known.taken_back_at.contains(place->id) && !read_only) {
        out.push_back(fmt::format("{} is not at {}", day, place->id.value));
      }
    }
  }
  return out;
}

}  // namespace kalends::lab
