// Exceptions that are items of their own: read, written, undone and listed as one event.
#include "engine/parts_bench.h"

namespace kalends::engine {
namespace {

TEST_F(Parts, AreReadAsOneEvent) {
  start_at_work();
  EXPECT_EQ(home().list().size(), 1u);
  edit("work", in_slot("location"), "Room 9");
  RunReport report = sync();
  EXPECT_EQ(only("home").get(in_slot("location")), "Room 9");
  EXPECT_EQ(report.moves.size(), 2u) << "one edit read, one event updated";
  expect_same();
}

TEST_F(Parts, ASeriesThatIsThereAlreadyIsFoundInTheFirstCycle) {
  work().put(weekly_with_exceptions(), "one uid");
  home().put(weekly_with_exceptions(), "another uid");
  sync(true);
  EXPECT_EQ(work().items().size(), 3u) << "a series and its two exceptions";
  EXPECT_EQ(home().list().size(), 1u);
  expect_same();
}

// Linked later, what a calendar left behind of a deleted series is no event that could be matched.
TEST_F(Parts, LeftBehindAreNotMatchedAnew) {
  const auto links = std::exchange(settings.links, {});
  work().put(weekly_with_exceptions(), "uid");
  home().put(weekly_with_exceptions(), "uid");
  sync();
  work().erase(id_at("work"));
  settings.links = links;
  sync(true);
  EXPECT_EQ(home().list().size(), 1u);
  sync();
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

// The process dies, or the answer does, at each call of the first write of an event that is three items.
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
