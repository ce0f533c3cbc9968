// More promises of every store: the quick ways, each of which comes to the same as the plain one that it stands for.
#pragma once

#include "ports/store_contract.h"

namespace kalends::ports {

TEST_P(StoreContract, WhatIsAddedIsAsIfPut) {
  step([](Transaction& t) {
    for (int time = 1; time <= 2; ++time) {
      auto item = item_row("a", "1");
      item.uid = "uid " + std::to_string(time);
      item.event = EventId(event_id(time));
      must(t.add(item));
      const auto held = must(t.item(CalendarId("a"), RemoteId("1")));
      ASSERT_TRUE(held);
      EXPECT_EQ(held->uid, item.uid);
      EXPECT_EQ(must(t.items_of(EventId(event_id(time)))).size(), 1u);
      auto event = event_row(1);
      event.uid = item.uid;
      must(t.add(event));
      EXPECT_EQ(must(t.events_with_uid(item.uid)).size(), 1u);
      EXPECT_EQ(must(t.all_events()).size(), 1u);
    }
    EXPECT_THAT(must(t.events_with_uid("uid 1")), IsEmpty());
  });
}

TEST_P(StoreContract, DirtIsFoundByWhoseItIs) {
  const CalendarId a("a");
  step([&](Transaction& t) {
    EXPECT_FALSE(must(t.any_dirty()));
    EXPECT_FALSE(must(t.any_events()));
    for (const char* remote : {"1", "2", "3", "4"}) {
      auto row = item_row("a", remote);
      row.dirty = remote[0] != '4';
      if (remote[0] != '1') row.event = EventId(event_id(1));
      must(t.put(row));
    }
    EXPECT_TRUE(must(t.any_dirty()));
    EXPECT_THAT(column(must(t.dirty_items_of_none()), &ItemRow::remote), ElementsAre(RemoteId("1")));
    EXPECT_THAT(must(t.events_of_dirty_items()), ElementsAre(EventId(event_id(1))));
    for (const char* remote : {"1", "2", "3"}) must(t.reconcile(a, RemoteId(remote), EventId(event_id(2))));
    EXPECT_FALSE(must(t.any_dirty()));
    EXPECT_THAT(must(t.dirty_items_of_none()), IsEmpty());
    EXPECT_THAT(must(t.events_of_dirty_items()), IsEmpty());
    EXPECT_EQ(must(t.items_of(EventId(event_id(2)))).size(), 3u);
    EXPECT_EQ(must(t.item(a, RemoteId("1")))->blob, "facts of 1") << "nothing else of it changes";
    auto event = event_row(3);
    event.dirty = true;
    must(t.put(event));
    EXPECT_TRUE(must(t.any_dirty()));
    EXPECT_TRUE(must(t.any_events()));
  });
}

TEST_P(StoreContract, AllVersionsOfACalendarAtOnce) {
  step([](Transaction& t) {
    must(t.put(item_row("a", "1")));
    auto row = item_row("a", "2");
    row.state = ItemRow::State::gone;
    must(t.put(row));
    must(t.put(item_row("b", "3")));
    const auto versions = must(t.item_versions(CalendarId("a")));
    ASSERT_EQ(versions.size(), 2u);
    for (const ItemVersion& one : versions) {
      EXPECT_EQ(one.version, "v1");
      EXPECT_EQ(one.state, one.remote.value == "2" ? ItemRow::State::gone : ItemRow::State::present);
    }
    EXPECT_THAT(must(t.item_versions(CalendarId("z"))), IsEmpty());
  });
}

TEST_P(StoreContract, OnlyTheStateOfAWriteIsSet) {
  step([](Transaction& t) {
    WriteRow row;
    row.run = 1;
    row.event = EventId(event_id(1));
    row.kind = "create";
    row.blob = "what was written";
    row.id = must(t.add(row));
    must(t.set_state(row.id, WriteRow::State::done));
    const auto held = must(t.write(row.id));
    ASSERT_TRUE(held);
    EXPECT_EQ(held->state, WriteRow::State::done);
    EXPECT_EQ(held->blob, row.blob);
    const auto missing = t.set_state(999, WriteRow::State::done);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  });
}

}  // namespace kalends::ports
