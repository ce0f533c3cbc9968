// The laws of syncing where they need people's decisions, several cycles or several events.
#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

TEST(Laws, AParkedConflictThatEndedByItselfIsClosed) {
  TwoCalendars bench;
  bench.settings.links.front().conflict.rest.kind = sync::Policy::Kind::ask;
  auto id = bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.sync();
  auto copy = bench.servers["home"]->list().front().id;
  bench.servers["work"]->edit(id, [](Facts& f) { f.set("title", "W"); });
  bench.servers["home"]->edit(copy, [](Facts& f) { f.set("title", "H"); });
  EXPECT_EQ(bench.sync().conflicts_open, 1u);
  bench.servers["home"]->edit(copy, [](Facts& f) { f.set("title", "W"); });
  EXPECT_EQ(bench.sync().conflicts_open, 0u);
  bench.servers["home"]->edit(copy, [](Facts& f) { f.set("title", "Next"); });
  bench.sync();
  EXPECT_EQ(bench.only("work").get("title"), "Next");
  bench.expect_quiet();
}

TEST(Laws, AParkedConflictEndsWithItsEvent) {
  TwoCalendars bench;
  bench.settings.links.front().conflict.rest.kind = sync::Policy::Kind::ask;
  auto id = bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.sync();
  auto copy = bench.servers["home"]->list().front().id;
  bench.servers["work"]->edit(id, [](Facts& f) { f.set("title", "W"); });
  bench.servers["home"]->edit(copy, [](Facts& f) { f.set("title", "H"); });
  bench.sync();
  bench.servers["work"]->erase(id);
  bench.servers["home"]->erase(copy);
  bench.sync();
  EXPECT_TRUE(bench.engine().conflicts()->empty());
}

TEST(Laws, BothPartsOfAParkedScheduleAreResolvedTogether) {
  TwoCalendars bench;
  bench.settings.links.front().conflict.rest.kind = sync::Policy::Kind::ask;
  Facts series = meeting("Standup");
  series.set("recurrence", "RRULE:FREQ=WEEKLY");
  auto id = bench.servers["work"]->put(series, "a@x");
  bench.sync();
  auto copy = bench.servers["home"]->list().front().id;
  bench.servers["work"]->edit(id, [](Facts& f) { f.set("when", "zoned 2026-03-02T10:00:00 PT1H Etc/UTC"); });
  bench.servers["home"]->edit(copy, [](Facts& f) { f.set("recurrence", "RRULE:FREQ=DAILY"); });
  bench.sync();
  auto conflicts = bench.engine().conflicts();
  ASSERT_FALSE(conflicts->empty());
  ASSERT_TRUE(bench.engine().resolve(conflicts->front().id, Take::calendar, CalendarId("home")));
  EXPECT_TRUE(bench.engine().conflicts()->empty());
  bench.sync();
  EXPECT_EQ(bench.only("work"), bench.only("home"));
  EXPECT_EQ(bench.only("work").get("recurrence"), "RRULE:FREQ=DAILY");
  EXPECT_EQ(bench.only("work").get("when"), meeting("").get("when"));
  bench.expect_quiet();
}

TEST(Laws, ALinkBetweenCalendarsThatWereSyncedBeforeMatchesWhatTheyHold) {
  Bench bench;
  bench.add("work");
  bench.add("home");
  for (int day = 1; day <= 9; ++day) {
    bench.servers["work"]->put(meeting("Same " + std::to_string(day), day), "uid" + std::to_string(day));
    bench.servers["home"]->put(meeting("Same " + std::to_string(day), day),
                               day <= 5 ? "uid" + std::to_string(day) : "");
  }
  bench.sync();
  bench.link({"work", "home"});
  bench.sync(true);
  EXPECT_EQ(bench.servers["work"]->list().size(), 9u);
  EXPECT_EQ(bench.servers["home"]->list().size(), 9u);
  bench.expect_quiet();
}

TEST(Laws, APersonsOwnItemIsNeverTakenForTheMaskedCopyThatWasMeantToBeThere) {
  for (bool opposing : {false, true}) {
    Bench bench;
    bench.add("work");
    bench.add("home");
    sync::Link& busy = bench.link({"work", "home"});
    busy.privacy.mask = true;
    busy.direction = sync::Direction::one_way;
    busy.from = CalendarId("work");
    if (opposing) {
      sync::Link& full = bench.link({"home", "work"});
      full.direction = sync::Direction::one_way;
      full.from = CalendarId("home");
    }
    bench.servers["work"]->put(meeting("Dentist"), "same-uid");
    auto own = bench.servers["home"]->put(meeting("Dentist"), "same-uid");
    bench.servers["home"]->vanish(true);
    bench.sync(true);
    bench.servers["home"]->vanish(false);
    bench.sync(true);
    bench.sync(true);
    ASSERT_NE(bench.servers["home"]->find(own), nullptr);
    EXPECT_EQ(bench.servers["home"]->find(own)->facts.get("title"), "Dentist") << opposing;
    bench.expect_quiet();
  }
}

TEST(Laws, AnEmptiedMaskedCalendarIsHeldToo) {
  TwoCalendars bench;
  bench.settings.links.front().privacy.mask = true;
  for (int day = 1; day <= 6; ++day)
    bench.servers["work"]->put(meeting("Event", day), "uid" + std::to_string(day));
  bench.sync();
  bench.servers["home"]->clear();
  RunReport report = bench.sync();
  ASSERT_EQ(report.held_waiting, 1u);
  EXPECT_EQ(bench.engine().held()->front().kind, "emptied");
  ASSERT_TRUE(bench.engine().reject(bench.engine().held()->front().id));
  bench.sync();
  EXPECT_EQ(bench.servers["home"]->list().size(), 6u);
  EXPECT_EQ(bench.servers["work"]->list().size(), 6u);
  bench.expect_quiet();
}

Facts invited(const std::string& title) {
  Facts out = meeting(title);
  out.set("organizer", "address=mailto:me@example.org");
  out.set("attendees/mailto:bob@example.org", "name=Bob");
  return out;
}

TEST(Laws, BetweenOriginsWithAttendeesADeletionIsHeld) {
  TwoCalendars bench;
  bench.servers["work"]->put(invited("Board"), "a@x");
  auto id = bench.servers["home"]->put(invited("Board"), "a@x");
  bench.sync();
  EXPECT_EQ(bench.writes(), 0u);
  bench.servers["home"]->erase(id);
  RunReport report = bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
  ASSERT_EQ(report.held_waiting, 1u);
  EXPECT_EQ(bench.engine().held()->front().kind, "shared_delete");
  ASSERT_TRUE(bench.engine().approve(bench.engine().held()->front().id));
  bench.sync();
  EXPECT_TRUE(bench.servers["work"]->list().empty());
  bench.expect_quiet();
}

TEST(Laws, KeepBothAcrossAMaskShowsNothing) {
  TwoCalendars bench;
  bench.settings.links.front().conflict.rest.kind = sync::Policy::Kind::both;
  bench.settings.links.front().privacy.mask = true;
  auto id = bench.servers["work"]->put(invited("Surgery"), "a@x");
  bench.sync();
  auto copy = bench.servers["home"]->list().front().id;
  bench.servers["work"]->edit(id, [](Facts& f) { f.set("when", meeting("", 4).get("when")); });
  bench.clock.ms += 10'000;
  bench.servers["home"]->edit(copy, [](Facts& f) { f.set("when", meeting("", 5).get("when")); });
  bench.sync();
  bench.sync();
  for (const auto& item : bench.servers["home"]->list()) EXPECT_EQ(item.facts.get("title"), "Busy");
  int people = 0;
  for (const auto& item : bench.servers["work"]->list())
    people += item.facts.find("attendees/mailto:bob@example.org") != nullptr ? 1 : 0;
  EXPECT_EQ(people, 1) << "nobody is invited a second time";
  bench.expect_quiet();
}

TEST(Laws, AFilterByAttendeeSeesTheOrigin) {
  TwoCalendars bench;
  bench.settings.links.front().filter.attendee = "^bob@";
  bench.servers["work"]->put(invited("Board"), "a@x");
  bench.servers["work"]->put(meeting("Alone", 3), "b@x");
  bench.sync();
  EXPECT_EQ(bench.only("home"), meeting("Board"));
  bench.expect_quiet();
}

TEST(Laws, WhatPeopleMadeAtTheEndOfALinkIsNotTheFiltersToTake) {
  Bench bench;
  bench.add("work");
  bench.add("home");
  sync::Link& link = bench.link({"work", "home"});
  link.direction = sync::Direction::one_way;
  link.from = CalendarId("work");
  link.filter.title = "^team";
  bench.servers["work"]->put(meeting("Lunch"), "same@x");
  auto own = meeting("My lunch");
  own.set("location", "At home");
  auto mine = bench.servers["home"]->put(own, "same@x");
  bench.sync(true);
  bench.sync();
  EXPECT_EQ(bench.only("home"), own);
  EXPECT_TRUE(bench.engine().conflicts(false)->empty());
  bench.expect_quiet();
  bench.servers["home"]->edit(mine, [](Facts& f) { f.set("title", "Mine"); });
  bench.sync();
  EXPECT_EQ(bench.only("work"), meeting("Lunch"));
  // What the filter lets through meets the person's item, and what it kept out again leaves it where it is.
  auto source = bench.servers["work"]->list().front().id;
  bench.servers["work"]->edit(source, [](Facts& f) { f.set("title", "Team lunch"); });
  bench.sync();
  bench.sync();
  EXPECT_EQ(bench.only("home").get("title"), "Team lunch");
  EXPECT_FALSE(bench.engine().conflicts(false)->empty());
  bench.servers["work"]->edit(source, [](Facts& f) { f.set("title", "Lunch"); });
  bench.sync();
  EXPECT_EQ(bench.servers["home"]->list().size(), 1u);
  bench.expect_quiet();
}

TEST(Laws, ARejectedMailStaysUnsentUntilTheEventChangesAgain) {
  Bench bench;
  Profile strict;
  strict.schedules = true;
  bench.add("work", strict);
  bench.add("home");
  bench.link({"work", "home"});
  bench.servers["work"]->put(invited("Board"), "a@x");
  bench.sync();
  auto copy = bench.servers["home"]->list().front().id;
  bench.servers["home"]->edit(copy, [](Facts& f) { f.set("title", "First"); });
  bench.sync();
  ASSERT_EQ(bench.engine().held()->size(), 1u);
  ASSERT_TRUE(bench.engine().reject(bench.engine().held()->front().id));
  bench.sync();
  bench.sync();
  EXPECT_TRUE(bench.engine().held()->empty());
  EXPECT_EQ(bench.only("work").get("title"), "Board");
  bench.servers["home"]->edit(copy, [](Facts& f) { f.set("title", "Second"); });
  bench.sync();
  EXPECT_EQ(bench.engine().held()->size(), 1u);
  EXPECT_TRUE(bench.servers["work"]->outbox().empty());
}

TEST(Laws, AnEditWhereAMailWasRejectedIsAConflictWithWhatStayedUnsent) {
  Bench bench;
  Profile strict;
  strict.schedules = true;
  bench.add("work", strict);
  bench.add("home");
  bench.link({"work", "home"});
  auto board = bench.servers["work"]->put(invited("Board"), "a@x");
  bench.sync();
  auto copy = bench.servers["home"]->list().front().id;
  bench.servers["home"]->edit(copy, [](Facts& f) { f.set("title", "Unsent"); });
  bench.sync();
  ASSERT_TRUE(bench.engine().reject(bench.engine().held()->front().id));
  bench.sync();
  bench.clock.ms += 60'000;
  bench.servers["work"]->edit(board, [](Facts& f) { f.set("title", "Board of directors"); });
  bench.sync();
  bench.sync();
  EXPECT_EQ(bench.only("home").get("title"), "Board of directors");
  auto conflicts = bench.engine().conflicts(false);
  ASSERT_EQ(conflicts->size(), 1u);
  EXPECT_EQ(conflicts->front().base, "Board");
  EXPECT_EQ(conflicts->front().sides.size(), 2u);
  EXPECT_EQ(conflicts->front().sides.back().value, "Unsent");
  EXPECT_TRUE(bench.servers["work"]->outbox().empty());
  bench.expect_quiet();
}

TEST(Laws, ARejectionIsOfTheContentsThatWereShown) {
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
  ASSERT_TRUE(bench.engine().reject(bench.engine().held()->front().id));
  for (const auto& item : bench.servers["home"]->list())
    if (item.facts.get("title") == list[0].facts.get("title"))
      bench.servers["home"]->edit(item.id, [](Facts& f) { f.set("title", "Mine"); });
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->find(list[0].id)->facts.get("title"), "Mine")
      << "an edit made after the rejection is no part of it";
  EXPECT_TRUE(bench.servers["work"]->find(list[1].id)->facts.get("title").ends_with("(new)"));
  bench.expect_quiet();
}

TEST(Laws, AnApprovalIsUsedUp) {
  Bench bench;
  Profile strict;
  strict.schedules = true;
  bench.add("work", strict);
  bench.add("home");
  bench.link({"work", "home"});
  bench.servers["work"]->put(invited("Board"), "a@x");
  bench.sync();
  auto copy = bench.servers["home"]->list().front().id;
  bench.servers["home"]->edit(copy, [](Facts& f) { f.set("title", "First"); });
  bench.sync();
  ASSERT_TRUE(bench.engine().approve(bench.engine().held()->front().id));
  bench.sync();
  std::size_t sent = bench.servers["work"]->outbox().size();
  EXPECT_GT(sent, 0u);
  bench.sync();
  for (const char* title : {"Second", "First"}) {
    bench.servers["home"]->edit(copy, [&](Facts& f) { f.set("title", title); });
    bench.sync();
    EXPECT_EQ(bench.servers["work"]->outbox().size(), sent) << title;
  }
}

// What may not be written into a calendar yet must not be seen beyond it either.
TEST(Laws, NothingPassesThroughACalendarWhoseFirstRunWaits) {
  for (bool unreachable : {false, true}) {
    Bench bench;
    Profile feed;
    feed.read_only = true;
    feed.keeps_marks = false;
    bench.add("home");  // first in order, so that it would be written first
    bench.add("feed", feed);
    bench.add("work");
    sync::Link& holidays = bench.link({"feed", "work"});
    holidays.direction = sync::Direction::one_way;
    holidays.from = CalendarId("feed");
    bench.link({"work", "home"});
    bench.servers["feed"]->put(meeting("Holiday", 3), "h@x");
    bench.servers["work"]->put(meeting("Standup", 2), "a@x");
    bench.sync();
    EXPECT_EQ(bench.only("home").get("title"), "Standup");
    if (unreachable) bench.servers["work"]->vanish(true);
    bench.sync();
    EXPECT_EQ(bench.only("home").get("title"), "Standup");
    bench.servers["work"]->vanish(false);
    bench.sync();
    auto held = bench.engine().held();
    ASSERT_TRUE(held);
    ASSERT_EQ(held->size(), 1u);
    EXPECT_EQ(held->front().kind, "first_run");
    EXPECT_EQ(held->front().calendar.value, "work");
    EXPECT_EQ(held->front().work.size(), 2u) << "the question shows what would pass through, too";
    ASSERT_TRUE(bench.engine().approve(held->front().id));
    bench.sync();
    EXPECT_EQ(bench.servers["work"]->list().size(), 2u);
    EXPECT_EQ(bench.servers["home"]->list().size(), 2u);
    bench.expect_quiet();
  }
}

TEST(Laws, AFirstRunOfThreeCalendarsIsHeldWhereTheyHoldEvents) {
  Bench bench;
  for (const char* name : {"work", "home", "phone"}) bench.add(name);
  bench.link({"work", "home", "phone"});
  bench.servers["work"]->put(meeting("From work"), "a@x");
  bench.servers["home"]->put(meeting("From home", 3), "b@x");
  RunReport held = bench.sync();
  EXPECT_EQ(held.held_waiting, 2u);
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
  EXPECT_EQ(bench.servers["home"]->list().size(), 1u);
  EXPECT_EQ(bench.servers["phone"]->list().size(), 2u) << "the empty one is filled";
  auto waiting = bench.engine().held();
  for (const HeldView& view : *waiting) EXPECT_TRUE(bench.engine().approve(view.id));
  bench.sync();
  for (const char* name : {"work", "home", "phone"})
    EXPECT_EQ(bench.servers[name]->list().size(), 2u) << name;
  bench.expect_quiet();
}

TEST(Laws, TwoProgramsThatUndoEachOtherAreHeld) {
  TwoCalendars bench;
  auto id = bench.servers["work"]->put(meeting("A"), "a@x");
  bench.sync();
  auto copy = bench.servers["home"]->list().front().id;
  std::size_t before = bench.writes();
  // Another program at home writes the old title back each time.
  for (int i = 0; i < 8; ++i) {
    bench.servers["work"]->edit(id, [&](Facts& f) { f.set("title", "B"); });
    bench.sync();
    bench.servers["home"]->edit(copy, [&](Facts& f) { f.set("title", "A"); });
    bench.sync();
  }
  EXPECT_LE(bench.writes() - before, 8u);
  ASSERT_FALSE(bench.engine().held()->empty());
  EXPECT_EQ(bench.engine().held()->front().kind, "oscillating");
}

// A circle that waits is not let go by time, and a person who changes their mind now and then makes none.
TEST(Laws, ACircleIsAMatterOfADayAndWaitsLonger) {
  constexpr std::int64_t kDayMs = 24 * 3'600'000;
  for (bool weeks : {true, false}) {
    TwoCalendars bench;
    auto id = bench.servers["work"]->put(meeting("A"), "a@x");
    bench.sync();
    auto copy = bench.servers["home"]->list().front().id;
    for (int i = 0; i < 5; ++i) {
      if (weeks) bench.clock.ms += 7 * kDayMs;
      bench.servers["work"]->edit(id, [&](Facts& f) { f.set("title", "B"); });
      bench.sync();
      if (i < 4) bench.servers["home"]->edit(copy, [&](Facts& f) { f.set("title", "A"); });
      bench.sync();
    }
    EXPECT_EQ(bench.engine().held()->size(), weeks ? 0u : 1u);
    if (weeks) continue;
    std::size_t before = bench.writes();
    bench.clock.ms += 3 * kDayMs;
    bench.sync();
    EXPECT_EQ(bench.writes(), before) << "only a person lets it go";
    ASSERT_EQ(bench.engine().held()->size(), 1u);
    ASSERT_TRUE(bench.engine().approve(bench.engine().held()->front().id));
    bench.sync();
    EXPECT_EQ(bench.only("home").get("title"), bench.only("work").get("title"));
    bench.expect_quiet();
  }
}

// People made the event on both sides, so it stays at home on both sides, whatever becomes of the link.
TEST(Laws, APairThatWasMatchedStaysAPairWhenItsLinkBecomesOneWay) {
  TwoCalendars bench;
  auto at_work = bench.servers["work"]->put(meeting("Standup"), "a@x");
  auto at_home = bench.servers["home"]->put(meeting("Standup"), "a@x");
  bench.sync(true);
  bench.settings.links.front().direction = sync::Direction::one_way;
  bench.settings.links.front().from = CalendarId("work");
  bench.expect_quiet();
  bench.servers["work"]->edit(at_work, [](Facts& f) { f.set("location", "Room 4"); });
  bench.servers["home"]->edit(at_home, [](Facts& f) { f.set("description", "Mine"); });
  bench.sync();
  for (const char* name : {"work", "home"}) {
    EXPECT_EQ(bench.only(name).get("location"), "Room 4") << name;
    EXPECT_EQ(bench.only(name).get("description"), "Mine") << name;
  }
  bench.expect_quiet();
  bench.servers["work"]->edit(at_work, [](Facts& f) { f.set("title", "W"); });
  bench.servers["home"]->edit(at_home, [](Facts& f) { f.set("title", "H"); });
  bench.sync();
  EXPECT_EQ(bench.only("work").get("title"), bench.only("home").get("title"));
  EXPECT_EQ(bench.engine().conflicts(false)->size(), 1u) << "the title that lost is kept";
  bench.expect_quiet();
  // What is new is the link's alone: a copy, from which nothing comes back.
  bench.servers["work"]->put(meeting("Review", 5), "b@x");
  bench.sync();
  for (const auto& item : bench.servers["home"]->list())
    if (item.id != at_home) bench.servers["home"]->edit(item.id, [](Facts& f) { f.set("title", "Mine"); });
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->list().size(), 2u);
  for (const auto& item : bench.servers["work"]->list()) EXPECT_NE(item.facts.get("title"), "Mine");
  bench.expect_quiet();
}

TEST(Laws, UnknownPropertiesAreCarried) {
  TwoCalendars bench;
  auto id = bench.servers["work"]->put(meeting("Standup"), "a@x");
  bench.sync();
  bench.servers["home"]->edit(bench.servers["home"]->list().front().id,
                              [](Facts& f) { f.set("unknown/X-OTHER", "X-OTHER:1"); });
  bench.sync();
  EXPECT_EQ(bench.servers["work"]->find(id)->facts.get("unknown/X-OTHER"), "X-OTHER:1")
      << "unknown properties are carried";
}

}  // namespace
}  // namespace kalends::engine
