// What every store promises, as one suite: a store's own test includes this file once and instantiates it
// with a harness that opens and reopens one place.
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, testing::Values([] { return
//   std::make_unique<MyHarness>(); }));
#pragma once

#include "ports/store_contract_bench.h"
#include "ports/store_contract_history.h"

namespace kalends::ports {

TEST_P(StoreContract, WhatWasNotCommittedDidNotHappen) {
  {
    auto t = begin();
    must(t->set_meta("k", "v"));
    must(t->put(CalendarRow{.id = CalendarId("work"), .address = "a"}));
    must(t->put(event_row(1)));
    EXPECT_TRUE(must(t->event(EventId(event_id(1))))) << "a transaction sees its own writes";
  }
  step([](Transaction& t) {
    EXPECT_FALSE(must(t.meta("k")));
    EXPECT_THAT(must(t.calendars()), IsEmpty());
    EXPECT_THAT(must(t.all_events()), IsEmpty());
    // The same names again, after what gave them was undone.
    must(t.put(CalendarRow{.id = CalendarId("home"), .address = "b"}));
    must(t.put(CalendarRow{.id = CalendarId("work"), .address = "a"}));
    must(t.put(item_row("work", "1")));
    EXPECT_EQ(must(t.items(CalendarId("work"))).size(), 1u);
    EXPECT_THAT(must(t.items(CalendarId("home"))), IsEmpty());
  });
}

TEST_P(StoreContract, WhatWasCommittedIsThereAfterReopening) {
  step([](Transaction& t) {
    must(t.set_meta("k", "v"));
    must(t.set_meta("k", "w"));
    must(t.set_meta("empty", ""));
    must(t.put(event_row(1)));
  });
  reopen();
  step([](Transaction& t) {
    EXPECT_EQ(must(t.meta("k")), "w");
    EXPECT_EQ(must(t.meta("empty")), "") << "empty is not absent";
    EXPECT_FALSE(must(t.meta("none")));
    EXPECT_TRUE(must(t.event(EventId(event_id(1)))));
  });
}

TEST_P(StoreContract, OnlyOneTransactionIsOpenAtATime) {
  auto first = begin();
  const auto second = store_->begin();
  ASSERT_FALSE(second);
  EXPECT_FALSE(second.error().message.empty());
  must(first->commit());
  EXPECT_FALSE(first->commit()) << "a transaction commits once";
  first.reset();
  EXPECT_NE(begin(), nullptr);
}

TEST_P(StoreContract, CalendarsKeepEveryFieldAndComeById) {
  const CalendarRow row{.id = CalendarId("wörk 'x'"),
                        .address = "caldav http://h/ä/",
                        .cursor = "c\n1",
                        .listed_at = Instant{-5},
                        .changed_at = Instant{7},
                        .error = "it failed",
                        .blob = contract::awkward_bytes()};
  step([&](Transaction& t) {
    must(t.put(row));
    must(t.put(CalendarRow{.id = CalendarId("alpha")}));
    const auto back = must(t.calendar(row.id));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->address, row.address);
    EXPECT_EQ(back->cursor, row.cursor);
    EXPECT_EQ(back->listed_at, row.listed_at);
    EXPECT_EQ(back->changed_at, row.changed_at);
    EXPECT_EQ(back->error, row.error);
    EXPECT_EQ(back->blob, row.blob);
    EXPECT_FALSE(must(t.calendar(CalendarId("none"))));
    EXPECT_THAT(column(must(t.calendars()), &CalendarRow::id), ElementsAre(CalendarId("alpha"), row.id));
  });
}

TEST_P(StoreContract, RemovingACalendarTakesItsItemsAndLeavesBases) {
  step([](Transaction& t) {
    must(t.put(CalendarRow{.id = CalendarId("a")}));
    must(t.put(CalendarRow{.id = CalendarId("b")}));
    must(t.put(item_row("a", "1")));
    must(t.put(item_row("b", "1")));
    must(t.put(event_row(1)));
    must(t.put(base_row(1, "a")));
    must(t.remove_calendar(CalendarId("a")));
    must(t.remove_calendar(CalendarId("never there")));
    EXPECT_FALSE(must(t.calendar(CalendarId("a"))));
    EXPECT_FALSE(must(t.item(CalendarId("a"), RemoteId("1"))));
    EXPECT_TRUE(must(t.item(CalendarId("b"), RemoteId("1"))));
    EXPECT_EQ(must(t.bases_of(EventId(event_id(1)))).size(), 1u);
  });
}

TEST_P(StoreContract, CountsGoNoFurtherThanTheirLimit) {
  step([](Transaction& t) {
    for (const char* remote : {"1", "2", "3", "4"}) must(t.put(item_row("a", remote)));
    auto gone = item_row("a", "0");
    gone.state = ItemRow::State::gone;
    must(t.put(gone));
    must(t.put(item_row("b", "1")));
    for (int n = 1; n <= 3; ++n) must(t.put(base_row(n, "a")));
    auto without = base_row(4, "a");
    without.remote = RemoteId();
    must(t.put(without));
    const CalendarId a("a"), never("never there");
    EXPECT_EQ(must(t.count_items(a, 9)), 4u);
    EXPECT_EQ(must(t.count_items(a, 2)), 2u);
    EXPECT_EQ(must(t.count_items(never, 9)), 0u);
    EXPECT_EQ(must(t.count_held_at(a, SIZE_MAX)), 3u);
    auto spoilt = item_row("a", "5");
    spoilt.state = ItemRow::State::unreadable;
    must(t.put(spoilt));
    for (const auto state : {ItemRow::State::present, ItemRow::State::gone}) {
      auto part = item_row("a", state == ItemRow::State::present ? "6" : "7");
      part.part_of = RemoteId("1");
      part.slot = "2026-03-02T09:00:00";
      part.state = state;
      must(t.put(part));
    }
    EXPECT_EQ(must(t.item_counts(a)).present, 4u) << "an exception of its own is no event of its own";
    EXPECT_EQ(must(t.item_counts(a)).unreadable, 1u);
    EXPECT_EQ(must(t.item_counts(never)).present, 0u);
    EXPECT_EQ(must(t.count_unreadable(a)), 1u);
    EXPECT_EQ(must(t.count_unreadable(never)), 0u);
    EXPECT_EQ(must(t.count_held_at(a, 2)), 2u);
    EXPECT_EQ(must(t.count_held_at(never, 9)), 0u);
  });
}

TEST_P(StoreContract, ItemsKeepEveryField) {
  ItemRow row{.calendar = CalendarId("a"),
              .remote = RemoteId("/ä/%2F.ics"),
              .event = EventId(event_id(3)),
              .uid = "ü@x",
              .mark = "m.n",
              .version = "\"etag\"",
              .fingerprint = std::string(64, 'a'),
              .part_of = RemoteId("/master.ics"),
              .slot = "2026-03-09T09:00:00",
              .dirty = true,
              .seen = 9,
              .blob = contract::awkward_bytes()};
  step([&](Transaction& t) {
    must(t.put(row));
    row.blob = "new";
    row.event = EventId("short");
    row.version.clear();
    must(t.put(row));
    row.fingerprint = "deadbeef";
    must(t.put(row));
    const auto back = must(t.item(row.calendar, row.remote));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->event, row.event);
    EXPECT_EQ(back->uid, row.uid);
    EXPECT_EQ(back->mark, row.mark);
    EXPECT_EQ(back->version, "");
    EXPECT_EQ(back->fingerprint, row.fingerprint);
    EXPECT_EQ(back->part_of, row.part_of);
    EXPECT_EQ(back->slot, row.slot);
    EXPECT_EQ(back->state, ItemRow::State::present);
    EXPECT_TRUE(back->dirty);
    EXPECT_EQ(back->seen, 9);
    EXPECT_EQ(back->blob, "new");
  });
}

TEST_P(StoreContract, ItemsAreFoundByCalendarEventAndDirt) {
  step([](Transaction& t) {
    for (const char* calendar : {"b", "a"})
      for (const char* remote : {"2", "1", "10"}) must(t.put(item_row(calendar, remote)));
    auto row = item_row("a", "2");
    row.dirty = true;
    row.event = EventId(event_id(1));
    must(t.put(row));
    row = item_row("b", "1");
    row.dirty = true;
    row.event = EventId(event_id(1));
    row.state = ItemRow::State::unreadable;
    must(t.put(row));
    EXPECT_THAT(column(must(t.items(CalendarId("a"))), &ItemRow::remote),
                ElementsAre(RemoteId("1"), RemoteId("10"), RemoteId("2")));
    EXPECT_EQ(must(t.items(CalendarId("b"))).size(), 3u) << "unreadable ones are there";
    EXPECT_THAT(column(must(t.dirty_items()), &ItemRow::calendar),
                ElementsAre(CalendarId("a"), CalendarId("b")));
    EXPECT_EQ(must(t.items_of(EventId(event_id(1)))).size(), 2u);
    EXPECT_THAT(must(t.items_of(EventId())), IsEmpty()) << "unmatched items belong to no event";
    EXPECT_EQ(must(t.item_names()).size(), 2u) << "of those that belong to one";
    EXPECT_EQ(must(t.item_names()).front().event, EventId(event_id(1)));
    must(t.remove_item(CalendarId("a"), RemoteId("2")));
    must(t.remove_item(CalendarId("a"), RemoteId("2")));
    EXPECT_EQ(must(t.items(CalendarId("a"))).size(), 2u);
  });
}

TEST_P(StoreContract, UnlistedItemsBecomeGoneOnceAndOnlyThere) {
  const CalendarId a("a");
  step([&](Transaction& t) {
    for (const char* remote : {"2 old", "1 kept", "3 kept", "4 old", "\xC3\xA4 kept", "Z kept"})
      must(t.put(item_row("a", remote)));
    must(t.put(item_row("b", "other")));
    auto unreadable = item_row("a", "5 old");
    unreadable.state = ItemRow::State::unreadable;
    must(t.put(unreadable));
  });
  const std::vector<RemoteId> listed = {RemoteId("\xC3\xA4 kept"), RemoteId("3 kept"), RemoteId("unknown"),
                                        RemoteId("Z kept"),        RemoteId("1 kept"), RemoteId("3 kept")};
  step([&](Transaction& t) {
    EXPECT_EQ(must(t.mark_unlisted_gone(a, listed)), 3u);
    EXPECT_EQ(must(t.mark_unlisted_gone(a, listed)), 0u) << "gone once";
    const auto old = must(t.item(a, RemoteId("2 old")));
    ASSERT_TRUE(old);
    EXPECT_EQ(old->state, ItemRow::State::gone);
    EXPECT_TRUE(old->dirty);
    EXPECT_EQ(old->blob, "facts of 2 old") << "what it held is not forgotten";
    EXPECT_FALSE(must(t.item(a, RemoteId("1 kept")))->dirty);
    EXPECT_EQ(must(t.items(a)).size(), 4u);
    EXPECT_EQ(must(t.items(CalendarId("b"))).size(), 1u);
    EXPECT_EQ(must(t.dirty_items()).size(), 3u);
    EXPECT_EQ(must(t.mark_unlisted_gone(CalendarId("never there"), {})), 0u);
    EXPECT_EQ(must(t.mark_unlisted_gone(a, {})), 4u);
  });
}

TEST_P(StoreContract, AVersionIsKnownOnlyOfWhatIsPresent) {
  step([](Transaction& t) {
    must(t.put(item_row("a", "1")));
    auto row = item_row("a", "2");
    row.state = ItemRow::State::unreadable;
    must(t.put(row));
    row = item_row("a", "3");
    row.state = ItemRow::State::gone;
    must(t.put(row));
    EXPECT_EQ(must(t.item_version(CalendarId("a"), RemoteId("1"))), "v1");
    EXPECT_EQ(must(t.item_version(CalendarId("a"), RemoteId("2"))), "");
    EXPECT_EQ(must(t.item_version(CalendarId("a"), RemoteId("3"))), "");
    EXPECT_EQ(must(t.item_version(CalendarId("a"), RemoteId("4"))), "");
    EXPECT_EQ(must(t.item_version(CalendarId("z"), RemoteId("1"))), "");
  });
}

TEST_P(StoreContract, EventsKeepEveryFieldAndAreFoundByEachKey) {
  step([](Transaction& t) {
    auto row = event_row(1);
    row.title_key = std::string(64, '0');
    row.fingerprint = std::string(64, 'f');
    row.to_utc.reset();
    row.alive = false;
    row.dirty = true;
    row.blob = contract::awkward_bytes();
    must(t.put(row));
    must(t.put(event_row(2)));
    const auto back = must(t.event(row.id));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->uid, "uid-1");
    EXPECT_EQ(back->title_key, row.title_key);
    EXPECT_EQ(back->fingerprint, row.fingerprint);
    EXPECT_EQ(back->from_utc, 100);
    EXPECT_FALSE(back->to_utc);
    EXPECT_FALSE(back->alive);
    EXPECT_TRUE(back->dirty);
    EXPECT_EQ(back->changed_at, Instant{1});
    EXPECT_EQ(back->blob, row.blob);
    EXPECT_EQ(must(t.events_with_uid("uid-1")).size(), 1u);
    EXPECT_EQ(must(t.events_with_fingerprint(row.fingerprint)).size(), 1u);
    EXPECT_EQ(must(t.events_with_title(row.title_key)).size(), 1u);
    EXPECT_THAT(must(t.events_with_uid("UID-1")), IsEmpty());
    row.uid = "other";
    row.dirty = false;
    must(t.put(row));
    EXPECT_THAT(must(t.events_with_uid("uid-1")), IsEmpty());
    EXPECT_EQ(must(t.events_with_uid("other")).size(), 1u);
    EXPECT_THAT(must(t.dirty_events()), IsEmpty());
    EXPECT_THAT(must(t.all_events()), ElementsAre(EventId(event_id(1)), EventId(event_id(2))));
  });
}

TEST_P(StoreContract, EventsBetweenAreThoseAliveThatOverlap) {
  step([](Transaction& t) {
    const auto put = [&](int n, std::int64_t from, std::optional<std::int64_t> to, bool alive = true) {
      auto row = event_row(n);
      row.from_utc = from;
      row.to_utc = to;
      row.alive = alive;
      must(t.put(row));
    };
    put(1, 0, 100);
    put(2, 100, 200);
    put(3, 50, std::nullopt);
    put(4, 150, 150);
    put(5, 100, 200, false);
    put(6, 300, 400);
    put(7, 0, 1000);
    EXPECT_THAT(
        column(must(t.events_between(100, 300)), &EventRow::id),
        ElementsAre(EventId(event_id(7)), EventId(event_id(3)), EventId(event_id(2)), EventId(event_id(4))))
        << "by start; ends are exclusive; one without length counts at its start";
  });
}

TEST_P(StoreContract, DirtIsSetAndClearedAlone) {
  step([](Transaction& t) {
    must(t.put(event_row(2)));
    must(t.put(event_row(1)));
    must(t.set_dirty(EventId(event_id(2)), true));
    must(t.set_dirty(EventId(event_id(1)), true));
    must(t.set_dirty(EventId("none"), true));
    EXPECT_THAT(must(t.dirty_events()), ElementsAre(EventId(event_id(1)), EventId(event_id(2))));
    must(t.set_dirty(EventId(event_id(1)), false));
    EXPECT_THAT(must(t.dirty_events()), ElementsAre(EventId(event_id(2))));
    EXPECT_EQ(must(t.event(EventId(event_id(2))))->blob, "state");
  });
}

TEST_P(StoreContract, RemovingAnEventTakesItsBasesAndFreesItsItems) {
  step([](Transaction& t) {
    must(t.put(event_row(1)));
    must(t.put(base_row(1, "a")));
    auto row = item_row("a", "1");
    row.event = EventId(event_id(1));
    must(t.put(row));
    must(t.remove_event(EventId(event_id(1))));
    EXPECT_FALSE(must(t.event(EventId(event_id(1)))));
    EXPECT_THAT(must(t.bases_at(CalendarId("a"))), IsEmpty());
    EXPECT_TRUE(must(t.item(CalendarId("a"), RemoteId("1")))->event.empty());
  });
}

TEST_P(StoreContract, BasesAreOnePerEventAndCalendar) {
  step([](Transaction& t) {
    must(t.put(event_row(1)));
    must(t.put(event_row(2)));
    auto row = base_row(1, "b");
    row.pending = true;
    must(t.put(row));
    must(t.put(base_row(1, "a")));
    row = base_row(2, "a");
    row.settled = false;
    must(t.put(row));
    EXPECT_THAT(column(must(t.bases_of(EventId(event_id(1)))), &BaseRow::calendar),
                ElementsAre(CalendarId("a"), CalendarId("b")));
    EXPECT_THAT(column(must(t.bases_at(CalendarId("a"))), &BaseRow::event),
                ElementsAre(EventId(event_id(1)), EventId(event_id(2))));
    EXPECT_EQ(must(t.unsettled_bases()).size(), 2u);
    row.settled = true;
    row.blob = "later";
    row.remote = RemoteId("/x");
    must(t.put(row));
    const auto back = must(t.bases_of(row.event));
    ASSERT_EQ(back.size(), 1u);
    EXPECT_EQ(back[0].blob, "later");
    EXPECT_EQ(back[0].remote, RemoteId("/x"));
    EXPECT_FALSE(back[0].pending);
    EXPECT_TRUE(back[0].settled);
    EXPECT_EQ(must(t.unsettled_bases()).size(), 1u);
    must(t.remove_base(EventId(event_id(1)), CalendarId("b")));
    must(t.remove_base(EventId(event_id(1)), CalendarId("b")));
    EXPECT_THAT(must(t.unsettled_bases()), IsEmpty());
  });
}

TEST_P(StoreContract, LargeBlobsComeBackWhole) {
  std::string large(5u << 20, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 31 + i / 251);
  step([&](Transaction& t) { must(t.put(event_row(1, large))); });
  reopen();
  step([&](Transaction& t) { EXPECT_TRUE(must(t.event(EventId(event_id(1))))->blob == large); });
}

TEST_P(StoreContract, ABackupHoldsWhatWasCommittedAndGoesItsOwnWay) {
  step([](Transaction& t) {
    must(t.put(CalendarRow{.id = CalendarId("a")}));
    must(t.put(event_row(1)));
    must(t.put(item_row("a", "1")));
  });
  const std::string path = harness_->backup_path();
  must(store_->backup(path));
  EXPECT_FALSE(store_->backup(path)) << "a backup never replaces a file";
  step([](Transaction& t) { must(t.put(event_row(2))); });
  auto copy = must(harness_->open_backup(path));
  ASSERT_NE(copy, nullptr);
  auto t = must(copy->begin());
  EXPECT_EQ(must(t->all_events()).size(), 1u);
  EXPECT_EQ(must(t->items(CalendarId("a"))).size(), 1u);
}

TEST_P(StoreContract, VerifyNamesWhatIsMissing) {
  step([](Transaction& t) {
    must(t.put(CalendarRow{.id = CalendarId("a")}));
    must(t.put(event_row(1)));
    must(t.put(base_row(1, "a")));
  });
  EXPECT_THAT(must(store_->verify()), IsEmpty());
  step([](Transaction& t) {
    must(t.put(base_row(2, "a")));
    auto row = item_row("a", "1");
    row.event = EventId(event_id(3));
    must(t.put(row));
  });
  EXPECT_EQ(must(store_->verify()).size(), 2u);
}

}  // namespace kalends::ports
