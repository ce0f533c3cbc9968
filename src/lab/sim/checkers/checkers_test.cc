// Each checker is given a sound end state, about which it says nothing, and a broken one, of which it complains.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "engine/records.h"
#include "lab/sim/checkers/checkers.h"
#include "lab/sim/run.h"
#include "merge/state.h"

namespace kalends::lab {
namespace {

using calendar::Facts;

const std::string kDay = "2026-02-17";
const Facts kEvent{{"title", "Lunch"},
                   {"when", "zoned 2026-02-17T09:00:00 PT1H Europe/Berlin"},
                   {"unknown/X-NOTE", "X-NOTE:1"}};

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "kalends-checkers-XXXXXX").string();
    KALENDS_CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Holds what it is given as it is given.
bool is_plain(const provider::Profile& profile) {
  const bool keeps = profile.absent.empty() && (profile.rewrites.empty() || profile.name == "strict");
  return keeps && !profile.read_only && profile.lag_ms == 0 && profile.keeps_marks &&
         profile.exceptions == ports::Exceptions::inside;
}

// A world of the given shape in which nothing happened yet, and one event that a person made at the first calendar.
struct Stage {
  Folder folder;
  std::unique_ptr<World> world;
  int writes = 0;

  explicit Stage(const std::string& shape, bool schedules = false) {
    for (std::uint64_t seed = 1; seed < 5000 && world == nullptr; ++seed) {
      auto drawn = std::make_unique<World>(seed, folder.path(), Flaw::none);
      const auto& profiles = drawn->topology.profiles;
      if (drawn->topology.name == shape && std::ranges::all_of(profiles, is_plain) &&
          profiles.front().schedules == schedules)
        world = std::move(drawn);
    }
    KALENDS_CHECK(world != nullptr);
    auto& known = world->ledger.events[kDay];
    known.origins.insert(world->places[0]->id);
    known.made_at.insert(world->places[0]->id);
    for (const auto& [path, value] : kEvent) note(path, value);
  }

  provider::MemoryServer& server(std::size_t n) { return *world->places[n]->server; }
  void note(const std::string& path, const std::optional<std::string>& value, std::size_t at = 0) {
    Edit edit;
    edit.number = static_cast<int>(world->ledger.edits.size());
    edit.day = kDay;
    edit.calendar = world->places[at]->id;
    edit.path = path;
    edit.value = value;
    edit.at = world->clock.now();
    world->ledger.edits.push_back(std::move(edit));
  }
  // The event at every calendar, and the hub's version of it.
  Rest at_rest() {
    Rest rest{*world, {}, {}, {}, 0, true};
    rest.hub[kDay].push_back(kEvent);
    for (const auto& place : world->places)
      for (const auto& item : place->server->list())
        rest.items[day_of(item.facts)][place->id].push_back(item);
    return rest;
  }
  // A write by a client, which the engine's trail knows nothing of.
  ports::Item write(std::size_t n, const Facts& facts) {
    ports::Draft draft;
    draft.mark = {EventId("0123456789abcdef0123456789abcdef"), fmt::format("{:016x}", ++writes)};
    draft.uid = draft.mark.nonce;
    draft.facts = facts;
    draft.now = world->clock.now();
    const auto written = server(n).create(draft);
    EXPECT_TRUE(written) << written.error().message;
    return server(n).get(written->id).value();
  }
  void rewrite(std::size_t n, const RemoteId& id, const Facts& facts) {
    EXPECT_TRUE(server(n).update(server(n).get(id).value(), facts));
  }
};

Facts with(Facts facts, const std::string& path, const std::string& value) {
  facts.set(path, value);
  return facts;
}

TEST(Checkers, Converged) {
  Stage stage("pair");
  stage.server(0).put(kEvent);
  EXPECT_FALSE(converged(stage.at_rest()).empty()) << "a calendar does not have it";
  const auto copy = stage.server(1).put(kEvent);
  EXPECT_EQ(converged(stage.at_rest()), Failures{});
  stage.server(1).edit(copy, [](Facts& facts) { facts.set("title", "Dinner"); });
  EXPECT_FALSE(converged(stage.at_rest()).empty()) << "a calendar shows something else";
  Rest dead = stage.at_rest();
  dead.hub.clear();
  EXPECT_FALSE(converged(dead).empty()) << "the hub does not have it";
}

TEST(Checkers, NothingLost) {
  Stage stage("pair");
  stage.server(0).put(kEvent);
  stage.note("title", "Mine");
  EXPECT_FALSE(nothing_lost(stage.at_rest()).empty());
  Rest rest = stage.at_rest();
  engine::ConflictView conflict;
  conflict.sides.push_back({"c0", "Mine", std::nullopt});
  rest.conflicts.push_back(conflict);
  EXPECT_EQ(nothing_lost(rest), Failures{}) << "a conflict names it";
  stage.world->ledger.edits.back().superseded = true;
  EXPECT_EQ(nothing_lost(stage.at_rest()), Failures{}) << "somebody who saw it replaced it";
}

TEST(Checkers, NothingDoubled) {
  Stage stage("pair");
  stage.server(0).put(kEvent);
  EXPECT_EQ(nothing_doubled(stage.at_rest()), Failures{});
  stage.server(0).put(kEvent);
  EXPECT_FALSE(nothing_doubled(stage.at_rest()).empty());
  stage.world->ledger.events[kDay].duplicates = 1;
  EXPECT_EQ(nothing_doubled(stage.at_rest()), Failures{}) << "a person copied it";
}

TEST(Checkers, NothingDeletedWithoutProof) {
  Stage stage("pair");
  const auto id = stage.server(0).put(kEvent);
  EXPECT_EQ(nothing_deleted_without_proof(stage.at_rest()), Failures{});
  const auto copy = stage.write(1, kEvent);
  EXPECT_TRUE(stage.server(1).remove(copy));
  EXPECT_FALSE(nothing_deleted_without_proof(stage.at_rest()).empty()) << "we removed it";
  Stage other("pair");
  EXPECT_FALSE(nothing_deleted_without_proof(other.at_rest()).empty()) << "it is nowhere";
  other.world->ledger.events[kDay].deleted = true;
  EXPECT_EQ(nothing_deleted_without_proof(other.at_rest()), Failures{}) << "a person deleted it";
}

TEST(Checkers, NothingLeaked) {
  Stage stage("busy");
  const auto copy = stage.write(2, with({{"when", kEvent.get("when")}}, "title", "Busy"));
  EXPECT_EQ(nothing_leaked(stage.at_rest()), Failures{});
  stage.rewrite(2, copy.id, kEvent);
  stage.rewrite(2, copy.id, with({{"when", kEvent.get("when")}}, "title", "Busy"));
  EXPECT_FALSE(nothing_leaked(stage.at_rest()).empty()) << "it was shown for a moment";
}

TEST(Checkers, NoMessageSent) {
  Stage stage("pair", true);
  stage.write(0, kEvent);
  EXPECT_EQ(no_message_sent(stage.at_rest()), Failures{});
  Facts invited = with(kEvent, "organizer", "address=mailto:me@example.org");
  invited.set("attendees/mailto:ann@example.org", "name=Ann");
  stage.write(0, invited);
  EXPECT_FALSE(no_message_sent(stage.at_rest()).empty());
  ApprovedMail approved{stage.world->places[0]->id,
                        kDay,
                        engine::Move::Kind::create,
                        {},
                        "This write would make \"c0\" send mail to mailto:ann@example.org.",
                        {}};
  stage.world->ledger.mail = {approved};
  EXPECT_EQ(no_message_sent(stage.at_rest()), Failures{}) << "a person approved it";
  approved.reason = "This write would make \"c0\" send mail to mailto:bob@example.org.";
  stage.world->ledger.mail = {approved};
  EXPECT_FALSE(no_message_sent(stage.at_rest()).empty()) << "of her the person was not told";
}

TEST(Checkers, Quiet) {
  Stage stage("pair");
  Rest rest = stage.at_rest();
  EXPECT_EQ(quiet(rest), Failures{});
  rest.last_cycle_writes = 1;
  EXPECT_FALSE(quiet(rest).empty());
  rest.last_cycle_writes = 0;
  rest.came_to_rest = false;
  EXPECT_FALSE(quiet(rest).empty());
}

TEST(Checkers, NoOscillation) {
  Stage stage("pair");
  const auto copy = stage.write(1, kEvent);
  const auto turn = [&] {
    stage.world->clock.advance(60'000);
    stage.rewrite(1, copy.id, with(kEvent, "title", "A"));
    stage.world->clock.advance(60'000);
    stage.rewrite(1, copy.id, with(kEvent, "title", "B"));
  };
  turn();
  turn();
  EXPECT_EQ(no_oscillation(stage.at_rest()), Failures{});
  turn();
  EXPECT_FALSE(no_oscillation(stage.at_rest()).empty());
}

TEST(Checkers, APersonBetweenTwoWritesIsNoOscillation) {
  Stage stage("pair");
  const auto copy = stage.write(1, kEvent);
  for (int i = 0; i < 6; ++i) {
    stage.world->clock.advance(60'000);
    stage.note("title", i % 2 == 0 ? "A" : "B");
    stage.rewrite(1, copy.id, with(kEvent, "title", i % 2 == 0 ? "A" : "B"));
  }
  EXPECT_EQ(no_oscillation(stage.at_rest()), Failures{});
}

TEST(Checkers, UnknownSurvives) {
  Stage stage("pair");
  const auto copy = stage.write(1, kEvent);
  stage.rewrite(1, copy.id, with(kEvent, "title", "Dinner"));
  EXPECT_EQ(unknown_survives(stage.at_rest()), Failures{});
  Facts without = kEvent;
  without.erase("unknown/X-NOTE");
  stage.rewrite(1, copy.id, without);
  EXPECT_FALSE(unknown_survives(stage.at_rest()).empty());
  stage.note("unknown/X-NOTE", std::nullopt);
  EXPECT_EQ(unknown_survives(stage.at_rest()), Failures{}) << "a person took it away";
}

// An event in the store with a title whose run the trail does not know.
void put_event(World& world, bool with_trail) {
  ASSERT_NE(world.engine(), nullptr);
  auto tx = world.store().begin().value();
  ports::RunRow run;
  run.kind = "sync";
  const auto number = tx->add(run).value();
  merge::EventState state;
  state.write(merge::kLife, "alive", world.places[0]->id.value + "#1", 1);
  state.write("title", "Lunch", world.places[0]->id.value + "#1", 1);
  ports::EventRow row;
  row.id = EventId("0123456789abcdef0123456789abcdef");
  row.uid = "a@x";
  row.blob = merge::encode(state);
  ASSERT_TRUE(tx->put(row));
  if (with_trail) {
    ports::WriteRow write;
    write.run = number;
    write.event = row.id;
    write.kind = "pull";
    write.state = ports::WriteRow::State::done;
    write.blob =
        engine::encode_write({"Lunch", "it is new there", "c0", "", "", {{"title", std::nullopt, "Lunch"}}});
    ASSERT_TRUE(tx->add(write));
  }
  ASSERT_TRUE(tx->commit());
}

TEST(Checkers, LineageAnswers) {
  Stage stage("pair");
  put_event(*stage.world, true);
  EXPECT_EQ(lineage_answers(stage.at_rest()), Failures{});
  Stage other("pair");
  put_event(*other.world, false);
  EXPECT_FALSE(lineage_answers(other.at_rest()).empty());
}

TEST(Checkers, UndoRestores) {
  Stage stage("pair");
  const EventId id("0123456789abcdef0123456789abcdef");
  engine::WriteView write;
  write.event = id;
  write.calendar = "hub";
  write.kind = "pull";
  write.state = "done";
  write.changes = {{"title", "Breakfast", "Lunch"}};
  Undone undone;
  undone.run.writes = {write};
  undone.before[id] = kEvent;
  undone.after[id] = with(kEvent, "title", "Breakfast");
  stage.world->ledger.undone = {undone};
  EXPECT_EQ(undo_restores(stage.at_rest()), Failures{});
  stage.world->ledger.undone[0].after[id] = kEvent;
  EXPECT_FALSE(undo_restores(stage.at_rest()).empty()) << "it was not taken back";
  stage.world->ledger.undone[0].before[id] = with(kEvent, "title", "Mine");
  EXPECT_FALSE(undo_restores(stage.at_rest()).empty()) << "what was changed since is gone";
  stage.world->ledger.undone[0].after[id] = with(kEvent, "title", "Mine");
  EXPECT_FALSE(undo_restores(stage.at_rest()).empty()) << "what stays is not named";
  stage.world->ledger.undone[0].kept = {"title of \"Mine\" was changed since"};
  EXPECT_EQ(undo_restores(stage.at_rest()), Failures{}) << "what was changed since stays";
}

TEST(Checkers, Audit) {
  Stage stage("pair");
  ASSERT_NE(stage.world->engine(), nullptr);
  EXPECT_EQ(audit(stage.at_rest()), Failures{});
  stage.write(1, kEvent);
  EXPECT_FALSE(audit(stage.at_rest()).empty()) << "a calendar saw a write that is not on record";
}

}  // namespace
}  // namespace kalends::lab
