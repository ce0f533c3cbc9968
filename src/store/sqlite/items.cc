// Remote items as rows.
#include <algorithm>
#include <tuple>

#include "store/sqlite/transaction.h"

namespace kalends::store {
namespace {

using ports::ItemRow;

#define ITEM_COLUMNS                                                                                 \
  "SELECT c.id, remote, event, uid, mark, version, fingerprint, part_of, slot, state, dirty, seen, " \
  "blob FROM items i "                                                                               \
  "JOIN calendar_names c ON c.no = i.calendar "

ItemRow read_item(Query& q) {
  return {.calendar = CalendarId(q.take_text()),
          .remote = RemoteId(q.take_text()),
          .event = EventId(q.take_key()),
          .uid = q.take_text(),
          .mark = q.take_text(),
          .version = q.take_text(),
          .fingerprint = q.take_key(),
          .part_of = RemoteId(q.take_text()),
          .slot = q.take_text(),
          .state = static_cast<ItemRow::State>(q.take_int()),
          .dirty = q.take_bool(),
          .seen = q.take_int(),
          .blob = q.take_blob()};
}

}  // namespace

Result<std::optional<ItemRow>> SqliteTransaction::item(const CalendarId& calendar, const RemoteId& remote) {
  Query query = reading(ITEM_COLUMNS "WHERE i.calendar = ?1 AND remote = ?2");
  query.add(TRY(number(calendar))).add(remote.value);
  return one_row(std::move(query), read_item);
}

Result<std::vector<ItemRow>> SqliteTransaction::items(const CalendarId& calendar) {
  Query query = reading(ITEM_COLUMNS "WHERE i.calendar = ?1 AND state <> 1 ORDER BY remote");
  query.add(TRY(number(calendar)));
  return all_rows(std::move(query), read_item);
}

Result<std::size_t> SqliteTransaction::count_items(const CalendarId& calendar, std::size_t limit) {
  Query query = reading(
      "SELECT count(*) FROM (SELECT 1 FROM items WHERE calendar = ?1 AND state <> 1 AND part_of = '' LIMIT "
      "?2)");
  query.add(TRY(number(calendar))).add(static_cast<std::int64_t>(limit));
  return count_of(std::move(query));
}

// By indexes alone, without a look at any row: most items are present, and few are parts.
Result<ports::ItemCounts> SqliteTransaction::item_counts(const CalendarId& calendar) {
  const auto no = TRY(number(calendar));
  Query all = reading("SELECT count(*) FROM items WHERE calendar = ?1");
  all.add(no);
  const std::size_t known = TRY(count_of(std::move(all)));
  const auto in_state = [&](ItemRow::State state) {
    Query query = reading("SELECT count(*) FROM items WHERE calendar = ?1 AND state = ?2 AND state <> 0");
    query.add(no).add(static_cast<std::int64_t>(state));
    return count_of(std::move(query));
  };
  const std::size_t unreadable = TRY(in_state(ItemRow::State::unreadable));
  const std::size_t gone = TRY(in_state(ItemRow::State::gone));
  Query part = reading("SELECT count(*) FROM items WHERE calendar = ?1 AND state = 0 AND part_of <> ''");
  part.add(no);
  return ports::ItemCounts{known - unreadable - gone - TRY(count_of(std::move(part))), unreadable};
}

Result<std::size_t> SqliteTransaction::count_unreadable(const CalendarId& calendar) {
  Query query = reading("SELECT count(*) FROM items WHERE calendar = ?1 AND state = 2 AND state <> 0");
  query.add(TRY(number(calendar)));
  return count_of(std::move(query));
}

Result<std::vector<ItemRow>> SqliteTransaction::dirty_items() {
  return all_rows(reading(ITEM_COLUMNS "WHERE dirty = 1 ORDER BY c.id, remote"), read_item);
}

Result<std::vector<ItemRow>> SqliteTransaction::dirty_items_of_none() {
  return all_rows(reading(ITEM_COLUMNS "WHERE dirty = 1 AND event = ''"), read_item);
}

Result<std::vector<EventId>> SqliteTransaction::events_of_dirty_items() {
  return all_rows(
      reading("SELECT DISTINCT event FROM items INDEXED BY items_dirty "
              "WHERE dirty = 1 AND event <> ''"),
      +[](Query& q) { return EventId(q.take_key()); });
}

Result<bool> SqliteTransaction::any_dirty() {
  return TRY(count_of(reading("SELECT EXISTS (SELECT 1 FROM items WHERE dirty = 1) OR "
                              "EXISTS (SELECT 1 FROM events WHERE dirty = 1)"))) > 0;
}

Result<std::vector<ports::ItemVersion>> SqliteTransaction::item_versions(const CalendarId& calendar) {
  Query query = reading("SELECT remote, version, state FROM items WHERE calendar = ?1");
  query.add(TRY(number(calendar)));
  return all_rows(
      std::move(query), +[](Query& q) {
        return ports::ItemVersion{.remote = RemoteId(q.take_text()),
                                  .version = q.take_text(),
                                  .state = static_cast<ItemRow::State>(q.take_int())};
      });
}

// Sorted here: for a handful of rows SQLite's own sorting, which begins with a table of its own, takes longer than all else.
Result<std::vector<ItemRow>> SqliteTransaction::items_of(const EventId& event) {
  Query query = reading(ITEM_COLUMNS "WHERE event = ?1 AND event <> ''");
  query.add_key(event.value);
  auto rows = TRY(all_rows(std::move(query), read_item));
  std::ranges::sort(rows, {}, [](const ItemRow& row) { return std::tie(row.calendar, row.remote); });
  return rows;
}

Result<std::vector<ports::ItemName>> SqliteTransaction::item_names() {
  return all_rows(
      reading("SELECT i.uid, i.mark, i.event, i.remote, IFNULL(e.uid, '') FROM items i "
              "LEFT JOIN events e ON e.id = i.event WHERE i.event <> '' AND i.part_of = ''"),
      +[](Query& q) {
        return ports::ItemName{.uid = q.take_text(),
                               .mark = q.take_text(),
                               .event = EventId(q.take_key()),
                               .remote = RemoteId(q.take_text()),
                               .event_uid = q.take_text()};
      });
}

namespace {

Query& add_values(Query& query, const ItemRow& row, std::int64_t calendar) {
  query.add(calendar).add(row.remote.value).add(row.seen).add(static_cast<std::int64_t>(row.state));
  query.add(row.dirty).add(row.version).add(row.uid).add(row.mark).add_key(row.fingerprint);
  return query.add_blob(row.blob).add(row.part_of.value).add(row.slot).add_key(row.event.value);
}

}  // namespace

// An index is rewritten whenever one of its columns is named in SET, changed or not: so `event` is named only when the
// row that is there has another one, or there is none. Most updates are of the contents alone.
Result<void> SqliteTransaction::put(const ItemRow& row) {
  Query query = writing(
      "UPDATE items SET seen = ?3, state = ?4, dirty = ?5, version = ?6, uid = ?7, mark = ?8, "
      "fingerprint = ?9, "
      "blob = ?10, part_of = ?11, slot = ?12 WHERE calendar = ?1 AND remote = ?2 AND event = ?13");
  add_values(query, row, TRY(new_number(row.calendar)));
  TRY_VOID(query.run());
  return database_.changed_rows() > 0 ? Result<void>() : add(row);
}

Result<void> SqliteTransaction::add(const ItemRow& row) {
  Query query = writing(
      "INSERT INTO items(calendar, remote, seen, state, dirty, version, uid, mark, fingerprint, "
      "blob, part_of, "
      "slot, event) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) "
      "ON CONFLICT(calendar, remote) DO UPDATE SET seen = ?3, state = ?4, dirty = ?5, version = ?6, "
      "uid = ?7, "
      "mark = ?8, fingerprint = ?9, blob = ?10, part_of = ?11, slot = ?12, event = ?13");
  return add_values(query, row, TRY(new_number(row.calendar))).run();
}

Result<void> SqliteTransaction::reconcile(const CalendarId& calendar, const RemoteId& remote,
                                          const EventId& event) {
  Query query = writing("UPDATE items SET event = ?3, dirty = 0 WHERE calendar = ?1 AND remote = ?2");
  query.add(TRY(number(calendar))).add(remote.value).add_key(event.value);
  return query.run();
}

Result<void> SqliteTransaction::remove_item(const CalendarId& calendar, const RemoteId& remote) {
  Query query = writing("DELETE FROM items WHERE calendar = ?1 AND remote = ?2");
  query.add(TRY(number(calendar))).add(remote.value);
  return query.run();
}

// Both lists are walked in the order of their bytes, side by side.
Result<std::size_t> SqliteTransaction::mark_unlisted_gone(const CalendarId& calendar,
                                                          std::vector<RemoteId> listed) {
  std::ranges::sort(listed);
  const auto no = TRY(number(calendar));
  std::vector<std::string> unlisted;
  {
    Query held = reading("SELECT remote FROM items WHERE calendar = ?1 AND state <> 1 ORDER BY remote");
    held.add(no);
    for (auto at = listed.begin(); TRY(held.row());) {
      std::string remote = held.take_text();
      while (at != listed.end() && at->value < remote) ++at;
      if (at == listed.end() || at->value != remote) unlisted.push_back(std::move(remote));
    }
  }
  for (const std::string& remote : unlisted) {
    Query query = writing("UPDATE items SET state = 1, dirty = 1 WHERE calendar = ?1 AND remote = ?2");
    query.add(no).add(remote);
    TRY_VOID(query.run());
  }
  return unlisted.size();
}

Result<std::string> SqliteTransaction::item_version(const CalendarId& calendar, const RemoteId& remote) {
  Query query = reading("SELECT version FROM items WHERE calendar = ?1 AND remote = ?2 AND state = 0");
  query.add(TRY(number(calendar))).add(remote.value);
  if (!TRY(query.row())) return std::string();
  return query.take_text();
}

#undef ITEM_COLUMNS

}  // namespace kalends::store
