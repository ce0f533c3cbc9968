// Exceptions that are items of their own: rows that belong to the event of their master, and what is seen of them.
// **A part never becomes an event. One whose master is not known waits; one whose master is gone is a stray.**
#include <algorithm>

#include "engine/inner.h"
#include "sync/item_writes.h"

namespace kalends::engine {

namespace {

using ports::ItemRow;
using sync::Observation;

bool is_named(const std::optional<sync::Base>& base, const RemoteId& remote) {
  return base && std::ranges::find(base->items, remote, &sync::RemoteItem::id) != base->items.end();
}

// Of two items in one slot the one that was agreed counts, then the first by name: the same ones every time.
std::vector<const ItemRow*> in_order(const std::vector<ItemRow>& rows,
                                     const std::optional<sync::Base>& base) {
  std::vector<const ItemRow*> out;
  for (const ItemRow& row : rows)
    if (row.state != ItemRow::State::gone) out.push_back(&row);
  std::ranges::sort(out, {},
                    [&](const ItemRow* row) { return std::pair(!is_named(base, row->remote), row->remote); });
  return out;
}

Result<sync::SeenPart> seen_part(const ItemRow& row) {
  return sync::SeenPart{row.slot, row.remote, row.version, TRY(decode_item(row)).facts};
}

bool is_ours(const ItemRow& row, const EventId& event) {
  auto mark = ports::parse_mark(row.mark);
  return mark && mark->event == event;
}

void gather_into(sync::Place& place) {
  Observation& seen = place.seen;
  std::ranges::sort(seen.parts, {}, &sync::SeenPart::slot);
  sync::Items items{{"", std::move(seen.facts)}};
  for (const sync::SeenPart& part : seen.parts) items.emplace(part.slot, part.facts);
  seen.facts = sync::gather(items);
  if (seen.unknown_slots.empty() || !place.base) return;
  seen.facts = sync::with_slots_of(std::move(seen.facts), sync::remembered(*place.base, seen.unknown_slots),
                                   {seen.unknown_slots.begin(), seen.unknown_slots.end()});
}

}  // namespace

const ItemRow* Loaded::item(const CalendarId& calendar, const RemoteId& remote) const {
  auto master = items.find(calendar);
  if (master != items.end() && master->second.remote == remote) return &master->second;
  auto exceptions = parts.find(calendar);
  if (exceptions == parts.end()) return nullptr;
  auto part = std::ranges::find(exceptions->second, remote, &ItemRow::remote);
  return part == exceptions->second.end() ? nullptr : &*part;
}

Result<void> see_parts(const Loaded& loaded, const CalendarId& calendar, sync::Place& place) {
  auto rows = loaded.parts.find(calendar);
  Observation& seen = place.seen;
  if (rows == loaded.parts.end() || seen.kind == Observation::Kind::unknown) return {};
  const bool present = seen.kind == Observation::Kind::present;
  std::set<std::string> taken;
  for (const ItemRow* row : in_order(rows->second, place.base)) {
    const bool readable = row->state == ItemRow::State::present;
    const bool belongs = present && row->part_of == seen.remote;
    if (!belongs || !taken.insert(row->slot).second) {
      // A second item in a slot is ours to take away only where we made it.
      if (readable && (!belongs || is_ours(*row, loaded.row.id))) seen.strays.push_back(TRY(seen_part(*row)));
    } else if (readable) {
      const ports::Item item = TRY(decode_item(*row));
      seen.parts.push_back({row->slot, row->remote, row->version, item.facts});
      seen.read_only = seen.read_only || item.read_only;
      if (item.updated) seen.updated_ms = std::max(seen.updated_ms.value_or(0), item.updated->ms);
    } else {
      seen.unknown_slots.insert(row->slot);
    }
  }
  if (present) gather_into(place);
  return {};
}

Result<ports::Item> whole_item(const Loaded& loaded, const CalendarId& calendar) {
  ports::Item item = TRY(decode_item(loaded.items.at(calendar)));
  if (!loaded.parts.contains(calendar)) return item;
  sync::Place place;
  if (auto base = loaded.bases.find(calendar); base != loaded.bases.end()) place.base = base->second;
  place.seen.kind = Observation::Kind::present;
  place.seen.remote = item.id;
  place.seen.facts = std::move(item.facts);
  TRY_VOID(see_parts(loaded, calendar, place));
  item.facts = std::move(place.seen.facts);
  return item;
}

// Whether an item that cannot be read, and belongs to nothing, may be a part that an unfinished write of ours made.
Result<bool> Engine::Inner::may_be_unreadable_part(Transaction& tx, const sync::Place& place) {
  if (!place.apart || !place.base || !place.base->intent) return false;
  if (place.seen.kind != Observation::Kind::present) return false;
  const sync::Items seen = sync::seen_items(place);
  const bool misses =
      std::ranges::any_of(sync::items_at(place, place.base->intent->target), [&](const auto& entry) {
        return !seen.contains(entry.first) && !place.seen.unknown_slots.contains(entry.first);
      });
  if (!misses) return false;
  return std::ranges::any_of(TRY(tx.items(place.calendar)), [](const ItemRow& row) {
    return row.state == ItemRow::State::unreadable && row.event.empty() && row.part_of.empty();
  });
}

// New parts go to the event of their master.
Result<void> Engine::Inner::attach_parts(Transaction& tx) {
  const bool any = std::ranges::any_of(providers, [](const auto& entry) {
    return entry.second->capabilities().exceptions == ports::Exceptions::own_items;
  });
  if (!any) return {};
  for (ItemRow& row : TRY(tx.dirty_items())) {
    if (row.part_of.empty()) continue;
    auto master = TRY(tx.item(row.calendar, row.part_of));
    if (!master || master->event.empty() || master->event == row.event) continue;
    row.event = master->event;
    TRY_VOID(tx.put(row));
  }
  return {};
}

// The parts of that master which came since the last look go to its event.
Result<void> Engine::Inner::adopt_parts_of(Transaction& tx, const ItemRow& master) {
  for (ItemRow& row : TRY(tx.dirty_items())) {
    if (row.calendar != master.calendar || row.part_of != master.remote || !row.event.empty()) continue;
    row.event = master.event;
    TRY_VOID(tx.put(row));
  }
  return {};
}

// The parts of an event that is matched anew wait for their master.
Result<void> Engine::Inner::release_parts(Transaction& tx, const Loaded& loaded, const CalendarId& calendar) {
  auto rows = loaded.parts.find(calendar);
  if (rows == loaded.parts.end()) return {};
  for (ItemRow row : rows->second) {
    row.event = EventId();
    row.dirty = true;
    TRY_VOID(tx.put(row));
  }
  return {};
}

// The parts of an item that is to be taken away, where they would stay behind.
Result<std::vector<ports::Item>> Engine::Inner::parts_left_by(Transaction& tx, const CalendarId& calendar,
                                                              const RemoteId& master) {
  std::vector<ports::Item> out;
  const ports::Capabilities& can = providers.at(calendar)->capabilities();
  if (can.exceptions == ports::Exceptions::inside || can.parts_follow) return out;
  for (const ItemRow& row : TRY(tx.items(calendar)))
    if (row.part_of == master && row.state == ItemRow::State::present) out.push_back(TRY(decode_item(row)));
  return out;
}

}  // namespace kalends::engine
