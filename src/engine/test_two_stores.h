// A bench of two stores, as of two computers, that keep one calendar and one vault: the same vault, or one each with a
// file sync in between, which brings a note of one computer to the other some time later.
#pragma once

#include <fmt/format.h>

#include "engine/test_bench.h"

namespace kalends::engine {

using provider::Stored;

// What a file sync does: what only one side changed goes to the other; where both did, the newer stays and the other is
// put beside it under a name that says so.
class FileSync {
 public:
  FileSync(MemoryServer& one, MemoryServer& other) : one_(one), other_(other) {}

  void run() {
    auto a = one_.snapshot().items, b = other_.snapshot().items;
    std::map<RemoteId, Stored> merged;
    std::set<RemoteId> names;
    for (const auto* all : {&a, &b, &last_})
      for (const auto& [id, item] : *all) names.insert(id);
    for (const RemoteId& id : names) {
      const Stored* mine = find(a, id);
      const Stored* theirs = find(b, id);
      const Stored* before = find(last_, id);
      if (same(mine, before)) {
        take(merged, theirs);
      } else if (same(theirs, before) || same(mine, theirs) || theirs == nullptr) {
        take(merged, mine);
      } else if (mine == nullptr) {
        take(merged, theirs);
      } else {
        const bool newer = mine->updated.ms > theirs->updated.ms;
        take(merged, newer ? mine : theirs);
        Stored loser = newer ? *theirs : *mine;
        loser.id = RemoteId(id.value + " (conflicted copy " + std::to_string(++conflicts_) + ")");
        loser.foreign_copy = true;
        take(merged, &loser);
      }
    }
    bring(one_, a, merged);
    bring(other_, b, merged);
    last_ = std::move(merged);
  }

 private:
  using Items = std::map<RemoteId, Stored>;
  static const Stored* find(const Items& items, const RemoteId& id) {
    auto it = items.find(id);
    return it == items.end() ? nullptr : &it->second;
  }
  static bool same(const Stored* a, const Stored* b) {
    if (a == nullptr || b == nullptr) return a == b;
    return a->facts == b->facts && a->uid == b->uid && a->mark == b->mark;
  }
  static void take(Items& to, const Stored* item) {
    if (item != nullptr) to[item->id] = *item;
  }
  // What it writes has a version that the engine has not seen.
  void bring(MemoryServer& to, const Items& now, const Items& merged) {
    Items out = merged;
    bool news = out.size() != now.size();
    for (auto& [id, item] : out) {
      const Stored* there = find(now, id);
      const bool kept = same(there, &item);
      news = news || !kept;
      item.version = kept ? there->version : ++version_;
    }
    if (news) to.restore({std::move(out)});
  }

  MemoryServer& one_;
  MemoryServer& other_;
  Items last_;
  std::uint64_t version_ = 1'000'000;
  int conflicts_ = 0;
};

inline Profile note_profile() {
  Profile notes;
  notes.delta = false;
  notes.absent = {"attendees", "organizer", "reminders"};
  return notes;
}

inline Profile dav_profile() {
  Profile dav;
  dav.unique_uids = true;  // as a name that is made of the uid has it anywhere
  return dav;
}

// Of two computers no two numbers are the same.
class OwnRandom : public ports::Random {
 public:
  explicit OwnRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

// One computer: a store and what it reaches.
struct Computer {
  Computer(TestClock& time, std::vector<MemoryServer*> reached, std::uint64_t seed)
      : clock(time), random(seed) {
    sync::Link link;
    link.id = LinkId("link");
    for (const char* id : {"dav", "notes"}) {
      providers[id] = std::make_unique<MemoryProvider>(*reached[providers.size()]);
      settings.calendars.emplace_back(id);
      link.calendars.emplace_back(id);
    }
    settings.links.push_back(std::move(link));
  }

  Result<RunReport> sync() {
    std::map<CalendarId, ports::Provider*> map;
    for (auto& [name, provider] : providers) map[CalendarId(name)] = provider.get();
    Engine engine({*store, clock, random, log, zones, zones.utc}, settings, map);
    auto report = engine.sync({.yes = true});
    EXPECT_TRUE(report) << report.error().message;
    return report;
  }

  TestClock& clock;
  OwnRandom random;
  NoLog log;
  UtcOnly zones;
  std::unique_ptr<store::SqliteStore> store = store::SqliteStore::open(":memory:").value();
  std::map<std::string, std::unique_ptr<MemoryProvider>> providers;
  Settings settings;
};

struct TwoStores {
  // `shared`: both see one vault.
  explicit TwoStores(bool shared, std::uint64_t seed = 0)
      : is_shared(shared),
        one(clock, {&dav, &vault_a}, 2 * seed),
        other(clock, {&dav, shared ? &vault_a : &vault_b}, (2 * seed + 1) << 32) {}

  MemoryServer& vault(bool second) { return second && !is_shared ? vault_b : vault_a; }
  Computer& computer(bool second) { return second ? other : one; }

  // A note as people make it: without a uid.
  RemoteId note(bool second, const Facts& facts) {
    MemoryServer& in = vault(second);
    const RemoteId id = in.put(facts);
    auto now = in.snapshot();
    now.items.at(id).uid.clear();
    in.restore(now);
    return id;
  }
  RunReport sync(bool second) {
    clock.ms += 60'000;
    auto report = computer(second).sync();
    clock.ms += 60'000;
    if (report && after_sync) after_sync(second, *report);
    return report ? *report : RunReport{};
  }
  void merge() {
    clock.ms += 10'000;
    if (!is_shared) files.run();
  }
  std::size_t writes() const {
    return dav.writes().size() + vault_a.writes().size() + vault_b.writes().size();
  }
  // Until nobody writes any more, in two rounds: what one made the other one sees in the next. How many came before.
  int settle(int most = 12) {
    int quiet = 0, round = 0;
    for (; round < most && quiet < 2; ++round) {
      const std::size_t before = writes();
      for (const bool second : {false, true}) {
        sync(second);
        merge();
      }
      quiet = writes() == before ? quiet + 1 : 0;
    }
    return quiet < 2 ? most : round - 2;
  }
  // Both computers sync at the same time: the other one's run falls into this one's writes.
  void race(bool second, provider::Call at) {
    bool ran = false;
    auto* provider = computer(second).providers["dav"].get();
    provider->before_call = [&](provider::Call call) {
      if (call != at || ran) return;
      ran = true;
      auto report = computer(!second).sync();
      EXPECT_TRUE(report);
      if (report && after_sync) after_sync(!second, *report);
    };
    sync(second);
    provider->before_call = nullptr;
  }

  std::function<void(bool second, const RunReport&)> after_sync;
  bool is_shared;
  TestClock clock;
  MemoryServer dav{"dav", dav_profile(), [this] { return clock.now(); }};
  MemoryServer vault_a{"a", note_profile(), [this] { return clock.now(); }};
  MemoryServer vault_b{"b", note_profile(), [this] { return clock.now(); }};
  FileSync files{vault_a, vault_b};
  Computer one, other;
};

}  // namespace kalends::engine
