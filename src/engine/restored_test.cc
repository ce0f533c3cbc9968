// After a restore: what happened since the backup is an edit of whoever did it, and no conflict is invented.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

struct Restored : TwoCalendars {
  RemoteId id = servers["work"]->put(meeting("Standup"), "a@x");
  std::string file =
      (std::filesystem::temp_directory_path() / ("kalends-restored-" + std::to_string(getpid()) + ".db"))
          .string();

  Restored() {
    std::filesystem::remove(file);
    sync();
    EXPECT_TRUE(store->backup(file));
  }
  ~Restored() {
    store.reset();
    for (const char* tail : {"", "-wal", "-shm"}) std::filesystem::remove(file + tail);
  }
  void restore() {
    store = store::SqliteStore::open(file).value();
    ASSERT_TRUE(engine().after_restore());
  }
  void expect_no_conflict_and(const std::string& title) {
    sync();
    EXPECT_TRUE(engine().conflicts(false)->empty());
    EXPECT_EQ(only("work").get("title"), title);
    EXPECT_EQ(only("home").get("title"), title);
    expect_quiet();
  }
};

TEST(Restored, WhatHadReachedBothSidesIsNoConflict) {
  Restored bench;
  bench.servers["work"]->edit(bench.id, [](Facts& f) {
    f.set("title", "Daily");
    f.set("description", "New");
  });
  bench.sync();
  bench.restore();
  bench.expect_no_conflict_and("Daily");
}

TEST(Restored, WhatOneSideChangedSinceIsItsEdit) {
  for (const char* where : {"work", "home"}) {
    Restored bench;
    bench.servers[where]->edit(bench.servers[where]->list().front().id,
                               [](Facts& f) { f.set("title", "Daily"); });
    bench.restore();
    bench.expect_no_conflict_and("Daily");
  }
}

TEST(Restored, WhatBothChangedApartIsAConflictThatKnowsWhatWasBefore) {
  Restored bench;
  bench.servers["work"]->edit(bench.id, [](Facts& f) { f.set("title", "Daily"); });
  bench.clock.ms += 1000;
  bench.servers["home"]->edit(bench.servers["home"]->list().front().id,
                              [](Facts& f) { f.set("title", "Sync"); });
  bench.restore();
  bench.sync();
  const auto conflicts = bench.engine().conflicts(false);
  ASSERT_EQ(conflicts->size(), 1u);
  EXPECT_EQ(conflicts->front().base, "Standup");
  EXPECT_EQ(bench.only("work").get("title"), "Sync");
  EXPECT_EQ(bench.only("home").get("title"), "Sync");
}

}  // namespace
}  // namespace kalends::engine
