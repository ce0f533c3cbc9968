// What must hold in the database beyond what its schema can say.
#include <fmt/format.h>

#include <array>

#include "store/sqlite/store.h"

namespace kalends::store {
namespace {

struct Invariant {
  const char* violations;  // counts them
  const char* sentence;    // follows the count
};

constexpr std::array kInvariants{
    Invariant{"SELECT count(*) FROM items WHERE event <> '' AND event NOT IN (SELECT id FROM events)",
              "items are matched to an event that is not there"},
    Invariant{"SELECT count(*) FROM bases WHERE event NOT IN (SELECT id FROM events)",
              "bases belong to an event that is not there"},
    Invariant{"SELECT count(*) FROM items WHERE calendar NOT IN (SELECT no FROM calendars)",
              "items belong to a calendar that is not there"},
    Invariant{"SELECT count(*) FROM writes WHERE run NOT IN (SELECT id FROM runs)",
              "writes belong to a run that is not there"},
    Invariant{"SELECT count(*) FROM conflicts WHERE run <> 0 AND run NOT IN (SELECT id FROM runs)",
              "conflicts belong to a run that is not there"},
    Invariant{"SELECT count(*) FROM conflicts WHERE open = 1 AND event NOT IN (SELECT id FROM events)",
              "open conflicts belong to an event that is not there"},
    Invariant{"SELECT count(*) FROM events WHERE to_utc < from_utc", "events end before they start"},
};

}  // namespace

Result<std::vector<std::string>> damage(Database& database) {
  std::vector<std::string> found;
  for (const auto& line : TRY(database.texts("PRAGMA integrity_check(20)")))
    if (line != "ok") found.push_back(fmt::format("the file is damaged: {}", line));
  if (!found.empty()) return found;
  const auto strays = TRY(database.texts("PRAGMA foreign_key_check")).size();
  if (strays > 0) found.push_back(fmt::format("{} rows refer to a calendar that has no name", strays));
  for (const auto& [violations, sentence] : kInvariants)
    if (const auto count = TRY(database.integer(violations)); count > 0)
      found.push_back(fmt::format("{} {}", count, sentence));
  return found;
}

Result<std::vector<std::string>> SqliteStore::verify() {
  TRY_VOID(usable());
  return damage(*database_);
}

}  // namespace kalends::store
