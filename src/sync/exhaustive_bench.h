// Every circumstance of one event at two calendars, and what must hold in each: plans come to rest, nothing a person wrote
// is lost, nothing is deleted without proof, nothing masked is seen, and the order of the calendars does not matter. What
// the exhaustive tests stand on. For tests only.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "sync/bench.h"

namespace kalends::sync::exhaustive {

// Under a sanitizer a case takes ten times as long, and what it could find there each of a kind shows: every seventh is
// run, which goes through all values of everything, because no circumstance has seven.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define KALENDS_EACH_SEVENTH 1
#endif
#endif
#ifdef KALENDS_EACH_SEVENTH
constexpr int kEach = 7;
#else
constexpr int kEach = 1;
#endif

using calendar::Facts;
using Value = std::optional<std::string>;

enum class Seen : std::uint8_t { present, deleted, unknown };
enum class Shape : std::uint8_t { plain, lacks, rewrites, read_only };
enum class Tie : std::uint8_t { two_way, from_a, from_b, drop, busy };

struct Field {
  std::string path;
  Value base, a, b;
};

struct Case {
  std::vector<Field> fields;
  Seen a = Seen::present, b = Seen::present;
  Shape shape = Shape::plain;  // of calendar b
  Tie tie = Tie::two_way;
  Policy::Kind policy = Policy::Kind::newest;
  std::vector<Policy::Kind> own = {};  // of each field, where the fields have policies of their own
  bool pair = false;                   // both held it from the start, so both are origins
  bool a_is_newer = false;
};

inline std::string text(const Value& value) { return value.value_or("-"); }

inline std::string describe(const Case& c) {
  std::string out;
  for (const Field& f : c.fields)
    out += fmt::format("{}: base {}, a {}, b {}; ", f.path, text(f.base), text(f.a), text(f.b));
  return out + fmt::format("a seen {}, b seen {}, shape {}, tie {}, policy {}, pair {}, a is newer {}",
                           static_cast<int>(c.a), static_cast<int>(c.b), static_cast<int>(c.shape),
                           static_cast<int>(c.tie), static_cast<int>(c.policy), c.pair, c.a_is_newer);
}

inline std::string louder(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

inline Facts projected(const Case& c, const Facts& facts) {
  if (c.shape != Shape::lacks && c.shape != Shape::rewrites) return facts;
  Facts out;
  for (const auto& [path, value] : facts) {
    bool tested = std::ranges::any_of(c.fields, [&](const Field& f) { return f.path == path; });
    bool rewritable = path == "location" || path == "url";
    if (tested && c.shape == Shape::lacks && path != "when") continue;
    out.set(path, tested && rewritable && c.shape == Shape::rewrites ? louder(value) : value);
  }
  return out;
}

inline Link link_of(const Case& c) {
  Link link;
  link.id = LinkId("link");
  link.calendars = {CalendarId("a"), CalendarId("b")};
  link.conflict.rest = {c.policy, CalendarId("a")};
  for (std::size_t i = 0; i < c.own.size(); ++i)
    link.conflict.fields[std::string(calendar::field_of(c.fields[i].path))] = {c.own[i], CalendarId("a")};
  if (c.tie == Tie::from_a || c.tie == Tie::from_b) {
    link.direction = Direction::one_way;
    link.from = CalendarId(c.tie == Tie::from_a ? "a" : "b");
  }
  if (c.tie == Tie::busy) link.privacy.mask = true;
  if (c.tie == Tie::drop) link.privacy.drop = {"location", "title", "url", "categories"};
  return link;
}

inline void put(Facts& facts, const std::string& path, const Value& value) {
  if (value) {
    facts.set(path, *value);
  } else {
    facts.erase(path);
  }
}

inline const char* const kWhen = "zoned 2026-03-02T09:00:00 PT1H Etc/UTC";

// The event as agreed, before anybody edits.
inline TestBench agreed(const Case& c, bool b_first) {
  TestBench bench;
  bench.links = {link_of(c)};
  bench.add(b_first ? "b" : "a");
  bench.add(b_first ? "a" : "b");
  bench.calendars["b"].project = [c](const Facts& facts) { return projected(c, facts); };
  Facts facts{{"title", "secret"}, {"when", kWhen}};
  for (const Field& f : c.fields) put(facts, f.path, f.base);
  bench.calendars["a"].holds = facts;
  if (c.pair) bench.calendars["b"].holds = projected(c, facts);
  bench.calendars["b"].read_only = c.shape == Shape::read_only && c.pair;
  EXPECT_TRUE(bench.settle_down()) << describe(c);
  bench.calendars["b"].read_only = c.shape == Shape::read_only;
  return bench;
}

inline void edit(TestBench& bench, const Case& c) {
  for (const char* name : {"a", "b"}) {
    TestCalendar& one = bench.calendars[name];
    Seen seen = *name == 'a' ? c.a : c.b;
    bool newer = (*name == 'a') == c.a_is_newer;
    one.updated_ms = bench.now - (newer ? 1000 : 2000);
    one.seen = seen != Seen::unknown;
    if (seen == Seen::deleted) one.holds.reset();
    if (!one.holds) continue;
    for (const Field& f : c.fields) {
      const Value& value = *name == 'a' ? f.a : f.b;
      bool untouched = value == f.base;
      bool cannot = *name == 'b' && c.shape == Shape::lacks && f.path != "when";
      if (!untouched && !cannot) put(*one.holds, f.path, value);
    }
    for (const Field& f : c.fields)
      if (!(*name == 'a' ? f.a : f.b) && !calendar::slot_of(f.path).empty())
        one.holds->erase_under(f.path + "/");
    *one.holds = tidy(*one.holds);
  }
}

struct Outcome {
  std::map<std::string, std::optional<Facts>> holds;
  Facts hub;
  bool alive = false;
  bool operator==(const Outcome&) const = default;
};

class Checker {
 public:
  void run(const Case& c) {
    if (++cases_ % kEach != 0) return;
    TestBench bench = agreed(c, false);
    edit(bench, c);
    Outcome before = outcome(bench);
    follow(bench, c, before);
    if (c.policy != Policy::Kind::newest && c.policy != Policy::Kind::prefer) return;
    // Whose words a new event takes goes by the order, and so does half a schedule.
    if (c.pair && c.shape == Shape::rewrites) return;
    if (c.fields.back().path == "recurrence" && c.shape == Shape::lacks) return;
    TestBench other = agreed(c, true);
    edit(other, c);
    other.settle_down();
    for (auto& [name, one] : other.calendars) one.seen = true;
    other.settle_down();
    if (!(outcome(other) == outcome(bench))) fail(c, "the order of the calendars matters");
  }
  ~Checker() { EXPECT_GT(cases_, 0); }
  int cases() const { return cases_; }

 private:
  static Outcome outcome(const TestBench& bench) {
    Outcome out;
    for (const auto& [name, one] : bench.calendars) out.holds[name] = one.holds;
    out.hub = facts_of(bench.hub);
    out.alive = bench.hub.alive();
    return out;
  }

  void fail(const Case& c, const std::string& what) {
    if (++failures_ <= 12) ADD_FAILURE() << what << "\n  " << describe(c);
  }

  void follow(TestBench& bench, const Case& c, const Outcome& edited) {
    // While a side is unknown, nothing of it may change.
    if (!bench.settle_down()) fail(c, "does not come to rest");
    for (const auto& [name, one] : bench.calendars)
      if (!one.seen && one.holds != edited.holds.at(name)) fail(c, name + " was written unseen");
    bool anyone_deleted = c.a == Seen::deleted || c.b == Seen::deleted;
    if (!anyone_deleted) {
      if (!bench.hub.alive()) fail(c, "deleted without proof");
      for (const auto& [name, facts] : edited.holds)
        if (facts && !bench.calendars[name].holds) fail(c, "removed without proof from " + name);
    }
    for (auto& [name, one] : bench.calendars) one.seen = true;
    if (!bench.settle_down()) fail(c, "does not come to rest when all is seen");
    EventPlan again = bench.plan();
    if (again.hub_changed || !again.conflicts.empty()) fail(c, "its own outcome is news to it");
    for (const PlacePlan& place : again.places)
      if (place.push || !(place.base == bench.calendars[place.calendar.value].base))
        fail(c, "its own outcome moves the base of " + place.calendar.value);
    check_deletion(bench, c, edited);
    check_loss(bench, c, edited);
    check_mask(bench, c, edited);
    check_removal(bench, c);
  }

  void check_deletion(const TestBench& bench, const Case& c, const Outcome& edited) {
    bool b_speaks = c.pair || c.tie == Tie::two_way;
    const auto& at_a = edited.holds.at("a");
    bool edits_at_a = at_a && std::ranges::any_of(c.fields, [&](const Field& f) {
                        const std::string* value = at_a->find(f.path);
                        return (value != nullptr ? Value(*value) : std::nullopt) != f.base;
                      });
    if (c.b == Seen::deleted && c.a != Seen::deleted && !b_speaks && !bench.calendars.at("a").holds)
      fail(c, "a deletion crossed from a copy that may not");
    if (c.b == Seen::deleted && c.a == Seen::present && edits_at_a && !bench.hub.alive())
      fail(c, "a deletion beat an edit");
    if (c.a == Seen::deleted && c.b == Seen::deleted && bench.hub.alive())
      fail(c, "gone everywhere and alive");
  }

  // Each value that a person put somewhere is in the hub, in a conflict, or still where they put it.
  void check_loss(const TestBench& bench, const Case& c, const Outcome& edited) {
    for (const auto& [name, facts] : edited.holds) {
      if (!facts) continue;
      for (const Field& f : c.fields) {
        const Value& wrote = name == "a" ? f.a : f.b;
        const std::string* value = facts->find(f.path);
        if (wrote == f.base || value == nullptr || *value == f.base) continue;
        bool kept = bench.hub.value(f.path) == *value;
        const auto& holds = bench.calendars.at(name).holds;
        kept = kept || (holds && holds->get(f.path) == *value);
        for (const Conflict& conflict : bench.conflicts)
          kept = kept || (conflict.path == f.path && (conflict.remote == *value || conflict.hub == *value));
        if (!kept) fail(c, fmt::format("{} of {} at {} is lost", *value, f.path, name));
      }
    }
  }

  // What was taken away at its origin, and nobody else touched, is not given back by a place that had it still. Time and
  // recurrence are one field here.
  void check_removal(const TestBench& bench, const Case& c) {
    if (c.a == Seen::deleted || c.b == Seen::deleted || !bench.hub.alive()) return;
    bool b_moved =
        std::ranges::any_of(c.fields, [](const Field& f) { return f.path == "when" && f.b != f.base; });
    for (const Field& f : c.fields) {
      if (!calendar::slot_of(f.path).empty() || (f.path == "recurrence" && b_moved)) continue;
      if (f.base && !f.a && f.b == f.base && bench.hub.value(f.path)) fail(c, f.path + " came back");
    }
  }

  void check_mask(const TestBench& bench, const Case& c, const Outcome& edited) {
    if (c.pair || (c.tie != Tie::busy && c.tie != Tie::drop)) return;
    const auto& held = bench.calendars.at("b").holds;
    if (!held) return;
    for (const auto& [path, value] : *held) {
      bool own = edited.holds.at("b") && edited.holds.at("b")->get(path) == value;
      if (!own && value.find("secret") != std::string::npos) fail(c, path + " shows what is masked");
    }
    for (const auto& [path, value] : facts_of(bench.hub))
      if (value == "Busy") fail(c, "the mask reached the hub");
  }

  int cases_ = 0;
  int failures_ = 0;
};

inline const Seen kSeen[] = {Seen::present, Seen::deleted, Seen::unknown};
inline const Shape kShapes[] = {Shape::plain, Shape::lacks, Shape::rewrites, Shape::read_only};
inline const Tie kTies[] = {Tie::two_way, Tie::from_a, Tie::from_b, Tie::drop, Tie::busy};
inline const Policy::Kind kPolicies[] = {Policy::Kind::newest, Policy::Kind::prefer, Policy::Kind::hub,
                                         Policy::Kind::both, Policy::Kind::ask};

// Calls with every combination of circumstances for these fields.
inline void everywhere(Checker& checker, Case c) {
  for (c.a = Seen::present;; c.a = static_cast<Seen>(static_cast<int>(c.a) + 1)) {
    for (Seen b : kSeen) {
      for (Shape shape : kShapes) {
        for (Tie tie : kTies) {
          for (Policy::Kind policy : kPolicies) {
            for (bool pair : {false, true}) {
              c.b = b;
              c.shape = shape;
              c.tie = tie;
              c.policy = policy;
              c.pair = pair;
              c.a_is_newer = policy == Policy::Kind::newest && pair;
              checker.run(c);
            }
          }
        }
      }
    }
    if (c.a == Seen::unknown) break;
  }
}

// What came of one field: the hub's value, both calendars', and what was decided about it.
inline std::vector<std::string> fate_of(const TestBench& bench, const std::string& path) {
  std::vector<std::string> out{text(bench.hub.value(path))};
  for (const auto& [name, one] : bench.calendars) out.push_back(one.holds ? one.holds->get(path) : "gone");
  for (const Conflict& conflict : bench.conflicts)
    if (conflict.path == path)
      out.push_back(fmt::format("{} {}", static_cast<int>(conflict.winner), conflict.policy));
  return out;
}

}  // namespace kalends::sync::exhaustive
