// Calendars that tell a window of dates only, which slides as time goes by.
// **Leaving the window is no deletion: what is told to be gone is gone when it is not found by its name.** What lies
// outside and was never told is unknown, so nothing is made there until the window reaches it.
#include <algorithm>
#include <set>

#include "base/mutation.h"
#include "calendar/occurrences.h"
#include "engine/inner.h"
#include "ical/text.h"

namespace kalends::engine {

using ports::ItemRow;

// Whether any of it takes place in the span; yes when that cannot be told. A series that lasts for ever need not.
bool Engine::Inner::is_covered(const ports::Span& span, const calendar::Facts& facts) const {
  const auto event = calendar::from_facts(facts);
  if (!event) return true;
  const calendar::Range range{span.from.ms / 1000, span.to.ms / 1000};
  const auto there =
      calendar::occurrences(*event, range, ical::EventZones(world.zones, *event), world.local_zone,
                            {1, 100'000, calendar::ExpansionLimits::WhenFull::stop});
  return !there || !there->empty();
}

// Of what the look does not name any more, `gone` keeps what is proven to be deleted and `items` takes what is there
// still. What was known to lie outside of the span is not asked for. Where an answer does not say, nothing is known,
// and the cursor stays where it was so that the next look tells it again.
void Engine::Inner::prove_removals(const std::unique_ptr<Transaction>& tx, const Look& look,
                                   ports::Changes& changes, const WithStore& with_store) {
  if (is_on(Mutant::window_edge_deletes)) return;
  std::set<RemoteId> named(changes.unchanged.begin(), changes.unchanged.end());
  for (const ports::Item& item : changes.items) named.insert(item.id);
  for (const ports::Unreadable& broken : changes.unreadable) named.insert(broken.id);
  std::set<RemoteId> doubtful;
  with_store([&]() -> Result<void> {
    for (const RemoteId& id : changes.gone) {
      auto row = TRY(tx->item(look.row.id, id));
      if (row && row->state != ItemRow::State::gone && !named.contains(id)) doubtful.insert(id);
    }
    if (!changes.complete) return {};
    for (const ItemRow& row : TRY(tx->items(look.row.id))) {
      if (named.contains(row.remote)) continue;
      const auto item = decode_item(row);
      if (!item || is_covered(*changes.covers, item->facts)) doubtful.insert(row.remote);
    }
    return {};
  });
  changes.gone.clear();
  changes.complete = false;
  for (const RemoteId& id : doubtful) {
    auto item = providers.at(look.row.id)->get(id);
    const auto kind = item ? ErrorKind::corrupt : item.error().kind;
    if (item) {
      changes.items.push_back(*std::move(item));
    } else if (kind == ErrorKind::not_found) {
      changes.gone.push_back(id);
    } else if (kind != ErrorKind::corrupt) {  // which says that it is there
      changes.cursor = look.row.cursor;
      return;
    }
  }
}

// Whether this cycle's look at the calendar told nothing of the time in which the event takes place.
Result<bool> Engine::Inner::is_beyond_window(const Cycle& cycle, const Loaded& loaded,
                                             const CalendarId& calendar) const {
  auto span = cycle.covers.find(calendar);
  if (span == cycle.covers.end()) return false;
  if (!loaded.state.cells.empty()) return !is_covered(span->second, loaded.state.facts());
  for (const auto& [id, item] : loaded.items)
    if (item.state == ItemRow::State::present) return !is_covered(span->second, TRY(decode_item(item)).facts);
  return false;
}

// What has a name there and could not be seen is asked for by that name. False when it stays unknown whether the
// calendar has an item of the event.
Result<bool> Engine::Inner::see_beyond_window(Transaction& tx, const Cycle& cycle, Loaded& loaded,
                                              const CalendarId& calendar) {
  auto row = loaded.items.find(calendar);
  const bool unreadable = row != loaded.items.end() && row->second.state == ItemRow::State::unreadable;
  if ((row != loaded.items.end() && !unreadable) || !cycle.covers.contains(calendar)) return true;
  auto base = loaded.bases.find(calendar);
  const bool named = base != loaded.bases.end() && !base->second.items.empty();
  // What has a name may have been moved out of the window since.
  if (!named && !TRY(is_beyond_window(cycle, loaded, calendar))) return true;
  if (!unreadable && !named) return false;
  auto item = providers.at(calendar)->get(unreadable ? row->second.remote : base->second.remote_id());
  if (!item) return item.error().kind == ErrorKind::not_found && !unreadable;
  loaded.items[calendar] = TRY(put_item(tx, calendar, *item, cycle.seen, true));
  loaded.items[calendar].event = loaded.row.id;
  TRY_VOID(tx.put(loaded.items[calendar]));
  return true;
}

// Of a calendar that tells a window of dates only what lies outside neither stands for the rest nor is it missed.
Result<void> Engine::Inner::count_in_window(Transaction& tx, const ports::Span& span,
                                            sync::Incoming& incoming) const {
  std::set<RemoteId> there;
  for (const ItemRow& row : TRY(tx.items(incoming.calendar))) {
    there.insert(row.remote);
    if (!row.part_of.empty()) continue;
    const auto item = decode_item(row);
    if (!item || is_covered(span, item->facts)) ++incoming.present;
  }
  incoming.agreed = incoming.present;
  for (const ports::BaseRow& base : TRY(tx.bases_at(incoming.calendar)))
    if (!base.remote.empty() && !there.contains(base.remote)) ++incoming.agreed;
  incoming.windowed = true;
  return {};
}

}  // namespace kalends::engine
