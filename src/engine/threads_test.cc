// The cycle on real threads: the calendars are asked and written at the same time, and all else stays as it was.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "engine/test_bench.h"
#include "system/threads.h"

namespace kalends::engine {
namespace {

// Holds every caller back until so many are waiting at the same time.
class Gathering {
 public:
  explicit Gathering(std::size_t size) : size_(size) {}
  void wait() {
    std::unique_lock lock(mutex_);
    if (++here_ >= size_) all_.notify_all();
    all_.wait(lock, [&] { return here_ >= size_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_;
  std::size_t size_;
  std::size_t here_ = 0;
};

struct Crowd : Bench {
  static constexpr std::size_t kCalendars = 6;

  Crowd() {
    std::vector<std::string> names;
    for (std::size_t n = 0; n < kCalendars; ++n) names.push_back("c" + std::to_string(n));
    for (const auto& name : names) {
      add(name);
      for (int day = 1; day <= 20; ++day)
        servers[name]->put(meeting(name + " " + std::to_string(day), day), name + std::to_string(day));
    }
    link(names);
  }
  RunReport sync_on_threads() {
    clock.ms += 60'000;
    std::map<CalendarId, ports::Provider*> map;
    for (auto& [name, provider] : providers) map[CalendarId(name)] = provider.get();
    system::Threads threads(kCalendars, kCalendars);
    Engine engine({*store, clock, random, log, zones, zones.utc, nullptr, &threads}, settings, map);
    return engine.sync({true}).value();
  }
};

TEST(EngineOnThreads, ManyCalendarsBecomeTheSame) {
  Crowd bench;
  bench.sync_on_threads();
  for (auto& [name, server] : bench.servers) {
    EXPECT_EQ(server->list().size(), 20 * Crowd::kCalendars) << name;
    const auto items = server->list();
    for (int i = 0; i < 10; ++i)
      server->edit(items[static_cast<std::size_t>(i)].id, [&](Facts& facts) { facts.set("location", name); });
  }
  bench.sync_on_threads();
  bench.expect_quiet();
}

// Were they asked one after the other, the first would wait for ever.
TEST(EngineOnThreads, CalendarsAreAskedAtTheSameTime) {
  Crowd bench;
  Gathering asked(Crowd::kCalendars), written(Crowd::kCalendars);
  for (auto& [name, provider] : bench.providers) {
    bool first = true;
    provider->before_call = [&, first](provider::Call call) mutable {
      if (call == provider::Call::changes) asked.wait();
      if (call == provider::Call::create && std::exchange(first, false)) written.wait();
    };
  }
  bench.sync_on_threads();
}

TEST(EngineOnThreads, ErrorsAreToldInTheOrderOfTheConfiguration) {
  Crowd bench;
  for (auto& [name, server] : bench.servers) server->vanish(true);
  const auto report = bench.sync_on_threads();
  ASSERT_EQ(report.errors.size(), Crowd::kCalendars);
  for (std::size_t n = 0; n < Crowd::kCalendars; ++n)
    EXPECT_TRUE(report.errors[n].starts_with("\"c" + std::to_string(n) + "\"")) << report.errors[n];
}

}  // namespace
}  // namespace kalends::engine
