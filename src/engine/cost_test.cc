// What a cycle may cost: it follows from what changed, and from the number of calendars, never from the events that did
// not. Counted in what the store was asked, so that a slow machine fails no test and a slow query does.
#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

store::Work less(const store::Work& after, const store::Work& before) {
  return {after.statements - before.statements, after.writes - before.writes, after.rows - before.rows,
          after.steps - before.steps};
}

// Two calendars in sync with that many events.
struct InSync : TwoCalendars {
  explicit InSync(int events) {
    for (int n = 0; n < events; ++n)
      servers["work"]->put(meeting("Event " + std::to_string(n), n % 28 + 1), "uid" + std::to_string(n));
    sync();
    sync();
  }
  store::Work cost_of_sync() {
    store::Work before = store->work();
    sync();
    return less(store->work(), before);
  }
  store::Work cost_of_plan() {
    clock.ms += 60'000;
    store::Work before = store->work();
    EXPECT_TRUE(engine().plan());
    return less(store->work(), before);
  }
  void edit(int how_many) {
    auto items = servers["work"]->list();
    for (int n = 0; n < how_many; ++n) {
      clock.ms += 1000;
      servers["work"]->edit(items[static_cast<std::size_t>(n)].id,
                            [&](Facts& facts) { facts.set("title", "Edited " + std::to_string(n)); });
    }
  }
};

TEST(Cost, ACycleWithoutNewsReadsNoEvents) {
  InSync few(10);
  InSync many(400);
  store::Work least = few.cost_of_sync();
  store::Work most = many.cost_of_sync();
  EXPECT_EQ(most.statements, least.statements);
  EXPECT_EQ(most.rows, least.rows);
  EXPECT_LE(most.steps, least.steps + 50);
}

// A calendar that can only list everything has its versions compared, and nothing of it written.
TEST(Cost, AWholeListingWithoutNewsWritesNoItems) {
  auto changes_of = [](int events) {
    Profile lists;
    lists.delta = false;
    Bench bench;
    bench.add("work", lists);
    bench.add("home", lists);
    bench.link({"work", "home"});
    for (int n = 0; n < events; ++n)
      bench.servers["work"]->put(meeting("Event " + std::to_string(n), n % 28 + 1),
                                 "uid" + std::to_string(n));
    bench.sync();
    bench.sync();
    std::size_t before = bench.store->work().writes;
    bench.sync();
    return bench.store->work().writes - before;
  };
  EXPECT_EQ(changes_of(60), changes_of(3));
}

TEST(Cost, APlanLooksAtWhatChanged) {
  InSync few(30);
  InSync many(600);
  few.edit(8);
  many.edit(8);
  store::Work least = few.cost_of_plan();
  store::Work most = many.cost_of_plan();
  EXPECT_EQ(most.statements, least.statements);
  EXPECT_EQ(most.rows, least.rows);
  EXPECT_LE(most.steps, least.steps + 50);
}

TEST(Cost, APlanForDozensOfEditsReadsNotAllVersions) {
  InSync few(2000);
  InSync many(4000);
  few.edit(50);
  many.edit(50);
  EXPECT_EQ(many.cost_of_plan().rows, few.cost_of_plan().rows);
}

// Most of a first sync's own time is spent in the store: four rows and their changes for each event on either side of
// its way, and nothing read but whether its id is free.
TEST(Cost, ANewEventCostsFewStatements) {
  auto cost_of_first_sync = [](int events) {
    TwoCalendars bench;
    for (int n = 0; n < events; ++n)
      bench.servers["work"]->put(meeting("Event " + std::to_string(n), n % 28 + 1),
                                 "uid" + std::to_string(n));
    bench.sync();
    EXPECT_EQ(bench.servers["home"]->list().size(), static_cast<std::size_t>(events));
    return bench.store->work();
  };
  constexpr int kFew = 100, kMore = 300;
  const store::Work cost = less(cost_of_first_sync(kMore), cost_of_first_sync(kFew));
  EXPECT_LE(cost.statements, 11u * (kMore - kFew));
  EXPECT_LE(cost.writes, 10u * (kMore - kFew));
}

TEST(Cost, AnEventOfOnePairIsNoWorkInTheOthers) {
  auto cost_with_pairs = [](int pairs) {
    Bench bench;
    for (int n = 0; n < pairs; ++n) {
      std::string number = std::to_string(n);
      bench.add("a" + number);
      bench.add("b" + number);
      bench.link({"a" + number, "b" + number});
    }
    bench.sync();
    store::Work idle = bench.store->work();
    bench.sync();
    idle = less(bench.store->work(), idle);
    bench.servers["a0"]->put(meeting("One"), "uid");
    store::Work busy = bench.store->work();
    bench.sync();
    busy = less(bench.store->work(), busy);
    EXPECT_EQ(bench.servers["b0"]->list().size(), 1u);
    return busy.statements - idle.statements;
  };
  std::size_t of_one = cost_with_pairs(1);
  // A cycle that writes makes a second pass over the links; it looks at each link's state, and at nothing else of them.
  EXPECT_LE(cost_with_pairs(20), of_one + 19 * 4);
}

}  // namespace
}  // namespace kalends::engine
