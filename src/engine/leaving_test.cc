// Items of ours that are taken away beside another one of the same event: what the trail says of it, whatever happens at
// that very write.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

using provider::Call;
using provider::Fault;

// A calendar "home" with a copy of ours and an item beside it for which something has to go.
struct Crowded : TwoCalendars {
  explicit Crowded(bool doubled) {
    file = (std::filesystem::path(testing::TempDir()) / "leaving_test.db").string();
    std::filesystem::remove(file);
    open();
    servers["work"]->put(meeting("Standup"), "a@x");
    RemoteId own;
    if (!doubled) {
      own = servers["home"]->put(meeting("My standup"), "a@x");
      servers["home"]->spoil(own, true);
    }
    sync(true);
    if (doubled) {
      const auto copy = servers["home"]->list().at(0);
      servers["home"]->put(copy.facts, copy.uid, ports::Mark{copy.mark->event, "00112233aabbccdd"});
    } else {
      servers["home"]->spoil(own, false);
    }
    EXPECT_EQ(servers["home"]->list().size(), 2u);
  }
  ~Crowded() {
    store.reset();
    std::filesystem::remove(file);
  }
  void open() {
    store.reset();
    alive = true;
    store::SqliteOptions options;
    options.durable = false;
    options.before_write = options.before_commit = [this] { return alive; };
    store = store::SqliteStore::open(file, std::move(options)).value();
  }
  void at_removal(const std::function<void()>& what) {
    providers["home"]->before_call = [what](Call call) {
      if (call == Call::remove) what();
    };
  }
  std::size_t removals_seen() {
    const auto& writes = servers["home"]->writes();
    return static_cast<std::size_t>(
        std::ranges::count(writes, ports::WriteKind::remove, &provider::ServerWrite::kind));
  }
  // The removals at home on record, by what the trail says of them.
  std::map<std::string, std::size_t> removals_on_record() {
    std::map<std::string, std::size_t> out;
    const auto found = engine().why("a@x");
    for (const Lineage& lineage : *found)
      for (const WriteView& write : lineage.history)
        if (write.kind == "remove" && write.calendar == "home") ++out[write.state];
    return out;
  }
  // How many attempts failed of each of them.
  std::vector<std::uint64_t> tries() {
    std::vector<std::uint64_t> out;
    const auto found = engine().why("a@x");
    for (const Lineage& lineage : *found)
      for (const WriteView& write : lineage.history)
        if (write.kind == "remove" && write.calendar == "home") out.push_back(write.tries);
    return out;
  }
  std::string file;
  bool alive = true;
};

class Leaving : public testing::TestWithParam<bool> {};

TEST_P(Leaving, AProcessThatDiesAtTheRemovalLeavesItsIntent) {
  Crowded bench(GetParam());
  bench.at_removal([&] { bench.alive = false; });
  bench.clock.ms += 60'000;
  EXPECT_FALSE(bench.engine().sync({}));
  EXPECT_EQ(bench.removals_seen(), 1u);
  bench.providers["home"]->before_call = nullptr;
  bench.open();
  using Removals = std::map<std::string, std::size_t>;
  EXPECT_EQ(bench.removals_on_record(), (Removals{{"intended", 1}}));
  bench.sync();
  EXPECT_EQ(bench.removals_on_record(), (Removals{{"done", 1}}));
  EXPECT_EQ(bench.removals_seen(), 1u);
  EXPECT_EQ(bench.only("home").get("title"), bench.only("work").get("title"));
  bench.expect_quiet();
}

TEST_P(Leaving, ARefusedRemovalIsAWriteThatFailed) {
  for (const bool carried_out : {false, true}) {
    Crowded bench(GetParam());
    bench.at_removal(
        [&] { bench.faults["home"].force_next(carried_out ? Fault::lost_answer : Fault::rate_limited); });
    const auto report = bench.sync();
    EXPECT_EQ(report.errors.size(), 1u);
    ASSERT_FALSE(report.moves.empty());
    EXPECT_TRUE(std::ranges::any_of(report.moves, [](const Move& move) {
      return move.kind == Move::Kind::remove && !move.error.empty() && move.calendar == CalendarId("home");
    }));
    for (const auto& calendar : bench.engine().status()->calendars)
      if (calendar.calendar == CalendarId("home")) {
        EXPECT_EQ(calendar.health, "failing");
        EXPECT_EQ(calendar.failed, 1u);
      }
    bench.providers["home"]->before_call = nullptr;
    bench.sync();
    EXPECT_EQ(bench.removals_seen(), 1u);
    EXPECT_EQ(bench.removals_on_record()["done"], 1u);
    EXPECT_EQ(bench.only("home").get("title"), bench.only("work").get("title"));
    for (const auto& calendar : bench.engine().status()->calendars) EXPECT_EQ(calendar.health, "ok");
    bench.expect_quiet();
  }
}

TEST_P(Leaving, ARemovalTriedAgainIsOneRowWithACount) {
  Crowded bench(GetParam());
  bench.at_removal([&] { bench.faults["home"].force_next(Fault::unreachable); });
  for (int run = 0; run < 3; ++run) bench.sync();
  EXPECT_EQ(bench.tries(), (std::vector<std::uint64_t>{3}));
  // One whose process dies is an attempt too, once a look has shown that it came to nothing.
  bench.at_removal([&] {
    bench.faults["home"].force_next(Fault::unreachable);
    bench.alive = false;
  });
  EXPECT_FALSE(bench.engine().sync({}));
  bench.open();
  bench.providers["home"]->before_call = nullptr;
  bench.sync();
  EXPECT_EQ(bench.tries(), (std::vector<std::uint64_t>{4}));
  EXPECT_EQ(bench.removals_on_record(), (std::map<std::string, std::size_t>{{"done", 1}}));
}

INSTANTIATE_TEST_SUITE_P(DoubleAndCopy, Leaving, testing::Bool());

}  // namespace
}  // namespace kalends::engine
