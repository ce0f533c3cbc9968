// Calendars as rows. Their ids are numbers in all other tables and outlive the row: bases and the audit trail
// keep them.
#include "store/sqlite/transaction.h"

namespace kalends::store {
namespace {

ports::CalendarRow read_calendar(Query& q) {
  return {.id = CalendarId(q.take_text()),
          .address = q.take_text(),
          .cursor = q.take_text(),
          .listed_at = Instant{q.take_int()},
          .changed_at = Instant{q.take_int()},
          .error = q.take_text(),
          .blob = q.take_blob()};
}

}  // namespace

Result<std::vector<ports::CalendarRow>> SqliteTransaction::calendars() {
  return all_rows(reading("SELECT id, address, cursor, listed_at, changed_at, error, blob FROM calendars "
                          "JOIN calendar_names USING (no) ORDER BY id"),
                  read_calendar);
}

Result<std::optional<ports::CalendarRow>> SqliteTransaction::calendar(const CalendarId& id) {
  Query query = reading(
      "SELECT id, address, cursor, listed_at, changed_at, error, blob FROM calendars "
      "JOIN calendar_names USING (no) WHERE id = ?1");
  query.add(id.value);
  return one_row(std::move(query), read_calendar);
}

Result<void> SqliteTransaction::put(const ports::CalendarRow& row) {
  const auto no = TRY(new_number(row.id));
  Query query = writing(
      "INSERT INTO calendars VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(no) DO UPDATE SET "
      "address = ?2, cursor = ?3, listed_at = ?4, changed_at = ?5, error = ?6, blob = ?7");
  query.add(no).add(row.address).add(row.cursor).add(row.listed_at.ms).add(row.changed_at.ms).add(row.error);
  query.add_blob(row.blob);
  return query.run();
}

Result<void> SqliteTransaction::remove_calendar(const CalendarId& id) {
  const auto no = TRY(number(id));
  Query items = writing("DELETE FROM items WHERE calendar = ?1");
  items.add(no);
  TRY_VOID(items.run());
  Query query = writing("DELETE FROM calendars WHERE no = ?1");
  query.add(no);
  return query.run();
}

}  // namespace kalends::store
