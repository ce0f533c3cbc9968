// Runs and the writes in them, as rows.
#include <algorithm>
#include <limits>

#include "store/sqlite/transaction.h"

namespace kalends::store {
namespace {

using ports::RunRow;
using ports::WriteRow;

#define RUN_COLUMNS "SELECT id, started, ended, kind, blob FROM runs "
#define WRITE_COLUMNS                                                               \
  "SELECT w.id, run, event, ifnull(c.id, ''), kind, state, at, blob FROM writes w " \
  "LEFT JOIN calendar_names c ON c.no = w.calendar "

RunRow read_run(Query& q) {
  RunRow row{.id = q.take_int(), .started = Instant{q.take_int()}};
  if (const auto ended = q.take_optional_int()) row.ended = Instant{*ended};
  row.kind = q.take_text();
  row.blob = q.take_blob();
  return row;
}

WriteRow read_write(Query& q) {
  return {.id = q.take_int(),
          .run = q.take_int(),
          .event = EventId(q.take_key()),
          .calendar = CalendarId(q.take_text()),
          .kind = q.take_text(),
          .state = static_cast<WriteRow::State>(q.take_int()),
          .at = Instant{q.take_int()},
          .blob = q.take_blob()};
}

std::optional<std::int64_t> ended(const RunRow& row) {
  return row.ended ? std::optional(row.ended->ms) : std::nullopt;
}

}  // namespace

Result<std::int64_t> SqliteTransaction::add(const RunRow& row) {
  Query query = writing("INSERT INTO runs(started, ended, kind, blob) VALUES (?1, ?2, ?3, ?4)");
  query.add(row.started.ms).add(ended(row)).add(row.kind).add_blob(row.blob);
  return insert(std::move(query));
}

Result<void> SqliteTransaction::put(const RunRow& row) {
  Query query = writing("UPDATE runs SET started = ?2, ended = ?3, kind = ?4, blob = ?5 WHERE id = ?1");
  query.add(row.id).add(row.started.ms).add(ended(row)).add(row.kind).add_blob(row.blob);
  return update(std::move(query), "run", row.id);
}

Result<std::vector<RunRow>> SqliteTransaction::runs(std::size_t newest) {
  Query query = reading(RUN_COLUMNS "ORDER BY id DESC LIMIT ?1");
  query.add(
      static_cast<std::int64_t>(std::min<std::size_t>(newest, std::numeric_limits<std::int32_t>::max())));
  return all_rows(std::move(query), read_run);
}

Result<std::optional<RunRow>> SqliteTransaction::run(std::int64_t id) {
  return row_with_id(reading(RUN_COLUMNS "WHERE id = ?1"), id, read_run);
}

Result<std::int64_t> SqliteTransaction::add(const WriteRow& row) {
  const auto calendar = TRY(new_number(row.calendar));
  Query query = writing(
      "INSERT INTO writes(run, event, calendar, kind, state, at, blob) VALUES (?1, ?2, ?3, ?4, ?5, "
      "?6, ?7)");
  query.add(row.run).add_key(row.event.value).add(calendar).add(row.kind);
  query.add(static_cast<std::int64_t>(row.state)).add(row.at.ms).add_blob(row.blob);
  return insert(std::move(query));
}

Result<void> SqliteTransaction::put(const WriteRow& row) {
  const auto calendar = TRY(new_number(row.calendar));
  Query query = writing(
      "UPDATE writes SET calendar = ?2, kind = ?3, state = ?4, at = ?5, blob = ?6 WHERE id = ?1 AND "
      "run = ?7 AND event = ?8");
  query.add(row.id).add(calendar).add(row.kind).add(static_cast<std::int64_t>(row.state)).add(row.at.ms);
  query.add_blob(row.blob).add(row.run).add_key(row.event.value);
  return update(std::move(query), "write", row.id);
}

Result<void> SqliteTransaction::set_state(std::int64_t write, WriteRow::State state) {
  Query query = writing("UPDATE writes SET state = ?2 WHERE id = ?1");
  query.add(write).add(static_cast<std::int64_t>(state));
  return update(std::move(query), "write", write);
}

Result<void> SqliteTransaction::remove_write(std::int64_t id) {
  Query query = writing("DELETE FROM writes WHERE id = ?1");
  query.add(id);
  return query.run();
}

Result<std::optional<WriteRow>> SqliteTransaction::write(std::int64_t id) {
  return row_with_id(reading(WRITE_COLUMNS "WHERE w.id = ?1"), id, read_write);
}

Result<std::vector<WriteRow>> SqliteTransaction::writes_of_run(std::int64_t run) {
  Query query = reading(WRITE_COLUMNS "WHERE run = ?1 ORDER BY w.id");
  query.add(run);
  return all_rows(std::move(query), read_write);
}

Result<std::vector<WriteRow>> SqliteTransaction::writes_of_event(const EventId& event) {
  return rows_of_event(reading(WRITE_COLUMNS "WHERE event = ?1 ORDER BY w.id"), event, read_write);
}

Result<std::vector<WriteRow>> SqliteTransaction::failing_writes() {
  return all_rows(
      reading(WRITE_COLUMNS "WHERE state = 2 AND w.id IN (SELECT (SELECT id FROM writes x WHERE x.event = "
                            "b.event AND x.calendar = b.calendar ORDER BY id DESC LIMIT 1) FROM bases b "
                            "WHERE settled = 0) ORDER BY w.id"),
      read_write);
}

#undef RUN_COLUMNS
#undef WRITE_COLUMNS

}  // namespace kalends::store
