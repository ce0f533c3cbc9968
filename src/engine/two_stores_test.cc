// Two computers that keep one calendar and one vault: no event comes twice, an edit still travels, nothing that a person
// made is lost, and it comes to rest.
#include "engine/test_two_stores.h"

namespace kalends::engine {
namespace {

using provider::Call;

// People's doings of one history, drawn from its seed. The location of an event is its name, which nobody edits.
class Days {
 public:
  Days(bool shared, std::uint64_t seed) : stores_(shared, seed), state_(seed * 2654435761u + 17) {
    stores_.after_sync = [this](bool second, const RunReport& report) {
      tell("computer {} has synced", second ? 2 : 1);
      tell_of(report);
    };
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      stores_.clock.ms += 60'000;
      const std::uint64_t what = draw(10);
      const bool second = draw(2) == 1;
      switch (what) {
        case 0: made_.insert(make(nullptr)); break;
        case 1:
        case 2: made_.insert(make(&stores_.vault(second))); break;
        case 3:
        case 4: edit(); break;
        case 5: erase(); break;
        case 6: merge(); break;
        case 7: race(second, draw(2) == 1 ? Call::create : Call::changes); break;
        default: sync(second); break;
      }
    }
  }

  void check() {
    tell("the people rest");
    const int rounds = stores_.settle();
    SCOPED_TRACE(told_);
    EXPECT_LT(rounds, 8) << "it does not come to rest";
    std::map<std::string, std::string> titles;
    for (const Stored& item : stores_.dav.list()) {
      const std::string name = item.facts.get("location");
      EXPECT_TRUE(titles.emplace(name, item.facts.get("title")).second)
          << name << " is in the calendar twice";
    }
    for (const std::string& name : made_)
      if (!erased_.contains(name)) EXPECT_TRUE(titles.contains(name)) << name << " is lost";
    for (const bool second : {false, true}) {
      std::map<std::string, int> notes;
      for (const Stored& item : stores_.vault(second).list()) {
        if (item.foreign_copy) continue;
        const std::string name = item.facts.get("location");
        ++notes[name];
        EXPECT_EQ(item.facts.get("title"), titles[name]) << name << " differs in the vault";
      }
      for (const auto& [name, title] : titles) EXPECT_EQ(notes[name], 1) << name << " in the vault";
      EXPECT_EQ(notes.size(), titles.size());
    }
  }

 private:
  std::uint64_t draw(std::uint64_t below) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return (state_ >> 33) % below;
  }

  template <class... Args>
  void tell(fmt::format_string<Args...> format, Args&&... args) {
    told_ += "\n  " + fmt::format(format, std::forward<Args>(args)...);
  }
  void tell_of(const RunReport& report) {
    for (const Move& move : report.moves)
      tell("    {} {} at {}: {} {}", to_string(move.kind), move.title, move.calendar.value, move.why,
           move.error);
  }
  void merge() {
    tell("the file sync runs");
    stores_.merge();
  }
  void sync(bool second) { stores_.sync(second); }
  void race(bool second, Call at) {
    tell("both sync at once");
    stores_.race(second, at);
  }

  std::string make(MemoryServer* vault) {
    const std::string name = fmt::format("event {}", ++count_);
    Facts facts = meeting(fmt::format("Title {}", count_), static_cast<int>(draw(28)) + 1);
    facts.set("location", name);
    if (vault == nullptr)
      stores_.dav.put(facts, name + "@people");
    else
      stores_.note(vault == &stores_.vault_b, facts);
    tell("{} is made in {}", name, vault == nullptr ? "dav" : vault->name());
    return name;
  }

  // An event that shows once where it is looked at.
  std::pair<MemoryServer*, std::optional<Stored>> any() {
    MemoryServer* at = std::array{&stores_.dav, &stores_.vault(false), &stores_.vault(true)}[draw(3)];
    std::vector<Stored> items = at->list();
    std::map<std::string, int> copies;
    for (const Stored& item : items) ++copies[item.facts.get("location")];
    std::erase_if(items, [&](const Stored& item) { return copies[item.facts.get("location")] > 1; });
    if (items.empty()) return {at, std::nullopt};
    return {at, items[draw(items.size())]};
  }

  void edit() {
    auto [at, item] = any();
    if (!item) return;
    const std::string title = fmt::format("Title {}", ++count_);
    tell("{} is renamed to {} as {} in {}", item->facts.get("location"), title, item->id.value, at->name());
    at->edit(item->id, [&](Facts& facts) { facts.set("title", title); });
  }

  void erase() {
    auto [at, item] = any();
    if (!item || draw(2) == 0) return;
    erased_.insert(item->facts.get("location"));
    tell("{} is deleted as {} in {}", item->facts.get("location"), item->id.value, at->name());
    at->erase(item->id);
  }

  TwoStores stores_;
  std::uint64_t state_;
  std::string told_;
  int count_ = 0;
  std::set<std::string> made_, erased_;
};

TEST(TwoStores, NothingIsDoubledInDaysOfPeople) {
  const char* seeds = std::getenv("KALENDS_TWO_STORES_SEEDS");
  const std::uint64_t most = seeds != nullptr ? std::strtoull(seeds, nullptr, 10) : 100;
  for (std::uint64_t seed = 1; seed <= most && !::testing::Test::HasFailure(); ++seed)
    for (const bool shared : {true, false}) {
      SCOPED_TRACE(fmt::format("seed {}, {}", seed, shared ? "one vault" : "two vaults"));
      Days days(shared, seed);
      days.run(40);
      days.check();
    }
}

TEST(TwoStores, ANewEventOfTheCalendarIsOneInBothVaults) {
  TwoStores both(false);
  both.dav.put(meeting("Standup"), "uid");
  both.sync(false);
  both.sync(true);
  both.merge();
  EXPECT_EQ(both.vault_a.list().size(), 2u) << "each made a note before it knew of the other's";
  EXPECT_LT(both.settle(), 4);
  EXPECT_EQ(both.dav.list().size(), 1u);
  EXPECT_EQ(both.vault_a.list().size(), 1u);
  EXPECT_EQ(both.vault_b.list().size(), 1u);
}

TEST(TwoStores, ANewNoteIsOneInTheCalendarThoughBothSyncAtOnce) {
  for (const bool shared : {true, false}) {
    TwoStores both(shared);
    both.note(false, meeting("Standup"));
    both.merge();
    both.race(false, Call::create);
    EXPECT_LT(both.settle(), 4);
    EXPECT_EQ(both.dav.list().size(), 1u);
    EXPECT_EQ(both.vault_a.list().size(), 1u);
  }
}

TEST(TwoStores, ACopyOfANoteThatComesBeforeTheNoteGivesWay) {
  TwoStores both(false);
  const RemoteId note = both.note(false, meeting("Standup"));
  both.sync(false);
  both.sync(true);
  both.merge();
  both.vault_a.edit(note, [](Facts& facts) { facts.set("title", "Daily"); });
  EXPECT_LT(both.settle(), 5);
  ASSERT_EQ(both.dav.list().size(), 1u);
  EXPECT_EQ(both.dav.list()[0].facts.get("title"), "Daily");
  ASSERT_EQ(both.vault_b.list().size(), 1u);
  EXPECT_EQ(both.vault_b.list()[0].id, note);
}

TEST(TwoStores, AnEditedCopyOfANoteThatWasDeletedIsOneEventWhenTheNoteIsBack) {
  TwoStores both(false);
  both.note(true, meeting("Standup"));
  both.sync(true);
  both.sync(false);
  both.merge();
  both.dav.erase(both.dav.list()[0].id);
  both.sync(true);
  ASSERT_EQ(both.vault_b.list().size(), 1u) << "the copy that the other store made";
  both.vault_b.edit(both.vault_b.list()[0].id, [](Facts& facts) { facts.set("title", "Daily"); });
  both.sync(true);
  both.sync(false);
  both.merge();
  EXPECT_LT(both.settle(), 5);
  for (MemoryServer* at : {&both.dav, &both.vault_a, &both.vault_b}) {
    ASSERT_EQ(at->list().size(), 1u) << at->name();
    EXPECT_EQ(at->list()[0].facts.get("title"), "Daily");
  }
}

TEST(TwoStores, ACopyWithAUidOfItsOwnIsKnownToTheOtherStore) {
  TwoStores both(true);
  const RemoteId note = both.note(false, meeting("Standup"));
  both.race(false, Call::create);
  ASSERT_EQ(both.dav.list().size(), 1u) << "one create was refused";
  both.dav.erase(both.dav.list()[0].id);
  both.vault_a.edit(note, [](Facts& facts) { facts.set("title", "Daily"); });
  both.sync(false);
  EXPECT_LT(both.settle(), 4);
  EXPECT_EQ(both.dav.list().size(), 1u);
  EXPECT_EQ(both.vault_a.list().size(), 1u);
}

}  // namespace
}  // namespace kalends::engine
