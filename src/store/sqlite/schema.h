// The tables, as a numbered list of migrations that are never edited once released. The database says which
// it has had and the digest of each, so that a newer or a tampered schema is refused with nothing touched.
#pragma once

#include "base/error.h"
#include "store/sqlite/database.h"

namespace kalends::store {

enum class SchemaState : std::uint8_t { empty, older, current };

// Whether the database is one of ours and how far its schema is, without writing. corrupt: no database, or a
// migration it had is not the one we know; invalid: another program's database, or a newer Kalends wrote it.
Result<SchemaState> inspect_schema(Database& database);

// Whether a file that starts so bears the mark of our databases, be it whole or not.
inline constexpr std::size_t kFileHeaderBytes = 100;
bool is_ours(std::string_view file_header);

// Brings an empty or older database up to date in one transaction.
Result<void> migrate(Database& database);

}  // namespace kalends::store
