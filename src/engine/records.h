// The blobs of the store's rows, and back. Internal to engine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "calendar/facts.h"
#include "engine/views.h"
#include "ports/provider.h"
#include "ports/store.h"

namespace kalends::engine {

// What an ItemRow keeps of an Item beside its columns.
std::string encode_item(const ports::Item& item);
Result<ports::Item> decode_item(const ports::ItemRow& row);
bool is_read_only(const ports::ItemRow& row);  // without decoding the rest; false for a damaged row

// Kinds of rows of the audit trail that are neither a change of the hub nor a write: an item was found to be one of an
// event that is elsewhere, and an undo made it an event of its own again.
inline constexpr const char* kAdopt = "adopt";
inline constexpr const char* kPart = "part";

// One row of the audit trail.
struct WriteRecord {
  std::string title;
  std::string why;   // a sentence
  std::string from;  // the calendar whose change it carries, or "person"
  std::string link;
  std::string error;  // of a write that failed
  std::vector<calendar::Change> changes;
  std::string slot = {};  // of a part, where exceptions are items of their own; "" for the master
  std::uint64_t tries =
      0;               // how many attempts at it failed; a write that is tried again is one row, the latest
  EventId other = {};  // of a parting: the event that the item was parted from
};
std::string encode_write(const WriteRecord& record);
Result<WriteRecord> decode_write(const std::string& blob);

struct ConflictRecord {
  std::string title;
  std::string path;
  std::optional<std::string> base, remote, hub;
  std::string winner;  // "remote", "hub", "" while open
  std::string hub_replica;
  std::int64_t remote_ms = 0, hub_ms = 0;
  std::string policy;
};
std::string encode_conflict(const ConflictRecord& record);
Result<ConflictRecord> decode_conflict(const std::string& blob);
// Sets the row's path, which its column keeps as a digest, from the blob.
Result<void> reveal(ports::ConflictRow& row);

struct HeldRecord {
  std::string reason;
  std::vector<Move> work;
  std::vector<std::string> keys;        // one for each piece of work: what an approval covers
  std::vector<std::string> recipients;  // of held mail
};
std::string encode_held(const HeldRecord& record);
Result<HeldRecord> decode_held(const std::string& blob);

}  // namespace kalends::engine
