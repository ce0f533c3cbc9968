#include "provider/memory/provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "ports/provider_contract.h"

namespace kalends::provider {
namespace {

using ports::contract::given;
using ports::contract::known_to_nobody;
using ports::contract::plain_facts;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class MemoryHarness : public ports::ProviderHarness {
 public:
  explicit MemoryHarness(Profile profile)
      : server_("memory", std::move(profile), [this] { return time_; }), ours_(server_), theirs_(server_) {}
  ports::Provider& ours() override { return ours_; }
  ports::Provider& theirs() override { return theirs_; }
  Instant now() override { return time_; }
  void settle() override {
    time_.ms += 60'000;
    given(theirs_.changes("", known_to_nobody));  // late rewriting happens here, and then has to be shown
    time_.ms += 60'000;
  }

 private:
  Instant time_{1'772'442'000'000};
  MemoryServer server_;
  MemoryProvider ours_, theirs_;
};

class Memory : public testing::Test {
 protected:
  MemoryServer& open(Profile profile) {
    server_ = std::make_unique<MemoryServer>("m", std::move(profile), [this] { return time_; });
    provider_ = std::make_unique<MemoryProvider>(*server_, &faults_);
    return *server_;
  }
  ports::Changes list(const std::string& cursor = {}) {
    return given(provider_->changes(cursor, known_to_nobody));
  }

  Instant time_{1'772'442'012'345};
  Faults faults_;
  std::unique_ptr<MemoryServer> server_;
  std::unique_ptr<MemoryProvider> provider_;
};

TEST_F(Memory, FaultsStrikeBeforeOrAfterTheWork) {
  auto& server = open({});
  const ports::Draft draft{ports::contract::mark(1), "u", plain_facts(1), time_};
  faults_.force_next(Fault::rate_limited);
  const auto limited = provider_->create(draft);
  ASSERT_FALSE(limited);
  EXPECT_TRUE(limited.error().retry_after_ms);
  EXPECT_THAT(server.list(), IsEmpty());
  faults_.force_next(Fault::lost_answer);
  const auto lost = provider_->create(draft);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, ErrorKind::transient);
  EXPECT_THAT(server.list(), SizeIs(1)) << "it was made though nobody was told";
  EXPECT_THAT(server.writes(), SizeIs(1));
}

TEST_F(Memory, TheSameSeedGivesTheSameFaults) {
  const auto draw = [](std::uint64_t seed) {
    Faults faults(seed, 300);
    std::vector<Fault> out;
    for (int i = 0; i < 100; ++i) out.push_back(faults.draw());
    return out;
  };
  EXPECT_EQ(draw(7), draw(7));
  EXPECT_NE(draw(7), draw(8));
  EXPECT_THAT(draw(7), testing::Contains(Fault::lost_answer));
}

TEST_F(Memory, ACoarseClockRoundsDown) {
  Profile profile;
  profile.clock_grain_ms = 60'000;
  auto& server = open(profile);
  EXPECT_EQ(server.find(server.put(plain_facts(1)))->updated.ms, 1'772'442'000'000);
}

TEST_F(Memory, AListingCanLag) {
  Profile profile;
  profile.lag_ms = 2'000;
  auto& server = open(profile);
  const auto id = server.put(plain_facts(1));
  EXPECT_THAT(list().items, IsEmpty());
  EXPECT_TRUE(provider_->get(id)) << "one item is read fresh";
  const auto cursor = list().cursor;
  time_.ms += 3'000;
  server.edit(id, [](auto& facts) { facts.set("title", "later"); });
  EXPECT_EQ(list().items.at(0).facts.get("title"), "Meeting 1");
  EXPECT_EQ(list(cursor).items.at(0).facts.get("title"), "Meeting 1");
  time_.ms += 3'000;
  server.erase(id);
  EXPECT_EQ(list(cursor).items.at(0).facts.get("title"), "later");
  time_.ms += 3'000;
  EXPECT_THAT(list(cursor).gone, ElementsAre(id));
}

TEST_F(Memory, AWindowOfDatesSlides) {
  constexpr std::int64_t kDayMs = 86'400'000;
  Profile profile;
  profile.past_ms = 2 * kDayMs;
  profile.ahead_ms = 3 * kDayMs;
  auto& server = open(profile);                     // on 2 March, 9:00
  const auto old = server.put(plain_facts(8));      // on the 1st
  const auto young = server.put(plain_facts(5));    // on the 6th
  const auto inside = server.put(plain_facts(2));   // on the 3rd
  const auto outside = server.put(plain_facts(7));  // on the 8th
  const auto listing = list();
  EXPECT_TRUE(listing.complete);
  ASSERT_TRUE(listing.covers);
  EXPECT_THAT(listing.items, SizeIs(2));
  time_.ms += 2 * kDayMs;
  const auto changes = list(listing.cursor);
  EXPECT_FALSE(changes.complete);
  EXPECT_THAT(changes.gone, ElementsAre(old));
  ASSERT_THAT(changes.items, SizeIs(1)) << "what was not changed and came into it; what stayed is no news";
  EXPECT_EQ(changes.items[0].id, young);
  EXPECT_EQ(given(provider_->get(old)).id, old);
  server.erase(outside);
  server.erase(inside);
  EXPECT_THAT(list(changes.cursor).gone, ElementsAre(inside));
}

TEST_F(Memory, ALateRewriteMovesTheVersionButNotTheTime) {
  Profile profile;
  profile.rewrites = {Rewrite::wraps_html};
  profile.rewrites_late = true;
  auto& server = open(profile);
  const auto written = given(provider_->create({ports::contract::mark(1), "u", plain_facts(1), time_}));
  EXPECT_EQ(server.find(written.id)->facts.get("description"), "About number 1");
  time_.ms += 1'000;
  const auto item = given(provider_->get(written.id));
  EXPECT_EQ(item.facts.get("description"), "<p>About number 1</p>");
  EXPECT_NE(item.version, written.version);
  EXPECT_EQ(item.updated->ms, 1'772'442'012'345);
}

TEST_F(Memory, AnOldCursorDiesAndALogCanBeShort) {
  Profile profile;
  profile.log_length = 2;
  auto& server = open(profile);
  const auto id = server.put(plain_facts(1));
  auto cursor = list().cursor;
  server.edit(id, [](auto& facts) { facts.set("title", "b"); });
  EXPECT_FALSE(list(cursor).complete);
  server.edit(id, [](auto& facts) { facts.set("title", "c"); });
  server.edit(id, [](auto& facts) { facts.set("title", "d"); });
  EXPECT_TRUE(list(cursor).reset);
  cursor = list().cursor;
  server.kill_cursors();
  EXPECT_TRUE(list(cursor).reset);
}

TEST_F(Memory, AServerCanBeRestoredEmptiedAndRenamed) {
  auto& server = open({});
  const auto id = server.put(plain_facts(1), "u");
  const auto then = server.snapshot();
  const auto version = given(provider_->get(id)).version;
  server.edit(id, [](auto& facts) { facts.set("title", "later"); });
  server.restore(then);
  EXPECT_EQ(given(provider_->get(id)).version, version);
  EXPECT_EQ(list().items.at(0).facts.get("title"), "Meeting 1");
  server.rename_all();
  EXPECT_NE(list().items.at(0).id, id);
  EXPECT_EQ(list().items.at(0).uid, "u");
  server.clear();
  EXPECT_THAT(list().items, IsEmpty());
  server.vanish(true);
  EXPECT_EQ(provider_->changes("", known_to_nobody).error().kind, ErrorKind::not_found);
}

TEST_F(Memory, ASpoiltItemIsUnreadableNotAbsent) {
  auto& server = open({});
  const auto id = server.put(plain_facts(1));
  server.spoil(id, true);
  const auto listing = list();
  EXPECT_THAT(listing.items, IsEmpty());
  ASSERT_THAT(listing.unreadable, SizeIs(1));
  EXPECT_EQ(listing.unreadable[0].id, id);
}

TEST_F(Memory, ASchedulingServerMailsAndSaysWhomBefore) {
  Profile profile;
  profile.schedules = true;
  auto& server = open(profile);
  auto facts = plain_facts(1);
  facts.set("organizer", "address=mailto:me@example.org");
  facts.set("attendees/mailto:ann@example.org", "name=Ann");
  EXPECT_THAT(provider_->recipients(ports::WriteKind::create, nullptr, facts),
              ElementsAre("mailto:ann@example.org"));
  const auto id = server.put(facts);
  EXPECT_THAT(server.outbox(), IsEmpty()) << "a person's own mail is not ours to count";
  const auto item = given(provider_->get(id));
  given(provider_->remove(item));
  EXPECT_THAT(server.outbox(), SizeIs(1));
}

TEST_F(Memory, SomebodyCanEditBetweenLookingAndWriting) {
  auto& server = open({});
  const auto id = server.put(plain_facts(1));
  const auto item = given(provider_->get(id));
  provider_->before_call = [&](Call call) {
    if (call == Call::update) server.edit(id, [](auto& facts) { facts.set("title", "theirs"); });
  };
  auto target = item.facts;
  target.set("title", "ours");
  EXPECT_EQ(provider_->update(item, target, time_).error().kind, ErrorKind::stale);
}

TEST_F(Memory, PeopleSeeOneEventWhereExceptionsAreItemsOfTheirOwn) {
  Profile profile;
  profile.exceptions = ports::Exceptions::own_items;
  profile.parts_follow = false;
  auto& server = open(profile);
  const auto id = server.put(ports::contract::series_facts());
  EXPECT_THAT(server.items(), SizeIs(3));
  EXPECT_THAT(server.list(), SizeIs(1));
  EXPECT_EQ(server.find(id)->facts, ports::contract::series_facts());
  const auto part = *server.part(id, "2026-03-16T09:00:00");
  const auto master_version = server.items()[0].version;
  server.edit(id, [](auto& facts) { facts.set("overrides/2026-03-16T09:00:00/title", "Else"); });
  EXPECT_EQ(given(provider_->get(part)).facts.get("title"), "Else");
  EXPECT_EQ(server.items()[0].version, master_version) << "only the item that it is about moved";
  server.edit(id, [](auto& facts) { facts.set("location", "Room"); });
  EXPECT_EQ(given(provider_->get(part)).facts.get("location"), "Room")
      << "what follows the series follows it";
  server.rename_all();
  EXPECT_EQ(server.list().at(0).facts.get("overrides/2026-03-16T09:00:00/title"), "Else");
  server.erase(server.list().at(0).id);
  EXPECT_THAT(server.list(), IsEmpty());
  EXPECT_THAT(server.items(), SizeIs(2)) << "its parts are still there";
}

std::vector<Profile> all_profiles() {
  auto out = profiles();
  for (auto& profile : profiles_apart()) out.push_back(std::move(profile));
  return out;
}

std::vector<ports::ProviderHarnessFactory> factories() {
  std::vector<ports::ProviderHarnessFactory> out;
  for (const auto& profile : all_profiles())
    out.emplace_back([profile] { return std::make_unique<MemoryHarness>(profile); });
  return out;
}

}  // namespace
}  // namespace kalends::provider

namespace kalends::ports {
INSTANTIATE_TEST_SUITE_P(Memory, ProviderContract, testing::ValuesIn(provider::factories()),
                         [](const auto& param) { return provider::all_profiles()[param.index].name; });
}  // namespace kalends::ports
