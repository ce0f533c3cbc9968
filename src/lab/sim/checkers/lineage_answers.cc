// The law: for every field of every event it can be said where it came from: a calendar that there is, or a person, and
// the run in whose trail the very value stands.
#include <algorithm>

#include "lab/sim/checkers/checkers.h"

namespace kalends::lab {
namespace {

// The runs that were asked for, each read once.
class Runs {
 public:
  explicit Runs(engine::Engine& engine) : engine_(engine) {}

  // Whether that run's trail has this value of this event.
  bool tells(std::int64_t number, const EventId& event, const std::string& path, const std::string& value) {
    auto [it, inserted] = runs_.try_emplace(number);
    if (inserted)
      if (auto run = engine_.log_run(number)) it->second = *std::move(run);
    return std::ranges::any_of(it->second.writes, [&](const engine::WriteView& write) {
      return write.event == event && std::ranges::any_of(write.changes, [&](const calendar::Change& change) {
               return change.path == path && change.after == value;
             });
    });
  }

 private:
  engine::Engine& engine_;
  std::map<std::int64_t, engine::RunView> runs_;
};

Result<std::vector<EventId>> all_events(World& world) {
  auto transaction = TRY(world.store().begin());
  return transaction->all_events();
}

}  // namespace

Failures lineage_answers(const Rest& rest) {
  Failures out;
  engine::Engine* engine = rest.world.engine();
  // A store that was put back has lost the runs since, and reads anew what they brought.
  if (engine == nullptr || rest.world.ledger.store_restored) return out;
  const auto ids = all_events(rest.world);
  if (!ids) return {ids.error().message};
  Runs runs(*engine);
  for (const EventId& id : *ids) {
    const auto answers = engine->why(id.value);
    if (!answers || answers->size() != 1) {
      out.push_back(fmt::format("why does not answer for {}", id.value));
      continue;
    }
    const engine::Lineage& lineage = answers->front();
    for (const engine::FieldLineage& field : lineage.fields) {
      const bool somebody =
          field.from == "person" || std::ranges::any_of(rest.world.places, [&](const auto& place) {
            return place->id.value == field.from;
          });
      if (!somebody)
        out.push_back(fmt::format("{} of \"{}\" comes from \"{}\", which is no calendar and no person",
                                  field.path, lineage.title, field.from));
      else if (!runs.tells(field.run, id, field.path, field.value))
        out.push_back(fmt::format("{} of \"{}\" is said to come from run {}, whose trail does not have it",
                                  field.path, lineage.title, field.run));
    }
  }
  return out;
}

}  // namespace kalends::lab
