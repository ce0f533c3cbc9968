// A person takes back a run or one write of it. What the hub held just before and just after is kept for the checker, and
// the ledger notes an undo for what it is: that person's edits, made with everything in view that they replace.
#include <algorithm>

#include "lab/sim/script.h"
#include "lab/sim/series.h"
#include "merge/state.h"

namespace kalends::lab {
namespace {

using calendar::Facts;

// Every event of the hub, dead ones too; whether it is alive stands beside its facts.
std::map<EventId, Facts> hub_of(World& world) {
  std::map<EventId, Facts> out;
  auto transaction = world.store().begin();
  if (!transaction) return out;
  const auto ids = (*transaction)->all_events();
  if (!ids) return out;
  for (const auto& id : *ids) {
    const auto row = (*transaction)->event(id);
    if (!row || !*row) continue;
    const auto state = merge::decode_state((*row)->blob);
    if (!state) continue;
    Facts& facts = out[id] = state->facts();
    if (state->alive()) facts.set(std::string(merge::kLife), "alive");
  }
  return out;
}

// A removal is taken back with the deletion that it carried out, a meeting with all that came of it, and so its parting.
std::vector<engine::WriteView> taken_with(const engine::RunView& run, const engine::WriteView& write) {
  std::vector<engine::WriteView> out;
  const bool met = write.kind == "adopt" || write.kind == "part";
  if (write.kind == "remove" || met)
    std::ranges::copy_if(run.writes, std::back_inserter(out), [&](const engine::WriteView& other) {
      return other.event == write.event && (met || other.calendar == "hub") && other.id != write.id;
    });
  out.push_back(write);
  return out;
}

}  // namespace

void Script::undo() {
  auto* running = world_.engine();
  if (!running) return;
  const auto runs = running->log(6);
  if (!runs || runs->empty()) return;
  Undone undone;
  undone.run = world_.chance.one_of(*runs);
  undone.before = hub_of(world_);
  undone.at = world_.clock.peek();
  const bool whole = undone.run.writes.empty() || world_.chance.percent(70);
  Result<engine::UndoReport> done = fail(ErrorKind::invalid, "nothing was tried");
  if (whole) {
    done = running->undo_run(undone.run.id);
  } else {
    const auto write = world_.chance.one_of(undone.run.writes);
    undone.run.writes = taken_with(undone.run, write);
    done = running->undo_write(write.id);
  }
  if (!done) {
    world_.broken.push_back(fmt::format("run {} cannot be undone: {}", undone.run.id, done.error().message));
    return;
  }
  world_.trace.say("person undoes {}run {} of {} writes: {} taken back, {} stay", whole ? "" : "a part of ",
                   undone.run.id, undone.run.writes.size(), done->restored, done->kept.size());
  undone.kept = done->kept;
  undone.after = hub_of(world_);
  people_.note_undone(undone);
  world_.ledger.undone.push_back(std::move(undone));
}

void People::note_undone(const Undone& undone) {
  auto& ledger = world_.ledger;
  // What was parted is two events from now on, each where it was made.
  for (const auto& [id, facts] : undone.after)
    if (!undone.before.contains(id)) ++ledger.events[day_of(facts)].duplicates;
  for (const auto& write : undone.run.writes) {
    const auto facts = undone.after.find(write.event);
    if (facts == undone.after.end()) continue;
    auto& known = ledger.events[day_of(facts->second)];
    // One of which no answer came may have been made all the same.
    if (write.kind == "create") known.taken_back_at.insert(CalendarId(write.calendar));
    if (write.state == "done") known.undone = true;
  }
  for (const auto& [id, after] : undone.after) {
    const auto was = undone.before.find(id);
    if (was == undone.before.end()) continue;
    const std::string date = day_of(after);
    for (const auto& change : calendar::difference(was->second, after)) {
      world_.trace.say("  {}: {} is {} again", date, change.path, change.after.value_or("nothing"));
      if (change.path == merge::kLife) {
        auto& known = ledger.events[date];
        // What can only be read is not made there again.
        const bool can_come_back = std::ranges::any_of(world_.places, [&](const auto& place) {
          return known.origins.contains(place->id) && !place->server->profile().read_only;
        });
        known.deleted = !change.after || !can_come_back;
        continue;
      }
      const std::string path = by_date(change.path);
      for (auto& edit : ledger.edits)
        if (edit.day == date && edit.path == path && (edit.value == change.before || !edit.value))
          edit.superseded = true;
      if (change.after == "changed") continue;  // of itself it says nothing
      // An edit that was not read yet may have replaced this very value, when it was there the first time: taken back to
      // what that calendar has agreed on, the hub did not change for it.
      const bool replaced = std::ranges::any_of(ledger.edits, [&](const Edit& edit) {
        return edit.day == date && edit.path == path && !edit.superseded &&
               edit.number >= world_.last_read[edit.calendar];
      });
      ledger.edits.push_back({static_cast<int>(ledger.edits.size()), date, CalendarId("hub"), path,
                              change.after, world_.clock.peek()});
      // Nobody sees what a deleted event says, and of several that are alike nobody can say which one this was.
      ledger.edits.back().superseded =
          replaced || ledger.events[date].duplicates > 0 || !after.find(std::string(merge::kLife));
    }
  }
}

}  // namespace kalends::lab
