#include "store/sqlite/schema.h"

#include <fmt/format.h>

#include <array>

#include "base/digest.h"

namespace kalends::store {
namespace {

constexpr std::int64_t kApplicationId = 0x4B414C45;  // "KALE", in the file's header

struct Migration {
  int version;
  const char* sql;
};

// Blobs come last in each table: SQLite then reads the small columns without following a long row.
// Partial indexes list only what waits, so marking a row clean costs little and finding the dirty ones costs
// nothing.
constexpr std::array kMigrations{
    Migration{1, R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);

CREATE TABLE calendar_names (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);

CREATE TABLE calendars (
  no INTEGER PRIMARY KEY REFERENCES calendar_names(no),
  address TEXT NOT NULL, cursor TEXT NOT NULL, listed_at INTEGER NOT NULL, changed_at INTEGER NOT NULL,
  error TEXT NOT NULL, blob BLOB NOT NULL);

CREATE TABLE items (
  no INTEGER PRIMARY KEY,
  calendar INTEGER NOT NULL REFERENCES calendar_names(no),
  remote TEXT NOT NULL, seen INTEGER NOT NULL, state INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
  dirty INTEGER NOT NULL CHECK (dirty IN (0, 1)),
  version TEXT NOT NULL, event NOT NULL, uid TEXT NOT NULL, mark TEXT NOT NULL, fingerprint NOT NULL,
  blob BLOB NOT NULL,
  UNIQUE (calendar, remote));
CREATE INDEX items_event ON items(event) WHERE event <> '';
CREATE INDEX items_dirty ON items(calendar, remote) WHERE dirty = 1;

CREATE TABLE events (
  no INTEGER PRIMARY KEY,
  id NOT NULL UNIQUE,
  alive INTEGER NOT NULL CHECK (alive IN (0, 1)), dirty INTEGER NOT NULL CHECK (dirty IN (0, 1)),
  from_utc INTEGER NOT NULL, to_utc INTEGER, changed_at INTEGER NOT NULL,
  uid TEXT NOT NULL, title_key NOT NULL, fingerprint NOT NULL, blob BLOB NOT NULL);
CREATE INDEX events_uid ON events(uid);
CREATE INDEX events_fingerprint ON events(fingerprint);
CREATE INDEX events_title ON events(title_key);
CREATE INDEX events_from ON events(from_utc, to_utc) WHERE alive = 1;
CREATE INDEX events_dirty ON events(id) WHERE dirty = 1;

CREATE TABLE bases (
  no INTEGER PRIMARY KEY,
  event NOT NULL, calendar INTEGER NOT NULL REFERENCES calendar_names(no),
  pending INTEGER NOT NULL CHECK (pending IN (0, 1)), settled INTEGER NOT NULL CHECK (settled IN (0, 1)),
  remote TEXT NOT NULL, blob BLOB NOT NULL,
  UNIQUE (event, calendar));
CREATE INDEX bases_calendar ON bases(calendar, event);
CREATE INDEX bases_unsettled ON bases(event, calendar) WHERE pending = 1 OR settled = 0;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  started INTEGER NOT NULL, ended INTEGER, kind TEXT NOT NULL, blob BLOB NOT NULL);

CREATE TABLE writes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL, event NOT NULL, calendar INTEGER NOT NULL, kind TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state IN (0, 1, 2)), at INTEGER NOT NULL, blob BLOB NOT NULL);
CREATE INDEX writes_run ON writes(run);
CREATE INDEX writes_event ON writes(event);

CREATE TABLE conflicts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL, event NOT NULL, calendar INTEGER NOT NULL, path TEXT NOT NULL,
  open INTEGER NOT NULL CHECK (open IN (0, 1)), at INTEGER NOT NULL, blob BLOB NOT NULL);
CREATE INDEX conflicts_event ON conflicts(event);
CREATE INDEX conflicts_open ON conflicts(id) WHERE open = 1;

CREATE TABLE held (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL, calendar INTEGER NOT NULL, state INTEGER NOT NULL CHECK (state IN (0, 1, 2, 3)),
  count INTEGER NOT NULL, key NOT NULL, at INTEGER NOT NULL, blob BLOB NOT NULL);
CREATE UNIQUE INDEX held_once ON held(key) WHERE state <> 3 AND key <> '';
CREATE INDEX held_state ON held(state);
)sql"},
    // Some calendars keep the exceptions of a series as items of their own.
    Migration{2, R"sql(
ALTER TABLE items ADD COLUMN part_of TEXT NOT NULL DEFAULT '';
ALTER TABLE items ADD COLUMN slot TEXT NOT NULL DEFAULT '';
)sql"},
    Migration{3, R"sql(
CREATE INDEX items_not_present ON items(calendar, state) WHERE state <> 0;
)sql"},
    // For a check against a list of three values or more SQLite makes a table in memory at every write, and for
    // AUTOINCREMENT it reads and writes one more row; rows of the trail are never deleted, so their numbers grow without.
    Migration{4, R"sql(
CREATE TABLE new_items (
  no INTEGER PRIMARY KEY,
  calendar INTEGER NOT NULL REFERENCES calendar_names(no),
  remote TEXT NOT NULL, seen INTEGER NOT NULL, state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
  dirty INTEGER NOT NULL CHECK (dirty IN (0, 1)),
  version TEXT NOT NULL, event NOT NULL, uid TEXT NOT NULL, mark TEXT NOT NULL, fingerprint NOT NULL,
  part_of TEXT NOT NULL, slot TEXT NOT NULL, blob BLOB NOT NULL,
  UNIQUE (calendar, remote));
INSERT INTO new_items SELECT no, calendar, remote, seen, state, dirty, version, event, uid, mark, fingerprint,
  part_of, slot, blob FROM items;
DROP TABLE items;
ALTER TABLE new_items RENAME TO items;
CREATE INDEX items_event ON items(event) WHERE event <> '';
CREATE INDEX items_dirty ON items(event) WHERE dirty = 1;
CREATE INDEX items_not_present ON items(calendar, state) WHERE state <> 0;

CREATE TABLE new_writes (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL, event NOT NULL, calendar INTEGER NOT NULL, kind TEXT NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2), at INTEGER NOT NULL, blob BLOB NOT NULL);
INSERT INTO new_writes SELECT id, run, event, calendar, kind, state, at, blob FROM writes;
DROP TABLE writes;
ALTER TABLE new_writes RENAME TO writes;
CREATE INDEX writes_run ON writes(run);
CREATE INDEX writes_event ON writes(event);
)sql"},
    Migration{5, R"sql(
CREATE INDEX items_parts ON items(calendar, state) WHERE part_of <> '';
)sql"},
};

constexpr const char* kMigrationTable =
    "CREATE TABLE migrations (version INTEGER PRIMARY KEY NOT NULL, digest TEXT NOT NULL)";

std::string digest_of(const Migration& migration) { return sha256(migration.sql).hex(); }

}  // namespace

Result<SchemaState> inspect_schema(Database& database) {
  const auto tables = TRY(database.integer("SELECT count(*) FROM sqlite_schema"));
  const auto application = TRY(database.integer("PRAGMA application_id"));
  if (tables == 0 && application == 0) return SchemaState::empty;
  if (application != kApplicationId)
    return fail(ErrorKind::invalid,
                fmt::format("{} is the database of another program; name another file in [store] url",
                            database.path()));
  const auto versions = TRY(database.texts("SELECT version FROM migrations ORDER BY version"));
  const auto digests = TRY(database.texts("SELECT digest FROM migrations ORDER BY version"));
  if (versions.size() > kMigrations.size())
    return fail(
        ErrorKind::invalid,
        fmt::format(
            "{} was written by a newer Kalends (its schema is {}, this program knows {}); nothing was "
            "touched, install the newer Kalends",
            database.path(), versions.back(), kMigrations.size()));
  for (std::size_t i = 0; i < versions.size(); ++i) {
    if (versions[i] != fmt::to_string(kMigrations[i].version) || digests[i] != digest_of(kMigrations[i]))
      return fail(
          ErrorKind::corrupt,
          fmt::format(
              "{} does not have the tables that its schema {} should have; nothing was touched, bring a "
              "backup back with `kalends restore`",
              database.path(), versions[i]));
  }
  return versions.size() == kMigrations.size() ? SchemaState::current : SchemaState::older;
}

// SQLite's file format: 16 bytes that say what it is, and the application's number, big-endian, from byte 68 on.
bool is_ours(std::string_view file_header) {
  constexpr std::size_t kApplicationAt = 68;
  if (file_header.size() < kFileHeaderBytes || !file_header.starts_with("SQLite format 3")) return false;
  std::uint32_t application = 0;
  for (std::size_t i = 0; i < 4; ++i)
    application = application << 8 | static_cast<unsigned char>(file_header[kApplicationAt + i]);
  return application == kApplicationId;
}

Result<void> migrate(Database& database) {
  TRY_VOID(database.execute("BEGIN IMMEDIATE"));
  const auto steps = [&]() -> Result<void> {
    const auto state = TRY(inspect_schema(database));
    if (state == SchemaState::empty) {
      TRY_VOID(database.execute(fmt::format("PRAGMA application_id = {}", kApplicationId)));
      TRY_VOID(database.execute(kMigrationTable));
    }
    const auto had = static_cast<std::size_t>(TRY(database.integer("SELECT count(*) FROM migrations")));
    for (std::size_t i = had; i < kMigrations.size(); ++i) {
      TRY_VOID(database.execute(kMigrations[i].sql));
      TRY_VOID(database.execute(fmt::format("INSERT INTO migrations VALUES ({}, '{}')",
                                            kMigrations[i].version, digest_of(kMigrations[i]))));
    }
    return database.execute("COMMIT");
  }();
  if (!steps && database.in_transaction()) static_cast<void>(database.execute("ROLLBACK"));
  return steps;
}

}  // namespace kalends::store
