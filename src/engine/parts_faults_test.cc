// Exceptions that are items of their own, when something comes between: another edit, a lost answer, a missing master.
#include "engine/parts_bench.h"

namespace kalends::engine {
namespace {

using provider::Call;
using provider::Fault;

TEST_F(Parts, AStaleSecondWriteIsPlannedAgainInTheSameCycle) {
  start_at_home();
  edit("home", "title", "Daily");
  edit("home", "location", "Room 2");
  int updates = 0;
  providers["work"]->before_call = [&](Call call) {
    if (call == Call::update && ++updates == 2)
      work().edit(part(), [](Facts& facts) { facts.set("description", "bring cake"); });
  };
  sync();
  providers["work"]->before_call = nullptr;
  EXPECT_EQ(updates, 3);
  EXPECT_EQ(only("work").get("title"), "Daily");
  EXPECT_EQ(only("work").get(in_slot("title")), "Retro");
  EXPECT_EQ(only("work").get(in_slot("description")), "bring cake");
  sync();
  EXPECT_EQ(only("home").get(in_slot("description")), "bring cake");
  EXPECT_EQ(only("home").find(in_slot("location")), nullptr) << "what was half written is nobody's edit";
  expect_same();
  expect_audited();
}

TEST_F(Parts, AnOrphanWaitsForItsMaster) {
  const RemoteId orphan = work().put_part({RemoteId("later"), kSlot}, meeting("Retro", 9));
  sync();
  expect_quiet();
  EXPECT_TRUE(home().list().empty()) << "an exception is no event";
  work().erase(orphan);
  const auto series = work().put(weekly(), "uid");
  work().put_part({series, kSlot}, meeting("Retro", 9));
  sync();
  EXPECT_EQ(only("home").get(in_slot("title")), "Retro");
  expect_same();
}

TEST_F(Parts, ThatCameBeforeTheirMasterJoinItWhenItComes) {
  const auto series = work().put(weekly_with_exceptions(), "uid");
  work().spoil(series, true);
  sync();
  EXPECT_TRUE(home().list().empty());
  work().spoil(series, false);
  sync();
  EXPECT_EQ(only("home"), weekly_with_exceptions());
  expect_same();
}

TEST_F(Parts, OneThatCannotBeReadIsUnknown) {
  start_at_work();
  work().spoil(part(), true);
  sync();
  EXPECT_EQ(only("home"), weekly_with_exceptions()) << "neither gone nor changed";
  edit("home", in_slot("title"), "Review");
  edit("home", "url", "https://example.org");
  sync();
  EXPECT_EQ(work().find(id_at("work"))->facts.get("url"), "https://example.org") << "the rest goes on";
  EXPECT_EQ(work().find(part())->facts.get("title"), "Retro") << "nothing is written over what is unknown";
  expect_quiet();
  work().spoil(part(), false);
  sync();
  EXPECT_EQ(only("work").get(in_slot("title")), "Review");
  expect_same();
}

TEST_F(Parts, ANewOneThatCannotBeReadIsNoneYet) {
  start_at_work();
  edit("work", in_slot("", "2026-03-23T09:00:00"), "excluded");
  work().spoil(part("2026-03-23T09:00:00"), true);
  sync();
  EXPECT_EQ(only("home"), weekly_with_exceptions());
  edit("home", in_slot("title", "2026-03-23T09:00:00"), "Ours");
  sync();
  EXPECT_EQ(work().items().size(), 4u) << "nothing is made beside it";
  work().spoil(part("2026-03-23T09:00:00"), false);
  sync();
  sync();
  expect_same();
}

TEST_F(Parts, AnEditedOneSavesTheEventFromDeletion) {
  start_at_home();
  home().erase(id_at("home"));
  bool edited = false;
  providers["work"]->before_call = [&](Call call) {
    if (call == Call::remove && !std::exchange(edited, true))
      work().edit(part(kSlot), [](Facts& facts) { facts.set("title", "Not this one"); });
  };
  sync();
  providers["work"]->before_call = nullptr;
  sync();
  EXPECT_EQ(only("home").get(in_slot("title")), "Not this one");
  EXPECT_EQ(only("home").get(in_slot("", kNext)), "excluded");
  expect_same();
}

TEST_F(Parts, LeftBehindByTheirMasterGoWithTheEvent) {
  start_at_work();
  work().erase(id_at("work"));
  EXPECT_EQ(work().items().size(), 2u);
  sync();
  EXPECT_TRUE(home().list().empty());
  EXPECT_TRUE(work().items().empty());
  expect_quiet();
  expect_audited();
}

TEST_F(Parts, LeftBehindStayWhileTheDeletionIsHeld) {
  for (int day = 1; day <= 8; ++day) {
    Facts facts = weekly_with_exceptions();
    facts.set("title", "Series " + std::to_string(day));
    work().put(facts, "uid" + std::to_string(day));
  }
  sync();
  for (const auto& item : work().list()) work().erase(item.id);
  const std::size_t left = work().items().size();
  sync();
  EXPECT_EQ(home().list().size(), 8u);
  EXPECT_EQ(work().items().size(), left);
  auto held = engine().held().value();
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held.front().kind, "emptied") << "exceptions without their masters are no events";
  ASSERT_TRUE(engine().reject(held.front().id));
  sync();
  sync();
  EXPECT_EQ(work().list().size(), 8u);
  EXPECT_EQ(work().items().size(), 24u) << "what was left behind is made anew, not doubled";
  expect_quiet();
}

TEST_F(Parts, LeftBehindWhileTheEventIsEditedElsewhereAreMadeAnew) {
  start_at_work();
  work().erase(id_at("work"));
  edit("home", "title", "Still on");
  sync();
  sync();
  EXPECT_EQ(work().items().size(), 3u);
  EXPECT_EQ(only("work").get("title"), "Still on");
  EXPECT_EQ(only("work").get(in_slot("title")), "Retro");
  expect_same();
}

TEST_F(Parts, ALostAnswerAtAnyPointDoublesNothing) {
  for (int at = 0; at < 6; ++at) {
    SCOPED_TRACE(at);
    const std::string uid = "uid" + std::to_string(at);
    Facts facts = weekly_with_exceptions();
    facts.set("title", "Series " + std::to_string(at));
    home().put(facts, uid);
    int calls = 0;
    providers["work"]->before_call = [&](Call call) {
      if (call != Call::changes && calls++ == at) faults["work"].force_next(Fault::lost_answer);
    };
    sync();
    providers["work"]->before_call = nullptr;
    sync();
    sync();
    EXPECT_EQ(work().list().size(), static_cast<std::size_t>(at) + 1);
    EXPECT_EQ(work().items().size(), static_cast<std::size_t>(3 * at) + 3);
    std::set<std::string> there, here;
    for (const auto& item : work().list()) there.insert(calendar::encode(item.facts));
    for (const auto& item : home().list()) here.insert(calendar::encode(item.facts));
    EXPECT_EQ(there, here);
    expect_quiet();
  }
}

TEST_F(Parts, ALostAnswerOfAnyUpdateIsNobodysEdit) {
  start_at_home();
  for (int at = 0; at < 6; ++at) {
    SCOPED_TRACE(at);
    edit("home", "title", "Title " + std::to_string(at));
    edit("home", "location", "Room 1" + std::to_string(at));
    edit("home", in_slot("description"), "About " + std::to_string(at));
    edit("home", in_slot("", kNext), at % 2 == 0 ? std::nullopt : std::optional<std::string>("excluded"));
    int calls = 0;
    providers["work"]->before_call = [&](Call call) {
      if (call != Call::changes && calls++ == at) faults["work"].force_next(Fault::lost_answer);
    };
    sync();
    providers["work"]->before_call = nullptr;
    const RunReport report = sync();
    for (const Move& move : report.moves) EXPECT_NE(move.kind, Move::Kind::pull) << move.why;
    EXPECT_EQ(only("home").get("title"), "Title " + std::to_string(at));
    EXPECT_EQ(only("home").find(in_slot("location")), nullptr);
    EXPECT_TRUE(engine().conflicts(false).value().empty());
    expect_same();
  }
}

TEST_F(Parts, AnUnreachableCalendarBetweenTwoWritesIsGoneOnWith) {
  start_at_home();
  edit("home", "location", "Room 2");
  int updates = 0;
  providers["work"]->before_call = [&](Call call) {
    if (call == Call::update && ++updates == 2) faults["work"].force_next(Fault::unreachable);
  };
  RunReport report = sync();
  providers["work"]->before_call = nullptr;
  EXPECT_EQ(report.errors.size(), 1u);
  EXPECT_EQ(only("work").get(in_slot("location")), "Room 1") << "half of it is written";
  edit("work", in_slot("description"), "by a person meanwhile");
  sync();
  sync();
  EXPECT_EQ(only("work").get("location"), "Room 2");
  EXPECT_EQ(only("work").find(in_slot("location")), nullptr);
  EXPECT_EQ(only("home").get(in_slot("description")), "by a person meanwhile");
  expect_same();
  expect_audited();
}

}  // namespace
}  // namespace kalends::engine
