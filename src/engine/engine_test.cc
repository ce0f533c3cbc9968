// The engine with the real store and simulated calendars: the laws that need more than one event or more than one
// cycle. One event's own laws are in sync/plan_test.cc, what people ask of the engine in people_test.cc.
#include "engine/engine.h"

#include <gtest/gtest.h>

#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

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

TEST(Engine, AFirstRunThatWaitsShowsTheWorkAsItIsNow) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("From work"), "a@x");
  bench.servers["home"]->put(meeting("From home", 3), "b@x");
  bench.sync();
  auto before = bench.engine().held();
  bench.servers["work"]->put(meeting("Later", 5), "c@x");
  bench.sync();
  auto after = bench.engine().held();
  ASSERT_EQ(after->size(), before->size());
  for (std::size_t i = 0; i < after->size(); ++i) {
    const HeldView& view = (*after)[i];
    EXPECT_EQ(view.id, (*before)[i].id);
    EXPECT_EQ(view.count, view.calendar.value == "home" ? 2 : 1);
    EXPECT_EQ(view.work.size(), static_cast<std::size_t>(view.count));
  }
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

TEST(Engine, AnEmptiedCalendarDeletesNothingThoughMostOfItWasEditedElsewhere) {
  FullBench bench;
  auto list = bench.servers["work"]->list();
  for (std::size_t i = 0; i < 17; ++i)
    bench.servers["work"]->edit(list[i].id, [](Facts& f) { f.set("location", "Room 4"); });
  bench.servers["home"]->clear();
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 20u);
  EXPECT_EQ(bench.servers["home"]->list().size(), 17u);
  ASSERT_EQ(bench.engine().held()->size(), 1u);
  EXPECT_EQ(bench.engine().held()->front().kind, "emptied");
  EXPECT_EQ(bench.engine().held()->front().count, 3);
  bench.sync();
  EXPECT_EQ(bench.engine().held()->size(), 1u) << "what waits goes on waiting when the calendar fills again";
  EXPECT_EQ(bench.servers["work"]->list().size(), 20u);
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

TEST(Engine, AVanishedCalendarThatAPersonRejectedToForgetIsNotAskedAboutAgain) {
  FullBench bench;
  bench.servers["home"]->vanish(true);
  bench.sync();
  ASSERT_TRUE(bench.engine().reject(bench.engine().held()->front().id));
  for (int i = 0; i < 2; ++i) bench.sync();
  EXPECT_TRUE(bench.engine().held()->empty());
  EXPECT_EQ(bench.servers["work"]->list().size(), 20u);
  bench.servers["home"]->vanish(false);
  bench.sync();
  bench.expect_quiet();
  bench.servers["home"]->vanish(true);
  bench.sync();
  EXPECT_EQ(bench.engine().held()->size(), 1u) << "it was there in between";
}

TEST(Engine, YesDoesNoFirstRunThatWasRejected) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Work", 2), "w@x");
  bench.servers["home"]->put(meeting("Home", 3), "h@x");
  bench.sync();
  std::vector<std::int64_t> ids;
  for (const HeldView& view : *bench.engine().held()) ids.push_back(view.id);
  ASSERT_FALSE(ids.empty());
  for (std::int64_t id : ids) ASSERT_TRUE(bench.engine().reject(id));
  for (int i = 0; i < 2; ++i) {
    RunReport report = bench.sync(true);
    EXPECT_EQ(report.warnings.size(), ids.size());
    EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
    EXPECT_EQ(bench.servers["home"]->list().size(), 1u);
  }
  for (std::int64_t id : ids) ASSERT_TRUE(bench.engine().approve(id));
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 2u);
  EXPECT_EQ(bench.servers["home"]->list().size(), 2u);
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

// The same event was imported on both sides, and one could not be read when the other was: our copy stands in for it
// until it can be, and whatever was said of the event meanwhile stays.
TEST(Engine, ACopyGivesWayToTheItemThatItStoodInFor) {
  for (bool touched : {false, true}) {
    TwoCalendars bench;
    bench.servers["work"]->put(meeting("Standup"), "a@x");
    RemoteId own = bench.servers["home"]->put(meeting("Standup"), "a@x");
    bench.servers["home"]->spoil(own, true);
    bench.sync(true);
    ASSERT_EQ(bench.servers["home"]->list().size(), 2u);
    bench.servers["work"]->edit(bench.servers["work"]->list().front().id,
                                [](Facts& f) { f.set("location", "Room 2"); });
    bench.sync();
    for (const auto& item : bench.servers["home"]->list())
      if (touched && item.id != own)
        bench.servers["home"]->edit(item.id, [](Facts& f) { f.set("description", "Mine"); });
    bench.servers["home"]->spoil(own, false);
    bench.sync();
    bench.sync();
    if (touched) {  // a person's words on the copy are not thrown away with it
      EXPECT_EQ(bench.servers["home"]->list().size(), 2u);
      continue;
    }
    EXPECT_EQ(bench.only("home").get("location"), "Room 2");
    EXPECT_EQ(bench.only("work").get("location"), "Room 2");
    EXPECT_EQ(bench.servers["home"]->list().front().id, own);
    bench.expect_quiet();
  }
}

// The same, and the answer to the removal of our copy is lost: the two still meet for the first time, so that where they
// differ neither is taken for an edit of the other.
TEST(Engine, AnItemMeetsTheEventForTheFirstTimeThoughNobodyHeardThatItsCopyGaveWay) {
  for (bool lost : {false, true}) {
    TwoCalendars bench;
    bench.servers["work"]->put(meeting("Standup"), "a@x");
    RemoteId own = bench.servers["home"]->put(meeting("My standup"), "a@x");
    bench.servers["home"]->spoil(own, true);
    bench.sync(true);
    ASSERT_EQ(bench.servers["home"]->list().size(), 2u);
    bench.servers["home"]->spoil(own, false);
    if (lost)
      bench.providers["home"]->before_call = [&](provider::Call call) {
        if (call == provider::Call::remove) bench.faults["home"].force_next(provider::Fault::lost_answer);
      };
    bench.sync();
    bench.providers["home"]->before_call = nullptr;
    bench.sync();
    EXPECT_EQ(bench.servers["home"]->list().front().id, own) << lost;
    EXPECT_EQ(bench.only("home").get("title"), bench.only("work").get("title")) << lost;
    auto conflicts = bench.engine().conflicts(false);
    ASSERT_TRUE(conflicts);
    ASSERT_EQ(conflicts->size(), 1u) << (lost ? "with the answer lost" : "with an answer");
    EXPECT_EQ(conflicts->front().path, "title");
    auto lineages = bench.engine().why("a@x");
    ASSERT_TRUE(lineages);
    ASSERT_EQ(lineages->size(), 1u);
    for (const PlaceLineage& place : lineages->front().places) EXPECT_EQ(place.role, "origin");
    for (const WriteView& write : lineages->front().history) EXPECT_EQ(write.state, "done") << write.kind;
    bench.expect_quiet();
  }
}

}  // namespace
}  // namespace kalends::engine
