// The law: undo restores what was there. A field that the run changed in the hub and nobody touched since holds again what
// it held before the run; every other field stays as it was; an event that a person made in the run stays.
#include <algorithm>
#include <set>

#include "lab/sim/checkers/checkers.h"
#include "merge/state.h"

namespace kalends::lab {
namespace {

using Value = std::optional<std::string>;

Value look(const calendar::Facts& facts, const std::string& path) {
  const auto* value = facts.find(path);
  return value != nullptr ? Value(*value) : std::nullopt;
}

// What one run did to one event.
struct Deeds {
  std::map<std::string, calendar::Change> hub;  // from what each path was at first to what it was at last
  std::map<std::string, std::set<Value>> elsewhere;  // what calendars showed before our writes of a path
  bool born = false;
};

std::map<EventId, Deeds> deeds_of(const engine::RunView& run) {
  std::map<EventId, Deeds> out;
  for (const engine::WriteView& write : run.writes) {
    if (write.state != "done") continue;
    Deeds& deeds = out[write.event];
    for (const calendar::Change& change : write.changes) {
      if (write.calendar != "hub") {
        deeds.elsewhere[change.path].insert(change.before);
        continue;
      }
      deeds.born = deeds.born || (change.path == merge::kLife && !change.before);
      auto [it, inserted] = deeds.hub.try_emplace(change.path, change);
      if (!inserted) it->second.after = change.after;
    }
  }
  return out;
}

void compare(const Undone& undone, const EventId& id, const Deeds& deeds, Failures& out) {
  static const calendar::Facts nothing;
  const auto was = undone.before.find(id), is = undone.after.find(id);
  const calendar::Facts& before = was != undone.before.end() ? was->second : nothing;
  const calendar::Facts& after = is != undone.after.end() ? is->second : nothing;
  std::set<std::string> paths;
  for (const auto& [path, value] : before) paths.insert(path);
  for (const auto& [path, value] : after) paths.insert(path);
  for (const auto& [path, change] : deeds.hub) paths.insert(path);
  for (const std::string& path : paths) {
    if (path == merge::kLife) continue;
    const Value now = look(before, path), got = look(after, path);
    const auto change = deeds.hub.find(path);
    const bool ours = !deeds.born && change != deeds.hub.end() && now == change->second.after;
    const Value wanted = ours ? change->second.before : now;
    if (got == wanted) continue;
    // A run that only wrote what an earlier one had read takes back what the calendar showed.
    const auto other = deeds.elsewhere.find(path);
    if (!ours && other != deeds.elsewhere.end() && other->second.contains(got)) continue;
    out.push_back(fmt::format("after run {} was undone {} of \"{}\" is \"{}\", not \"{}\"", undone.run.id,
                              path, before.get("title"), got.value_or("nothing"),
                              wanted.value_or("nothing")));
  }
}

}  // namespace

Failures undo_restores(const Rest& rest) {
  Failures out;
  for (const Undone& undone : rest.world.ledger.undone) {
    const auto deeds = deeds_of(undone.run);
    for (const auto& [id, one] : deeds) compare(undone, id, one, out);
    for (const auto& [id, facts] : undone.before)
      if (!deeds.contains(id)) compare(undone, id, {}, out);
  }
  return out;
}

}  // namespace kalends::lab
