// Calendars under links that cycle with plan_event() alone: what tests of the laws stand on. Every write succeeds unless
// the test says otherwise. One event; matching several is the engine's. For tests only.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "calendar/event.h"
#include "sync/items.h"
#include "sync/plan.h"
#include "sync/route.h"

namespace kalends::sync {

// What happens to the next writes to a calendar.
// break_off: of a write that is several items only the first is made, and the process dies.
enum class Fate : std::uint8_t { succeed, refuse, lose_answer, break_off };

struct TestCalendar {
  std::optional<calendar::Facts> holds;
  std::optional<Base> base;
  Projection project = [](const calendar::Facts& facts) { return facts; };
  bool read_only = false;
  bool apart = false;              // exceptions are items of their own
  std::int64_t watched_since = 0;  // when it was last seen
  bool seen = true;                // false: nothing is known of it in this cycle
  bool reject = false;
  Fate fate = Fate::succeed;
  std::int64_t grain_ms = 1;
  std::optional<std::int64_t> updated_ms;
  std::set<std::string> parked;
};

struct TestBench {
  std::vector<Link> links;
  std::vector<std::string> order;  // of the calendars, as the configuration has them
  std::map<std::string, TestCalendar> calendars;
  merge::EventState hub;
  std::vector<Conflict> conflicts;  // all so far
  std::int64_t now = 1'772'000'000'000;

  TestCalendar& add(const std::string& name) {
    if (!calendars.contains(name)) order.push_back(name);
    return calendars[name];
  }
  const calendar::Facts& facts(const std::string& name) const { return calendars.at(name).holds.value(); }
  void edit(const std::string& name, const std::string& path, const std::optional<std::string>& value) {
    calendar::Facts& held = calendars.at(name).holds.value();
    if (value) {
      held.set(path, *value);
    } else {
      held.erase(path);
    }
  }

  std::vector<Place> places() const {
    std::vector<Place> out;
    for (const std::string& name : order) {
      const TestCalendar& one = calendars.at(name);
      Place place;
      place.calendar = CalendarId(name);
      place.replica = name + "#1";
      place.base = one.base;
      place.project = one.project;
      place.writable = !one.read_only;
      place.apart = one.apart;
      place.parts_follow = !one.apart;
      place.reachable = one.seen;
      place.grain_ms = one.grain_ms;
      place.watched_since_ms = one.watched_since;
      place.parked = one.parked;
      place.restore_absent = one.reject;
      if (one.seen) {
        place.seen.kind = one.holds ? Observation::Kind::present : Observation::Kind::absent;
        place.seen.remote = RemoteId(name + "/1");
        place.seen.updated_ms = one.updated_ms;
      }
      if (one.seen && one.holds) {
        place.seen.facts = *one.holds;
        if (one.apart) see_parts(one, place);
        if (one.base && one.base->intent) place.seen.nonce = one.base->intent->nonce;
        bool ours = one.base && one.base->intent && one.base->intent->kind == Intent::Kind::create;
        bool back =
            one.base && (one.base->standing == Standing::not_here || one.base->standing == Standing::gone ||
                         (one.base->standing == Standing::none && !ours));
        place.just_attached = !one.base || back;
      }
      out.push_back(std::move(place));
    }
    return out;
  }

  EventPlan plan() const {
    auto compiled = compile(links).value();
    std::set<CalendarId> writable;
    for (const auto& [name, one] : calendars)
      if (!one.read_only) writable.insert(CalendarId(name));
    auto map = [&](const std::set<CalendarId>& origins, const calendar::Facts& facts) {
      return routes(compiled, origins, writable, facts, frame(facts));
    };
    return plan_event(hub, places(), map, now);
  }

  // Times here are read as UTC; a rule without end has none.
  TimeFrame frame(const calendar::Facts& facts) const;

  // Carries a plan out; gives how many writes it made.
  int apply(const EventPlan& plan) {
    hub = plan.hub;
    for (auto& [name, one] : calendars)
      if (one.seen) one.watched_since = now;
    now += 60'000;
    int writes = 0;
    for (const Conflict& conflict : plan.conflicts) {
      conflicts.push_back(conflict);
      if (conflict.winner == Conflict::Winner::open)
        calendars.at(conflict.calendar.value).parked.insert(conflict.path);
    }
    for (const PlacePlan& place : plan.places) {
      TestCalendar& one = calendars.at(place.calendar.value);
      one.base = place.base;
      one.reject = false;
      if (!place.push) continue;
      ++writes;
      write(one, place);
    }
    return writes;
  }
  int cycle() { return apply(plan()); }

  // Cycles until nothing is left to write, and once more; false when that takes more than `passes`.
  bool settle_down(int passes = 4) {
    for (int pass = 0; pass < passes; ++pass)
      if (cycle() == 0) return cycle() == 0;
    return false;
  }

 private:
  static void see_parts(const TestCalendar& one, Place& place) {
    place.seen.facts = canonical(*one.holds);
    for (const auto& [slot, facts] : spread(*one.holds))
      if (!slot.empty())
        place.seen.parts.push_back({slot, RemoteId(place.calendar.value + "/" + slot), "v", facts});
  }

  static void write_first(TestCalendar& one, const Push& push) {
    Items items = one.holds ? spread(*one.holds) : Items{};
    const ItemWrite& first = push.writes.front();
    if (first.kind == Intent::Kind::remove) {
      items.erase(first.slot);
    } else {
      items[first.slot] = first.target;
    }
    one.holds = gather(items);
  }

  void write(TestCalendar& one, const PlacePlan& place) const {
    const Push& push = *place.push;
    if (one.fate == Fate::refuse) return;
    Intent intent;
    intent.kind = push.kind;
    intent.target = push.target;
    intent.nonce = "0123456789abcdef";
    bool removal = push.kind == Intent::Kind::remove;
    if (one.fate == Fate::break_off) {
      write_first(one, push);
    } else if (removal) {
      one.holds.reset();
    } else {
      one.holds = one.project(push.target);
    }
    if (one.fate == Fate::lose_answer || one.fate == Fate::break_off) {
      one.base->intent = std::move(intent);
    } else if (removal) {
      one.base = settle_removed(place.base, !hub.alive());
    } else {
      one.base = settle(place.base, push, hub, one.holds, {"", RemoteId(place.calendar.value + "/1"), "v"},
                        one.updated_ms.value_or(0));
    }
  }
};

inline TimeFrame TestBench::frame(const calendar::Facts& facts) const {
  TimeFrame out{0, std::nullopt, now / 1000};
  auto event = calendar::from_facts(facts);
  if (!event) return out;
  out.from_utc = event->when.start.seconds;
  if (event->recurrence.empty()) out.to_utc = event->when.start.seconds + 3600;
  return out;
}

}  // namespace kalends::sync
