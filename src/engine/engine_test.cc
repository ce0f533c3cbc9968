// The engine with the real store and simulated calendars: the laws that need more than one event or more than one
// cycle. One event's own laws are in sync/plan_test.cc.
#include "engine/engine.h"

#include <gtest/gtest.h>

#include "provider/memory/provider.h"
#include "store/sqlite/store.h"

namespace kalends::engine {
namespace {

using calendar::Facts;
using provider::MemoryProvider;
using provider::MemoryServer;
using provider::Profile;

class TestClock : public ports::Clock {
 public:
  Instant now() override { return {ms}; }
  void sleep_ms(std::int64_t d) override { ms += d; }
  std::int64_t ms = 1'767'225'600'000;  // 2026-01-01
};

class TestRandom : public ports::Random {
 public:
  std::uint64_t next() override { return state_ = state_ * 6364136223846793005u + 1442695040888963407u; }

 private:
  std::uint64_t state_ = 42;
};

class NoLog : public ports::Log {
 public:
  void write(ports::Level, std::string_view) override {}
};

class UtcOnly : public calendar::ZoneSource {
 public:
  const calendar::Zone* find(std::string_view name) const override {
    return name == "UTC" || name == "Etc/UTC" ? &utc : nullptr;
  }
  calendar::Zone utc = calendar::Zone::fixed("Etc/UTC", 0);
};

Facts meeting(const std::string& title, int day = 2) {
  char when[64];
  std::snprintf(when, sizeof when, "zoned 2026-03-%02dT09:00:00 PT1H Etc/UTC", day);
  return {{"title", title}, {"when", when}};
}

struct Bench {
  TestClock clock;
  TestRandom random;
  NoLog log;
  UtcOnly zones;
  std::unique_ptr<store::SqliteStore> store = store::SqliteStore::open(":memory:").value();
  std::map<std::string, std::unique_ptr<MemoryServer>> servers;
  std::map<std::string, provider::Faults> faults;
  std::map<std::string, std::unique_ptr<MemoryProvider>> providers;
  Settings settings;

  MemoryServer& add(const std::string& name, Profile profile = {}) {
    servers[name] = std::make_unique<MemoryServer>(name, std::move(profile), [this] { return clock.now(); });
    providers[name] = std::make_unique<MemoryProvider>(*servers[name], &faults[name]);
    settings.calendars.emplace_back(name);
    return *servers[name];
  }
  sync::Link& link(std::vector<std::string> names) {
    sync::Link link;
    link.id = LinkId("link" + std::to_string(settings.links.size() + 1));
    for (auto& name : names) link.calendars.emplace_back(name);
    settings.links.push_back(link);
    return settings.links.back();
  }
  Engine engine() {
    std::map<CalendarId, ports::Provider*> map;
    for (auto& [name, provider] : providers) map[CalendarId(name)] = provider.get();
    return Engine({*store, clock, random, log, zones, zones.utc}, settings, map);
  }
  RunReport sync(bool yes = false) {
    clock.ms += 60'000;
    auto report = engine().sync({yes});
    EXPECT_TRUE(report) << report.error().message;
    clock.ms += 60'000;
    return report ? *report : RunReport{};
  }
  std::size_t writes() const {
    std::size_t n = 0;
    for (auto& [name, server] : servers) n += server->writes().size();
    return n;
  }
  // A cycle more makes no write and has nothing to say.
  void expect_quiet() {
    std::size_t before = writes();
    RunReport report = sync();
    EXPECT_EQ(writes(), before);
    EXPECT_TRUE(report.moves.empty())
        << report.moves.front().why << " " << to_string(report.moves.front().kind);
    EXPECT_TRUE(report.errors.empty());
  }
  Facts only(const std::string& name) {
    auto list = servers[name]->list();
    EXPECT_EQ(list.size(), 1u) << name;
    return list.empty() ? Facts{} : list.front().facts;
  }
};

struct TwoCalendars : Bench {
  TwoCalendars() {
    add("work");
    add("home");
    link({"work", "home"});
  }
};

TEST(Engine, CopiesBothWaysAndIsQuietThen) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Standup"), "a@x");
  RunReport first = bench.sync();
  EXPECT_EQ(bench.only("home"), meeting("Standup"));
  EXPECT_EQ(first.messages_sent, 0u);
  bench.expect_quiet();
  bench.servers["home"]->put(meeting("Dinner", 3), "b@x");
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 2u);
  bench.expect_quiet();
}

TEST(Engine, PlanSaysWhatSyncWouldDoAndChangesNothing) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Standup"), "a@x");
  auto plan = bench.engine().plan();
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_TRUE(bench.servers["home"]->list().empty());
  auto again = bench.engine().plan();
  ASSERT_TRUE(again);
  EXPECT_EQ(plan->moves.size(), again->moves.size());
  EXPECT_EQ(bench.engine().log()->size(), 0u);
  auto created = std::count_if(plan->moves.begin(), plan->moves.end(),
                               [](const Move& m) { return m.kind == Move::Kind::create; });
  EXPECT_EQ(created, 1);
}

TEST(Engine, AFirstLinkOfTwoFullCalendarsMatchesInsteadOfDoubling) {
  TwoCalendars bench;
  for (int day = 1; day <= 9; ++day) {
    bench.servers["work"]->put(meeting("Same " + std::to_string(day), day), "uid" + std::to_string(day));
    // The first five share the UID, the others only what a person sees.
    bench.servers["home"]->put(meeting("Same " + std::to_string(day), day),
                               day <= 5 ? "uid" + std::to_string(day) : "");
  }
  RunReport report = bench.sync();
  EXPECT_EQ(bench.writes(), 0u);
  EXPECT_EQ(bench.servers["home"]->list().size(), 9u);
  EXPECT_EQ(report.held_waiting, 0u);
  bench.expect_quiet();
  auto list = bench.servers["home"]->list();
  bench.servers["home"]->edit(list[7].id, [](Facts& f) { f.set("title", "Renamed"); });
  bench.sync();
  EXPECT_EQ(bench.writes(), 1u);
}

TEST(Engine, AFirstRunThatWouldWriteIntoAFullCalendarIsHeld) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("From work"), "a@x");
  bench.servers["home"]->put(meeting("From home", 3), "b@x");
  RunReport held = bench.sync();
  EXPECT_EQ(bench.writes(), 0u);
  EXPECT_EQ(held.held_waiting, 2u);
  EXPECT_EQ(bench.engine().held()->front().kind, "first_run");
  bench.sync(true);
  EXPECT_EQ(bench.servers["work"]->list().size(), 2u);
  EXPECT_EQ(bench.servers["home"]->list().size(), 2u);
  EXPECT_TRUE(bench.engine().held()->empty());
  bench.expect_quiet();
}

TEST(Engine, AnApprovedFirstRunGoesAhead) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("From work"), "a@x");
  bench.servers["home"]->put(meeting("From home", 3), "b@x");
  bench.sync();
  auto held = bench.engine().held();
  for (const HeldView& view : *held) EXPECT_TRUE(bench.engine().approve(view.id));
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 2u);
  bench.expect_quiet();
}

struct FullBench : TwoCalendars {
  FullBench() {
    for (int day = 1; day <= 20; ++day)
      servers["work"]->put(meeting("Event " + std::to_string(day), day), "uid" + std::to_string(day));
    sync();
    EXPECT_EQ(servers["home"]->list().size(), 20u);
  }
};

TEST(Engine, AnEmptiedCalendarIsHeldAndRejectionRestoresIt) {
  FullBench bench;
  bench.servers["home"]->clear();
  RunReport report = bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 20u);
  ASSERT_EQ(report.held_waiting, 1u);
  HeldView held = bench.engine().held()->front();
  EXPECT_EQ(held.kind, "emptied");
  EXPECT_EQ(held.count, 20);
  bench.sync();
  EXPECT_EQ(bench.engine().held()->front().id, held.id) << "the same work keeps its number";
  ASSERT_TRUE(bench.engine().reject(held.id));
  bench.sync();
  EXPECT_EQ(bench.servers["home"]->list().size(), 20u);
  EXPECT_EQ(bench.servers["work"]->list().size(), 20u);
  bench.expect_quiet();
  EXPECT_TRUE(bench.engine().held()->empty());
}

TEST(Engine, AnApprovedMassDeletionGoesAhead) {
  FullBench bench;
  auto list = bench.servers["work"]->list();
  for (int i = 0; i < 8; ++i) bench.servers["work"]->erase(list[static_cast<std::size_t>(i)].id);
  bench.sync();
  EXPECT_EQ(bench.servers["home"]->list().size(), 20u);
  HeldView held = bench.engine().held()->front();
  EXPECT_EQ(held.kind, "mass_delete");
  ASSERT_TRUE(bench.engine().approve(held.id));
  bench.sync();
  EXPECT_EQ(bench.servers["home"]->list().size(), 12u);
  bench.expect_quiet();
}

TEST(Engine, HeldWorkDoesNotStopTheRest) {
  FullBench bench;
  auto list = bench.servers["work"]->list();
  for (std::size_t i = 0; i < 8; ++i) bench.servers["work"]->erase(list[i].id);
  bench.servers["work"]->edit(list[10].id, [](Facts& f) { f.set("title", "Moved on"); });
  bench.sync();
  bool found = false;
  for (const auto& item : bench.servers["home"]->list())
    found = found || item.facts.get("title") == "Moved on";
  EXPECT_TRUE(found);
  EXPECT_EQ(bench.servers["home"]->list().size(), 20u);
}

TEST(Engine, AnApprovalReleasesOnlyThatVeryWork) {
  FullBench bench;
  auto list = bench.servers["work"]->list();
  for (std::size_t i = 0; i < 8; ++i) bench.servers["work"]->erase(list[i].id);
  bench.sync();
  std::int64_t first = bench.engine().held()->front().id;
  for (std::size_t i = 8; i < 14; ++i) bench.servers["work"]->erase(list[i].id);
  bench.sync();
  EXPECT_FALSE(bench.engine().approve(first)) << "the work has changed since";
  EXPECT_EQ(bench.servers["home"]->list().size(), 20u);
}

TEST(Engine, AFewDeletionsAreAnOrdinaryDay) {
  FullBench bench;
  auto list = bench.servers["home"]->list();
  for (std::size_t i = 0; i < 3; ++i) bench.servers["home"]->erase(list[i].id);
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 17u);
  bench.expect_quiet();
}

TEST(Engine, AVanishedCalendarDeletesNothing) {
  FullBench bench;
  bench.servers["home"]->vanish(true);
  RunReport report = bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 20u);
  EXPECT_FALSE(report.errors.empty());
  EXPECT_EQ(bench.engine().held()->front().kind, "collection_gone");
  bench.servers["home"]->vanish(false);
  bench.sync();
  EXPECT_TRUE(bench.engine().held()->empty());
  bench.expect_quiet();
}

TEST(Engine, AServerRestoredFromABackupIsHeld) {
  FullBench bench;
  auto backup = bench.servers["home"]->snapshot();
  bench.clock.ms += 3'600'000;
  auto list = bench.servers["work"]->list();
  for (std::size_t i = 0; i < 6; ++i)
    bench.servers["work"]->edit(list[i].id, [](Facts& f) { f.set("title", f.get("title") + " (new)"); });
  bench.sync();
  bench.servers["home"]->restore(backup);
  bench.sync();
  ASSERT_EQ(bench.engine().held()->size(), 1u);
  EXPECT_EQ(bench.engine().held()->front().kind, "rolled_back");
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_TRUE(bench.servers["work"]->find(list[i].id)->facts.get("title").ends_with("(new)"));
  ASSERT_TRUE(bench.engine().reject(bench.engine().held()->front().id));
  bench.sync();
  int fresh = 0;
  for (const auto& item : bench.servers["home"]->list())
    fresh += item.facts.get("title").ends_with("(new)") ? 1 : 0;
  EXPECT_EQ(fresh, 6);
  bench.expect_quiet();
}

TEST(Engine, ADeadCursorIsAFullListingAndNothingElse) {
  FullBench bench;
  std::size_t before = bench.writes();
  bench.servers["home"]->kill_cursors();
  bench.sync();
  EXPECT_EQ(bench.writes(), before);
  EXPECT_EQ(bench.servers["work"]->list().size(), 20u);
}

TEST(Engine, RekeyedItemsAreTheSameEvents) {
  FullBench bench;
  std::size_t before = bench.writes();
  bench.servers["home"]->rename_all();
  bench.sync();
  EXPECT_EQ(bench.writes(), before);
  EXPECT_EQ(bench.servers["work"]->list().size(), 20u);
  EXPECT_EQ(bench.servers["home"]->list().size(), 20u);
  bench.expect_quiet();
}

TEST(Engine, ALostAnswerToACreateIsAdoptedNotRepeated) {
  for (bool client_ids : {true, false}) {
    Bench bench;
    Profile profile;
    profile.client_ids = client_ids;
    bench.add("work");
    bench.add("home", profile);
    bench.link({"work", "home"});
    bench.sync();
    bench.servers["work"]->put(meeting("Standup"), "a@x");
    bench.providers["home"]->before_call = [&](provider::Call call) {
      if (call == provider::Call::create) bench.faults["home"].force_next(provider::Fault::lost_answer);
    };
    bench.sync();
    bench.providers["home"]->before_call = nullptr;
    bench.sync();
    EXPECT_EQ(bench.servers["home"]->list().size(), 1u);
    EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
    bench.expect_quiet();
  }
}

TEST(Engine, ACrashAnywhereIsHealedByTheNextRun) {
  // The process is killed at the n-th write or commit of a cycle that does a bit of everything.
  for (int n = 1; n < 400; ++n) {
    char path[] = "/tmp/kalends-engine-XXXXXX";
    ASSERT_NE(mkdtemp(path), nullptr);
    std::string file = std::string(path) + "/k.db";
    int left = 1 << 30;
    store::SqliteOptions options;
    options.durable = false;
    options.before_write = options.before_commit = options.after_commit = [&] { return --left > 0; };
    Bench bench;
    bench.store = store::SqliteStore::open(file, options).value();
    bench.add("work");
    bench.add("home");
    bench.link({"work", "home"});
    auto keep = bench.servers["work"]->put(meeting("Kept", 1), "k@x");
    auto gone = bench.servers["work"]->put(meeting("Gone", 2), "g@x");
    bench.sync();
    bench.servers["work"]->edit(keep, [](Facts& f) { f.set("title", "Edited"); });
    bench.servers["work"]->erase(gone);
    bench.servers["home"]->put(meeting("New", 3), "n@x");
    left = n;
    auto cut = bench.engine().sync({});
    bool crashed = !cut;
    bench.store.reset();
    left = 1 << 30;
    bench.store = store::SqliteStore::open(file, options).value();
    bench.sync();
    EXPECT_EQ(bench.servers["work"]->list().size(), 2u) << "killed at " << n;
    EXPECT_EQ(bench.servers["home"]->list().size(), 2u) << "killed at " << n;
    std::set<std::string> titles;
    for (const auto& item : bench.servers["home"]->list()) titles.insert(item.facts.get("title"));
    EXPECT_EQ(titles, (std::set<std::string>{"Edited", "New"})) << "killed at " << n;
    bench.expect_quiet();
    bench.store.reset();
    for (const char* suffix : {"", "-wal", "-shm", "-lock", ".lock"}) unlink((file + suffix).c_str());
    rmdir(path);
    if (!crashed) return;
    if (HasFailure()) return;
  }
}

TEST(Engine, UndoOfARunTakesAnEditBackOnEverySide) {
  TwoCalendars bench;
  auto id = bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.sync();
  bench.servers["work"]->edit(id, [](Facts& f) { f.set("title", "Oops"); });
  std::int64_t run = bench.sync().run;
  EXPECT_EQ(bench.only("home").get("title"), "Oops");
  auto undo = bench.engine().undo_run(run);
  ASSERT_TRUE(undo);
  EXPECT_EQ(undo->restored, 1u);
  bench.sync();
  EXPECT_EQ(bench.only("home").get("title"), "Standup");
  EXPECT_EQ(bench.only("work").get("title"), "Standup");
  bench.expect_quiet();
}

TEST(Engine, UndoKeepsWhatWasChangedSince) {
  TwoCalendars bench;
  auto id = bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.sync();
  bench.servers["work"]->edit(id, [](Facts& f) {
    f.set("title", "Oops");
    f.set("location", "Room 1");
  });
  std::int64_t run = bench.sync().run;
  bench.servers["work"]->edit(id, [](Facts& f) { f.set("title", "Better"); });
  bench.sync();
  auto undo = bench.engine().undo_run(run);
  ASSERT_TRUE(undo);
  EXPECT_EQ(undo->kept.size(), 1u);
  bench.sync();
  EXPECT_EQ(bench.only("home").get("title"), "Better");
  EXPECT_EQ(bench.only("home").get("location"), "");
}

TEST(Engine, UndoOfADeletionRevivesTheEventEverywhere) {
  TwoCalendars bench;
  auto id = bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.sync();
  bench.servers["work"]->erase(id);
  std::int64_t run = bench.sync().run;
  EXPECT_TRUE(bench.servers["home"]->list().empty());
  ASSERT_TRUE(bench.engine().undo_run(run));
  bench.sync();
  EXPECT_EQ(bench.only("work"), meeting("Standup"));
  EXPECT_EQ(bench.only("home"), meeting("Standup"));
  bench.expect_quiet();
}

TEST(Engine, UndoOfACreateTakesOurCopyBackAndLeavesThePersonsEvent) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Standup"), "a@x");
  std::int64_t run = bench.sync().run;
  ASSERT_TRUE(bench.engine().undo_run(run));
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
  EXPECT_TRUE(bench.servers["home"]->list().empty());
  bench.expect_quiet();
}

TEST(Engine, AskWaitsForAPersonAndTakesTheirWord) {
  TwoCalendars bench;
  bench.settings.links.front().conflict.kind = sync::Policy::Kind::ask;
  auto id = bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.sync();
  auto copy = bench.servers["home"]->list().front().id;
  bench.servers["work"]->edit(id, [](Facts& f) { f.set("title", "W"); });
  bench.servers["home"]->edit(copy, [](Facts& f) { f.set("title", "H"); });
  RunReport report = bench.sync();
  EXPECT_EQ(report.conflicts_open, 1u);
  EXPECT_EQ(bench.only("work").get("title"), "W");
  EXPECT_EQ(bench.only("home").get("title"), "H");
  auto conflicts = bench.engine().conflicts();
  ASSERT_EQ(conflicts->size(), 1u);
  ASSERT_TRUE(bench.engine().resolve(conflicts->front().id, Take::calendar, CalendarId("home")));
  bench.sync();
  EXPECT_EQ(bench.only("work").get("title"), "H");
  EXPECT_EQ(bench.only("home").get("title"), "H");
  EXPECT_TRUE(bench.engine().conflicts()->empty());
  bench.expect_quiet();
}

TEST(Engine, KeepBothMakesTwoEventsOnBothSides) {
  TwoCalendars bench;
  bench.settings.links.front().conflict.kind = sync::Policy::Kind::both;
  auto id = bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.sync();
  auto copy = bench.servers["home"]->list().front().id;
  bench.servers["work"]->edit(id, [](Facts& f) { f.set("title", "W"); });
  bench.servers["home"]->edit(copy, [](Facts& f) { f.set("title", "H"); });
  bench.sync();
  for (const char* name : {"work", "home"}) {
    std::set<std::string> titles;
    for (const auto& item : bench.servers[name]->list()) titles.insert(item.facts.get("title"));
    EXPECT_EQ(titles, (std::set<std::string>{"W", "H"})) << name;
  }
  bench.expect_quiet();
}

TEST(Engine, APersonsDuplicateOfACopyIsANewEvent) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.sync();
  bench.servers["home"]->duplicate(bench.servers["home"]->list().front().id);
  bench.sync();
  EXPECT_EQ(bench.servers["home"]->list().size(), 2u);
  EXPECT_EQ(bench.servers["work"]->list().size(), 2u);
  bench.expect_quiet();
}

TEST(Engine, WritesThatWouldSendMailAreHeldUntilApproved) {
  Bench bench;
  Profile strict;
  strict.schedules = true;
  bench.add("work", strict);
  bench.add("home");
  bench.link({"work", "home"});
  Facts invited = meeting("Board");
  invited.set("organizer", "address=mailto:me@example.org");
  invited.set("attendees/mailto:bob@example.org", "name=Bob");
  bench.servers["work"]->put(invited, "a@x");
  bench.sync();
  EXPECT_EQ(bench.only("home"), meeting("Board"));
  auto copy = bench.servers["home"]->list().front().id;
  bench.servers["home"]->edit(copy, [](Facts& f) { f.set("title", "Board meeting"); });
  RunReport report = bench.sync();
  EXPECT_EQ(report.messages_sent, 0u);
  EXPECT_TRUE(bench.servers["work"]->outbox().empty());
  EXPECT_EQ(bench.only("work").get("title"), "Board");
  ASSERT_EQ(bench.engine().held()->size(), 1u);
  HeldView held = bench.engine().held()->front();
  EXPECT_EQ(held.kind, "mail");
  EXPECT_NE(held.reason.find("bob@example.org"), std::string::npos);
  ASSERT_TRUE(bench.engine().approve(held.id));
  bench.sync();
  EXPECT_EQ(bench.only("work").get("title"), "Board meeting");
  EXPECT_FALSE(bench.servers["work"]->outbox().empty());
  bench.expect_quiet();
}

TEST(Engine, EveryProfileConverges) {
  for (const Profile& profile : provider::profiles()) {
    if (profile.read_only) continue;
    Bench bench;
    bench.add("work");
    bench.add("home", profile);
    bench.link({"work", "home"});
    Facts rich = meeting("Quarterly review of everything ");
    rich.set("description", "Bring <b>slides</b> ");
    rich.set("categories/Büro", "1");
    rich.set("recurrence", "RRULE:FREQ=WEEKLY;COUNT=4");
    auto id = bench.servers["work"]->put(rich, "a@x");
    for (int i = 0; i < 3; ++i) bench.sync();
    EXPECT_EQ(bench.servers["home"]->list().size(), 1u) << profile.name;
    bench.servers["work"]->edit(id, [](Facts& f) { f.set("location", "Room 2"); });
    for (int i = 0; i < 3; ++i) bench.sync();
    EXPECT_EQ(bench.servers["home"]->list().size(), 1u) << profile.name;
    EXPECT_EQ(bench.only("work").get("description"), "Bring <b>slides</b> ") << profile.name;
    std::size_t before = bench.writes();
    bench.sync();
    bench.sync();
    EXPECT_EQ(bench.writes(), before) << profile.name << " is not quiet";
  }
}

TEST(Engine, LineageSaysWhereEachFieldCameFrom) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.sync();
  auto copy = bench.servers["home"]->list().front().id;
  bench.servers["home"]->edit(copy, [](Facts& f) { f.set("location", "Room 2"); });
  std::int64_t run = bench.sync().run;
  auto lineage = bench.engine().why("standup");
  ASSERT_TRUE(lineage) << lineage.error().message;
  ASSERT_EQ(lineage->size(), 1u);
  const Lineage& one = lineage->front();
  ASSERT_EQ(one.places.size(), 2u);
  for (const FieldLineage& field : one.fields) {
    if (field.path == "title") EXPECT_EQ(field.from, "work");
    if (field.path == "location") {
      EXPECT_EQ(field.from, "home");
      EXPECT_EQ(field.run, run);
      EXPECT_EQ(field.link, "link1");
    }
  }
  EXPECT_TRUE(bench.engine().why("a@x"));
  EXPECT_FALSE(bench.engine().why("nothing"));
}

TEST(Engine, AfterARestoreNothingIsDoubledAndNothingDeleted) {
  FullBench bench;
  auto list = bench.servers["work"]->list();
  bench.servers["work"]->erase(list[0].id);
  ASSERT_TRUE(bench.engine().after_restore());
  bench.sync();
  bench.sync();
  EXPECT_GE(bench.servers["work"]->list().size(), 19u);
  EXPECT_EQ(bench.servers["home"]->list().size(), 20u);
  EXPECT_LE(bench.servers["work"]->list().size(), 20u);
  bench.expect_quiet();
}

TEST(Engine, AnotherAddressIsAnotherCalendar) {
  FullBench bench;
  bench.servers["other"] =
      std::make_unique<MemoryServer>("other", Profile{}, [&] { return bench.clock.now(); });
  bench.providers["home"] = std::make_unique<MemoryProvider>(*bench.servers["other"]);
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 20u);
  EXPECT_EQ(bench.servers["other"]->list().size(), 20u);
  bench.expect_quiet();
}

}  // namespace
}  // namespace kalends::engine
