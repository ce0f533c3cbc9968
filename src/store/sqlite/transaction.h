// One transaction of the SQLite store. The rows of each kind are read and written in a file of their own:
// calendars.cc, items.cc, events.cc, bases.cc, history.cc (runs and writes), attention.cc (conflicts and held
// work). After a failure of the database itself nothing more succeeds, and only rolling back is left.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/sqlite/store.h"

namespace kalends::store {

class SqliteTransaction : public ports::Transaction {
 public:
  explicit SqliteTransaction(SqliteStore& store) : store_(store), database_(*store.database_) {}
  ~SqliteTransaction() override;
  Result<void> commit() override;

  Result<std::optional<std::string>> meta(const std::string& key) override;
  Result<void> set_meta(const std::string& key, const std::string& value) override;

  Result<std::vector<ports::CalendarRow>> calendars() override;
  Result<std::optional<ports::CalendarRow>> calendar(const CalendarId& id) override;
  Result<void> put(const ports::CalendarRow& row) override;
  Result<void> remove_calendar(const CalendarId& id) override;

  Result<std::optional<ports::ItemRow>> item(const CalendarId& calendar, const RemoteId& remote) override;
  Result<std::vector<ports::ItemRow>> items(const CalendarId& calendar) override;
  Result<std::size_t> count_items(const CalendarId& calendar, std::size_t limit) override;
  Result<ports::ItemCounts> item_counts(const CalendarId& calendar) override;
  Result<std::size_t> count_unreadable(const CalendarId& calendar) override;
  Result<std::vector<ports::ItemRow>> dirty_items() override;
  Result<std::vector<ports::ItemRow>> dirty_items_of_none() override;
  Result<std::vector<EventId>> events_of_dirty_items() override;
  Result<bool> any_dirty() override;
  Result<std::vector<ports::ItemVersion>> item_versions(const CalendarId& calendar) override;
  Result<std::vector<ports::ItemRow>> items_of(const EventId& event) override;
  Result<std::vector<ports::ItemName>> item_names() override;
  Result<void> put(const ports::ItemRow& row) override;
  Result<void> add(const ports::ItemRow& row) override;
  Result<void> reconcile(const CalendarId& calendar, const RemoteId& remote, const EventId& event) override;
  Result<void> remove_item(const CalendarId& calendar, const RemoteId& remote) override;
  Result<std::size_t> mark_unlisted_gone(const CalendarId& calendar, std::vector<RemoteId> listed) override;
  Result<std::string> item_version(const CalendarId& calendar, const RemoteId& remote) override;

  Result<std::optional<ports::EventRow>> event(const EventId& id) override;
  Result<std::vector<ports::EventRow>> events_with_uid(const std::string& uid) override;
  Result<std::vector<ports::EventRow>> events_with_fingerprint(const std::string& fingerprint) override;
  Result<std::vector<ports::EventRow>> events_with_title(const std::string& title_key) override;
  Result<std::vector<ports::EventRow>> events_between(std::int64_t from_utc, std::int64_t to_utc) override;
  Result<std::vector<EventId>> all_events() override;
  Result<std::vector<EventId>> dirty_events() override;
  Result<bool> any_events() override;
  Result<void> put(const ports::EventRow& row) override;
  Result<void> add(const ports::EventRow& row) override;
  Result<void> set_dirty(const EventId& id, bool dirty) override;
  Result<void> remove_event(const EventId& id) override;

  Result<std::vector<ports::BaseRow>> bases_of(const EventId& event) override;
  Result<std::vector<ports::BaseRow>> bases_at(const CalendarId& calendar) override;
  Result<std::size_t> count_held_at(const CalendarId& calendar, std::size_t limit) override;
  Result<std::vector<ports::BaseRow>> unsettled_bases() override;
  Result<void> put(const ports::BaseRow& row) override;
  Result<void> remove_base(const EventId& event, const CalendarId& calendar) override;

  Result<std::int64_t> add(const ports::RunRow& row) override;
  Result<void> put(const ports::RunRow& row) override;
  Result<std::vector<ports::RunRow>> runs(std::size_t newest) override;
  Result<std::optional<ports::RunRow>> run(std::int64_t id) override;

  Result<std::int64_t> add(const ports::WriteRow& row) override;
  Result<void> put(const ports::WriteRow& row) override;
  Result<void> set_state(std::int64_t write, ports::WriteRow::State state) override;
  Result<void> remove_write(std::int64_t id) override;
  Result<std::optional<ports::WriteRow>> write(std::int64_t id) override;
  Result<std::vector<ports::WriteRow>> writes_of_run(std::int64_t run) override;
  Result<std::vector<ports::WriteRow>> writes_of_event(const EventId& event) override;
  Result<std::vector<ports::WriteRow>> failing_writes() override;

  Result<std::int64_t> add(const ports::ConflictRow& row) override;
  Result<void> put(const ports::ConflictRow& row) override;
  Result<std::optional<ports::ConflictRow>> conflict(std::int64_t id) override;
  Result<std::vector<ports::ConflictRow>> conflicts(bool open_only) override;
  Result<std::vector<ports::ConflictRow>> conflicts_of(const EventId& event) override;

  Result<std::int64_t> add(const ports::HeldRow& row) override;
  Result<void> put(const ports::HeldRow& row) override;
  Result<std::optional<ports::HeldRow>> held(std::int64_t id) override;
  Result<std::vector<ports::HeldRow>> held(ports::HeldRow::State state) override;

 private:
  Query reading(std::string_view sql) { return database_.read(sql); }
  Query writing(std::string_view sql) { return database_.write(sql); }
  Result<std::int64_t> number(const CalendarId& id) { return store_.number_of(id); }
  Result<std::int64_t> new_number(const CalendarId& id) { return store_.number_for(id); }
  // Runs an INSERT; gives the id of its row.
  Result<std::int64_t> insert(Query query);
  // Runs an UPDATE of one row; not_found, naming what was meant, when there is none.
  Result<void> update(Query query, const char* what, std::int64_t id);

  SqliteStore& store_;
  Database& database_;
  bool done_ = false;
};

// All rows that the query gives, each made by `read`.
template <class Row>
Result<std::vector<Row>> all_rows(Query query, Row (*read)(Query&)) {
  std::vector<Row> rows;
  while (TRY(query.row())) rows.push_back(read(query));
  return rows;
}

// The one number that the query gives.
inline Result<std::size_t> count_of(Query query) {
  if (!TRY(query.row())) return std::size_t{0};
  return static_cast<std::size_t>(query.take_int());
}

// The first row, if there is one.
template <class Row>
Result<std::optional<Row>> one_row(Query query, Row (*read)(Query&)) {
  if (!TRY(query.row())) return std::nullopt;
  return std::optional<Row>(read(query));
}

// The row with that id, and all rows of that event.
template <class Row>
Result<std::optional<Row>> row_with_id(Query query, std::int64_t id, Row (*read)(Query&)) {
  query.add(id);
  return one_row(std::move(query), read);
}
template <class Row>
Result<std::vector<Row>> rows_of_event(Query query, const EventId& event, Row (*read)(Query&)) {
  query.add_key(event.value);
  return all_rows(std::move(query), read);
}

}  // namespace kalends::store
