// Creates without an answer where no mark can be kept: a person says whose it is.
#include <algorithm>

#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

Profile markless(bool keeps_uids = false) {
  Profile profile;
  profile.keeps_marks = false;
  profile.keeps_uids = keeps_uids;
  return profile;
}

// "Standup" of work was written to home, and the answer was lost.
struct LostAnswer : Bench {
  explicit LostAnswer(bool keeps_uids = false, bool busy = false,
                      provider::Fault fault = provider::Fault::lost_answer) {
    add("work");
    add("home", markless(keeps_uids));
    link({"work", "home"}).privacy.mask = busy;
    servers["work"]->put(meeting("Standup"), "a@x");
    lose(fault);
    sync();
  }
  void lose(provider::Fault fault) {
    providers["home"]->before_call = [this, fault, done = false](provider::Call call) mutable {
      if (call != provider::Call::create || done) return;
      done = true;
      faults["home"].force_next(fault);
    };
  }
  HeldView question() {
    auto held = engine().held();
    EXPECT_TRUE(held && held->size() == 1);
    return held && !held->empty() ? held->front() : HeldView{};
  }
  std::string role(const std::string& calendar) {
    auto lineages = engine().why("Standup");
    if (!lineages || lineages->empty()) return "none";
    for (const PlaceLineage& place : lineages->front().places)
      if (place.calendar.value == calendar) return place.role;
    return "none";
  }
};

TEST(UnclearCreate, WaitsForAPersonAndIsNotMadeAgain) {
  LostAnswer bench;
  for (int cycle = 0; cycle < 3; ++cycle) {
    RunReport report = bench.sync();
    EXPECT_EQ(report.held_waiting, 1u);
    EXPECT_EQ(bench.servers["home"]->writes().size(), 1u);
    EXPECT_EQ(bench.servers["home"]->list().size(), 1u);
    EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
  }
  HeldView question = bench.question();
  EXPECT_EQ(question.kind, "unclear_create");
  EXPECT_EQ(question.calendar.value, "home");
  EXPECT_NE(question.reason.find("\"Standup\""), std::string::npos) << question.reason;
  EXPECT_NE(question.reason.find("\"home\""), std::string::npos) << question.reason;
  EXPECT_EQ(question.work.front().title, "Standup");
}

// The answer came and named the item, but it could not be read back: its name tells that it is ours, and nobody is asked.
TEST(UnclearCreate, WhatTheAnswerNamedIsOurs) {
  Bench bench;
  bench.add("work");
  bench.add("home", markless());
  bench.link({"work", "home"});
  bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.providers["home"]->before_call = [&](provider::Call call) {
    if (call == provider::Call::get) bench.faults["home"].force_next(provider::Fault::unreachable);
  };
  bench.sync();
  bench.providers["home"]->before_call = nullptr;
  bench.servers["home"]->put(meeting("Standup"));  // somebody's own, which says the same
  EXPECT_EQ(bench.sync().held_waiting, 0u);
  ASSERT_FALSE(bench.servers["home"]->writes().empty());
  const RemoteId ours = bench.servers["home"]->writes().front().id;
  for (const auto& item : bench.servers["work"]->list())
    if (item.uid == "a@x") bench.servers["work"]->edit(item.id, [](Facts& f) { f.set("title", "Daily"); });
  bench.sync();
  EXPECT_EQ(bench.servers["home"]->find(ours)->facts.get("title"), "Daily");
}

TEST(UnclearCreate, ApprovedItIsOurCopy) {
  LostAnswer bench;
  bench.sync();
  ASSERT_TRUE(bench.engine().approve(bench.question().id));
  bench.sync();
  EXPECT_EQ(bench.role("home"), "copy");
  bench.expect_quiet();
  EXPECT_EQ(bench.servers["home"]->writes().size(), 1u);
  bench.servers["work"]->edit(bench.servers["work"]->list()[0].id, [](Facts& f) { f.set("title", "Daily"); });
  bench.sync();
  EXPECT_EQ(bench.only("home").get("title"), "Daily");
  EXPECT_TRUE(bench.engine().held()->empty());
}

TEST(UnclearCreate, RejectedItIsSomebodysOwnAndTakenAsTheEventsOther) {
  LostAnswer bench;
  bench.sync();
  ASSERT_TRUE(bench.engine().reject(bench.question().id));
  bench.sync();
  bench.expect_quiet();
  EXPECT_EQ(bench.role("home"), "origin");
  EXPECT_EQ(bench.servers["home"]->list().size(), 1u);
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
  EXPECT_TRUE(bench.engine().held()->empty());
}

// A masked copy never joins another event, so what is somebody's own is an event of its own beside it.
TEST(UnclearCreate, RejectedUnderAMaskTheCopyIsMadeBesideIt) {
  LostAnswer bench(false, true);
  bench.sync();
  ASSERT_TRUE(bench.engine().reject(bench.question().id));
  bench.sync();
  bench.expect_quiet();
  EXPECT_EQ(bench.servers["home"]->list().size(), 2u);
  EXPECT_EQ(bench.servers["work"]->list().size(), 2u);
}

TEST(UnclearCreate, WhatNothingIsSeenOfHasNotHappened) {
  LostAnswer bench(false, false, provider::Fault::unreachable);
  RunReport report = bench.sync();
  EXPECT_EQ(report.held_waiting, 0u);
  EXPECT_EQ(bench.only("home").get("title"), "Standup");
  EXPECT_EQ(bench.role("home"), "copy");
  bench.expect_quiet();
}

TEST(UnclearCreate, AUidThatOnlyWeKnowNeedsNoQuestion) {
  LostAnswer bench(true, true);
  RunReport report = bench.sync();
  EXPECT_EQ(report.held_waiting, 0u);
  EXPECT_EQ(bench.servers["home"]->writes().size(), 1u);
  EXPECT_EQ(bench.only("home").get("title"), "Busy");
  EXPECT_EQ(bench.role("home"), "copy");
  bench.expect_quiet();
}

TEST(UnclearCreate, TheSameUidIsAQuestionHoweverTheItemChanged) {
  LostAnswer bench(true);
  bench.servers["home"]->edit(bench.servers["home"]->list()[0].id, [](Facts& f) { f.set("title", "Daily"); });
  bench.sync();
  ASSERT_TRUE(bench.engine().approve(bench.question().id));
  bench.sync();
  EXPECT_EQ(bench.only("work").get("title"), "Daily") << "an edit of our copy since it was written";
  bench.expect_quiet();
}

TEST(UnclearCreate, TheQuestionOutlivesAnEditOfTheItem) {
  LostAnswer bench;
  bench.sync();
  HeldView before = bench.question();
  bench.servers["home"]->edit(bench.servers["home"]->list()[0].id, [](Facts& f) { f.set("title", "Daily"); });
  bench.sync();
  EXPECT_EQ(bench.question().id, before.id);
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
  ASSERT_TRUE(bench.engine().approve(before.id));
  bench.sync();
  EXPECT_EQ(bench.only("work").get("title"), "Daily");
  bench.expect_quiet();
}

TEST(UnclearCreate, TheQuestionGoesWithTheItem) {
  LostAnswer bench;
  bench.sync();
  bench.servers["home"]->erase(bench.servers["home"]->list()[0].id);
  RunReport report = bench.sync();
  EXPECT_EQ(report.held_waiting, 0u);
  EXPECT_EQ(bench.only("home").get("title"), "Standup");
  EXPECT_EQ(bench.servers["home"]->writes().size(), 2u);
  bench.expect_quiet();
}

// An emptied calendar is not believed, and so it does not tell that a create never happened either.
TEST(UnclearCreate, AnEmptiedCalendarIsNoAnswer) {
  Bench bench;
  bench.add("work");
  MemoryServer& home = bench.add("home", markless());
  bench.link({"work", "home"});
  for (int day = 1; day <= 6; ++day)
    bench.servers["work"]->put(meeting("Event " + std::to_string(day), day), "uid" + std::to_string(day));
  bench.sync();
  bench.servers["work"]->put(meeting("Standup", 9), "a@x");
  bench.providers["home"]->before_call = [&](provider::Call call) {
    if (call == provider::Call::create) bench.faults["home"].force_next(provider::Fault::lost_answer);
  };
  bench.sync();
  bench.providers["home"]->before_call = nullptr;
  ASSERT_EQ(home.list().size(), 7u);
  bench.sync();
  for (const auto& item : home.list())
    if (item.facts.get("title") == "Standup") home.edit(item.id, [](Facts& f) { f.set("title", "Daily"); });
  const auto whole = home.snapshot();
  home.clear();
  bench.sync();
  bench.sync();
  EXPECT_TRUE(home.list().empty()) << "nothing is written while the loss waits";
  home.restore(whole);
  bench.sync();
  auto held = bench.engine().held();
  ASSERT_TRUE(held);
  ASSERT_EQ(held->size(), 1u);
  EXPECT_EQ(held->front().kind, "unclear_create");
  ASSERT_TRUE(bench.engine().approve(held->front().id));
  bench.sync();
  bench.expect_quiet();
  EXPECT_EQ(home.list().size(), 7u);
  EXPECT_EQ(bench.servers["work"]->list().size(), 7u);
  EXPECT_TRUE(std::ranges::any_of(bench.servers["work"]->list(),
                                  [](const auto& item) { return item.facts.get("title") == "Daily"; }));
}

// Of two alike one may be ours: each is asked about, and neither is read before both are answered.
TEST(UnclearCreate, OfTwoAlikeOneMayBeOurs) {
  LostAnswer bench;
  bench.servers["home"]->put(meeting("Standup"));
  bench.sync();
  auto held = bench.engine().held();
  ASSERT_TRUE(held);
  ASSERT_EQ(held->size(), 2u);
  ASSERT_TRUE(bench.engine().reject(held->front().id));
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
  ASSERT_TRUE(bench.engine().approve(bench.question().id));
  bench.sync();
  bench.sync();
  bench.expect_quiet();
  EXPECT_EQ(bench.servers["home"]->list().size(), 2u);
  EXPECT_EQ(bench.servers["work"]->list().size(), 2u) << "the other one is an event of its own";
}

TEST(UnclearCreate, TwoEventsAlikeAreTwoQuestions) {
  Bench bench;
  bench.add("work");
  bench.add("home", markless());
  bench.link({"work", "home"});
  bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.servers["work"]->put(meeting("Standup"), "b@x");
  bench.providers["home"]->before_call = [&](provider::Call call) {
    if (call == provider::Call::create) bench.faults["home"].force_next(provider::Fault::lost_answer);
  };
  bench.sync();
  bench.providers["home"]->before_call = nullptr;
  bench.sync();
  auto held = bench.engine().held();
  ASSERT_TRUE(held);
  ASSERT_EQ(held->size(), 2u);
  for (const HeldView& one : *held) ASSERT_TRUE(bench.engine().approve(one.id));
  bench.sync();
  bench.expect_quiet();
  EXPECT_EQ(bench.servers["home"]->list().size(), 2u);
  EXPECT_EQ(bench.servers["work"]->list().size(), 2u);
}

TEST(UnclearCreate, OfADeletedEventItIsTakenAway) {
  LostAnswer bench;
  bench.servers["work"]->erase(bench.servers["work"]->list()[0].id);
  bench.sync();
  ASSERT_TRUE(bench.engine().approve(bench.question().id));
  bench.sync();
  EXPECT_TRUE(bench.servers["home"]->list().empty());
  EXPECT_TRUE(bench.servers["work"]->list().empty());
  bench.expect_quiet();
}

}  // namespace
}  // namespace kalends::engine
