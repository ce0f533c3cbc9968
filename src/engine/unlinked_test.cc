// A write that was begun before its link went: the next look tells what came of it, and no later cycle asks again.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

struct Unlinked : TwoCalendars {
  RemoteId id = servers["work"]->put(meeting("Standup"), "a@x");

  void fails_at_home(provider::Call which, provider::Fault fault) {
    providers["home"]->before_call = [this, which, fault](provider::Call call) {
      if (call == which) faults["home"].force_next(fault);
    };
  }
  std::size_t unsettled() {
    auto tx = store->begin();
    return (*tx)->unsettled_bases()->size();
  }
  std::string state_of(const std::string& kind) {
    const auto runs = engine().log(20);
    for (const RunView& run : *runs)
      for (const WriteView& write : run.writes)
        if (write.kind == kind) return write.state;
    return "none";
  }
  void without_link() {
    providers["home"]->before_call = nullptr;
    settings.links.clear();
    sync();
  }
};

TEST(Unlinked, ACreateThatHappenedIsOnRecordAndItsCopyStays) {
  Unlinked bench;
  bench.fails_at_home(provider::Call::create, provider::Fault::lost_answer);
  bench.sync();
  EXPECT_EQ(bench.unsettled(), 1u);
  bench.without_link();
  EXPECT_EQ(bench.unsettled(), 0u);
  EXPECT_EQ(bench.state_of("create"), "done");
  EXPECT_EQ(bench.servers["home"]->list().size(), 1u);
  bench.expect_quiet();
  bench.link({"work", "home"});
  bench.sync(true);
  EXPECT_EQ(bench.servers["home"]->list().size(), 1u);
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
  bench.expect_quiet();
}

TEST(Unlinked, ACreateThatDidNotHappenIsOnRecord) {
  Unlinked bench;
  bench.fails_at_home(provider::Call::create, provider::Fault::unreachable);
  bench.sync();
  bench.without_link();
  EXPECT_EQ(bench.unsettled(), 0u);
  EXPECT_EQ(bench.state_of("create"), "failed");
  bench.expect_quiet();
}

TEST(Unlinked, AnUpdateIsToldByTheLook) {
  for (auto fault : {provider::Fault::lost_answer, provider::Fault::unreachable}) {
    Unlinked bench;
    bench.sync();
    bench.servers["work"]->edit(bench.id, [](Facts& f) { f.set("title", "New"); });
    bench.fails_at_home(provider::Call::update, fault);
    bench.sync();
    EXPECT_EQ(bench.unsettled(), 1u);
    bench.without_link();
    EXPECT_EQ(bench.unsettled(), 0u);
    EXPECT_EQ(bench.state_of("update"), fault == provider::Fault::lost_answer ? "done" : "failed");
    bench.expect_quiet();
  }
}

TEST(Unlinked, ACalendarThatIsNotConfiguredAnyMoreKeepsNoEventBusy) {
  Unlinked bench;
  bench.fails_at_home(provider::Call::create, provider::Fault::lost_answer);
  bench.sync();
  auto home = bench.settings.calendars;
  std::erase(bench.settings.calendars, CalendarId("home"));
  auto provider = std::move(bench.providers["home"]);
  bench.providers.erase("home");
  bench.settings.links.clear();
  bench.sync();
  EXPECT_EQ(bench.unsettled(), 0u);
  EXPECT_EQ(bench.state_of("create"), "failed");
  bench.expect_quiet();
  bench.settings.calendars = home;
  provider->before_call = nullptr;
  bench.providers["home"] = std::move(provider);
  bench.link({"work", "home"});
  bench.sync(true);
  EXPECT_EQ(bench.servers["home"]->list().size(), 1u);
  EXPECT_EQ(bench.servers["work"]->list().size(), 1u);
  bench.expect_quiet();
}

}  // namespace
}  // namespace kalends::engine
