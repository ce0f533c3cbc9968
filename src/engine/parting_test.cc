// The laws of undoing a run in which two events met: each side holds again what it held, as far as nobody changed it
// since; the two are two events, nothing is doubled, and they do not meet again unless the undo is undone.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

Facts with(Facts facts, const std::string& path, const std::string& value) {
  facts.set(path, value);
  return facts;
}

struct Meeting : TwoCalendars {
  Facts at_work = with(meeting("Standup"), "description", "Bring coffee");
  Facts at_home = with(meeting("Daily"), "location", "Kitchen");
  RemoteId work_id, home_id;
  std::int64_t run = 0;

  void meet() {
    work_id = servers["work"]->put(at_work, "same@x");
    clock.ms += 1000;
    home_id = servers["home"]->put(at_home, "same@x");
    run = sync(true).run;
  }
  UndoReport undo(std::int64_t which) {
    auto report = engine().undo_run(which);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : UndoReport{};
  }
  void expect_as_before() {
    EXPECT_EQ(only("work"), at_work);
    EXPECT_EQ(only("home"), at_home);
  }
};

TEST(Parting, UndoGivesEachSideWhatItHeldAndTheNextSyncsLeaveItThere) {
  Meeting bench;
  bench.meet();
  EXPECT_EQ(bench.only("work"), bench.only("home"));
  EXPECT_EQ(bench.only("work").get("description"), "Bring coffee");
  EXPECT_EQ(bench.only("work").get("location"), "Kitchen");
  UndoReport report = bench.undo(bench.run);
  EXPECT_GE(report.restored, 1u);
  EXPECT_TRUE(report.kept.empty()) << report.kept.front();
  bench.sync();
  bench.expect_as_before();
  bench.expect_quiet();
  bench.expect_as_before();
}

TEST(Parting, WhatWasPartedIsTwoEventsThatTellEachOtherNothing) {
  Meeting bench;
  bench.meet();
  bench.undo(bench.run);
  bench.sync();
  bench.servers["work"]->edit(bench.work_id, [](Facts& f) { f.set("title", "Mine"); });
  bench.sync();
  EXPECT_EQ(bench.only("home"), bench.at_home);
  bench.servers["home"]->erase(bench.home_id);
  bench.sync();
  EXPECT_TRUE(bench.servers["home"]->list().empty());
  EXPECT_EQ(bench.only("work").get("title"), "Mine");
  bench.expect_quiet();
}

TEST(Parting, EventsThatMetByTitleAndTimeArePartedToo) {
  Meeting bench;
  bench.at_home = with(meeting("Standup"), "location", "Kitchen");
  bench.servers["work"]->put(bench.at_work, "a@x");
  bench.servers["home"]->put(bench.at_home, "b@x");
  std::int64_t run = bench.sync(true).run;
  EXPECT_EQ(bench.only("home").get("description"), "Bring coffee");
  bench.undo(run);
  bench.sync();
  bench.expect_as_before();
  bench.expect_quiet();
}

TEST(Parting, AnEventOfAnEarlierRunGoesBackToWhatItWas) {
  Meeting bench;
  bench.settings.links.clear();
  bench.work_id = bench.servers["work"]->put(bench.at_work, "same@x");
  bench.home_id = bench.servers["home"]->put(bench.at_home, "same@x");
  bench.sync();
  bench.link({"work", "home"});
  std::int64_t run = bench.sync(true).run;
  EXPECT_EQ(bench.only("work"), bench.only("home"));
  bench.undo(run);
  bench.sync();
  bench.expect_as_before();
  bench.expect_quiet();
}

TEST(Parting, OverAOneWayLinkTheTargetGetsItsOwnBack) {
  for (const char* from : {"work", "home"}) {
    Meeting bench;
    bench.settings.links[0].direction = sync::Direction::one_way;
    bench.settings.links[0].from = CalendarId(from);
    bench.meet();
    EXPECT_EQ(bench.only("work").get("title"), bench.only("home").get("title")) << from;
    bench.undo(bench.run);
    bench.sync();
    bench.expect_as_before();
    bench.expect_quiet();
  }
}

TEST(Parting, OfThreeEachHasItsOwnAgain) {
  Meeting bench;
  bench.add("club");
  bench.settings.links[0].calendars.emplace_back("club");
  const Facts at_club = with(meeting("Round"), "priority", "5");
  bench.servers["club"]->put(at_club, "same@x");
  bench.meet();
  EXPECT_EQ(bench.only("work"), bench.only("club"));
  bench.undo(bench.run);
  bench.sync();
  bench.expect_as_before();
  EXPECT_EQ(bench.only("club"), at_club);
  bench.expect_quiet();
}

TEST(Parting, WhatWasChangedSinceStaysAndIsNamed) {
  Meeting bench;
  bench.meet();
  bench.servers["work"]->edit(bench.work_id, [](Facts& f) { f.set("title", "New"); });
  bench.sync();
  EXPECT_EQ(bench.only("home").get("title"), "New");
  UndoReport report = bench.undo(bench.run);
  EXPECT_TRUE(std::ranges::any_of(
      report.kept, [](const std::string& one) { return one.starts_with("title of \"New\""); }));
  bench.sync();
  EXPECT_EQ(bench.only("work"), with(bench.at_work, "title", "New"));
  EXPECT_EQ(bench.only("home"), with(bench.at_home, "title", "New"));
  bench.expect_quiet();
}

TEST(Parting, AnItemWithANewNameDoesNotMeetTheOtherAgain) {
  for (const char* where : {"work", "home"}) {
    Meeting bench;
    bench.meet();
    bench.undo(bench.run);
    bench.sync();
    const Facts facts = bench.only(where);
    bench.servers[where]->erase(bench.servers[where]->list().front().id);
    bench.servers[where]->put(facts, "same@x");
    bench.sync();
    bench.expect_as_before();
    bench.expect_quiet();
  }
}

TEST(Parting, ACopyThatTheRunMadeElsewhereIsTakenBack) {
  Meeting bench;
  bench.add("club");
  bench.link({"work", "club"});
  bench.meet();
  EXPECT_EQ(bench.servers["club"]->list().size(), 1u);
  bench.undo(bench.run);
  bench.sync();
  bench.expect_as_before();
  EXPECT_TRUE(bench.servers["club"]->list().empty());
  bench.expect_quiet();
}

TEST(Parting, AnOpenQuestionBetweenTheTwoIsOver) {
  Meeting bench;
  bench.settings.links[0].conflict.rest.kind = sync::Policy::Kind::ask;
  bench.meet();
  EXPECT_FALSE(bench.engine().conflicts()->empty());
  bench.undo(bench.run);
  bench.sync();
  bench.expect_as_before();
  EXPECT_TRUE(bench.engine().conflicts()->empty());
  bench.expect_quiet();
}

TEST(Parting, UndoingTheUndoLetsThemMeet) {
  Meeting bench;
  bench.meet();
  const Facts met = bench.only("home");
  for (bool carried_out : {false, true}) {
    const std::int64_t parted = bench.undo(bench.run).run;
    if (carried_out) bench.sync();
    const UndoReport joined = bench.undo(parted);
    EXPECT_TRUE(joined.kept.empty()) << joined.kept.front();
    bench.run = joined.run;
    bench.sync();
    EXPECT_EQ(bench.only("work"), met);
    EXPECT_EQ(bench.only("home"), met);
    bench.expect_quiet();
  }
}

TEST(Parting, TheWriteThatTellsOfTheMeetingIsUndoneAsAWhole) {
  Meeting bench;
  bench.meet();
  const auto log = bench.engine().log_run(bench.run);
  ASSERT_TRUE(log);
  auto met = std::ranges::find(log->writes, "adopt", &WriteView::kind);
  ASSERT_NE(met, log->writes.end());
  EXPECT_EQ(met->why, "matched by the same UID");
  ASSERT_TRUE(bench.engine().undo_write(met->id));
  bench.sync();
  bench.expect_as_before();
  bench.expect_quiet();
}

TEST(Parting, ARestoredStoreKnowsThatTheyWereParted) {
  Meeting bench;
  bench.meet();
  bench.undo(bench.run);
  bench.sync();
  ASSERT_TRUE(bench.engine().after_restore());
  bench.sync(true);
  bench.expect_as_before();
  bench.expect_quiet();
  bench.expect_as_before();
}

TEST(Parting, ALinkThatIsRemovedAndMadeAgainDoesNotJoinThem) {
  Meeting bench;
  bench.meet();
  bench.undo(bench.run);
  bench.sync();
  bench.settings.links.clear();
  bench.sync();
  bench.link({"home", "work"});
  bench.sync(true);
  bench.expect_as_before();
  bench.expect_quiet();
}

TEST(Parting, AWriteThatHasNotComeToItsEndIsWaitedFor) {
  Meeting bench;
  bench.work_id = bench.servers["work"]->put(bench.at_work, "same@x");
  bench.home_id = bench.servers["home"]->put(bench.at_home, "same@x");
  bench.providers["home"]->before_call = [&](provider::Call call) {
    if (call == provider::Call::update) bench.faults["home"].force_next(provider::Fault::lost_answer);
  };
  bench.run = bench.sync(true).run;
  bench.providers["home"]->before_call = nullptr;
  EXPECT_FALSE(bench.undo(bench.run).kept.empty());
  bench.sync();
  EXPECT_TRUE(bench.undo(bench.run).kept.empty());
  bench.sync();
  bench.expect_as_before();
  bench.expect_quiet();
}

TEST(Parting, WhySaysThatTheyWereParted) {
  Meeting bench;
  bench.meet();
  bench.undo(bench.run);
  bench.sync();
  const auto answers = bench.engine().why("same@x");
  ASSERT_TRUE(answers);
  ASSERT_EQ(answers->size(), 2u);
  for (const Lineage& lineage : *answers) {
    ASSERT_EQ(lineage.places.size(), 2u);
    const std::size_t there = lineage.places[0].role == "origin" ? 0 : 1;
    EXPECT_EQ(lineage.places[there].role, "origin");
    EXPECT_EQ(lineage.places[1 - there].role, "not here");
    EXPECT_EQ(lineage.places[1 - there].why,
              "An undo parted the event here from it, so it is not made here.");
  }
}

}  // namespace
}  // namespace kalends::engine
