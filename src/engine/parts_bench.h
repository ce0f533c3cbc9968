// A bench with a calendar that keeps exceptions as items of their own, "work", and one that does not, "home".
#pragma once

#include "engine/test_bench.h"
#include "sync/items.h"

namespace kalends::engine {

inline const std::string kSlot = "2026-03-09T09:00:00";
inline const std::string kNext = "2026-03-16T09:00:00";

inline std::string in_slot(const std::string& path, const std::string& slot = kSlot) {
  return "overrides/" + slot + (path.empty() ? "" : "/" + path);
}

inline Facts weekly() {
  Facts facts = meeting("Standup");
  facts.set("recurrence", "RRULE:FREQ=WEEKLY;COUNT=10");
  facts.set("location", "Room 1");
  return facts;
}

inline Facts weekly_with_exceptions() {
  Facts facts = weekly();
  facts.set(in_slot(""), "changed");
  facts.set(in_slot("title"), "Retro");
  facts.set(in_slot("", kNext), "excluded");
  return facts;
}

struct Parts : Bench, testing::Test {
  explicit Parts(bool follow = false) {
    Profile profile;
    profile.exceptions = ports::Exceptions::own_items;
    profile.parts_follow = follow;
    add("work", profile);
    add("home");
    link({"work", "home"});
  }
  MemoryServer& work() { return *servers["work"]; }
  MemoryServer& home() { return *servers["home"]; }
  RemoteId id_at(const std::string& name) { return servers[name]->list().front().id; }
  RemoteId part(const std::string& slot = kSlot) { return work().part(id_at("work"), slot).value(); }
  void edit(const std::string& name, const std::string& path, std::optional<std::string> value) {
    servers[name]->edit(id_at(name),
                        [&](Facts& facts) { value ? facts.set(path, *value) : void(facts.erase(path)); });
  }
  void start_at_work() {
    work().put(weekly_with_exceptions(), "uid");
    sync();
    ASSERT_EQ(only("home"), weekly_with_exceptions());
    expect_quiet();
  }
  void start_at_home() {
    home().put(weekly_with_exceptions(), "uid");
    sync();
    ASSERT_EQ(only("work"), weekly_with_exceptions());
    ASSERT_EQ(work().items().size(), 3u);
    expect_quiet();
  }
  void expect_same() {
    EXPECT_EQ(only("work"), only("home"));
    expect_quiet();
  }
  std::size_t writes_at(const std::string& name) { return servers[name]->writes().size(); }
  // The audit of the store and what the calendar saw are the same.
  void expect_audited() {
    std::map<std::string, std::size_t> done;
    for (const RunView& run : engine().log(1000).value())
      for (const WriteView& write : run.writes)
        if (write.calendar == "work" && write.state == "done") ++done[write.kind];
    std::map<std::string, std::size_t> seen;
    for (const auto& write : work().writes())
      ++seen[write.kind == ports::WriteKind::create   ? "create"
             : write.kind == ports::WriteKind::update ? "update"
                                                      : "remove"];
    EXPECT_EQ(done, seen);
  }
};
struct Instances : Parts {
  Instances() : Parts(true) {}
};

}  // namespace kalends::engine
