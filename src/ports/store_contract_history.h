// The history part of the store contract: runs, writes, conflicts and held work. See ports/store_contract.h.
#pragma once

#include "ports/store_contract_bench.h"

namespace kalends::ports {

TEST_P(StoreContract, RunsAndWritesAreNumberedInOrder) {
  step([](Transaction& t) {
    const auto first = must(t.add(RunRow{.started = Instant{1}, .kind = "sync", .blob = "{}"}));
    const auto second = must(t.add(RunRow{.started = Instant{2}, .kind = "undo"}));
    EXPECT_LT(0, first);
    EXPECT_LT(first, second);
    must(t.put(
        RunRow{.id = first, .started = Instant{1}, .ended = Instant{3}, .kind = "sync", .blob = "done"}));
    EXPECT_FALSE(t.put(RunRow{.id = 999})) << "there is no such run";
    const auto run = must(t.run(first));
    ASSERT_TRUE(run && run->ended);
    EXPECT_EQ(run->ended->ms, 3);
    EXPECT_EQ(run->blob, "done");
    EXPECT_FALSE(must(t.run(second))->ended);
    EXPECT_FALSE(must(t.run(999)));
    EXPECT_THAT(column(must(t.runs(10)), &RunRow::id), ElementsAre(second, first));
    EXPECT_EQ(must(t.runs(1)).size(), 1u);

    WriteRow write{.run = first,
                   .event = EventId(event_id(1)),
                   .calendar = CalendarId("a"),
                   .kind = "create",
                   .at = Instant{5},
                   .blob = contract::awkward_bytes()};
    write.id = must(t.add(write));
    const auto hub = must(t.add(WriteRow{.run = first, .event = EventId(event_id(1)), .kind = "pull"}));
    EXPECT_LT(write.id, hub);
    write.state = WriteRow::State::done;
    must(t.put(write));
    const auto back = must(t.write(write.id));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->state, WriteRow::State::done);
    EXPECT_EQ(back->calendar, CalendarId("a"));
    EXPECT_EQ(back->kind, "create");
    EXPECT_EQ(back->at, Instant{5});
    EXPECT_EQ(back->blob, write.blob);
    EXPECT_TRUE(must(t.write(hub))->calendar.empty());
    EXPECT_FALSE(must(t.write(999)));
    EXPECT_THAT(column(must(t.writes_of_run(first)), &WriteRow::id), ElementsAre(write.id, hub));
    EXPECT_THAT(column(must(t.writes_of_event(EventId(event_id(1)))), &WriteRow::id),
                ElementsAre(write.id, hub));
    EXPECT_THAT(must(t.writes_of_run(second)), IsEmpty());

    // A write fails for as long as it is the last one there and the base says that something is to do.
    const auto failing = [&] { return column(must(t.failing_writes()), &WriteRow::id); };
    const WriteRow failed{.run = second,
                          .event = EventId(event_id(1)),
                          .calendar = CalendarId("a"),
                          .kind = "update",
                          .state = WriteRow::State::failed};
    const auto refused = must(t.add(failed));
    auto base = base_row(1, "a");
    base.settled = true;
    base.pending = false;
    must(t.put(base));
    EXPECT_THAT(failing(), IsEmpty()) << "it is not meant any more";
    base.settled = false;
    must(t.put(base));
    auto elsewhere = base_row(1, "b");
    elsewhere.settled = false;
    must(t.put(elsewhere));
    EXPECT_THAT(failing(), ElementsAre(refused));
    must(t.add(write));
    EXPECT_THAT(failing(), IsEmpty()) << "another one was done since";
  });
}

TEST_P(StoreContract, ConflictsAreOpenUntilSettled) {
  step([](Transaction& t) {
    ConflictRow row{.run = 1,
                    .event = EventId(event_id(1)),
                    .calendar = CalendarId("a"),
                    .path = "title",
                    .open = true,
                    .at = Instant{4},
                    .blob = "values"};
    row.id = must(t.add(row));
    const auto settled = must(t.add(ConflictRow{.run = 1, .event = EventId(event_id(1)), .path = "when"}));
    EXPECT_THAT(column(must(t.conflicts(true)), &ConflictRow::id), ElementsAre(row.id));
    EXPECT_THAT(column(must(t.conflicts(false)), &ConflictRow::id), ElementsAre(row.id, settled));
    EXPECT_EQ(must(t.conflicts_of(row.event)).size(), 2u);
    row.open = false;
    must(t.put(row));
    EXPECT_THAT(must(t.conflicts(true)), IsEmpty());
    const auto back = must(t.conflict(row.id));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->path, "title");
    EXPECT_EQ(back->calendar, CalendarId("a"));
    EXPECT_EQ(back->at, Instant{4});
    EXPECT_EQ(back->blob, "values");
    EXPECT_FALSE(must(t.conflict(999)));
  });
}

TEST_P(StoreContract, TheSameWorkIsHeldOnce) {
  HeldRow row{.kind = "mass_delete",
              .calendar = CalendarId("a"),
              .count = 7,
              .key = std::string(64, 'c'),
              .at = Instant{6},
              .blob = "work"};
  step([&](Transaction& t) {
    row.id = must(t.add(row));
    EXPECT_EQ(must(t.held(HeldRow::State::waiting)).size(), 1u);
    EXPECT_FALSE(t.add(row)) << "not done, so not again";
    row.state = HeldRow::State::done;
    must(t.put(row));
    EXPECT_THAT(must(t.held(HeldRow::State::waiting)), IsEmpty());
    HeldRow again = row;
    again.state = HeldRow::State::waiting;
    EXPECT_LT(row.id, must(t.add(again))) << "a refused row does not end the transaction";
    const auto back = must(t.held(row.id));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->kind, "mass_delete");
    EXPECT_EQ(back->calendar, CalendarId("a"));
    EXPECT_EQ(back->state, HeldRow::State::done);
    EXPECT_EQ(back->count, 7);
    EXPECT_EQ(back->key, row.key);
    EXPECT_EQ(back->blob, "work");
    EXPECT_FALSE(must(t.held(999)));
  });
  step([](Transaction& t) { EXPECT_EQ(must(t.held(HeldRow::State::waiting)).size(), 1u); });
}

}  // namespace kalends::ports
