// Filters and matching: a link does not make one event of two that its filter keeps out, and when one comes to pass they
// meet, and nothing is doubled.
#include <gtest/gtest.h>

#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

Facts with(Facts facts, const std::string& path, const std::string& value) {
  facts.set(path, value);
  return facts;
}

struct Filtered : TwoCalendars {
  Facts at_work = with(meeting("Private"), "description", "Mine");
  Facts at_home = with(meeting("Private"), "location", "Kitchen");
  RemoteId work_id, home_id;

  Filtered() { settings.links[0].filter.title = "^team"; }
  void put(const std::string& uid_at_home) {
    work_id = servers["work"]->put(at_work, "same@x");
    home_id = servers["home"]->put(at_home, uid_at_home);
    sync(true);
  }
  void expect_apart() {
    EXPECT_EQ(only("work"), at_work);
    EXPECT_EQ(only("home"), at_home);
    expect_quiet();
  }
  void expect_one() {
    EXPECT_EQ(only("work"), only("home"));
    EXPECT_EQ(only("work").get("description"), "Mine");
    EXPECT_EQ(only("work").get("location"), "Kitchen");
    expect_quiet();
  }
};

TEST(Filtered, WhatIsKeptOutIsNotMatched) {
  for (const char* uid : {"same@x", "other@x"}) {
    for (bool one_way : {false, true}) {
      Filtered bench;
      if (one_way) {
        bench.settings.links[0].direction = sync::Direction::one_way;
        bench.settings.links[0].from = CalendarId("work");
      }
      bench.put(uid);
      bench.expect_apart();
      bench.servers["work"]->edit(bench.work_id, [](Facts& f) { f.set("priority", "5"); });
      bench.at_work.set("priority", "5");
      bench.sync();
      bench.expect_apart();
    }
  }
}

TEST(Filtered, WhatPassesIsMatched) {
  for (const char* uid : {"same@x", "other@x"}) {
    Filtered bench;
    bench.at_work.set("title", "team lunch");
    bench.at_home.set("title", "team lunch");
    bench.put(uid);
    bench.expect_one();
  }
}

TEST(Filtered, AnEventThatComesToPassMeetsItsOther) {
  for (const char* where : {"work", "home"}) {
    Filtered bench;
    bench.put("same@x");
    const RemoteId id = std::string(where) == "work" ? bench.work_id : bench.home_id;
    bench.servers[where]->edit(id, [](Facts& f) { f.set("title", "team lunch"); });
    bench.sync();
    bench.expect_one();
  }
}

TEST(Filtered, WhenTheFilterGoesTheyMeet) {
  for (const char* uid : {"same@x", "other@x"}) {
    Filtered bench;
    bench.put(uid);
    bench.settings.links[0].filter = {};
    bench.sync(true);
    bench.expect_one();
  }
}

}  // namespace
}  // namespace kalends::engine
