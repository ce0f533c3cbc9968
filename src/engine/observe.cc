// Observe: what each calendar holds now goes into the store, items and cursor in one transaction.
// **Only a whole listing makes anything absent; an error leaves everything as it was.**
#include "engine/inner.h"

namespace kalends::engine {

namespace {

using ports::ItemRow;

bool same_contents(const ItemRow& row, const ItemRow& now) {
  return row.state == now.state && row.version == now.version && row.blob == now.blob && row.uid == now.uid &&
         row.mark == now.mark;
}

}  // namespace

Result<ItemRow> Engine::Inner::put_item(Transaction& tx, const CalendarId& calendar, const ports::Item& item,
                                        std::int64_t seen, bool dirty) {
  ItemRow row;
  row.calendar = calendar;
  row.remote = item.id;
  row.uid = item.uid;
  row.mark = item.mark ? ports::to_string(*item.mark) : std::string();
  row.version = item.version;
  row.fingerprint = fingerprint(item.facts);
  row.state = ItemRow::State::present;
  row.seen = seen;
  row.blob = encode_item(item);
  std::optional<ItemRow> old = TRY(tx.item(calendar, item.id));
  row.dirty = dirty;
  if (old) {
    row.event = old->event;
    row.dirty = dirty && (old->dirty || !same_contents(*old, row));
    if (!dirty) row.dirty = false;
  }
  TRY_VOID(tx.put(row));
  return row;
}

Result<void> Engine::Inner::observe(Transaction& tx, Cycle& cycle, const CalendarId& calendar) {
  ports::Provider& provider = *providers.at(calendar);
  CalendarCounts& counts = cycle.counts[calendar];
  counts.calendar = calendar;
  auto row = TRY(tx.calendar(calendar)).value_or(ports::CalendarRow{.id = calendar});
  cycle.watched_since[calendar] = row.listed_at;

  std::optional<Error> known_error;
  ports::Known known = [&](const RemoteId& id) -> std::string {
    auto version = tx.item_version(calendar, id);
    if (!version) {
      known_error = version.error();
      return {};
    }
    if (!version->empty()) return *std::move(version);
    // What could not be read before is no news, and no stranger: it was there, under a version that nothing has.
    auto row_of = tx.item(calendar, id);
    if (!row_of) known_error = row_of.error();
    return row_of && *row_of && (*row_of)->state == ItemRow::State::unreadable ? "unreadable" : std::string();
  };
  auto changes = provider.changes(row.cursor, known);
  if (known_error) return std::unexpected(*known_error);
  if (!changes) {
    counts.error = row.error = changes.error().message;
    if (changes.error().kind == ErrorKind::not_found) cycle.gone.insert(calendar);
    cycle.report.errors.push_back("\"" + calendar.value + "\" could not be read: " + changes.error().message);
    return tx.put(row);
  }

  counts.seen = changes->items.size() + changes->unchanged.size();
  for (const ports::Item& item : changes->items) {
    TRY(put_item(tx, calendar, item, cycle.seen, true));
    for (const std::string& warning : item.warnings)
      world.log.write(ports::Level::debug, calendar.value + ": " + warning);
  }
  for (const RemoteId& id : changes->unchanged) TRY_VOID(tx.touch_item(calendar, id, cycle.seen));
  for (const RemoteId& id : changes->gone) {
    auto item = TRY(tx.item(calendar, id));
    if (!item || item->state == ItemRow::State::gone) continue;
    item->state = ItemRow::State::gone;
    item->dirty = true;
    TRY_VOID(tx.put(*item));
  }
  for (const ports::Unreadable& broken : changes->unreadable) {
    auto item =
        TRY(tx.item(calendar, broken.id)).value_or(ItemRow{.calendar = calendar, .remote = broken.id});
    item.state = ItemRow::State::unreadable;
    item.version = broken.version;
    item.seen = cycle.seen;
    item.dirty = false;
    TRY_VOID(tx.put(item));
    cycle.report.warnings.push_back("\"" + calendar.value + "\": " + broken.id.value +
                                    " could not be read and is left alone: " + broken.reason);
  }
  if (changes->complete) {
    std::size_t vanished = TRY(tx.mark_unseen_gone(calendar, cycle.seen));
    if (vanished > 0) row.changed_at = cycle.now;
  }
  if (changes->reset) cycle.reset.insert(calendar);
  if (!changes->items.empty() || !changes->gone.empty()) row.changed_at = cycle.now;
  row.cursor = changes->cursor;
  row.listed_at = cycle.now;
  row.error.clear();
  cycle.reachable.insert(calendar);
  return tx.put(row);
}

}  // namespace kalends::engine
