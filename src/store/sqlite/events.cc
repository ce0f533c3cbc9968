// The hub's events as rows.
#include "store/sqlite/transaction.h"

namespace kalends::store {
namespace {

using ports::EventRow;

#define EVENT_COLUMNS \
  "SELECT id, uid, title_key, fingerprint, from_utc, to_utc, alive, dirty, changed_at, blob FROM events "

EventRow read_event(Query& q) {
  return {.id = EventId(q.take_key()),
          .uid = q.take_text(),
          .title_key = q.take_key(),
          .fingerprint = q.take_key(),
          .from_utc = q.take_int(),
          .to_utc = q.take_optional_int(),
          .alive = q.take_bool(),
          .dirty = q.take_bool(),
          .changed_at = Instant{q.take_int()},
          .blob = q.take_blob()};
}

EventId read_id(Query& q) { return EventId(q.take_key()); }

}  // namespace

Result<std::optional<EventRow>> SqliteTransaction::event(const EventId& id) {
  Query query = reading(EVENT_COLUMNS "WHERE id = ?1");
  query.add_key(id.value);
  return one_row(std::move(query), read_event);
}

Result<std::vector<EventRow>> SqliteTransaction::events_with_uid(const std::string& uid) {
  Query query = reading(EVENT_COLUMNS "WHERE uid = ?1 ORDER BY id");
  query.add(uid);
  return all_rows(std::move(query), read_event);
}

Result<std::vector<EventRow>> SqliteTransaction::events_with_fingerprint(const std::string& fingerprint) {
  Query query = reading(EVENT_COLUMNS "WHERE fingerprint = ?1 ORDER BY id");
  query.add_key(fingerprint);
  return all_rows(std::move(query), read_event);
}

Result<std::vector<EventRow>> SqliteTransaction::events_with_title(const std::string& title_key) {
  Query query = reading(EVENT_COLUMNS "WHERE title_key = ?1 ORDER BY id");
  query.add_key(title_key);
  return all_rows(std::move(query), read_event);
}

Result<std::vector<EventRow>> SqliteTransaction::events_between(std::int64_t from_utc, std::int64_t to_utc) {
  Query query = reading(EVENT_COLUMNS
                        "WHERE alive = 1 AND from_utc < ?2 AND (to_utc IS NULL OR to_utc > ?1 OR "
                        "from_utc >= ?1) ORDER BY from_utc, id");
  query.add(from_utc).add(to_utc);
  return all_rows(std::move(query), read_event);
}

Result<std::vector<EventId>> SqliteTransaction::all_events() {
  return all_rows(reading("SELECT id FROM events ORDER BY id"), read_id);
}

Result<std::vector<EventId>> SqliteTransaction::dirty_events() {
  return all_rows(reading("SELECT id FROM events WHERE dirty = 1 ORDER BY id"), read_id);
}

Result<bool> SqliteTransaction::any_events() {
  return TRY(count_of(reading("SELECT EXISTS (SELECT 1 FROM events)"))) > 0;
}

namespace {

Query& add_values(Query& query, const EventRow& row) {
  query.add_key(row.id.value).add(row.dirty).add(row.changed_at.ms).add_blob(row.blob);
  query.add(row.uid).add_key(row.title_key).add_key(row.fingerprint);
  return query.add(row.from_utc).add(row.to_utc).add(row.alive);
}

}  // namespace

// As with items: indexed columns are named in SET only when one of them differs.
Result<void> SqliteTransaction::put(const EventRow& row) {
  Query query = writing(
      "UPDATE events SET dirty = ?2, changed_at = ?3, blob = ?4 WHERE id = ?1 AND uid = ?5 AND "
      "title_key = ?6 AND fingerprint = ?7 AND from_utc = ?8 AND to_utc IS ?9 AND alive = ?10");
  TRY_VOID(add_values(query, row).run());
  return database_.changed_rows() > 0 ? Result<void>() : add(row);
}

Result<void> SqliteTransaction::add(const EventRow& row) {
  Query query = writing(
      "INSERT INTO events(id, dirty, changed_at, blob, uid, title_key, fingerprint, from_utc, "
      "to_utc, alive) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT(id) DO "
      "UPDATE SET dirty = ?2, changed_at = ?3, blob = ?4, uid = ?5, title_key = ?6, "
      "fingerprint = ?7, from_utc = ?8, to_utc = ?9, alive = ?10");
  return add_values(query, row).run();
}

Result<void> SqliteTransaction::set_dirty(const EventId& id, bool dirty) {
  Query query = writing("UPDATE events SET dirty = ?2 WHERE id = ?1 AND dirty <> ?2");
  query.add_key(id.value).add(dirty);
  return query.run();
}

Result<void> SqliteTransaction::remove_event(const EventId& id) {
  Query bases = writing("DELETE FROM bases WHERE event = ?1");
  bases.add_key(id.value);
  TRY_VOID(bases.run());
  Query items = writing("UPDATE items SET event = '' WHERE event = ?1 AND event <> ''");
  items.add_key(id.value);
  TRY_VOID(items.run());
  Query query = writing("DELETE FROM events WHERE id = ?1");
  query.add_key(id.value);
  return query.run();
}

#undef EVENT_COLUMNS

}  // namespace kalends::store
