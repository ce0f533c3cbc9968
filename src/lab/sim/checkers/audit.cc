// The law: the audit trail is what happened. Every write that a calendar saw is on record, as done or as begun with an
// unknown end; and what is on record as done was seen.
#include "engine/records.h"
#include "lab/sim/checkers/checkers.h"

namespace kalends::lab {
namespace {

const std::string kPartRemoved = "removal of an exception";

std::string kind_of(ports::WriteKind kind) {
  switch (kind) {
    case ports::WriteKind::create: return "create";
    case ports::WriteKind::update: return "update";
    case ports::WriteKind::remove: return "remove";
  }
  return "";
}

struct Counts {
  std::size_t done = 0, open = 0, seen = 0;
};

}  // namespace

// A store that was put back has forgotten some writes, so nothing is said about it.
Failures audit(const Rest& rest) {
  Failures out;
  if (rest.world.ledger.store_restored || !rest.world.engine()) return out;
  std::map<std::pair<CalendarId, std::string>, Counts> counts;
  for (const auto& place : rest.world.places)
    for (const auto& write : place->server->writes()) {
      const bool part_removed = write.part_of && write.kind == ports::WriteKind::remove;
      ++counts[{place->id, part_removed ? kPartRemoved : kind_of(write.kind)}].seen;
    }
  auto transaction = rest.world.store().begin();
  if (!transaction) return {transaction.error().message};
  auto runs = (*transaction)->runs(1'000'000);
  if (!runs) return {runs.error().message};
  for (const auto& run : *runs) {
    const auto writes = (*transaction)->writes_of_run(run.id);
    if (!writes) return {writes.error().message};
    for (const auto& write : *writes) {
      if (write.calendar.empty()) continue;
      const auto record = engine::decode_write(write.blob);
      const bool part_removed = write.kind == "remove" && record && !record->slot.empty();
      auto& count = counts[{write.calendar, part_removed ? kPartRemoved : write.kind}];
      // A failed one may have been carried out all the same: its answer was lost.
      ++(write.state == ports::WriteRow::State::done ? count.done : count.open);
      if (record) count.open += record->tries;  // earlier attempts, of which the same is true
    }
  }
  for (const auto& [key, count] : counts) {
    const auto& [calendar, kind] = key;
    if (kind != "create" && kind != "update" && kind != "remove" && kind != kPartRemoved) continue;
    // What we were about to remove a person may have removed before us.
    std::size_t by_people = 0;
    if (kind == "remove")
      for (const auto& [day, known] : rest.world.ledger.events)
        by_people += known.deleted_at.contains(calendar) ? 1 : 0;
    // An exception goes with its series, or when a person sets it back: one need not have been there any more.
    if (count.done > count.seen + by_people && kind != kPartRemoved)
      out.push_back(fmt::format("{} {}s at {} are on record as done, {} were seen", count.done, kind,
                                calendar.value, count.seen));
    if (count.seen > count.done + count.open)
      out.push_back(fmt::format("{} saw {} {}s, {} are on record", calendar.value, count.seen, kind,
                                count.done + count.open));
  }
  return out;
}

}  // namespace kalends::lab
