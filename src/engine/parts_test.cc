// Exceptions that are items of their own: "work" keeps them so, "home" in their master.
#include "engine/test_bench.h"

#include "sync/items.h"

namespace kalends::engine {
namespace {

using provider::Call;
using provider::Fault;

const std::string kSlot = "2026-03-09T09:00:00";
const std::string kNext = "2026-03-16T09:00:00";

std::string in_slot(const std::string& path, const std::string& slot = kSlot) {
  return "overrides/" + slot + (path.empty() ? "" : "/" + path);
}

Facts weekly() {
  Facts facts = meeting("Standup");
  facts.set("recurrence", "RRULE:FREQ=WEEKLY;COUNT=10");
  facts.set("location", "Room 1");
  return facts;
}

Facts weekly_with_exceptions() {
  Facts facts = weekly();
  facts.set(in_slot(""), "changed");
  facts.set(in_slot("title"), "Retro");
  facts.set(in_slot("", kNext), "excluded");
  return facts;
}

struct Parts : Bench, testing::Test {
  explicit Parts(bool follow = false) {
    Profile profile;
    profile.exceptions = ports::Exceptions::own_items;
    profile.parts_follow = follow;
    add("work", profile);
    add("home");
    link({"work", "home"});
  }
  MemoryServer& work() { return *servers["work"]; }
  MemoryServer& home() { return *servers["home"]; }
  RemoteId id_at(const std::string& name) { return servers[name]->list().front().id; }
  RemoteId part(const std::string& slot = kSlot) { return work().part(id_at("work"), slot).value(); }
  void edit(const std::string& name, const std::string& path, std::optional<std::string> value) {
    servers[name]->edit(id_at(name),
                        [&](Facts& facts) { value ? facts.set(path, *value) : void(facts.erase(path)); });
  }
  void start_at_work() {
    work().put(weekly_with_exceptions(), "uid");
    sync();
    ASSERT_EQ(only("home"), weekly_with_exceptions());
    expect_quiet();
  }
  void start_at_home() {
    home().put(weekly_with_exceptions(), "uid");
    sync();
    ASSERT_EQ(only("work"), weekly_with_exceptions());
    ASSERT_EQ(work().items().size(), 3u);
    expect_quiet();
  }
  void expect_same() {
    EXPECT_EQ(only("work"), only("home"));
    expect_quiet();
  }
  std::size_t writes_at(const std::string& name) { return servers[name]->writes().size(); }
  // The audit of the store and what the calendar saw are the same.
  void expect_audited() {
    std::map<std::string, std::size_t> done;
    for (const RunView& run : engine().log(1000).value())
      for (const WriteView& write : run.writes)
        if (write.calendar == "work" && write.state == "done") ++done[write.kind];
    std::map<std::string, std::size_t> seen;
    for (const auto& write : work().writes())
      ++seen[write.kind == ports::WriteKind::create   ? "create"
             : write.kind == ports::WriteKind::update ? "update"
                                                      : "remove"];
    EXPECT_EQ(done, seen);
  }
};
struct Instances : Parts {
  Instances() : Parts(true) {}
};

TEST_F(Parts, AreReadAsOneEvent) {
  start_at_work();
  EXPECT_EQ(home().list().size(), 1u);
  edit("work", in_slot("location"), "Room 9");
  RunReport report = sync();
  EXPECT_EQ(only("home").get(in_slot("location")), "Room 9");
  EXPECT_EQ(report.moves.size(), 2u) << "one edit read, one event updated";
  expect_same();
}

TEST_F(Parts, AreWrittenOneByOne) {
  start_at_home();
  EXPECT_EQ(work().items().at(0).facts, weekly());
  EXPECT_EQ(work().writes().size(), 3u);
  EXPECT_EQ(work().find(part())->facts.get("title"), "Retro");
  EXPECT_EQ(work().find(part(kNext))->facts, (Facts{{std::string(sync::kExcluded), "1"}}));
  std::size_t before = writes_at("work");
  edit("home", in_slot("title"), "Review");
  sync();
  ASSERT_EQ(writes_at("work"), before + 1) << "only the item that changed is written";
  EXPECT_EQ(work().writes().back().id, part());
  expect_same();
  expect_audited();
}

TEST_F(Parts, FollowTheirSeries) {
  start_at_home();
  std::size_t before = writes_at("work");
  edit("home", "location", "Room 2");
  sync();
  EXPECT_EQ(writes_at("work"), before + 2) << "the master, and the exception that says so too";
  EXPECT_EQ(work().find(part())->facts.get("location"), "Room 2");
  EXPECT_EQ(only("work").find(in_slot("location")), nullptr);
  expect_same();
  expect_audited();
}

TEST_F(Parts, ComeAndGo) {
  start_at_home();
  edit("home", in_slot("", kNext), std::nullopt);
  edit("home", in_slot("", "2026-03-23T09:00:00"), "excluded");
  sync();
  EXPECT_FALSE(work().part(id_at("work"), kNext));
  expect_same();
  expect_audited();
}

// An occurrence that somebody edits while the rest of the event is being written.
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

TEST_F(Parts, ADeltaThatTellsOfOneItemTellsNothingOfTheOthers) {
  start_at_work();
  work().edit(part(), [](Facts& facts) { facts.set("title", "Review"); });
  sync();
  EXPECT_EQ(only("home").get(in_slot("title")), "Review");
  EXPECT_EQ(only("home").get(in_slot("", kNext)), "excluded");
  edit("work", "url", "https://example.org");
  sync();
  EXPECT_EQ(only("home").get("url"), "https://example.org");
  expect_same();
}

TEST_F(Parts, ARemovedExceptionIsTheSeriesAgain) {
  start_at_work();
  work().erase(part());
  sync();
  EXPECT_EQ(only("home").find(in_slot("")), nullptr);
  EXPECT_EQ(only("home").get(in_slot("", kNext)), "excluded");
  expect_same();
}

TEST_F(Parts, AnExceptionMissingFromAWholeListingIsGone) {
  start_at_work();
  work().erase(part());
  work().kill_cursors();
  sync();
  EXPECT_EQ(only("home").find(in_slot("")), nullptr);
  expect_same();
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

TEST_F(Parts, AreRemovedWithTheirEvent) {
  start_at_home();
  home().erase(id_at("home"));
  sync();
  EXPECT_TRUE(work().items().empty());
  expect_quiet();
  expect_audited();
}

TEST_F(Instances, GoWithTheirMaster) {
  start_at_home();
  std::size_t before = writes_at("work");
  home().erase(id_at("home"));
  sync();
  EXPECT_TRUE(work().items().empty());
  EXPECT_EQ(writes_at("work"), before + 1);
  expect_quiet();
  expect_audited();
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

// The process dies, or the answer does, at each call of the first write of an event that is three items.
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
    EXPECT_EQ(work().list().back().facts, home().list().back().facts);
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

TEST_F(Parts, AMovedSeriesTakesItsExceptionsAlong) {
  start_at_home();
  home().edit(id_at("home"), [](Facts& facts) {
    facts.set("when", "zoned 2026-03-02T10:00:00 PT1H Etc/UTC");
    facts.erase_under("overrides/");
    facts.set("overrides/2026-03-09T10:00:00", "changed");
    facts.set("overrides/2026-03-09T10:00:00/title", "Retro");
    facts.set("overrides/2026-03-16T10:00:00", "excluded");
  });
  sync();
  EXPECT_EQ(work().items().size(), 3u);
  EXPECT_EQ(only("work").get("overrides/2026-03-09T10:00:00/title"), "Retro");
  expect_same();
  expect_audited();
}

TEST_F(Parts, UndoTakesBackWhatWasSaidOfAnOccurrence) {
  start_at_work();
  edit("home", in_slot("title"), "Wrong");
  RunReport report = sync();
  EXPECT_EQ(only("work").get(in_slot("title")), "Wrong");
  ASSERT_TRUE(engine().undo_run(report.run));
  sync();
  EXPECT_EQ(only("work").get(in_slot("title")), "Retro");
  expect_same();
}

TEST_F(Parts, UndoOfACopyTakesAllItsItemsBack) {
  home().put(weekly_with_exceptions(), "uid");
  RunReport report = sync();
  ASSERT_TRUE(engine().undo_run(report.run));
  sync();
  EXPECT_TRUE(work().items().empty());
  EXPECT_EQ(only("home"), weekly_with_exceptions());
  expect_quiet();
}

TEST_F(Parts, LineageAndListsSpeakOfOneEvent) {
  start_at_work();
  auto lineage = engine().why("Standup").value();
  ASSERT_EQ(lineage.size(), 1u);
  bool found = false;
  for (const FieldLineage& field : lineage.front().fields) {
    found |= field.path == in_slot("title");
    EXPECT_EQ(field.from, "work");
  }
  EXPECT_TRUE(found);
  EXPECT_EQ(engine().status().value().calendars.front().events, 1u);
  auto exported = engine().events_of(CalendarId("work")).value();
  ASSERT_EQ(exported.size(), 1u);
  EXPECT_EQ(calendar::to_facts(exported.front()), weekly_with_exceptions());
}

TEST_F(Parts, NewNamesOfAllItemsAreTheSameEvent) {
  start_at_home();
  work().rename_all();
  sync();
  EXPECT_EQ(home().list().size(), 1u);
  EXPECT_EQ(work().items().size(), 3u);
  expect_same();
}

TEST_F(Parts, ARestoredStoreFindsThemAgain) {
  start_at_home();
  ASSERT_TRUE(engine().after_restore());
  sync();
  EXPECT_EQ(work().items().size(), 3u);
  expect_same();
}

struct PartsWithMail : Bench, testing::Test {};

TEST_F(PartsWithMail, AreHeldAsOneEvent) {
  Profile profile;
  profile.exceptions = ports::Exceptions::own_items;
  profile.schedules = true;
  MemoryServer& work = add("work", profile);
  MemoryServer& home = add("home");
  link({"work", "home"});
  Facts facts = weekly_with_exceptions();
  facts.set("organizer", "address=mailto:me@example.org");
  facts.set("attendees/mailto:ann@example.org", "name=Ann");
  work.put(facts, "uid");
  sync();
  home.edit(home.list().front().id, [](Facts& f) { f.set("location", "Room 2"); });
  sync();
  auto held = engine().held().value();
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held.front().kind, "mail");
  EXPECT_EQ(held.front().count, 1);
  EXPECT_TRUE(work.outbox().empty());
  ASSERT_TRUE(engine().approve(held.front().id));
  RunReport report = sync();
  EXPECT_EQ(report.messages_sent, 1u);
  EXPECT_EQ(work.list().front().facts.get("location"), "Room 2");
  EXPECT_EQ(work.list().front().facts.find(in_slot("location")), nullptr);
  expect_quiet();
}

struct Masked : Bench, testing::Test {};

TEST_F(Masked, ExceptionsShowTheirTimesAlone) {
  add("work");
  Profile profile;
  profile.exceptions = ports::Exceptions::own_items;
  MemoryServer& home = add("home", profile);
  link({"work", "home"}).privacy.mask = true;
  Facts facts = weekly_with_exceptions();
  facts.set(in_slot("when"), "zoned 2026-03-09T14:00:00 PT1H Etc/UTC");
  servers["work"]->put(facts, "uid");
  sync();
  ASSERT_EQ(home.items().size(), 3u);
  for (const auto& item : home.items()) {
    for (const char* secret : {"Standup", "Retro", "Room 1"})
      EXPECT_EQ(calendar::encode(item.facts).find(secret), std::string::npos) << secret;
  }
  expect_quiet();
}

}  // namespace
}  // namespace kalends::engine
