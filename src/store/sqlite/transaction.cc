#include "store/sqlite/transaction.h"

#include <fmt/format.h>

namespace kalends::store {

SqliteTransaction::~SqliteTransaction() {
  if (!done_ && database_.in_transaction()) static_cast<void>(database_.execute("ROLLBACK"));
  if (!done_) store_.forget_numbers();  // some may have been given in what was just undone
  store_.open_ = false;
}

Result<void> SqliteTransaction::commit() {
  if (done_) return fail(ErrorKind::invalid, "this transaction was committed already");
  if (store_.dead_ || !store_.pass(store_.options_.before_commit))
    return fail(ErrorKind::cancelled, fmt::format("the commit to {} was cut off", database_.path()));
  if (database_.broken() || !database_.in_transaction())
    return fail(
        ErrorKind::transient,
        fmt::format("a write to {} failed before, so nothing of this step was kept", database_.path()));
  TRY_VOID(database_.execute("COMMIT"));
  done_ = true;
  if (!store_.pass(store_.options_.after_commit))
    return fail(ErrorKind::cancelled, fmt::format("{} was cut off after a commit", database_.path()));
  return {};
}

Result<std::int64_t> SqliteTransaction::insert(Query query) {
  TRY_VOID(query.run());
  return database_.last_id();
}

Result<void> SqliteTransaction::update(Query query, const char* what, std::int64_t id) {
  TRY_VOID(query.run());
  if (database_.changed_rows() > 0) return {};
  return fail(ErrorKind::not_found, fmt::format("there is no {} {}", what, id));
}

Result<std::optional<std::string>> SqliteTransaction::meta(const std::string& key) {
  Query query = reading("SELECT value FROM meta WHERE key = ?1");
  query.add(key);
  if (!TRY(query.row())) return std::nullopt;
  return std::optional<std::string>(query.take_text());
}

Result<void> SqliteTransaction::set_meta(const std::string& key, const std::string& value) {
  Query query =
      writing("INSERT INTO meta VALUES (?1, ?2) ON CONFLICT(key) DO UPDATE SET value = excluded.value");
  query.add(key).add(value);
  return query.run();
}

}  // namespace kalends::store
