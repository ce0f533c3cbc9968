// Backup while in use, and restore that checks first and keeps what it replaces.
// At every instant of a restore the database's name holds a whole database: the old one or the new one.
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "store/sqlite/schema.h"
#include "store/sqlite/store.h"

namespace kalends::store {
namespace {

namespace fs = std::filesystem;

constexpr int kPagesPerStep = 1024;

Error system_error(const std::string& what) {
  const bool full = errno == ENOSPC || errno == EDQUOT;
  return {full ? ErrorKind::transient : ErrorKind::forbidden,
          fmt::format("{}: {}", what, std::strerror(errno)), std::nullopt};
}

// Makes a file's or a folder's contents outlive a power cut.
Result<void> flush(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool done = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int failure = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (done) return {};
  errno = failure;
  return std::unexpected(system_error(fmt::format("{} cannot be flushed to the disk", path)));
}

std::string folder_of(const std::string& path) { return fs::absolute(path).parent_path().string(); }

// A file that is removed again unless it got its final name, with what a store makes beside it.
struct PartialFile {
  std::string path;
  ~PartialFile() {
    for (const char* ending : {"", "-wal", "-shm", ".lock"}) ::unlink((path + ending).c_str());
  }
};

// Copies the contents of one connection into a new file, as a single file without a log.
Result<void> copy_to_new_file(Database& from, const std::string& path) {
  ::unlink(path.c_str());
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return std::unexpected(system_error(fmt::format("{} cannot be made", path)));
  ::close(descriptor);
  {
    auto to = TRY(Database::open(path, Database::Mode::read_write));
    sqlite3_backup* copy = sqlite3_backup_init(to->raw(), "main", from.raw(), "main");
    if (!copy) return std::unexpected(to->error(sqlite3_errcode(to->raw())));
    int status = SQLITE_OK;
    while (status == SQLITE_OK) status = sqlite3_backup_step(copy, kPagesPerStep);
    sqlite3_backup_finish(copy);
    if (status != SQLITE_DONE) return std::unexpected(to->error(status));
    TRY_VOID(to->execute("PRAGMA journal_mode = DELETE"));
  }
  return flush(path);
}

// Checks that the file is a whole database of a schema that we know. What is wrong with it is told of the backup, not of
// the database that it should replace.
Result<void> require_sound(Database& database) {
  std::string header(kFileHeaderBytes, '\0');
  std::ifstream(database.path(), std::ios::binary).read(header.data(), kFileHeaderBytes);
  if (!is_ours(header))
    return fail(ErrorKind::invalid,
                fmt::format("{} is no backup of Kalends, and nothing was changed; name a file that "
                            "\"kalends backup\" made",
                            database.path()));
  const auto damaged = [&](const std::string& how) {
    return fail(ErrorKind::corrupt,
                fmt::format("the backup {} is damaged, and nothing was changed; name another "
                            "one ({})",
                            database.path(), how));
  };
  if (const auto schema = inspect_schema(database); !schema) {
    if (schema.error().kind == ErrorKind::corrupt) return damaged("its tables are not those of its schema");
    return std::unexpected(schema.error());
  }
  const auto found = damage(database);
  if (!found && found.error().kind == ErrorKind::corrupt) return damaged("it cannot be read to its end");
  if (!found) return std::unexpected(found.error());
  if (!found->empty()) return damaged(found->front());
  return {};
}

// Folds the log of the database into its file and closes it, so that the file alone is the whole database. A
// log that cannot be folded, because the database is damaged, is set aside: SQLite would replay it over the
// restored file.
Result<void> settle_log(const std::string& path, const std::string& kept) {
  if (!fs::exists(path)) return {};
  if (auto old = Database::open(path, Database::Mode::read_write); old)
    static_cast<void>((*old)->execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE"));
  if (!fs::exists(path + "-wal")) return {};
  auto old = Database::open(path, Database::Mode::read_write);
  if (old && inspect_schema(**old))
    return fail(ErrorKind::transient,
                fmt::format("another program is reading {}; close it and run again", path));
  if (::rename((path + "-wal").c_str(), (kept + "-wal").c_str()) != 0)
    return std::unexpected(system_error(fmt::format("{}-wal cannot be set aside", path)));
  ::unlink((path + "-shm").c_str());
  return {};
}

// The first name that what is replaced can have. What an earlier restore kept may be the only copy of it.
Result<std::string> free_name(const std::string& path) {
  constexpr int kMost = 1000;
  std::error_code ignored;
  for (int n = 1; n <= kMost; ++n) {
    std::string name = path + ".before-restore" + (n == 1 ? "" : fmt::format("-{}", n));
    if (!fs::exists(fs::symlink_status(name, ignored)) && !fs::exists(name + "-wal", ignored)) return name;
  }
  return fail(ErrorKind::forbidden,
              fmt::format("{} restores were kept beside {}; remove those that you do not need, whose names "
                          "go on with \".before-restore\"",
                          kMost, path));
}

// Gives the present file a second name, so that replacing it loses nothing. Gives that name, "" when there is no file.
Result<std::string> keep_old(const std::string& path, const std::string& kept) {
  if (!fs::exists(path)) return "";
  if (::link(path.c_str(), kept.c_str()) != 0)
    return std::unexpected(system_error(fmt::format("{} cannot be kept as {}", path, kept)));
  return kept;
}

}  // namespace

Result<void> SqliteStore::backup(const std::string& path) {
  TRY_VOID(usable());
  if (fs::exists(path))
    return fail(ErrorKind::invalid, fmt::format("{} exists already; name a new file for the backup", path));
  if (!fs::is_directory(folder_of(path)))
    return fail(ErrorKind::not_found,
                fmt::format("the folder {} does not exist; make it first", folder_of(path)));
  const PartialFile partial{path + ".partial"};
  TRY_VOID(copy_to_new_file(*database_, partial.path));
  if (::renameat2(AT_FDCWD, partial.path.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0)
    return std::unexpected(system_error(fmt::format("the backup cannot be named {}", path)));
  return flush(folder_of(path));
}

Result<std::string> SqliteStore::restore(const std::string& from, const std::string& to,
                                         const std::function<Result<void>(const std::string&)>& prepare) {
  std::error_code ignored;
  if (!fs::exists(from, ignored))
    return fail(ErrorKind::not_found, fmt::format("there is no backup {}", from));
  if (!fs::is_regular_file(from, ignored))
    return fail(ErrorKind::invalid, fmt::format("{} is no file; name the file of a backup", from));
  const auto real = fs::weakly_canonical(to, ignored);
  const std::string target = ignored ? to : real.string();
  if (fs::exists(target) && fs::equivalent(from, target, ignored))
    return fail(ErrorKind::invalid, fmt::format("{} is the database itself, not a backup of it; name a file "
                                                "that \"kalends backup\" made",
                                                from));
  if (!fs::is_directory(folder_of(target)))
    return fail(ErrorKind::not_found,
                fmt::format("the folder {} does not exist; make it first", folder_of(target)));
  const auto backup = TRY(Database::open(from, Database::Mode::read_only));
  TRY_VOID(require_sound(*backup));
  const auto lock = TRY(FileLock::take(target));

  const PartialFile partial{target + ".restoring"};
  if (fs::equivalent(from, partial.path, ignored))
    return fail(ErrorKind::invalid, fmt::format("{} is in the way of the restored file; rename it", from));
  TRY_VOID(copy_to_new_file(*backup, partial.path));
  const std::string name = TRY(free_name(target));
  if (prepare) {
    TRY_VOID(prepare(partial.path));
    TRY_VOID(settle_log(partial.path, name));
    TRY_VOID(flush(partial.path));
  }
  TRY_VOID(settle_log(target, name));
  std::string kept = TRY(keep_old(target, name));
  if (::rename(partial.path.c_str(), target.c_str()) != 0)
    return std::unexpected(system_error(fmt::format("the restored database cannot be named {}", target)));
  TRY_VOID(flush(folder_of(target)));
  return kept;
}

}  // namespace kalends::store
