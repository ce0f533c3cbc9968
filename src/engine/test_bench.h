// A bench for tests of the engine: the real store, simulated calendars, and a clock that only the test moves.
#pragma once

#include <gtest/gtest.h>

#include "engine/engine.h"
#include "provider/memory/provider.h"
#include "store/sqlite/store.h"

namespace kalends::engine {

using calendar::Facts;
using provider::MemoryProvider;
using provider::MemoryServer;
using provider::Profile;

class TestClock : public ports::Clock {
 public:
  Instant now() override { return {ms}; }
  void sleep_ms(std::int64_t d) override { ms += d; }
  std::int64_t ms = 1'767'225'600'000;  // 2026-01-01
};

class TestRandom : public ports::Random {
 public:
  std::uint64_t next() override { return state_ = state_ * 6364136223846793005u + 1442695040888963407u; }

 private:
  std::uint64_t state_ = 42;
};

class NoLog : public ports::Log {
 public:
  void write(ports::Level, std::string_view) override {}
};

class UtcOnly : public calendar::ZoneSource {
 public:
  const calendar::Zone* find(std::string_view name) const override {
    return name == "UTC" || name == "Etc/UTC" ? &utc : nullptr;
  }
  calendar::Zone utc = calendar::Zone::fixed("Etc/UTC", 0);
};

inline Facts meeting(const std::string& title, int day = 2) {
  char when[64];
  std::snprintf(when, sizeof when, "zoned 2026-03-%02dT09:00:00 PT1H Etc/UTC", day);
  return {{"title", title}, {"when", when}};
}

struct Bench {
  TestClock clock;
  TestRandom random;
  NoLog log;
  UtcOnly zones;
  std::unique_ptr<store::SqliteStore> store = store::SqliteStore::open(":memory:").value();
  std::map<std::string, std::unique_ptr<MemoryServer>> servers;
  std::map<std::string, provider::Faults> faults;
  std::map<std::string, std::unique_ptr<MemoryProvider>> providers;
  Settings settings;

  MemoryServer& add(const std::string& name, Profile profile = {}) {
    servers[name] = std::make_unique<MemoryServer>(name, std::move(profile), [this] { return clock.now(); });
    providers[name] = std::make_unique<MemoryProvider>(*servers[name], &faults[name]);
    settings.calendars.emplace_back(name);
    return *servers[name];
  }
  sync::Link& link(std::vector<std::string> names) {
    sync::Link link;
    link.id = LinkId("link" + std::to_string(settings.links.size() + 1));
    for (auto& name : names) link.calendars.emplace_back(name);
    settings.links.push_back(link);
    return settings.links.back();
  }
  Engine engine() {
    std::map<CalendarId, ports::Provider*> map;
    for (auto& [name, provider] : providers) map[CalendarId(name)] = provider.get();
    return Engine({*store, clock, random, log, zones, zones.utc}, settings, map);
  }
  RunReport sync(bool yes = false) {
    clock.ms += 60'000;
    auto report = engine().sync({yes});
    EXPECT_TRUE(report) << report.error().message;
    clock.ms += 60'000;
    return report ? *report : RunReport{};
  }
  std::size_t writes() const {
    std::size_t n = 0;
    for (auto& [name, server] : servers) n += server->writes().size();
    return n;
  }
  // A cycle more makes no write and has nothing to say.
  void expect_quiet() {
    std::size_t before = writes();
    RunReport report = sync();
    EXPECT_EQ(writes(), before);
    EXPECT_TRUE(report.moves.empty())
        << report.moves.front().why << " " << to_string(report.moves.front().kind);
    EXPECT_TRUE(report.errors.empty());
  }
  Facts only(const std::string& name) {
    auto list = servers[name]->list();
    EXPECT_EQ(list.size(), 1u) << name;
    return list.empty() ? Facts{} : list.front().facts;
  }
};

struct TwoCalendars : Bench {
  TwoCalendars() {
    add("work");
    add("home");
    link({"work", "home"});
  }
};

struct FullBench : TwoCalendars {
  FullBench() {
    for (int day = 1; day <= 20; ++day)
      servers["work"]->put(meeting("Event " + std::to_string(day), day), "uid" + std::to_string(day));
    sync();
    EXPECT_EQ(servers["home"]->list().size(), 20u);
  }
};

}  // namespace kalends::engine
