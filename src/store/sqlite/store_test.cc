#include "store/sqlite/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "ports/store_contract_quick.h"

namespace kalends::store {
namespace {

namespace fs = std::filesystem;
using ports::contract::event_id;
using ports::contract::event_row;
using ports::contract::must;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "kalends-store-XXXXXX").string();
    KALENDS_CHECK(::mkdtemp(pattern.data()));
    path_ = pattern;
  }
  ~Folder() { fs::remove_all(path_); }
  std::string file(const std::string& name) const { return (fs::path(path_) / name).string(); }

 private:
  std::string path_;
};

class SqliteHarness : public ports::StoreHarness {
 public:
  Result<std::unique_ptr<ports::Store>> open() override { return open_backup(folder_.file("kalends.db")); }
  std::string backup_path() override { return folder_.file("backup.db"); }
  Result<std::unique_ptr<ports::Store>> open_backup(const std::string& path) override {
    return std::unique_ptr<ports::Store>(TRY(SqliteStore::open(path, {.durable = false})));
  }

 private:
  Folder folder_;
};

class SqliteStoreTest : public testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open(SqliteOptions options = {}) {
    return must(SqliteStore::open(path_, options));
  }
  void add_event(SqliteStore& store, int n) {
    auto t = must(store.begin());
    must(t->put(event_row(n)));
    must(t->commit());
  }
  std::size_t events(SqliteStore& store) { return must(must(store.begin())->all_events()).size(); }
  void run_sql(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  std::string bytes(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  Folder folder_;
  std::string path_ = folder_.file("kalends.db");
};

TEST_F(SqliteStoreTest, TheFilesBelongToTheOwnerAlone) {
  auto store = open();
  add_event(*store, 1);
  for (const char* suffix : {"", "-wal", ".lock"}) {
    struct stat status{};
    ASSERT_EQ(::stat((path_ + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(SqliteStoreTest, AStoreWhoseMakingWasCutOffIsMadeByTheNextWriter) {
  std::ofstream(path_).flush();
  SqliteOptions reading;
  reading.read_only = true;
  const auto none = SqliteStore::open(path_, reading);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::not_found) << none.error().message;
  add_event(*open(), 1);
  EXPECT_TRUE(SqliteStore::open(path_, reading));
}

// SQLite's file format, section 3: what a process leaves that dies before it has written a page of its first commit.
TEST_F(SqliteStoreTest, AJournalOfACutOffMakingIsNoMatterOfPermissions) {
  open();
  constexpr std::uint32_t kPage = 4096, kSector = 512;
  std::string journal("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8);
  for (const std::uint32_t number :
       {0u, 1u, static_cast<std::uint32_t>(fs::file_size(path_) / kPage), kSector, kPage})
    for (int shift = 24; shift >= 0; shift -= 8) journal += static_cast<char>(number >> shift & 0xff);
  journal.resize(kSector);
  std::ofstream(path_ + "-journal", std::ios::binary) << journal;
  const auto refused = SqliteStore::open(path_, {.read_only = true});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::not_found);
  EXPECT_THAT(refused.error().message, HasSubstr("was cut off; run `kalends sync` first"));
  open();
  open({.read_only = true});
}

TEST_F(SqliteStoreTest, ASecondWriterIsToldWhoHasIt) {
  auto store = open();
  const auto second = SqliteStore::open(path_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::transient);
  EXPECT_THAT(second.error().message, HasSubstr("(pid " + std::to_string(::getpid()) + ")"));
  fs::create_symlink(path_, folder_.file("other.db"));
  EXPECT_FALSE(SqliteStore::open(folder_.file("other.db"))) << "another name of the same file";
  store.reset();
  EXPECT_TRUE(SqliteStore::open(path_));
}

TEST_F(SqliteStoreTest, AReaderReadsWhileAnotherWrites) {
  auto store = open();
  add_event(*store, 1);
  auto reader = open({.read_only = true});
  add_event(*store, 2);
  EXPECT_EQ(events(*reader), 2u);
  auto t = must(reader->begin());
  const auto written = t->put(event_row(3));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::forbidden);
}

TEST_F(SqliteStoreTest, AKilledWriterLeavesNothingStale) {
  add_event(*open(), 1);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto store = SqliteStore::open(path_);
    if (!store) ::_exit(1);
    auto committed = (*store)->begin();
    if (!(*committed)->put(event_row(2)) || !(*committed)->commit()) ::_exit(1);
    committed->reset();
    auto open = (*store)->begin();
    if (!(*open)->put(event_row(3))) ::_exit(1);
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  auto store = open();
  EXPECT_EQ(events(*store), 2u) << "the committed one, not the open one";
  EXPECT_THAT(must(store->verify()), IsEmpty());
}

TEST_F(SqliteStoreTest, OpeningSaysWhatIsWrong) {
  const auto message = [&](const std::string& path, ErrorKind kind, SqliteOptions options = {}) {
    const auto store = SqliteStore::open(path, options);
    if (store) return std::string("it opened");
    EXPECT_EQ(store.error().kind, kind) << store.error().message;
    return store.error().message;
  };
  EXPECT_THAT(message(folder_.file("no/such/k.db"), ErrorKind::not_found),
              HasSubstr("does not exist; make it"));
  EXPECT_THAT(message(path_, ErrorKind::not_found, {.read_only = true}),
              HasSubstr("run `kalends sync` first"));
  std::ofstream(path_) << std::string(5000, 'x');
  EXPECT_THAT(message(path_, ErrorKind::corrupt), HasSubstr("is not a Kalends database"));
  EXPECT_EQ(bytes(path_), std::string(5000, 'x')) << "nothing was touched";
  fs::remove(path_);
  run_sql("CREATE TABLE theirs (x)");
  EXPECT_THAT(message(path_, ErrorKind::invalid), HasSubstr("another program"));
}

TEST_F(SqliteStoreTest, ANewerSchemaIsRefusedUntouched) {
  add_event(*open(), 1);
  run_sql("INSERT INTO migrations VALUES (99, 'x'); PRAGMA journal_mode = DELETE");
  const std::string before = bytes(path_);
  const auto store = SqliteStore::open(path_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::invalid);
  EXPECT_THAT(store.error().message, HasSubstr("newer Kalends"));
  EXPECT_EQ(bytes(path_), before);
}

TEST_F(SqliteStoreTest, AMigrationThatIsNotOursIsRefused) {
  add_event(*open(), 1);
  run_sql("UPDATE migrations SET digest = 'x'");
  const auto store = SqliteStore::open(path_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::corrupt);
}

TEST_F(SqliteStoreTest, AFullDiskKeepsNothingOfTheStep) {
  auto store = open({.max_bytes = 512 << 10});
  add_event(*store, 1);
  {
    auto t = must(store->begin());
    must(t->put(event_row(2)));
    const auto written = t->put(event_row(3, std::string(4 << 20, 'x')));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::transient);
    EXPECT_THAT(written.error().message, HasSubstr("is full"));
    EXPECT_FALSE(t->commit()) << "half a step is never kept";
  }
  EXPECT_EQ(events(*store), 1u);
  add_event(*store, 4);
  EXPECT_EQ(events(*store), 2u);
}

TEST_F(SqliteStoreTest, ACrashBeforeAWriteOrCommitLosesTheStepAndOneAfterKeepsIt) {
  for (const int point : {0, 1, 2}) {
    const auto die = [] { return false; };
    SqliteOptions options;
    if (point == 0) options.before_write = die;
    if (point == 1) options.before_commit = die;
    if (point == 2) options.after_commit = die;
    fs::remove(path_);
    {
      auto store = open(options);
      {
        auto t = must(store->begin());
        const auto put = t->put(event_row(1));
        EXPECT_EQ(put.has_value(), point != 0);
        const auto commit = t->commit();
        ASSERT_FALSE(commit);
        EXPECT_EQ(commit.error().kind, ErrorKind::cancelled);
      }
      const auto next = store->begin();
      ASSERT_FALSE(next) << "a dead store does no more work";
      EXPECT_EQ(next.error().kind, ErrorKind::cancelled);
    }
    EXPECT_EQ(events(*open()), point == 2 ? 1u : 0u) << point;
  }
}

TEST_F(SqliteStoreTest, RestoreBringsTheBackupAndKeepsTheOld) {
  const std::string backup = folder_.file("backup.db");
  {
    auto store = open();
    add_event(*store, 1);
    must(store->backup(backup));
    add_event(*store, 2);
    const auto refused = SqliteStore::restore(backup, path_);
    ASSERT_FALSE(refused) << "while it is open";
    EXPECT_EQ(refused.error().kind, ErrorKind::transient);
  }
  must(SqliteStore::restore(backup, path_));
  EXPECT_EQ(events(*open()), 1u);
  EXPECT_EQ(events(*must(SqliteStore::open(path_ + ".before-restore"))), 2u);
  EXPECT_FALSE(fs::exists(path_ + ".restoring"));
  must(SqliteStore::restore(backup, folder_.file("new.db")));
  EXPECT_FALSE(SqliteStore::restore(folder_.file("none"), path_));
  EXPECT_FALSE(SqliteStore::restore(path_, path_));

  // What an earlier restore kept is never touched: it may be the only copy.
  const std::string first = bytes(path_ + ".before-restore");
  EXPECT_EQ(must(SqliteStore::restore(backup, path_)),
            fs::weakly_canonical(path_ + ".before-restore-2").string());
  EXPECT_EQ(bytes(path_ + ".before-restore"), first);
  EXPECT_EQ(must(SqliteStore::restore(backup, folder_.file("another.db"))), "");
  // What is to be done to the copy fails: nothing changed, nothing is left behind.
  const std::string whole = bytes(path_);
  std::string staged;
  EXPECT_FALSE(SqliteStore::restore(backup, path_, [&](const std::string& copy) -> Result<void> {
    staged = copy;
    must(SqliteStore::open(copy));
    return fail(ErrorKind::transient, "no");
  }));
  EXPECT_EQ(bytes(path_), whole);
  for (const char* ending : {"", "-wal", "-shm", ".lock"})
    EXPECT_FALSE(fs::exists(staged + ending)) << ending;
}

TEST_F(SqliteStoreTest, RestoreLeavesADatabaseAloneThatAnotherProgramReads) {
  const std::string backup = folder_.file("backup.db");
  {
    auto store = open();
    add_event(*store, 1);
    must(store->backup(backup));
    add_event(*store, 2);
  }
  {
    auto reader = open({.read_only = true});
    auto looking = must(reader->begin());
    EXPECT_EQ(must(looking->all_events()).size(), 2u);
    const auto refused = SqliteStore::restore(backup, path_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::transient);
    EXPECT_THAT(refused.error().message, HasSubstr("another program is reading"));
    EXPECT_EQ(must(looking->all_events()).size(), 2u);
  }
  EXPECT_EQ(events(*open()), 2u);
  EXPECT_FALSE(fs::exists(path_ + ".restoring"));
  must(SqliteStore::restore(backup, path_));
  EXPECT_EQ(events(*open()), 1u);
}

// Who may write in the folder could otherwise have any file of ours emptied.
TEST_F(SqliteStoreTest, ALockThatLeadsElsewhereIsNotFollowed) {
  const std::string elsewhere = folder_.file("elsewhere");
  std::ofstream(elsewhere) << "precious";
  fs::create_symlink(elsewhere, path_ + ".lock");
  const auto refused = SqliteStore::open(path_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::forbidden);
  EXPECT_THAT(refused.error().message, HasSubstr(".lock cannot be made"));
  EXPECT_EQ(bytes(elsewhere), "precious");
}

TEST_F(SqliteStoreTest, RestoreSaysWhatIsWrongWithTheFileItWasGiven) {
  {
    auto store = open();
    for (int n = 0; n < 200; ++n) add_event(*store, n);
    must(store->backup(folder_.file("good.db")));
  }
  std::ofstream(folder_.file("notes.txt"))
      << "no database at all, though it is rather long; " << std::string(4096, 'x');
  std::ofstream(folder_.file("empty.db")) << "";
  must(Database::open(folder_.file("empty.db"), Database::Mode::read_write));
  {
    std::ofstream(folder_.file("other.db")) << "";
    auto other = must(Database::open(folder_.file("other.db"), Database::Mode::read_write));
    must(other->execute("CREATE TABLE t(x); INSERT INTO t VALUES (1)"));
  }
  for (const char* name : {"notes.txt", "empty.db", "other.db"}) {
    const auto refused = SqliteStore::restore(folder_.file(name), path_);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
    EXPECT_NE(
        refused.error().message.find(std::string(name) + " is no backup of Kalends, and nothing was changed"),
        std::string::npos)
        << refused.error().message;
    EXPECT_EQ(refused.error().message.find("[store] url"), std::string::npos) << refused.error().message;
  }
  const std::string whole = bytes(folder_.file("good.db"));
  std::ofstream(folder_.file("half.db"), std::ios::binary) << whole.substr(0, whole.size() / 2);
  const auto refused = SqliteStore::restore(folder_.file("half.db"), path_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("half.db is damaged, and nothing was changed; name another one"),
            std::string::npos)
      << refused.error().message;
  EXPECT_EQ(events(*open()), 200u);
}

TEST_F(SqliteStoreTest, RestoreRefusesADamagedBackupAndReplacesADamagedDatabase) {
  const std::string backup = folder_.file("backup.db");
  {
    auto store = open();
    for (int n = 0; n < 200; ++n) add_event(*store, n);
    must(store->backup(backup));
  }
  const std::string whole = bytes(backup);
  const std::string damaged = whole.substr(0, whole.size() / 2);
  std::ofstream(folder_.file("half.db"), std::ios::binary) << damaged;
  EXPECT_FALSE(SqliteStore::restore(folder_.file("half.db"), path_));
  EXPECT_EQ(events(*open()), 200u) << "the refused restore changed nothing";
  std::ofstream(path_, std::ios::binary) << "garbage";
  must(SqliteStore::restore(backup, path_));
  EXPECT_EQ(events(*open()), 200u);
  EXPECT_EQ(bytes(path_ + ".before-restore"), "garbage");
}

// SQLite would replay it over the restored file.
TEST_F(SqliteStoreTest, TheLogOfADamagedDatabaseIsSetAside) {
  const std::string backup = folder_.file("backup.db");
  add_event(*open(), 1);
  std::string log;
  {
    auto store = open();
    must(store->backup(backup));
    add_event(*store, 2);
    log = bytes(path_ + "-wal");
  }
  ASSERT_FALSE(log.empty());
  std::ofstream(path_, std::ios::binary) << std::string(8192, 'x');
  std::ofstream(path_ + "-wal", std::ios::binary) << log;
  must(SqliteStore::restore(backup, path_));
  EXPECT_TRUE(bytes(path_ + ".before-restore-wal") == log);
  EXPECT_EQ(events(*open()), 1u);
}

}  // namespace
}  // namespace kalends::store

namespace kalends::ports {
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, testing::Values(StoreHarnessFactory([] {
                           return std::make_unique<store::SqliteHarness>();
                         })));
}  // namespace kalends::ports
