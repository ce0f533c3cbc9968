// A thin layer over SQLite's C API: connections and prepared statements that clean up after themselves, and
// errors as sentences. Used by one thread at a time. Holds no rule of ours; those are in store.h and
// schema.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace kalends::store {

class Database;

// What was asked of a connection so far: statements run, those of them that write, rows given, and instructions of SQLite's machine, which count
// the rows that were only looked at as well.
struct Work {
  std::uint64_t statements = 0;
  std::uint64_t writes = 0;
  std::uint64_t rows = 0;
  std::uint64_t steps = 0;
};

// A borrowed prepared statement: values are added in order, rows are read column by column, and it is reset
// when the Query goes. Texts and blobs are not copied: they must outlive the Query. A failure to prepare or bind shows at
// the first row().
class Query {
 public:
  Query(Database& database, sqlite3_stmt* statement, bool writes);
  ~Query();
  Query(Query&& other) noexcept;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  Query& operator=(Query&&) = delete;

  Query& add(std::int64_t value);
  Query& add(std::string_view text);
  Query& add(const std::string& text) { return add(std::string_view(text)); }
  Query& add(std::string&& text) = delete;
  Query& add(const char* text) = delete;
  Query& add(bool value) { return add(std::int64_t{value}); }
  Query& add(std::optional<std::int64_t> value);
  Query& add_blob(std::string_view bytes);
  // An id or digest: lower-case hexadecimal text is kept as half as many bytes, anything else as text. The
  // same text always takes the same form, so keys compare as their texts do. Copied.
  Query& add_key(std::string_view text);

  Result<bool> row();  // whether a row is there to be read
  Result<void> run();  // to the end, without reading rows

  std::int64_t take_int();
  bool take_bool() { return take_int() != 0; }
  std::optional<std::int64_t> take_optional_int();
  std::string take_text();
  std::string take_blob();
  std::string take_key();

 private:
  Query& bound(int status);

  Database* database_;
  sqlite3_stmt* statement_;
  bool writes_;
  int parameter_ = 0;
  int column_ = 0;
  int failure_ = 0;
};

// One connection with its cache of prepared statements.
class Database {
 public:
  enum class Mode : std::uint8_t { read_only, read_write };
  // Opens a file that is there, or ":memory:". Looks at nothing in it yet.
  static Result<std::unique_ptr<Database>> open(const std::string& path, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // The statement of that text, prepared once. `sql` must outlive the connection (a literal).
  Query read(std::string_view sql) { return query(sql, false); }
  Query write(std::string_view sql) { return query(sql, true); }
  // Runs statements that give no rows and have no values.
  Result<void> execute(const std::string& sql);
  // The single integer a statement gives, 0 when it gives none.
  Result<std::int64_t> integer(const std::string& sql);
  Result<std::vector<std::string>> texts(const std::string& sql);

  std::int64_t last_id() const;
  std::size_t changed_rows() const;
  bool in_transaction() const;

  const Work& work() const { return work_; }

  // The error of the last call as a sentence.
  Error error(int status);
  // Whether a failure has left the open transaction in doubt: it may only be rolled back.
  bool broken() const { return broken_; }
  void mend() { broken_ = false; }

  // Asked before every statement that writes; an answer of false makes it fail with `cancelled`.
  std::function<bool()> before_write;

  sqlite3* raw() { return connection_; }
  const std::string& path() const { return path_; }

 private:
  friend class Query;
  Database(std::string path, sqlite3* connection) : path_(std::move(path)), connection_(connection) {}
  Query query(std::string_view sql, bool writes);

  std::string path_;
  sqlite3* connection_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;  // by the address of their text
  Work work_;
  bool broken_ = false;
};

}  // namespace kalends::store
