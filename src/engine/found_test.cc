// What simulations found: each test is the shortest history that once broke a law.
#include <gtest/gtest.h>

#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

using provider::Call;
using provider::Fault;

void lose_answers_of_creates(Bench& bench, const std::string& at) {
  bench.providers[at]->before_call = [&bench, at](Call call) {
    if (call == Call::create) bench.faults[at].force_next(Fault::lost_answer);
  };
}

TEST(Found, ADeletionThatWaitsGoesOnWaitingWhenFewerWaitWithIt) {
  TwoCalendars bench;
  for (int day = 1; day <= 6; ++day)
    bench.servers["work"]->put(meeting("Event " + std::to_string(day), day), "uid" + std::to_string(day));
  bench.sync();
  bench.servers["home"]->clear();
  EXPECT_EQ(bench.sync().held_waiting, 1u);
  const auto items = bench.servers["work"]->list();
  for (int i = 0; i < 5; ++i) bench.servers["work"]->erase(items[static_cast<std::size_t>(i)].id);
  bench.sync(true);
  bench.sync();
  EXPECT_TRUE(bench.servers["work"]->find(items[5].id)) << "nobody approved its deletion";
}

TEST(Found, WhatALostAnswerLeftIsTakenAwayWhenItsEventIsDeleted) {
  Bench bench;
  bench.add("work");
  bench.add("home");
  auto& link = bench.link({"work", "home"});
  link.direction = sync::Direction::one_way;
  link.from = CalendarId("work");
  const auto id = bench.servers["work"]->put(meeting("Standup"), "uid");
  lose_answers_of_creates(bench, "home");
  bench.sync();
  bench.providers["home"]->before_call = nullptr;
  bench.servers["work"]->erase(id);
  bench.servers["home"]->vanish(true);
  bench.sync();
  bench.servers["home"]->vanish(false);
  bench.sync();
  EXPECT_TRUE(bench.servers["home"]->list().empty());
  bench.expect_quiet();
}

TEST(Found, AnEditOfWhatALostAnswerLeftIsNoSecondEvent) {
  Bench bench;
  bench.add("work");
  Profile markless;
  markless.keeps_marks = markless.keeps_uids = markless.client_ids = false;
  bench.add("home", markless);
  bench.link({"work", "home"});
  bench.servers["work"]->put(meeting("Standup"), "uid");
  lose_answers_of_creates(bench, "home");
  bench.sync();
  bench.providers["home"]->before_call = nullptr;
  ASSERT_EQ(bench.servers["home"]->list().size(), 1u);
  bench.servers["home"]->edit(bench.servers["home"]->list()[0].id,
                              [](Facts& facts) { facts.set("title", "Daily"); });
  bench.sync();
  auto held = bench.engine().held();
  ASSERT_TRUE(held);
  ASSERT_EQ(held->size(), 1u);
  EXPECT_EQ(held->front().kind, "unclear_create") << "no mark tells whose it is";
  ASSERT_TRUE(bench.engine().approve(held->front().id));
  bench.sync();
  bench.sync();
  EXPECT_EQ(bench.only("work").get("title"), "Daily");
  EXPECT_EQ(bench.only("home").get("title"), "Daily");
}

TEST(Found, OneOfTwoEqualEventsIsNotMadeAThirdTime) {
  Bench bench;
  bench.add("work");
  Profile own_uids;
  own_uids.keeps_uids = own_uids.keeps_marks = false;
  bench.add("home", own_uids);
  bench.link({"work", "home"});
  bench.servers["work"]->put(meeting("Standup"), "a");
  bench.servers["work"]->put(meeting("Standup"), "a");
  bench.servers["home"]->put(meeting("Standup"));
  bench.sync(true);
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 2u);
  EXPECT_EQ(bench.servers["home"]->list().size(), 2u);
}

// From home to work, while home cannot be read: what is new at work is seen first, that it is gone at home later.
TEST(Found, AMoveThatIsSeenInTwoPartsDeletesNothing) {
  Bench bench;
  bench.add("work");
  Profile plain;
  plain.keeps_marks = plain.keeps_uids = false;
  bench.add("home", plain);
  bench.link({"work", "home"});
  const auto first = bench.servers["work"]->put(meeting("Standup"));
  bench.sync();
  bench.servers["work"]->erase(first);
  bench.servers["home"]->erase(bench.servers["home"]->list()[0].id);
  bench.servers["work"]->put(meeting("Standup"));
  bench.faults["home"].force_next(Fault::unreachable);
  bench.sync();
  bench.sync();
  bench.sync();
  EXPECT_EQ(bench.only("work").get("title"), "Standup");
  EXPECT_EQ(bench.only("home").get("title"), "Standup");
}

TEST(Found, AfterARestoreACalendarThatCouldNotBeReadGetsItsEventsLater) {
  TwoCalendars bench;
  bench.servers["home"]->put(meeting("Own", 5));
  bench.servers["work"]->put(meeting("Standup"), "uid");
  EXPECT_EQ(bench.sync().held_waiting, 2u) << "the first run waits";
  ASSERT_TRUE(bench.engine().after_restore());
  bench.faults["home"].force_next(Fault::unreachable);
  bench.sync(true);
  bench.sync(true);
  bench.sync();
  EXPECT_EQ(bench.servers["home"]->list().size(), 2u);
}

// The value that a decision takes away is named by the conflict, though it came after the conflict was found.
TEST(Found, ADecisionRecordsWhatItWasBetween) {
  TwoCalendars bench;
  bench.settings.links[0].conflict = {{sync::Policy::Kind::ask, {}}, {}};
  bench.servers["work"]->put(meeting("Standup"), "uid");
  bench.sync();
  auto retitle = [&](const std::string& at, const std::string& title) {
    bench.servers[at]->edit(bench.servers[at]->list()[0].id,
                            [&](Facts& facts) { facts.set("title", title); });
  };
  retitle("work", "One");
  retitle("home", "Two");
  bench.sync();
  auto waiting = bench.engine().conflicts(true).value();
  ASSERT_EQ(waiting.size(), 1u);
  const CalendarId theirs(waiting[0].sides[0].who);
  retitle(theirs.value == "work" ? "home" : "work", "Three");
  bench.sync();
  ASSERT_TRUE(bench.engine().resolve(waiting[0].id, Take::calendar, theirs));
  bench.sync();
  const auto all = bench.engine().conflicts(false).value();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].sides[1].value, "Three");
}

// A whole listing that is older than our own write is no proof that what we wrote is gone.
struct Lagging : Bench {
  Lagging() {
    add("work");
    Profile late;
    late.lag_ms = 600'000;
    late.delta = false;
    add("home", late);
    link({"work", "home"});
    servers["work"]->put(meeting("Standup"), "uid");
    sync();
  }
};

TEST(Found, AListingThatDoesNotYetShowOurCopyDeletesNothing) {
  Lagging bench;
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
  EXPECT_EQ(bench.writes(), 1u);
  bench.clock.ms += 3'600'000;
  bench.expect_quiet();
}

TEST(Found, AnAbsenceThatCannotBeMadeSureOfWaits) {
  Lagging bench;
  bench.providers["home"]->before_call = [&](Call call) {
    if (call == Call::get) bench.faults["home"].force_next(Fault::unreachable);
  };
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
  bench.providers["home"]->before_call = nullptr;
  bench.servers["home"]->clear();
  bench.sync();
  EXPECT_TRUE(bench.servers["work"]->list().empty()) << "now its server says that it is gone";
}

void lose_answers_of_removals(Bench& bench, const std::string& at) {
  bench.providers[at]->before_call = [&bench, at](Call call) {
    if (call == Call::remove) bench.faults[at].force_next(Fault::lost_answer);
  };
}

TEST(Found, ACopyThatWasTakenBackTakesNoEventAlongWhenTheAnswerIsLost) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Standup"), "uid");
  const auto run = bench.sync().run;
  ASSERT_TRUE(bench.engine().undo_run(run));
  lose_answers_of_removals(bench, "home");
  bench.sync();
  bench.providers["home"]->before_call = nullptr;
  EXPECT_TRUE(bench.servers["home"]->list().empty());
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u) << "the person's own event stays";
  EXPECT_TRUE(bench.servers["home"]->list().empty()) << "and the copy is not made again";
  bench.expect_quiet();
}

TEST(Found, ACopyThatAFilterTookAwayTakesNoEventAlongWhenTheAnswerIsLost) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Standup"), "uid");
  bench.sync();
  bench.settings.links[0].filter.title = "^team";
  lose_answers_of_removals(bench, "home");
  bench.sync();
  bench.providers["home"]->before_call = nullptr;
  EXPECT_TRUE(bench.servers["home"]->list().empty());
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u) << "no person deleted it";
  bench.settings.links[0].filter.title.reset();
  bench.sync();
  EXPECT_EQ(bench.servers["home"]->list().size(), 1u) << "and it comes back when it may";
  bench.expect_quiet();
}

TEST(Found, ACopyOfUnknownEndIsTakenBackToo) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Standup"), "uid");
  lose_answers_of_creates(bench, "home");
  const auto run = bench.sync().run;
  bench.providers["home"]->before_call = nullptr;
  ASSERT_EQ(bench.servers["home"]->list().size(), 1u);
  const auto undone = bench.engine().undo_run(run);
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->restored, 1u);
  bench.sync();
  EXPECT_TRUE(bench.servers["home"]->list().empty());
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
  bench.expect_quiet();
}

TEST(Found, ACreateThatWasTakenBackAndNeverHappenedIsNotMade) {
  TwoCalendars bench;
  bench.servers["work"]->put(meeting("Standup"), "uid");
  bench.providers["home"]->before_call = [&](Call call) {
    if (call == Call::create) bench.faults["home"].force_next(Fault::unreachable);
  };
  const auto run = bench.sync().run;
  bench.providers["home"]->before_call = nullptr;
  auto rows = bench.engine().log_run(run);
  ASSERT_TRUE(rows);
  ASSERT_TRUE(bench.engine().undo_run(run));
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
  bench.expect_quiet();
}

// Of two writes the first is made and its answer lost, and the second meets a person's edit, so that all is planned once
// more in the same cycle. What was there before the first says nothing then.
TEST(Found, AWriteWithoutAnswerIsNobodysEditWhenTheEventMovesOn) {
  TwoCalendars bench;
  auto& work = *bench.servers["work"];
  auto& home = *bench.servers["home"];
  const RemoteId ids[] = {work.put(meeting("A", 2), "a"), work.put(meeting("B", 3), "b")};
  bench.sync();
  const auto rename = [&](const std::string& to) {
    for (const RemoteId& id : ids) work.edit(id, [&](Facts& facts) { facts.set("title", to); });
  };
  rename("Daily");
  int updates = 0;
  bench.providers["home"]->before_call = [&](Call call) {
    if (call != Call::update) return;
    if (++updates == 1) bench.faults["home"].force_next(Fault::lost_answer);
    if (updates != 2) return;
    for (const auto& item : home.list())
      if (item.facts.get("title") != "Daily")
        home.edit(item.id, [](Facts& facts) { facts.set("location", "room 1"); });
  };
  bench.sync();
  EXPECT_GE(updates, 3) << "the lost race was run again";
  bench.providers["home"]->before_call = nullptr;
  rename("Weekly");
  bench.sync();
  for (const auto* server : {&work, &home})
    for (const auto& item : server->list()) EXPECT_EQ(item.facts.get("title"), "Weekly");
  EXPECT_TRUE(bench.engine().conflicts(false)->empty()) << "nobody renamed anything at home";
}

TEST(Found, WhyKnowsTheRunOfAVersionThatAConflictKept) {
  TwoCalendars bench;
  bench.settings.links[0].conflict.rest.kind = sync::Policy::Kind::both;
  const auto id = bench.servers["work"]->put(meeting("Standup"), "uid");
  bench.sync();
  bench.servers["work"]->edit(id, [](Facts& facts) { facts.set("title", "Daily"); });
  bench.servers["home"]->edit(bench.servers["home"]->list()[0].id,
                              [](Facts& facts) { facts.set("title", "Weekly"); });
  const auto run = bench.sync().run;
  for (const char* title : {"Daily", "Weekly"}) {
    const auto answers = bench.engine().why(title);
    ASSERT_TRUE(answers) << title;
    for (const FieldLineage& field : answers->front().fields)
      if (field.path == "title") EXPECT_EQ(field.run, run) << title;
  }
}

// A write brings no answer, its calendar is then out of reach, and meanwhile the event is set back to what it was: what
// was seen there before the write does not say that the write never happened.
TEST(Found, AnUnansweredWriteIsJudgedByALaterLookAlone) {
  TwoCalendars bench;
  const auto id = bench.servers["work"]->put(meeting("Before"), "uid");
  bench.sync();
  const auto edit = [&](const char* title) {
    bench.servers["work"]->edit(id, [&](Facts& facts) { facts.set("title", title); });
  };
  edit("After");
  bench.providers["home"]->before_call = [&](provider::Call call) {
    if (call == provider::Call::update) bench.faults["home"].force_next(provider::Fault::lost_answer);
    if (call == provider::Call::changes && bench.only("home").get("title") == "After")
      bench.faults["home"].force_next(provider::Fault::unreachable);
  };
  bench.sync();
  ASSERT_EQ(bench.only("home").get("title"), "After");
  edit("Before");
  bench.sync();
  bench.providers["home"]->before_call = nullptr;
  bench.sync();
  EXPECT_EQ(bench.only("home").get("title"), "Before");
  EXPECT_EQ(bench.only("work").get("title"), "Before");
  bench.expect_quiet();
}

}  // namespace
}  // namespace kalends::engine
