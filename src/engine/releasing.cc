// An event that one calendar alone holds may be the same as another one, now that something changed: it is matched anew.
#include <algorithm>

#include "engine/inner.h"
#include "sync/match.h"

namespace kalends::engine {

namespace {

using ports::ItemRow;

bool is_lone(const Loaded& loaded, const CalendarId& here) {
  return loaded.state.alive() && loaded.items.size() == 1 &&
         std::ranges::all_of(loaded.bases, [&](const auto& entry) {
           return entry.first == here || entry.second.standing == sync::Standing::none;
         });
}

// A window is none: time passes, and what it keeps out it has kept out before.
bool filters_contents(const sync::Link& link) {
  sync::Filter filter = link.filter;
  filter.past_days.reset();
  filter.future_days.reset();
  return !filter.empty();
}

}  // namespace

// The event goes and its item arrives anew, if that finds another event.
Result<void> Engine::Inner::release_if_matched(Transaction& tx, ItemRow row) {
  const CalendarId id = row.calendar;
  if (row.event.empty() || row.state != ItemRow::State::present || !row.mark.empty()) return {};
  if (!row.part_of.empty() || !providers.contains(id)) return {};  // a part follows its master
  std::vector<sync::Candidate> by_uid, by_fingerprint;
  auto gather = [&](const std::vector<ports::EventRow>& events,
                    std::vector<sync::Candidate>& out) -> Result<void> {
    for (const ports::EventRow& event : events)
      if (event.id != row.event && event.alive)
        out.push_back(candidate_of(islands, TRY(load(tx, event.id)), id, std::nullopt));
    return {};
  };
  if (!row.uid.empty()) TRY_VOID(gather(TRY(tx.events_with_uid(row.uid)), by_uid));
  if (!row.fingerprint.empty())
    TRY_VOID(gather(TRY(tx.events_with_fingerprint(row.fingerprint)), by_fingerprint));
  if (by_uid.empty() && by_fingerprint.empty()) return {};
  const Loaded own = TRY(load(tx, row.event));
  if (!is_lone(own, id)) return {};
  const ports::Item item = TRY(decode_item(row));
  const sync::Match match = sync::choose({id, std::nullopt, islands.closed_to(id, item.facts)},
                                         islands.links_of(id), std::nullopt, by_uid, by_fingerprint);
  if (match.kind != sync::Match::Kind::attach) return {};
  TRY_VOID(release_parts(tx, own, id));
  for (const ItemRow& other : TRY(tx.items_of(row.event)))
    if (other.state == ItemRow::State::gone) TRY_VOID(tx.remove_item(other.calendar, other.remote));
  TRY_VOID(tx.remove_event(row.event));
  row.event = EventId();
  row.dirty = true;
  return tx.put(row);
}

// A new link may tie calendars that were read before, a filter may let through what it kept out, and an event may come to
// pass one.
Result<void> Engine::Inner::release_lone_items(Transaction& tx, const Cycle& cycle) {
  std::set<CalendarId> all, some;
  for (const sync::Link& link : settings.links) {
    const bool is_new = !TRY(tx.meta(link_key(link)));
    const bool filters = filters_contents(link);
    if (is_new || cycle.rules_changed) all.insert(link.calendars.begin(), link.calendars.end());
    if (filters) some.insert(link.calendars.begin(), link.calendars.end());
  }
  if ((all.empty() && some.empty()) || !TRY(tx.any_events())) return {};
  for (const CalendarId& id : all)
    for (ItemRow& row : TRY(tx.items(id))) TRY_VOID(release_if_matched(tx, std::move(row)));
  if (some.empty()) return {};
  for (ItemRow& row : TRY(tx.dirty_items()))
    if (some.contains(row.calendar) && !all.contains(row.calendar))
      TRY_VOID(release_if_matched(tx, std::move(row)));
  return {};
}

}  // namespace kalends::engine
