// The embedded store: one SQLite file, its write-ahead log, and a lock file beside it.
// A commit that returned is on the disk (synchronous=FULL): the intent of a write to a calendar must outlive
// a power cut, or the write would be made a second time. One thread at a time; one writing process at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ports/store.h"
#include "store/sqlite/database.h"
#include "store/sqlite/lock.h"

namespace kalends::store {

struct SqliteOptions {
  bool read_only = false;      // reads only, takes no lock: possible while another process writes
  bool durable = true;         // false, for tests: a power cut may take the last commits back
  std::int64_t max_bytes = 0;  // the file is not to grow past this; 0 = as far as the disk goes

  // For tests of crashes. Asked at the named point; an answer of false acts as if the process had been killed
  // there: the call fails with `cancelled`, and so does everything after it until the store is opened anew.
  std::function<bool()> before_write;
  std::function<bool()> before_commit;
  std::function<bool()> after_commit;  // the commit holds, though the caller is told it was cut off
};

class SqliteStore : public ports::Store {
 public:
  // Opens or makes the database at `path` (":memory:" for one that lives as long as the store).
  // transient: another process has it. not_found: its folder is missing, or, reading only, the file is.
  // corrupt: it is damaged or no database. invalid: another program's, or a newer Kalends's; nothing was
  // touched.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, SqliteOptions options = {});

  // Puts the database `from` (a backup) in the place of `to`, after checking it. What was there stays beside it under
  // the name that is given back: "<to>.before-restore", with a number when that is taken; "" when there was nothing.
  // `prepare` is called with the copy before it takes its place; its error ends the restore, and nothing changed.
  // transient while a process has `to` open. invalid: `from` is `to`, or no backup.
  static Result<std::string> restore(const std::string& from, const std::string& to,
                                     const std::function<Result<void>(const std::string&)>& prepare = {});

  Result<std::unique_ptr<ports::Transaction>> begin() override;
  Result<void> backup(const std::string& path) override;
  Result<std::vector<std::string>> verify() override;

  // What was asked of the database since it was opened; for tests and measurements.
  const Work& work() const { return database_->work(); }

 private:
  friend class SqliteTransaction;
  SqliteStore(std::optional<FileLock> lock, std::unique_ptr<Database> database, SqliteOptions options);

  // The small number a calendar's id stands for in the tables: 0 for no calendar, -1 for one never stored.
  Result<std::int64_t> number_of(const CalendarId& id);
  // The same, giving it one on first use.
  Result<std::int64_t> number_for(const CalendarId& id);
  void forget_numbers() { numbers_.clear(); }
  bool pass(const std::function<bool()>& point);  // false when the point says that the process dies here
  Result<void> usable() const;

  std::optional<FileLock> lock_;
  std::unique_ptr<Database> database_;
  SqliteOptions options_;
  std::unordered_map<std::string, std::int64_t> numbers_;
  bool open_ = false;  // a transaction is open
  bool dead_ = false;  // a crash was simulated
};

// What is wrong with the contents of a database, as sentences; empty when all is well.
Result<std::vector<std::string>> damage(Database& database);

}  // namespace kalends::store
