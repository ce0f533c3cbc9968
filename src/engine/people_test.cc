// What people ask of the engine: undo, their word on conflicts and mail, lineage, restore.
#include <gtest/gtest.h>

#include <set>

#include "engine/engine.h"
#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

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

TEST(Engine, AWriteWhoseAnswerWasLostIsOnRecordAndCanBeUndone) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.providers["home"]->before_call = [&](provider::Call call) {
    if (call == provider::Call::create) bench.faults["home"].force_next(provider::Fault::lost_answer);
  };
  std::int64_t run = bench.sync().run;
  bench.providers["home"]->before_call = nullptr;
  bench.sync();
  std::vector<std::string> states;
  auto log = bench.engine().log_run(run);
  for (const WriteView& write : log->writes)
    if (write.kind == "create") states.push_back(write.state);
  EXPECT_EQ(states, std::vector<std::string>{"done"});
  ASSERT_TRUE(bench.engine().undo_run(run));
  bench.sync();
  EXPECT_TRUE(bench.servers["home"]->list().empty());
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
}

TEST(Engine, TheReportSaysOfEachWriteWhetherItWasDone) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.servers["work"]->put(meeting("Retro", 3), "b@x");
  int creates = 0;
  bench.providers["home"]->before_call = [&](provider::Call call) {
    if (call == provider::Call::create && creates++ == 0)
      bench.faults["home"].force_next(provider::Fault::unreachable);
  };
  auto outcomes = [](const RunReport& report) {
    std::multiset<bool> done;
    for (const Move& move : report.moves)
      if (move.kind == Move::Kind::create) done.insert(move.error.empty());
    return done;
  };
  EXPECT_EQ(outcomes(bench.sync()), (std::multiset<bool>{false, true}));
  bench.providers["home"]->before_call = nullptr;
  EXPECT_EQ(outcomes(bench.sync()), std::multiset<bool>{true});
}

TEST(Engine, StatusTellsOfWritesThatFailUntilTheyAreMadeUpFor) {
  TwoCalendars bench;
  auto id = bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.sync();
  auto home = [&] { return bench.engine().status()->calendars.back(); };
  EXPECT_EQ(home().health, "ok");
  const auto before = home().in_sync_as_of;
  ASSERT_TRUE(before);

  bench.servers["work"]->edit(id, [](Facts& f) { f.set("title", "Daily"); });
  bench.providers["home"]->before_call = [&](provider::Call call) {
    if (call == provider::Call::update) bench.faults["home"].force_next(provider::Fault::unreachable);
  };
  for (int run = 0; run < 2; ++run) {
    bench.sync();
    EXPECT_EQ(home().health, "failing");
    EXPECT_EQ(home().failed, 1u);
    EXPECT_EQ(home().in_sync_as_of, before) << "the looks since then did not bring it in sync";
    EXPECT_TRUE(home().error.starts_with("\"Daily\" could not be written, and the next sync tries again: "))
        << home().error;
    EXPECT_EQ(bench.engine().status()->calendars.front().health, "ok");
  }
  bench.providers["home"]->before_call = nullptr;
  bench.sync();
  EXPECT_EQ(home().health, "ok");
  EXPECT_EQ(home().failed, 0u);
  EXPECT_EQ(home().error, "");
  EXPECT_GT(home().in_sync_as_of->ms, before->ms);
}

TEST(Engine, AWriteThatFailedIsForgottenWhenNoLinkMeansItAnyMore) {
  for (bool reversed : {false, true}) {
    TwoCalendars bench;
    auto id = bench.servers["work"]->put(meeting("Standup"), "a@x");
    bench.sync();
    bench.servers["work"]->edit(id, [](Facts& f) { f.set("title", "Daily"); });
    bench.providers["home"]->before_call = [&](provider::Call call) {
      if (call == provider::Call::update) bench.faults["home"].force_next(provider::Fault::unreachable);
    };
    bench.sync();
    ASSERT_EQ(bench.engine().status()->calendars.back().failed, 1u);
    if (reversed) {
      bench.settings.links[0].direction = sync::Direction::one_way;
      bench.settings.links[0].from = CalendarId("home");
    } else {
      bench.settings.links.clear();
    }
    bench.sync();
    const CalendarStatus home = bench.engine().status()->calendars.back();
    EXPECT_EQ(home.health, "ok") << home.error;
    EXPECT_EQ(home.failed, 0u);
  }
}

TEST(Engine, ACalendarThatNeverTookAWriteWasNeverInSync) {
  TwoCalendars bench;
  for (int n = 1; n <= 3; ++n) bench.servers["work"]->put(meeting("Event", n), std::to_string(n));
  bench.providers["home"]->before_call = [&](provider::Call call) {
    if (call == provider::Call::create) bench.faults["home"].force_next(provider::Fault::unreachable);
  };
  bench.sync();
  const CalendarStatus home = bench.engine().status()->calendars.back();
  EXPECT_FALSE(home.in_sync_as_of);
  EXPECT_EQ(home.failed, 3u);
  EXPECT_TRUE(home.error.starts_with("\"Event\" and 2 more events could not be written")) << home.error;
}

TEST(Engine, WhySaysWhoTookACopyAway) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Standup"), "a@x");
  auto at_home = [&] {
    for (const PlaceLineage& place : bench.engine().why("a@x")->front().places)
      if (place.calendar == CalendarId("home")) return place.why;
    return std::string();
  };
  const std::int64_t run = bench.sync().run;
  ASSERT_TRUE(bench.engine().undo_run(run));
  bench.sync();
  EXPECT_EQ(at_home(),
            "An undo of run " + std::to_string(run) + " took the copy here back, so it is not made again.");
}

TEST(Engine, WhySaysThatAPersonTookACopyAway) {
  TwoCalendars bench;
  bench.settings.links.front().direction = sync::Direction::one_way;
  bench.settings.links.front().from = CalendarId("work");
  bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.sync();
  bench.servers["home"]->erase(bench.servers["home"]->list().front().id);
  bench.sync();
  const auto why = bench.engine().why("a@x");
  std::string at_home;
  for (const PlaceLineage& place : why->front().places)
    if (place.calendar == CalendarId("home")) at_home = place.why;
  EXPECT_EQ(at_home, "A person removed the copy here, so it is not made again.");
}

TEST(Engine, ALinkThatBeginsToHideMakesItsCopiesAnew) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Surgery"), "surgery@x");
  bench.sync();
  RemoteId before = bench.servers["home"]->list().front().id;
  bench.settings.links.front().privacy.mask = true;
  bench.sync();
  ASSERT_EQ(bench.servers["home"]->list().size(), 1u);
  const auto copy = bench.servers["home"]->list().front();
  EXPECT_NE(copy.id, before);
  EXPECT_NE(copy.uid, "surgery@x");
  EXPECT_EQ(copy.facts.get("title"), "Busy");
  EXPECT_EQ(bench.only("work"), meeting("Surgery"));
  bench.expect_quiet();
}

TEST(Engine, UndoOfACreateThatSomebodyTouchedIsHeld) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Standup"), "a@x");
  std::int64_t run = bench.sync().run;
  bench.servers["home"]->edit(bench.servers["home"]->list().front().id,
                              [](Facts& f) { f.set("location", "Room 2"); });
  bench.sync();
  auto undo = bench.engine().undo_run(run);
  ASSERT_TRUE(undo);
  EXPECT_EQ(undo->kept.size(), 1u);
  bench.sync();
  EXPECT_EQ(bench.servers["home"]->list().size(), 1u);
  auto held = bench.engine().held();
  ASSERT_EQ(held->size(), 1u);
  EXPECT_EQ(held->front().kind, "undone_copy");
  ASSERT_TRUE(bench.engine().approve(held->front().id));
  bench.sync();
  EXPECT_TRUE(bench.servers["home"]->list().empty());
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
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

TEST(Engine, UndoSaysThatACopyStaysWhichCannotBeRead) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Standup"), "a@x");
  const std::int64_t run = bench.sync().run;
  const RemoteId copy = bench.servers["home"]->list().front().id;
  bench.servers["home"]->spoil(copy, true);
  bench.sync();
  const auto undo = bench.engine().undo_run(run);
  ASSERT_TRUE(undo);
  EXPECT_EQ(undo->restored, 0u);
  ASSERT_EQ(undo->kept.size(), 1u);
  EXPECT_TRUE(undo->kept.front().contains("\"home\" stays, because it cannot be read")) << undo->kept.front();
  bench.servers["home"]->spoil(copy, false);
  bench.sync();
  ASSERT_TRUE(bench.engine().undo_run(run));
  bench.sync();
  EXPECT_TRUE(bench.servers["home"]->list().empty()) << "undone again when it can be read";
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
}

TEST(Engine, AskWaitsForAPersonAndTakesTheirWord) {
  TwoCalendars bench;
  bench.settings.links.front().conflict.rest.kind = sync::Policy::Kind::ask;
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
  bench.settings.links.front().conflict.rest.kind = sync::Policy::Kind::both;
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
    bench.clock.ms = 1'772'323'200'000;  // 2026-03-01: the day before, so that every window of dates has it
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

// Neither a mark nor a uid tells this item, and its contents are no longer those of the backup. Its name is.
TEST(Engine, AfterARestoreAnItemIsKnownByItsName) {
  Bench bench;
  Profile nameless;
  nameless.keeps_uids = nameless.keeps_marks = false;
  bench.add("work");
  bench.add("home", nameless);
  bench.link({"work", "home"});
  bench.servers["work"]->put(meeting("Standup"), "a@x");
  RemoteId theirs = bench.servers["home"]->put(meeting("Standup"));
  bench.sync(true);
  bench.servers["home"]->edit(theirs, [](Facts& f) { f.set("title", "Daily"); });
  ASSERT_TRUE(bench.engine().after_restore());
  bench.sync();
  EXPECT_EQ(bench.only("home").get("title"), bench.only("work").get("title"));
  bench.expect_quiet();
}

// The answer to a create was lost, and what it made cannot be read: it may be there, so it is not made again.
TEST(Engine, WhatAnUnfinishedCreateMadeMayBeWhatCannotBeRead) {
  for (bool restored : {false, true}) {
    TwoCalendars bench;
    bench.servers["work"]->put(meeting("Standup"), "a@x");
    bench.providers["home"]->before_call = [&](provider::Call call) {
      if (call == provider::Call::create) bench.faults["home"].force_next(provider::Fault::lost_answer);
    };
    bench.sync();
    bench.providers["home"]->before_call = nullptr;
    ASSERT_EQ(bench.servers["home"]->list().size(), 1u);
    RemoteId copy = bench.servers["home"]->list().front().id;
    bench.servers["home"]->spoil(copy, true);
    if (restored) ASSERT_TRUE(bench.engine().after_restore());
    bench.sync();
    EXPECT_EQ(bench.servers["home"]->writes().size(), 1u);
    bench.servers["home"]->spoil(copy, false);
    bench.sync();
    EXPECT_EQ(bench.only("home").get("title"), "Standup");
    EXPECT_EQ(bench.only("work").get("title"), "Standup");
    EXPECT_EQ(bench.writes(), 1u);
    bench.expect_quiet();
  }
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

TEST(Engine, EventsAreReadInTheZoneTheyBringAndOneInNoKnownZoneHidesNoOther) {
  TwoCalendars bench;
  const std::string office =
      "BEGIN:VTIMEZONE\r\nTZID:Office\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\n"
      "TZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
  bench.servers["work"]->put(
      {{"title", "Briefing"}, {"when", "zoned 2026-03-02T09:00:00 PT1H Office"}, {"zones/Office", office}},
      "briefing");
  bench.servers["work"]->put({{"title", "Nowhere"}, {"when", "zoned 2026-03-02T09:00:00 PT1H Nowhere"}},
                             "nowhere");
  bench.servers["work"]->put(meeting("Standup"), "standup");
  bench.sync();
  constexpr std::int64_t kDay = 1'772'409'600;  // 2026-03-02 in UTC
  auto events = bench.engine().events(kDay, kDay + 86'400, CalendarId(), bench.zones.utc);
  ASSERT_TRUE(events) << events.error().message;
  ASSERT_EQ(events->occurrences.size(), 2u);
  EXPECT_EQ(events->occurrences[0].title, "Briefing");
  EXPECT_EQ(events->occurrences[0].occurrence.start_utc, kDay + 6 * 3600) << "the office's clock, not UTC";
  EXPECT_EQ(events->occurrences[1].title, "Standup");
  ASSERT_EQ(events->failures.size(), 1u);
  EXPECT_TRUE(events->failures[0].starts_with("\"Nowhere\" cannot be shown")) << events->failures[0];
}

}  // namespace
}  // namespace kalends::engine
