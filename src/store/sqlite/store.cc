#include "store/sqlite/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "store/sqlite/schema.h"
#include "store/sqlite/transaction.h"

namespace kalends::store {
namespace {

constexpr std::int64_t kPageBytes = 4096;
constexpr const char* kInMemory = ":memory:";

// The file behind symbolic links, so that two names of one file share one lock.
std::string real_path(const std::string& path) {
  std::error_code failure;
  const auto real = std::filesystem::weakly_canonical(path, failure);
  return failure ? path : real.string();
}

Result<void> require_folder(const std::string& path) {
  const auto folder = std::filesystem::absolute(path).parent_path();
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure))
    return fail(ErrorKind::invalid, fmt::format("{} is a folder; name a file in it in [store] url", path));
  if (std::filesystem::is_directory(folder, failure)) return {};
  return fail(
      ErrorKind::not_found,
      fmt::format("the folder {} for the database does not exist; make it, or name another place in [store] "
                  "url",
                  folder.string()));
}

// Makes the file, readable by its owner alone, when there is none; SQLite gives the log the same mode.
Result<void> make_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return fail(ErrorKind::forbidden,
                fmt::format("{} cannot be opened for writing: {}", path, std::strerror(errno)));
  ::close(descriptor);
  return {};
}

Result<void> tune(Database& database, const SqliteOptions& options) {
  TRY_VOID(
      database.execute("PRAGMA foreign_keys = ON; PRAGMA cache_size = -24576; PRAGMA temp_store = MEMORY;"));
  if (options.read_only) return database.execute("PRAGMA query_only = ON");
  TRY_VOID(database.execute("PRAGMA journal_mode = WAL"));
  TRY_VOID(database.execute(options.durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF"));
  // A log of up to 64 MiB before it is folded back: rewriting pages less often is worth more than the space.
  TRY_VOID(database.execute("PRAGMA wal_autocheckpoint = 16384; PRAGMA journal_size_limit = 67108864;"));
  if (options.max_bytes > 0)
    TRY_VOID(database.execute(fmt::format("PRAGMA max_page_count = {}", options.max_bytes / kPageBytes + 1)));
  return {};
}

Result<void> require_current(Database& database) {
  const auto state = TRY(inspect_schema(database));
  if (state == SchemaState::current) return {};
  if (state == SchemaState::empty)  // its making was cut off
    return fail(ErrorKind::not_found,
                fmt::format("there is nothing in {} yet; run `kalends sync` first", database.path()));
  return fail(
      ErrorKind::invalid,
      fmt::format("{} was written by an older Kalends; run `kalends sync` once to bring it up to date",
                  database.path()));
}

}  // namespace

SqliteStore::SqliteStore(std::optional<FileLock> lock, std::unique_ptr<Database> database,
                         SqliteOptions options)
    : lock_(std::move(lock)), database_(std::move(database)), options_(std::move(options)) {
  if (options_.before_write)
    database_->before_write = [this] { return !dead_ && pass(options_.before_write); };
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, SqliteOptions options) {
  const bool in_memory = path == kInMemory;
  const std::string file = in_memory ? path : real_path(path);
  std::optional<FileLock> lock;
  if (!in_memory) {
    TRY_VOID(require_folder(file));
    if (options.read_only && !std::filesystem::exists(file))
      return fail(ErrorKind::not_found,
                  fmt::format("there is no database {} yet; run `kalends sync` first", file));
    if (!options.read_only) {
      lock = TRY(FileLock::take(file));
      TRY_VOID(make_file(file));
    }
  }
  auto database =
      TRY(Database::open(file, options.read_only ? Database::Mode::read_only : Database::Mode::read_write));
  if (options.read_only) {
    TRY_VOID(require_current(*database));
    TRY_VOID(tune(*database, options));
  } else {
    const auto state =
        TRY(inspect_schema(*database));  // before anything is set: a refused file stays as it is
    TRY_VOID(tune(*database, options));
    if (state != SchemaState::current) TRY_VOID(migrate(*database));
  }
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(std::move(lock), std::move(database), std::move(options)));
}

bool SqliteStore::pass(const std::function<bool()>& point) {
  if (!point || point()) return true;
  dead_ = true;
  return false;
}

Result<void> SqliteStore::usable() const {
  if (dead_)
    return fail(ErrorKind::cancelled,
                fmt::format("the store {} was cut off; open it again", database_->path()));
  if (open_)
    return fail(ErrorKind::invalid, fmt::format("a transaction on {} is open already", database_->path()));
  return {};
}

Result<std::unique_ptr<ports::Transaction>> SqliteStore::begin() {
  TRY_VOID(usable());
  database_->mend();
  TRY_VOID(database_->execute(options_.read_only ? "BEGIN" : "BEGIN IMMEDIATE"));
  open_ = true;
  return std::make_unique<SqliteTransaction>(*this);
}

Result<std::int64_t> SqliteStore::number_of(const CalendarId& id) {
  if (id.empty()) return 0;
  if (const auto known = numbers_.find(id.value); known != numbers_.end()) return known->second;
  Query query = database_->read("SELECT no FROM calendar_names WHERE id = ?1");
  query.add(id.value);
  if (!TRY(query.row())) return -1;
  return numbers_[id.value] = query.take_int();
}

Result<std::int64_t> SqliteStore::number_for(const CalendarId& id) {
  const auto known = TRY(number_of(id));
  if (known >= 0) return known;
  Query query = database_->write("INSERT INTO calendar_names(id) VALUES (?1)");
  query.add(id.value);
  TRY_VOID(query.run());
  return numbers_[id.value] = database_->last_id();
}

}  // namespace kalends::store
