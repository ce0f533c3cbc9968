// The law: undo restores what was there. A field that the run changed in the hub and nobody touched since holds again what
// it held before the run; every other field stays as it was, and one that stays because it was changed since is named; an
// event that was deleted in the run is alive again, and one that a person made in it stays. A copy that was taken back is
// not made again.
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
  std::set<CalendarId> copies;                       // made
  EventId event;
  bool born = false;
  bool parted = false;  // or joined again: the sides, and not the hub, tell what is restored
};

std::map<EventId, Deeds> deeds_of(const engine::RunView& run) {
  std::map<EventId, Deeds> out;
  for (const engine::WriteView& write : run.writes) {
    const bool made = write.kind == "create" && !write.changes.empty();
    if (made && write.state != "failed" && write.calendar != "hub") {
      Deeds& deeds = out[write.event];
      deeds.event = write.event;
      deeds.copies.insert(CalendarId(write.calendar));
    }
    if (write.state != "done") continue;
    Deeds& deeds = out[write.event];
    deeds.event = write.event;
    deeds.parted = deeds.parted || write.kind == "adopt" || write.kind == "part";
    for (const calendar::Change& change : write.changes) {
      if (write.calendar != "hub") {
        deeds.elsewhere[change.path].insert(change.before);
        continue;
      }
      deeds.born = deeds.born || (change.path == merge::kLife && !change.before);
      auto [it, inserted] = deeds.hub.try_emplace(change.path, change);
      if (inserted) continue;
      // The trail has the changes of one run calendar by calendar, not in their order.
      const bool earlier = change.after == it->second.before && change.before != it->second.after;
      (earlier ? it->second.before : it->second.after) = earlier ? change.before : change.after;
    }
  }
  return out;
}

bool is_named(const Undone& undone, const std::string& path) {
  return std::ranges::any_of(
      undone.kept, [&](const std::string& sentence) { return sentence.starts_with(path + " of "); });
}

// Whether the event lives after it: as before, or again when the run had deleted it.
void compare_life(const Undone& undone, const Deeds& deeds, const calendar::Facts& before,
                  const calendar::Facts& after, Failures& out) {
  const bool lived = before.find(std::string(merge::kLife)) != nullptr,
             lives = after.find(std::string(merge::kLife)) != nullptr;
  const auto change = deeds.hub.find(std::string(merge::kLife));
  const bool was_deleted =
      !deeds.born && change != deeds.hub.end() && change->second.before && !change->second.after;
  if (lives != (lived || was_deleted))
    out.push_back(fmt::format("after run {} was undone \"{}\" {}", undone.run.id, before.get("title"),
                              lives ? "lives" : "does not live"));
}

void compare(const Undone& undone, const EventId& id, const Deeds& deeds, Failures& out) {
  static const calendar::Facts nothing;
  const auto was = undone.before.find(id), is = undone.after.find(id);
  const calendar::Facts& before = was != undone.before.end() ? was->second : nothing;
  const calendar::Facts& after = is != undone.after.end() ? is->second : nothing;
  compare_life(undone, deeds, before, after, out);
  std::set<std::string> paths;
  for (const auto& [path, value] : before) paths.insert(path);
  for (const auto& [path, value] : after) paths.insert(path);
  for (const auto& [path, change] : deeds.hub) paths.insert(path);
  for (const std::string& path : paths) {
    if (path == merge::kLife) continue;
    const Value now = look(before, path), got = look(after, path);
    const auto change = deeds.hub.find(path);
    const bool touched = !deeds.born && change != deeds.hub.end();
    const bool ours = touched && now == change->second.after;
    if (touched && !ours && now != change->second.before && change->second.before != change->second.after &&
        !is_named(undone, path))
      out.push_back(fmt::format("undoing run {} left {} of \"{}\" as it is now, and did not say so",
                                undone.run.id, path, before.get("title")));
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

// A copy that was taken back is gone at rest, unless somebody said or did something about it since.
void look_for_copies(const Rest& rest, const Undone& undone, const Deeds& deeds, const calendar::Facts& facts,
                     Failures& out) {
  const Ledger& ledger = rest.world.ledger;
  const std::string day = day_of(facts);
  const auto known = ledger.events.find(day);
  const auto items = rest.items.find(day);
  if (known == ledger.events.end() || items == rest.items.end()) return;
  if (known->second.duplicates > 0 || ledger.store_restored || ledger.links_changed) return;
  for (const CalendarId& calendar : deeds.copies) {
    const bool stays = std::ranges::any_of(undone.kept, [&](const std::string& sentence) {
      return sentence.starts_with(
          fmt::format("The copy of \"{}\" in \"{}\" stays", facts.get("title"), calendar.value));
    });
    if (stays || !items->second.contains(calendar) || known->second.made_at.contains(calendar) ||
        known->second.deleted_at.contains(calendar))
      continue;
    if (ledger.rolled_back.contains(calendar) || ledger.emptied.contains(calendar)) continue;
    const bool touched = std::ranges::any_of(ledger.edits, [&](const Edit& edit) {
      return edit.day == day && (edit.calendar == calendar || edit.at >= undone.at);
    });
    const bool again = std::ranges::any_of(ledger.undone, [&](const Undone& later) {
      return later.at >= undone.at && &later != &undone &&
             std::ranges::any_of(later.run.writes,
                                 [&](const auto& write) { return write.event == deeds.event; });
    });
    if (!touched && !again)
      out.push_back(fmt::format("the copy of {} at {} was taken back with run {} and is there", day,
                                calendar.value, undone.run.id));
  }
}

}  // namespace

Failures undo_restores(const Rest& rest) {
  Failures out;
  for (const Undone& undone : rest.world.ledger.undone) {
    const auto deeds = deeds_of(undone.run);
    for (const auto& [id, one] : deeds) {
      if (!one.parted) compare(undone, id, one, out);
      if (const auto facts = undone.after.find(id); facts != undone.after.end())
        look_for_copies(rest, undone, one, facts->second, out);
    }
    for (const auto& [id, facts] : undone.before)
      if (!deeds.contains(id)) compare(undone, id, {}, out);
  }
  return out;
}

}  // namespace kalends::lab
