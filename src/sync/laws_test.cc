// The laws of lens, policies, plan and settle on generated events: what holds for every event, rule and history, said once.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sync/bench.h"

namespace kalends::sync {
namespace {

using calendar::Facts;
using Value = std::optional<std::string>;

// Registers, elements of sets, and a property that nobody understands; overrides have tables of their own.
const std::vector<std::string> kPaths = {"title",  "description",  "location",     "url",
                                         "status", "categories/x", "categories/y", "unknown/X-OTHER"};

Value any_value(const std::string& path, const std::string& whose) {
  if (*rc::gen::inRange(0, 4) == 0) return std::nullopt;
  if (path == "status") return *rc::gen::element<std::string>("confirmed", "tentative");
  return whose + " " + std::to_string(*rc::gen::inRange(0, 3));
}

std::string any_when() {
  return fmt::format("zoned 2026-03-02T{:02}:00:00 PT1H Etc/UTC", *rc::gen::inRange(8, 12));
}

Value any_recurrence() {
  const int n = *rc::gen::inRange(0, 3);
  return n == 0 ? Value() : Value(n == 1 ? "RRULE:FREQ=WEEKLY" : "RRULE:FREQ=DAILY");
}

void put(Facts& facts, const std::string& path, const Value& value) {
  if (value) {
    facts.set(path, *value);
  } else {
    facts.erase(path);
  }
}

Facts any_facts(const std::string& whose) {
  Facts out{{"when", any_when()}};
  put(out, "recurrence", any_recurrence());
  for (const std::string& path : kPaths) put(out, path, any_value(path, whose));
  return out;
}

// What a person at that calendar makes of an event: some paths changed, the others left.
Facts edited(Facts facts, const std::string& whose) {
  for (const std::string& path : kPaths)
    if (*rc::gen::inRange(0, 3) == 0) put(facts, path, any_value(path, whose));
  if (*rc::gen::inRange(0, 3) == 0) facts.set("when", any_when());
  if (*rc::gen::inRange(0, 3) == 0) put(facts, "recurrence", any_recurrence());
  return facts;
}

Policy any_policy() {
  using Kind = Policy::Kind;
  return {*rc::gen::element(Kind::newest, Kind::prefer, Kind::hub, Kind::both, Kind::ask),
          CalendarId(*rc::gen::element<std::string>("a", "b", "c"))};
}

Privacy any_privacy() {
  Privacy out;
  out.mask = *rc::gen::inRange(0, 3) == 0;
  if (*rc::gen::inRange(0, 3) == 0) out.title = "Busy";
  for (const char* field : {"description", "location", "categories", "unknown", "status"})
    if (*rc::gen::inRange(0, 4) == 0) out.drop.emplace_back(field);
  return out;
}

Link link_of(const std::vector<std::string>& names) {
  Link link;
  link.id = LinkId("link");
  for (const std::string& name : names) link.calendars.emplace_back(name);
  return link;
}

// An event that all of a link's calendars hold, agreed.
TestBench agreed(const std::vector<std::string>& names, const Link& link) {
  TestBench bench;
  bench.links = {link};
  for (const std::string& name : names) bench.add(name);
  bench.calendars[names.front()].holds = any_facts("base");
  RC_ASSERT(bench.settle_down());
  return bench;
}

// Edits by people at each calendar, none at the same moment.
void edit_everywhere(TestBench& bench) {
  std::vector<std::int64_t> times = {1'000, 2'000, 3'000};
  std::size_t next = 0;
  const bool backwards = *rc::gen::arbitrary<bool>();
  for (auto& [name, one] : bench.calendars) {
    one.updated_ms = bench.now - times[backwards ? times.size() - 1 - next : next];
    ++next;
    if (one.holds) one.holds = edited(*one.holds, name);
  }
}

Value look(const Facts& facts, const std::string& path) {
  const std::string* value = facts.find(path);
  return value != nullptr ? Value(*value) : std::nullopt;
}

bool says_nothing(const EventPlan& plan) {
  return !plan.hub_changed && plan.conflicts.empty() && plan.changes.empty() && plan.spawned.empty() &&
         std::ranges::none_of(plan.places, [](const PlacePlan& place) { return place.push.has_value(); });
}

// ---- join, on hubs that plans made ----

// Three processes that know the same and each saw another calendar's edits.
RC_GTEST_PROP(JoinLaws, HoldForTheOutcomeOfEveryPolicy, ()) {
  Link link = link_of({"a", "b", "c"});
  link.conflict.rest = any_policy();
  TestBench bench = agreed({"a", "b", "c"}, link);
  edit_everywhere(bench);
  std::vector<merge::EventState> hubs;
  for (const char* seen : {"a", "b", "c"}) {
    TestBench one = bench;
    for (auto& [name, calendar] : one.calendars) calendar.seen = name == seen;
    hubs.push_back(one.plan().hub);
  }
  using merge::join;
  RC_ASSERT(join(hubs[0], hubs[1]) == join(hubs[1], hubs[0]));
  RC_ASSERT(join(join(hubs[0], hubs[1]), hubs[2]) == join(hubs[0], join(hubs[1], hubs[2])));
  RC_ASSERT(join(hubs[0], hubs[0]) == hubs[0]);
  RC_ASSERT(join(hubs[0], bench.hub) == hubs[0]);
}

// A settled conflict is a fresh write: joined with any of the versions that it settled, it stands.
RC_GTEST_PROP(JoinLaws, ASettledConflictStands, ()) {
  Link link = link_of({"a", "b"});
  link.conflict.rest = any_policy();
  TestBench bench = agreed({"a", "b"}, link);
  edit_everywhere(bench);
  TestBench blind = bench;
  blind.calendars["b"].seen = false;
  const merge::EventState before = blind.plan().hub;  // with a's edits alone
  const merge::EventState after = bench.plan().hub;
  RC_ASSERT(join(after, before) == after);
}

// ---- lens ----

RC_GTEST_PROP(LensLaws, MasksComposeAlongARoute, ()) {
  Lens lens;
  lens.masks = {any_privacy(), any_privacy()};
  const Facts facts = any_facts("secret");
  for (const Privacy& one : lens.masks) {
    Lens alone = lens;
    alone.masks = {one};
    const Facts shown = through(alone, facts);
    for (const auto& [path, value] : through(lens, facts))
      if (path != "title") RC_ASSERT(look(shown, path) == value);
    for (const std::string& path : kPaths)
      if (!may_pull(alone, path)) RC_ASSERT(!may_pull(lens, path));
  }
}

RC_GTEST_PROP(LensLaws, WithoutAMaskAVersionGoesThereAndBack, ()) {
  TestBench bench = agreed({"a", "b"}, link_of({"a", "b"}));
  const Facts there = any_facts("b");
  bench.calendars["b"].holds = there;
  RC_ASSERT(bench.settle_down());
  RC_ASSERT(bench.facts("a") == there);
  RC_ASSERT(bench.facts("b") == there);
}

// However people edit a masked copy, it never comes to show what the link hides, and none of it leaves the origin.
RC_GTEST_PROP(LensLaws, AMaskedEditNeverUnmasks, ()) {
  Link link = link_of({"a", "b"});
  link.privacy = any_privacy();
  if (link.privacy.full()) link.privacy.mask = true;
  link.conflict.rest = any_policy();
  TestBench bench;
  bench.links = {link};
  bench.add("a").holds = any_facts("secret");
  bench.add("b");
  RC_ASSERT(bench.settle_down());
  Lens lens;
  lens.masks = {link.privacy};
  for (int round = 0; round < 3; ++round) {
    if (bench.calendars["b"].holds)
      bench.calendars["b"].holds = edited(*bench.calendars["b"].holds, "their own");
    if (bench.calendars["a"].holds && *rc::gen::arbitrary<bool>())
      bench.calendars["a"].holds = edited(*bench.calendars["a"].holds, "secret");
    RC_ASSERT(bench.settle_down());
    if (!bench.calendars["b"].holds) continue;
    for (const auto& [path, value] : bench.facts("b"))
      if (!may_pull(lens, path)) RC_ASSERT(value.find("secret") == std::string::npos);
    for (const auto& [path, value] : facts_of(bench.hub))
      if (!may_pull(lens, path)) RC_ASSERT(value.find("their own") == std::string::npos);
  }
}

// ---- policies ----

struct Clash {
  TestBench bench;
  EventPlan plan;
  Facts at_a, at_b;
  merge::EventState before;
};

// Both sides of a link edited; a is looked at first.
Clash any_clash(const Policy& policy) {
  Link link = link_of({"a", "b"});
  link.conflict.rest = policy;
  Clash out{agreed({"a", "b"}, link), {}, {}, {}, {}};
  edit_everywhere(out.bench);
  out.before = out.bench.hub;
  out.at_a = out.bench.facts("a");
  out.at_b = out.bench.facts("b");
  out.plan = out.bench.plan();
  return out;
}

RC_GTEST_PROP(PolicyLaws, TheWinnerIsOneOfTheSides, ()) {
  const Clash clash = any_clash(any_policy());
  for (const Conflict& conflict : clash.plan.conflicts) {
    const Value now = clash.plan.hub.value(conflict.path);
    RC_ASSERT(conflict.remote == look(clash.at_b, conflict.path));
    RC_ASSERT(conflict.hub == look(clash.at_a, conflict.path));
    RC_ASSERT(conflict.remote != conflict.hub);
    if (conflict.winner == Conflict::Winner::remote) RC_ASSERT(now == conflict.remote);
    if (conflict.winner != Conflict::Winner::remote) RC_ASSERT(now == conflict.hub);
  }
}

// Whatever the policy, a value that only one side changed is taken, and no value comes from nowhere.
RC_GTEST_PROP(PolicyLaws, AnEditThatNobodyContradictsStands, ()) {
  const Clash clash = any_clash(any_policy());
  for (const std::string& path : kPaths) {
    const Value base = clash.before.value(path), a = look(clash.at_a, path), b = look(clash.at_b, path);
    const Value now = clash.plan.hub.value(path);
    if (a == base) RC_ASSERT(now == b);
    if (b == base) RC_ASSERT(now == a);
    RC_ASSERT(now == a || now == b);
  }
}

// Time and recurrence are one decision: the pair is a pair that one of the sides has.
RC_GTEST_PROP(PolicyLaws, AScheduleIsOfOneSide, ()) {
  const Clash clash = any_clash(any_policy());
  const auto pair = [](const Facts& facts) {
    return std::pair(look(facts, "when"), look(facts, "recurrence"));
  };
  const Facts base = facts_of(clash.before), now = facts_of(clash.plan.hub);
  const bool a_moved = pair(clash.at_a) != pair(base), b_moved = pair(clash.at_b) != pair(base);
  if (a_moved && b_moved) RC_ASSERT(pair(now) == pair(clash.at_a) || pair(now) == pair(clash.at_b));
  if (!a_moved) RC_ASSERT(pair(now) == pair(clash.at_b));
}

RC_GTEST_PROP(PolicyLaws, ALoserIsInAConflict, ()) {
  const Clash clash = any_clash(any_policy());
  for (const std::string& path : kPaths) {
    const Value base = clash.before.value(path), a = look(clash.at_a, path), b = look(clash.at_b, path);
    if (a == base || b == base || a == b) continue;
    RC_ASSERT(std::ranges::any_of(clash.plan.conflicts, [&](const Conflict& c) { return c.path == path; }));
  }
}

// What a person is to decide stays as it is on both sides, however often one looks, and the rest goes on.
RC_GTEST_PROP(PolicyLaws, AskChangesNothing, ()) {
  Clash clash = any_clash({Policy::Kind::ask, {}});
  std::set<std::string> open;
  for (const Conflict& conflict : clash.plan.conflicts)
    if (conflict.winner == Conflict::Winner::open) open.insert(conflict.path);
  RC_ASSERT(clash.bench.settle_down());
  for (const std::string& path : open) {
    RC_ASSERT(look(clash.bench.facts("a"), path) == look(clash.at_a, path));
    RC_ASSERT(look(clash.bench.facts("b"), path) == look(clash.at_b, path));
  }
  for (const std::string& path : kPaths)
    if (!open.contains(path))
      RC_ASSERT(look(clash.bench.facts("a"), path) == look(clash.bench.facts("b"), path));
}

RC_GTEST_PROP(PolicyLaws, ThePreferredAlwaysWins, ()) {
  const std::string preferred = *rc::gen::element<std::string>("a", "b");
  Clash clash = any_clash({Policy::Kind::prefer, CalendarId(preferred)});
  const Facts theirs = preferred == "a" ? clash.at_a : clash.at_b;
  const Facts base = facts_of(clash.before);
  RC_ASSERT(clash.bench.settle_down());
  for (const char* path : {"title", "description", "location", "url", "status"})
    if (look(theirs, path) != look(base, path)) RC_ASSERT(clash.bench.hub.value(path) == look(theirs, path));
}

// ---- plan ----

TestBench any_three_edited() {
  Link link = link_of({"a", "b", "c"});
  link.conflict.rest = any_policy();
  TestBench bench = agreed({"a", "b", "c"}, link);
  edit_everywhere(bench);
  return bench;
}

RC_GTEST_PROP(PlanLaws, ItsOwnOutcomeIsNoNews, ()) {
  TestBench bench = any_three_edited();
  RC_ASSERT(bench.settle_down());
  const EventPlan again = bench.plan();
  RC_ASSERT(says_nothing(again));
  for (const PlacePlan& place : again.places)
    RC_ASSERT(place.base == *bench.calendars[place.calendar.value].base);
}

// Our own writes come back as listings: with their answers lost, too, they are no edits and no conflicts.
RC_GTEST_PROP(PlanLaws, AnEchoYieldsNothing, ()) {
  Link link = link_of({"a", "b", "c"});
  TestBench bench = agreed({"a", "b", "c"}, link);
  bench.calendars["a"].holds = edited(bench.facts("a"), "a");
  for (const char* name : {"b", "c"})
    if (*rc::gen::arbitrary<bool>()) bench.calendars[name].fate = Fate::lose_answer;
  bench.cycle();
  for (auto& [name, one] : bench.calendars) one.fate = Fate::succeed;
  const Facts meant = bench.facts("a");
  const EventPlan next = bench.plan();
  RC_ASSERT(says_nothing(next));
  RC_ASSERT(facts_of(next.hub) == meant);
}

RC_GTEST_PROP(PlanLaws, TheOrderOfReplicasDoesNotMatter, ()) {
  Link link = link_of({"a", "b", "c"});
  link.conflict.rest = {Policy::Kind::newest, {}};
  TestBench bench = agreed({"a", "b", "c"}, link);
  edit_everywhere(bench);
  TestBench other = bench;
  other.order = *rc::gen::elementOf(
      std::vector<std::vector<std::string>>{{"b", "a", "c"}, {"c", "b", "a"}, {"b", "c", "a"}});
  RC_ASSERT(bench.settle_down());
  RC_ASSERT(other.settle_down());
  RC_ASSERT(facts_of(other.hub) == facts_of(bench.hub));
  for (const char* name : {"a", "b", "c"}) RC_ASSERT(other.facts(name) == bench.facts(name));
}

// Who could not be looked at is neither written nor taken to have said anything.
RC_GTEST_PROP(PlanLaws, WhatIsUnknownStaysAsItIs, ()) {
  TestBench bench = any_three_edited();
  const std::string unseen = *rc::gen::element<std::string>("a", "b", "c");
  bench.calendars[unseen].seen = false;
  if (*rc::gen::arbitrary<bool>()) bench.calendars[unseen].holds.reset();
  const EventPlan plan = bench.plan();
  RC_ASSERT(plan.hub.alive());
  for (const PlacePlan& place : plan.places) {
    if (place.calendar.value != unseen) continue;
    RC_ASSERT(!place.push);
    RC_ASSERT(place.base.remote() == bench.calendars[unseen].base->remote());
    RC_ASSERT(place.base.standing == Standing::present);
  }
  for (const HubChange& change : plan.changes) RC_ASSERT(change.from.value != unseen);
}

// A dot is never pushed to the replica that minted it.
RC_GTEST_PROP(PlanLaws, NoEditIsWrittenBackToWhereItWasMade, ()) {
  Link link = link_of({"a", "b", "c"});
  TestBench bench = agreed({"a", "b", "c"}, link);
  const std::string who = *rc::gen::element<std::string>("a", "b", "c");
  bench.calendars[who].holds = edited(bench.facts(who), who);
  for (const PlacePlan& place : bench.plan().places)
    if (place.calendar.value == who) RC_ASSERT(!place.push);
}

// ---- settle ----

struct Settling {
  Base before;
  Push push;
};

Settling any_settling() {
  Settling out;
  out.before.standing = Standing::present;
  const Facts holds = any_facts("held"), meant = edited(holds, "meant");
  for (const auto& [path, value] : holds) out.before.fields[path] = {value, value, {}, false};
  for (const std::string& path : kPaths)
    if (*rc::gen::inRange(0, 4) == 0 && holds.find(path) != nullptr)
      out.before.fields[path].shown = "as it was meant";  // a place that rewrites values
  out.push = {Intent::Kind::update, holds, meant, {}, ""};
  for (const calendar::Change& change : calendar::difference(holds, meant))
    out.push.paths.push_back(change.path);
  out.before.intent = Intent{};
  return out;
}

const RemoteItem kItem{"", RemoteId("1"), "v2"};

// Some of the values kept another way: what a place that rewrites makes of it.
Facts rewritten(const Facts& facts) {
  Facts out;
  for (const auto& [path, value] : facts) {
    const int n = *rc::gen::inRange(0, 5);
    if (n == 0 && path != "when") continue;
    out.set(path, n == 1 && path != "when" ? value + "!" : value);
  }
  return out;
}

RC_GTEST_PROP(SettleLaws, TheBaseHoldsWhatIsThere, ()) {
  const Settling s = any_settling();
  const Facts there = rewritten(s.push.target);
  const Base after = settle(s.before, s.push, {}, there, kItem, 0);
  RC_ASSERT(after.remote() == there);
  RC_ASSERT(!after.intent);
  RC_ASSERT(after.standing == Standing::present);
  RC_ASSERT(after.items == std::vector{kItem});
}

RC_GTEST_PROP(SettleLaws, WhatWasWrittenIsShownAsMeantAndTheRestAsBefore, ()) {
  const Settling s = any_settling();
  const Base after = settle(s.before, s.push, {}, rewritten(s.push.target), kItem, 0);
  const std::set<std::string> written(s.push.paths.begin(), s.push.paths.end());
  std::set<std::string> paths = written;
  for (const auto& [path, agreed] : s.before.fields) paths.insert(path);
  for (const std::string& path : paths) {
    const Agreed* now = after.agreed(path);
    const Agreed* was = s.before.agreed(path);
    const Value shown = now != nullptr ? now->shown : Value();
    if (written.contains(path)) RC_ASSERT(shown == look(s.push.target, path));
    if (!written.contains(path)) RC_ASSERT(shown == (was != nullptr ? was->shown : Value()));
  }
}

// A look that carries no version cannot tell our write from a person's edit of another field: that stays to be seen.
RC_GTEST_PROP(SettleLaws, WithoutAVersionAnotherFieldsChangeStaysAnEdit, ()) {
  const Settling s = any_settling();
  const Facts read = edited(s.push.target, "a person's");
  const Base after = settle_unversioned(s.before, s.push, {}, read, kItem);
  const std::set<std::string> written(s.push.paths.begin(), s.push.paths.end());
  for (const std::string& path : kPaths) {
    const Value held = look(after.remote(), path);
    if (written.contains(path)) RC_ASSERT(held == look(read, path));
    if (!written.contains(path)) RC_ASSERT(held == look(s.before.remote(), path));
  }
}

RC_GTEST_PROP(SettleLaws, ARemovalForgetsEverythingThatWasThere, ()) {
  Settling s = any_settling();
  const bool dead = *rc::gen::arbitrary<bool>();
  s.before.withdrawn = *rc::gen::arbitrary<bool>();
  const Base after = settle_removed(s.before, dead);
  RC_ASSERT(after.fields.empty() && after.items.empty() && !after.intent);
  RC_ASSERT(after.standing == (dead                 ? Standing::gone
                               : s.before.withdrawn ? Standing::not_here
                                                    : Standing::none));
}

// Settling is the end of it: at a place that rewrites what it is given, nothing is left to write or to read.
RC_GTEST_PROP(SettleLaws, ASettledWriteIsNotMadeAgain, ()) {
  TestBench bench;
  bench.links = {link_of({"a", "b"})};
  bench.add("a").holds = any_facts("a");
  const bool lacks = *rc::gen::arbitrary<bool>();
  bench.add("b").project = [lacks](const Facts& facts) {
    Facts out;
    for (const auto& [path, value] : facts) {
      if (lacks && path == "location") continue;
      out.set(path, path == "title" || path == "description" ? value.substr(0, 3) : value);
    }
    return out;
  };
  RC_ASSERT(bench.settle_down());
  bench.calendars["a"].holds = edited(bench.facts("a"), "later");
  const Facts meant = bench.facts("a");
  RC_ASSERT(bench.settle_down());
  RC_ASSERT(says_nothing(bench.plan()));
  RC_ASSERT(bench.facts("a") == meant);
}

}  // namespace
}  // namespace kalends::sync
