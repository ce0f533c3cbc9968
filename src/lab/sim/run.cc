#include "lab/sim/run.h"

#include <unistd.h>

#include <filesystem>
#include <utility>

#include "lab/sim/checkers/checkers.h"
#include "lab/sim/people.h"
#include "lab/sim/script.h"
#include "merge/state.h"
#include "sync/plan.h"

namespace kalends::lab {
namespace {

namespace fs = std::filesystem;

// In memory where there is such a place: a run opens and copies many small databases, and none outlives it.
class Folder {
 public:
  Folder() {
    for (const fs::path& place : {fs::path("/dev/shm"), fs::temp_directory_path()}) {
      path_ = (place / "kalends-sim-XXXXXX").string();
      if (::mkdtemp(path_.data()) != nullptr) return;
    }
    KALENDS_CHECK(false);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Cycles, with every question answered, until one has nothing to do.
bool come_to_rest(World& world, Script& script) {
  int left = kQuietWithin;
  int answers = 0;
  while (left-- > 0) {
    world.clock.advance(10 * 60'000);
    const std::size_t before = world.server_writes();
    const auto cycle = script.cycle();
    if (!cycle.report) return false;
    const bool asked = script.answer_held() > 0;
    if (asked && ++answers <= kQuietWithin) left = kQuietWithin;
    if (!asked && cycle.report->quiet() && world.server_writes() == before) return true;
  }
  return false;
}

Failures read_hub(World& world, Rest& rest) {
  auto* engine = world.engine();
  if (!engine) return {"the store cannot be opened at the end"};
  auto conflicts = engine->conflicts(false);
  if (!conflicts) return {conflicts.error().message};
  rest.conflicts = std::move(*conflicts);
  auto transaction = world.store().begin();
  if (!transaction) return {transaction.error().message};
  auto ids = (*transaction)->all_events();
  if (!ids) return {ids.error().message};
  for (const auto& id : *ids) {
    auto row = (*transaction)->event(id);
    if (!row || !*row) return {"an event of the store cannot be read"};
    auto state = merge::decode_state((*row)->blob);
    if (!state) return {state.error().message};
    // What was said of an occurrence that does not take place any more is no part of what the hub holds.
    if (state->alive()) rest.hub[day_of(state->facts())].push_back(sync::facts_of(*state));
  }
  return {};
}

// "Keep both" makes an event of the other version, which says that it is on the same day.
void count_kept_versions(World& world, const Rest& rest) {
  auto all = rest.conflicts;
  all.insert(all.end(), world.ledger.conflicts.begin(), world.ledger.conflicts.end());
  for (const auto& conflict : all)
    if (conflict.policy.starts_with("both")) {
      // A backup need not know the event, and one that an item alone held is no more when that item joined another.
      auto day = world.day_of_event(conflict.event);
      if (day.empty()) day = world.ledger.days_of_conflicts[conflict.event];
      if (!day.empty()) ++world.ledger.events[day].duplicates;
    }
}

void look_at_places(World& world, Rest& rest) {
  for (const auto& place : world.places)
    for (const auto& item : place->server->list()) {
      rest.items[day_of(item.facts)][place->id].push_back(item);
      world.trace.say("end: {} {} {} uid {} mark {} \"{}\" {} facts", day_of(item.facts), place->id.value,
                      item.id.value, item.uid, item.mark ? ports::to_string(*item.mark) : "none",
                      item.facts.get("title"), item.facts.size());
    }
}

void check(const char* name, const Failures& found, Outcome& out) {
  for (const auto& sentence : found) out.failures.push_back(fmt::format("{}: {}", name, sentence));
}

void check_all(World& world, Rest& rest, Outcome& out) {
  check("engine", world.broken, out);
  check("converged", converged(rest), out);
  check("nothing lost", nothing_lost(rest), out);
  check("nothing doubled", nothing_doubled(rest), out);
  check("nothing deleted without proof", nothing_deleted_without_proof(rest), out);
  check("nothing leaked", nothing_leaked(rest), out);
  check("no message sent", no_message_sent(rest), out);
  check("quiet", quiet(rest), out);
  check("no oscillation", no_oscillation(rest), out);
  check("unknown survives", unknown_survives(rest), out);
  check("undo restores", undo_restores(rest), out);
  check("lineage answers", lineage_answers(rest), out);
  check("audit", audit(rest), out);
  if (world.engine()) {
    const auto damage = world.store().verify();
    check("store", damage ? *damage : Failures{damage.error().message}, out);
  }
}

}  // namespace

Outcome run(const History& history, Flaw flaw) {
  Outcome out;
  const Folder folder;
  World world(history.seed, folder.path(), flaw);
  People people(world);
  Script script(world, people);

  for (const Step& step : history.steps) script.step(step);
  script.calm_down();

  Rest rest{world, {}, {}, {}, 0, true};
  rest.came_to_rest = come_to_rest(world, script);
  const std::size_t before = world.server_writes();
  world.clock.advance(10 * 60'000);
  script.cycle();
  rest.last_cycle_writes = world.server_writes() - before;
  check("hub", read_hub(world, rest), out);
  look_at_places(world, rest);
  count_kept_versions(world, rest);
  check_all(world, rest, out);

  out.trace = world.trace.lines();
  out.digest = world.trace.digest();
  out.points = world.scheduler.points();
  return out;
}

}  // namespace kalends::lab
