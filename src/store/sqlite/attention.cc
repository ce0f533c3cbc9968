// What waits for a person, as rows: conflicts and held work.
#include <fmt/format.h>

#include "store/sqlite/transaction.h"

namespace kalends::store {
namespace {

using ports::ConflictRow;
using ports::HeldRow;

#define CONFLICT_COLUMNS                                                              \
  "SELECT x.id, run, event, ifnull(c.id, ''), path, open, at, blob FROM conflicts x " \
  "LEFT JOIN calendar_names c ON c.no = x.calendar "
#define HELD_COLUMNS                                                              \
  "SELECT h.id, kind, ifnull(c.id, ''), state, count, key, at, blob FROM held h " \
  "LEFT JOIN calendar_names c ON c.no = h.calendar "

ConflictRow read_conflict(Query& q) {
  return {.id = q.take_int(),
          .run = q.take_int(),
          .event = EventId(q.take_key()),
          .calendar = CalendarId(q.take_text()),
          .path = q.take_text(),
          .open = q.take_bool(),
          .at = Instant{q.take_int()},
          .blob = q.take_blob()};
}

HeldRow read_held(Query& q) {
  return {.id = q.take_int(),
          .kind = q.take_text(),
          .calendar = CalendarId(q.take_text()),
          .state = static_cast<HeldRow::State>(q.take_int()),
          .count = q.take_int(),
          .key = q.take_key(),
          .at = Instant{q.take_int()},
          .blob = q.take_blob()};
}

// The values of all columns but the id, in their order.
Query& add_values(Query& query, const ConflictRow& row, std::int64_t calendar) {
  query.add(row.run).add_key(row.event.value).add(calendar).add(row.path).add(row.open).add(row.at.ms);
  return query.add_blob(row.blob);
}

Query& add_values(Query& query, const HeldRow& row, std::int64_t calendar) {
  query.add(row.kind).add(calendar).add(static_cast<std::int64_t>(row.state)).add(row.count);
  return query.add_key(row.key).add(row.at.ms).add_blob(row.blob);
}

}  // namespace

Result<std::int64_t> SqliteTransaction::add(const ConflictRow& row) {
  const auto calendar = TRY(new_number(row.calendar));
  Query query = writing(
      "INSERT INTO conflicts(run, event, calendar, path, open, at, blob) VALUES (?1, ?2, ?3, ?4, "
      "?5, ?6, ?7)");
  add_values(query, row, calendar);
  return insert(std::move(query));
}

Result<void> SqliteTransaction::put(const ConflictRow& row) {
  const auto calendar = TRY(new_number(row.calendar));
  Query query = writing(
      "UPDATE conflicts SET run = ?2, event = ?3, calendar = ?4, path = ?5, open = ?6, at = ?7, "
      "blob = ?8 WHERE id = ?1");
  add_values(query.add(row.id), row, calendar);
  return update(std::move(query), "conflict", row.id);
}

Result<std::optional<ConflictRow>> SqliteTransaction::conflict(std::int64_t id) {
  return row_with_id(reading(CONFLICT_COLUMNS "WHERE x.id = ?1"), id, read_conflict);
}

Result<std::vector<ConflictRow>> SqliteTransaction::conflicts(bool open_only) {
  return all_rows(open_only ? reading(CONFLICT_COLUMNS "WHERE open = 1 ORDER BY x.id")
                            : reading(CONFLICT_COLUMNS "ORDER BY x.id"),
                  read_conflict);
}

Result<std::vector<ConflictRow>> SqliteTransaction::conflicts_of(const EventId& event) {
  return rows_of_event(reading(CONFLICT_COLUMNS "WHERE event = ?1 ORDER BY x.id"), event, read_conflict);
}

Result<std::int64_t> SqliteTransaction::add(const HeldRow& row) {
  const auto calendar = TRY(new_number(row.calendar));
  Query query = writing(
      "INSERT INTO held(kind, calendar, state, count, key, at, blob) VALUES (?1, ?2, ?3, ?4, ?5, "
      "?6, ?7)");
  add_values(query, row, calendar);
  return insert(std::move(query));
}

Result<void> SqliteTransaction::put(const HeldRow& row) {
  const auto calendar = TRY(new_number(row.calendar));
  Query query = writing(
      "UPDATE held SET kind = ?2, calendar = ?3, state = ?4, count = ?5, key = ?6, at = ?7, blob = "
      "?8 WHERE id = ?1");
  add_values(query.add(row.id), row, calendar);
  return update(std::move(query), "held work", row.id);
}

Result<std::optional<HeldRow>> SqliteTransaction::held(std::int64_t id) {
  return row_with_id(reading(HELD_COLUMNS "WHERE h.id = ?1"), id, read_held);
}

Result<std::vector<HeldRow>> SqliteTransaction::held(HeldRow::State state) {
  Query query = reading(HELD_COLUMNS "WHERE state = ?1 ORDER BY h.id");
  query.add(static_cast<std::int64_t>(state));
  return all_rows(std::move(query), read_held);
}

#undef CONFLICT_COLUMNS
#undef HELD_COLUMNS

}  // namespace kalends::store
