// What each replica and the hub last agreed on, as rows.
#include <algorithm>

#include "store/sqlite/transaction.h"

namespace kalends::store {
namespace {

using ports::BaseRow;

#define BASE_COLUMNS                                                                                 \
  "SELECT event, c.id, remote, pending, settled, blob FROM bases b JOIN calendar_names c ON c.no = " \
  "b.calendar "

BaseRow read_base(Query& q) {
  return {.event = EventId(q.take_key()),
          .calendar = CalendarId(q.take_text()),
          .remote = RemoteId(q.take_text()),
          .pending = q.take_bool(),
          .settled = q.take_bool(),
          .blob = q.take_blob()};
}

}  // namespace

Result<std::vector<BaseRow>> SqliteTransaction::bases_of(const EventId& event) {
  Query query = reading(BASE_COLUMNS "WHERE event = ?1");
  query.add_key(event.value);
  auto rows = TRY(all_rows(std::move(query), read_base));
  std::ranges::sort(rows, {}, &BaseRow::calendar);  // quicker than by SQLite, for so few
  return rows;
}

Result<std::vector<BaseRow>> SqliteTransaction::bases_at(const CalendarId& calendar) {
  Query query = reading(BASE_COLUMNS "WHERE b.calendar = ?1 ORDER BY event");
  query.add(TRY(number(calendar)));
  return all_rows(std::move(query), read_base);
}

Result<std::size_t> SqliteTransaction::count_held_at(const CalendarId& calendar, std::size_t limit) {
  Query query =
      reading("SELECT count(*) FROM (SELECT 1 FROM bases WHERE calendar = ?1 AND remote <> '' LIMIT ?2)");
  query.add(TRY(number(calendar))).add(static_cast<std::int64_t>(limit));
  return count_of(std::move(query));
}

Result<std::vector<BaseRow>> SqliteTransaction::unsettled_bases() {
  return all_rows(reading(BASE_COLUMNS "WHERE pending = 1 OR settled = 0 ORDER BY event, c.id"), read_base);
}

Result<void> SqliteTransaction::put(const BaseRow& row) {
  Query query = writing(
      "INSERT INTO bases(event, calendar, remote, pending, settled, blob) VALUES (?1, ?2, ?3, ?4, "
      "?5, ?6) ON CONFLICT(event, calendar) DO UPDATE SET remote = ?3, pending = ?4, settled = ?5, "
      "blob = ?6");
  query.add_key(row.event.value).add(TRY(new_number(row.calendar))).add(row.remote.value);
  query.add(row.pending).add(row.settled).add_blob(row.blob);
  return query.run();
}

Result<void> SqliteTransaction::remove_base(const EventId& event, const CalendarId& calendar) {
  Query query = writing("DELETE FROM bases WHERE event = ?1 AND calendar = ?2");
  query.add_key(event.value).add(TRY(number(calendar)));
  return query.run();
}

#undef BASE_COLUMNS

}  // namespace kalends::store
