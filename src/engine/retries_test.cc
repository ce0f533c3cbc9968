// A write that fails and is tried again: one row in the trail with a count, and a status that says what is true.
#include <gtest/gtest.h>

#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

struct Retries : Bench {
  RemoteId id;

  explicit Retries(Profile home = {}) {
    add("work");
    add("home", std::move(home));
    link({"work", "home"});
    id = servers["work"]->put(meeting("Standup"), "a@x");
  }
  void fail(provider::Call which) {
    providers["home"]->before_call = [this, which](provider::Call call) {
      if (call == which) faults["home"].force_next(provider::Fault::unreachable);
    };
  }
  void rename(const std::string& title) {
    servers["work"]->edit(id, [&](Facts& f) { f.set("title", title); });
  }
  std::vector<WriteView> rows(const std::string& kind) {
    std::vector<WriteView> out;
    const auto lineage = engine().why("a@x");
    for (const WriteView& write : lineage->front().history)
      if (write.kind == kind) out.push_back(write);
    return out;
  }
};

TEST(Retries, LeaveOneRowWithACount) {
  for (auto kind : {provider::Call::create, provider::Call::update}) {
    Retries bench;
    if (kind == provider::Call::update) {
      bench.sync();
      bench.rename("Daily");
    }
    const std::string name = kind == provider::Call::create ? "create" : "update";
    bench.fail(kind);
    std::int64_t last = 0;
    for (int run = 0; run < 5; ++run) last = bench.sync().run;
    auto rows = bench.rows(name);
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows.front().tries, 5u);
    EXPECT_EQ(rows.front().run, last);
    EXPECT_EQ(rows.front().state, "failed");
    EXPECT_TRUE(rows.front().why.ends_with("; tried 5 times")) << rows.front().why;
    bench.providers["home"]->before_call = nullptr;
    bench.sync();
    rows = bench.rows(name);
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows.front().state, "done");
    EXPECT_TRUE(rows.front().why.ends_with("; after 5 attempts that failed")) << rows.front().why;
    bench.expect_quiet();
  }
}

TEST(Retries, OfOtherContentsAreAnotherWrite) {
  Retries bench;
  bench.sync();
  bench.fail(provider::Call::update);
  for (const char* title : {"Daily", "Weekly"}) {
    bench.rename(title);
    bench.sync();
    bench.sync();
  }
  const auto rows = bench.rows("update");
  ASSERT_EQ(rows.size(), 2u);
  for (const WriteView& row : rows) EXPECT_EQ(row.tries, 2u);
}

TEST(Retries, StatusSaysWhenAFailedWriteWaitsForAPersonNow) {
  Profile strict;
  strict.schedules = true;
  Retries bench(strict);
  bench.sync();
  bench.rename("Daily");
  bench.fail(provider::Call::update);
  bench.sync();
  auto said = [&] { return bench.engine().status()->calendars.back().error; };
  EXPECT_NE(said().find("the next sync tries again"), std::string::npos) << said();
  // Somebody invites people there: from now on a write would mail them.
  const auto items = bench.servers["home"]->list();
  bench.servers["home"]->edit(items.front().id, [](Facts& f) {
    f.set("organizer", "mailto:me@example.test\n");
    f.set("attendees/mailto:bob@example.test", "name=Bob\n");
  });
  bench.sync();
  const auto held = bench.engine().held();
  ASSERT_EQ(held->size(), 1u);
  EXPECT_EQ(held->front().kind, "mail");
  EXPECT_EQ(said().find("the next sync tries again"), std::string::npos) << said();
  EXPECT_NE(said().find("it waits for your word now, held as " + std::to_string(held->front().id)),
            std::string::npos)
      << said();
}

}  // namespace
}  // namespace kalends::engine
