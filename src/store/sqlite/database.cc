#include "store/sqlite/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <mutex>
#include <utility>

#include "base/digest.h"

namespace kalends::store {
namespace {

constexpr int kBusyTimeoutMs = 5'000;
constexpr int kNoStatement = -1;  // prepare failed; the connection holds the reason
constexpr std::size_t kShortestPackedKey = 16;
// Memory that a connection sets aside for its small and short-lived needs.
constexpr int kSlotBytes = 1200;
constexpr int kSlots = 200;

constexpr std::array<std::int8_t, 256> kHexDigits = [] {
  std::array<std::int8_t, 256> digits{};
  digits.fill(-1);
  for (int i = 0; i < 10; ++i) digits[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(i);
  for (int i = 0; i < 6; ++i) digits[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
  return digits;
}();

int hex_digit(char c) { return kHexDigits[static_cast<unsigned char>(c)]; }

// The bytes of a hexadecimal key, or nothing when the text is not one.
std::optional<std::string> pack(std::string_view text) {
  if (text.size() < kShortestPackedKey || text.size() % 2 != 0) return std::nullopt;
  std::string bytes(text.size() / 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = hex_digit(text[2 * i]);
    const int low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<char>(high * 16 + low);
  }
  return bytes;
}

ErrorKind kind_of(int status) {
  if (status == SQLITE_READONLY_ROLLBACK) return ErrorKind::not_found;
  switch (status & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM: return ErrorKind::transient;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ErrorKind::corrupt;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return ErrorKind::forbidden;
    case SQLITE_CANTOPEN: return ErrorKind::not_found;
    case SQLITE_INTERRUPT: return ErrorKind::cancelled;
    default: return ErrorKind::invalid;
  }
}

}  // namespace

Query::Query(Database& database, sqlite3_stmt* statement, bool writes)
    : database_(&database),
      statement_(statement),
      writes_(writes),
      failure_(statement ? SQLITE_OK : kNoStatement) {}

Query::Query(Query&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      writes_(other.writes_),
      parameter_(other.parameter_),
      column_(other.column_),
      failure_(other.failure_) {}

Query::~Query() {
  if (!statement_) return;
  const int steps = sqlite3_stmt_status(statement_, SQLITE_STMTSTATUS_VM_STEP, 1);
  database_->work_.steps += static_cast<std::uint64_t>(steps);
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::bound(int status) {
  if (status != SQLITE_OK && failure_ == SQLITE_OK) failure_ = status;
  return *this;
}

Query& Query::add(std::int64_t value) {
  return statement_ ? bound(sqlite3_bind_int64(statement_, ++parameter_, value)) : *this;
}

Query& Query::add(std::string_view text) {
  if (!statement_) return *this;
  const char* data = text.data() ? text.data() : "";
  return bound(sqlite3_bind_text64(statement_, ++parameter_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

Query& Query::add(std::optional<std::int64_t> value) {
  if (value) return add(*value);
  return statement_ ? bound(sqlite3_bind_null(statement_, ++parameter_)) : *this;
}

Query& Query::add_blob(std::string_view bytes) {
  if (!statement_) return *this;
  const char* data = bytes.data() ? bytes.data() : "";
  return bound(sqlite3_bind_blob64(statement_, ++parameter_, data, bytes.size(), SQLITE_STATIC));
}

Query& Query::add_key(std::string_view text) {
  if (!statement_) return *this;
  const auto packed = pack(text);
  if (packed)
    return bound(
        sqlite3_bind_blob64(statement_, ++parameter_, packed->data(), packed->size(), SQLITE_TRANSIENT));
  return bound(sqlite3_bind_text64(statement_, ++parameter_, text.data() ? text.data() : "", text.size(),
                                   SQLITE_TRANSIENT, SQLITE_UTF8));
}

Result<bool> Query::row() {
  if (failure_ != SQLITE_OK) return std::unexpected(database_->error(failure_));
  if (writes_ && database_->before_write && !database_->before_write())
    return fail(ErrorKind::cancelled, fmt::format("writing to {} was cut off", database_->path()));
  const int status = sqlite3_step(statement_);
  column_ = 0;
  if (status == SQLITE_ROW) {
    ++database_->work_.rows;
    return true;
  }
  if (status == SQLITE_DONE) return false;
  return std::unexpected(database_->error(status));
}

Result<void> Query::run() {
  while (TRY(row())) {
  }
  return {};
}

std::int64_t Query::take_int() { return sqlite3_column_int64(statement_, column_++); }

std::optional<std::int64_t> Query::take_optional_int() {
  if (sqlite3_column_type(statement_, column_) == SQLITE_NULL) {
    ++column_;
    return std::nullopt;
  }
  return take_int();
}

std::string Query::take_text() { return take_blob(); }

std::string Query::take_blob() {
  const void* data = sqlite3_column_blob(statement_, column_);
  const int size = sqlite3_column_bytes(statement_, column_);
  ++column_;
  return data ? std::string(static_cast<const char*>(data), static_cast<std::size_t>(size)) : std::string();
}

std::string Query::take_key() {
  const bool packed = sqlite3_column_type(statement_, column_) == SQLITE_BLOB;
  std::string bytes = take_blob();
  return packed ? to_hex(bytes) : bytes;
}

// Without SQLite's own count of its memory, which costs a lock at every allocation.
static void configure_once() {
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Mode mode) {
  configure_once();
  sqlite3* connection = nullptr;
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  const int status = sqlite3_open_v2(path.c_str(), &connection, flags, nullptr);
  if (!connection) return fail(ErrorKind::transient, fmt::format("no memory is left to open {}", path));
  std::unique_ptr<Database> database(new Database(path, connection));
  if (status != SQLITE_OK) return std::unexpected(database->error(status));
  sqlite3_busy_timeout(connection, kBusyTimeoutMs);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_LOOKASIDE, nullptr, kSlotBytes, kSlots);
  // A damaged or hostile file must not make us run what its schema says.
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(connection_);
}

Query Database::query(std::string_view sql, bool writes) {
  auto found = statements_.find(sql.data());
  if (found == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    const int status = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (status != SQLITE_OK) return Query(*this, nullptr, writes);
    found = statements_.emplace(sql.data(), statement).first;
  }
  ++work_.statements;
  if (writes) ++work_.writes;
  return Query(*this, found->second, writes);
}

Result<void> Database::execute(const std::string& sql) {
  const int status = sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) return std::unexpected(error(status));
  return {};
}

Result<std::int64_t> Database::integer(const std::string& sql) {
  const auto all = TRY(texts(sql));
  return all.empty() ? 0 : std::strtoll(all.front().c_str(), nullptr, 10);
}

Result<std::vector<std::string>> Database::texts(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  int status = sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr);
  std::vector<std::string> out;
  while (status == SQLITE_OK || status == SQLITE_ROW) {
    status = sqlite3_step(statement);
    if (status != SQLITE_ROW) break;
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    out.emplace_back(text ? text : "");
  }
  if (status != SQLITE_DONE) {
    Error failure = error(status);
    sqlite3_finalize(statement);
    return std::unexpected(std::move(failure));
  }
  sqlite3_finalize(statement);
  return out;
}

std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(connection_); }

std::size_t Database::changed_rows() const {
  return static_cast<std::size_t>(sqlite3_changes64(connection_));
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(connection_) == 0; }

Error Database::error(int status) {
  const int code = status == kNoStatement ? sqlite3_extended_errcode(connection_) : status;
  // A broken rule leaves the transaction whole; anything else may have undone part of it or all.
  if ((code & 0xff) != SQLITE_CONSTRAINT) broken_ = true;
  const std::string detail = fmt::format("{} (SQLite {})", sqlite3_errmsg(connection_), code);
  const auto sentence = [&]() -> std::string {
    // Only before its first commit a store of ours has a journal that only a writer can take back.
    if (code == SQLITE_READONLY_ROLLBACK)
      return fmt::format("the making of {} was cut off; run `kalends sync` first", path_);
    switch (code & 0xff) {
      case SQLITE_FULL:
        return fmt::format("the disk that holds {} is full; free some space and run again", path_);
      case SQLITE_READONLY:
        return fmt::format("{} cannot be written; check its permissions and its folder's: {}", path_, detail);
      case SQLITE_CORRUPT:
        return fmt::format("the database {} is damaged; bring a backup back with `kalends restore`: {}",
                           path_, detail);
      case SQLITE_NOTADB:
        return fmt::format(
            "{} is not a Kalends database; name another file in [store] url, or bring a backup back "
            "with `kalends restore`",
            path_);
      case SQLITE_CANTOPEN:
        return fmt::format("{} cannot be opened; check that it is a file you may read and write: {}", path_,
                           detail);
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        return fmt::format("another program is using {}; close it or try again: {}", path_, detail);
      case SQLITE_IOERR:
        return fmt::format("the disk that holds {} failed; check it and run again: {}", path_, detail);
      default: return fmt::format("the database {} refused a statement: {}", path_, detail);
    }
  }();
  return Error{kind_of(code), sentence, std::nullopt};
}

}  // namespace kalends::store
