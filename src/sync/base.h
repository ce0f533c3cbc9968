// What one replica and the hub last agreed on: the only past that either is compared with. Pure values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "calendar/facts.h"
#include "merge/state.h"

namespace kalends::sync {

// origin: a person or another system made the event there. copy: we did.
enum class Role : std::uint8_t { origin, copy };

enum class Standing : std::uint8_t {
  none,      // nothing is there yet, or no longer; it may be written
  present,   // it was there when last agreed
  not_here,  // a person removed our copy, or undid it: it is not made again
  gone,      // the event was deleted everywhere; kept so that a late item can revive it
  retired,   // the link that tied it was removed: neither read nor written until it is linked again
};

// One path's agreement.
struct Agreed {
  std::optional<std::string> remote;  // what the replica held
  std::optional<std::string> shown;   // what we meant it to show
  merge::Dot hub;                     // where the hub stood
  bool drifted = false;  // `remote` moved and could not be pulled; the next push over it is a conflict
  bool refused = false;  // a person rejected the push of `shown`: an edit there has not seen it
  bool operator==(const Agreed&) const = default;
};

// A remote item of the event; more than one where a provider keeps exceptions as items of their own.
struct RemoteItem {
  std::string slot;  // "" for the master
  RemoteId id;
  std::string version;
  bool operator==(const RemoteItem&) const = default;
};

// A write that was begun. It stays until its outcome is known.
struct Intent {
  enum class Kind : std::uint8_t { create, update, remove } kind = Kind::update;
  std::string nonce;  // of a create: what its mark says
  calendar::Facts target;
  std::vector<std::int64_t> writes;  // the rows in the audit trail, one for each item that it writes
  std::int64_t at_ms = 0;
  bool operator==(const Intent&) const = default;
};

// A write that was made: its contents as a digest, and when, in milliseconds since 1970.
struct Pushed {
  std::uint64_t digest = 0;
  std::int64_t at_ms = 0;
  bool operator==(const Pushed&) const = default;
};

struct Base {
  Role role = Role::copy;
  Standing standing = Standing::none;
  std::vector<RemoteItem> items;  // the master first, then by slot
  std::map<std::string, Agreed, std::less<>> fields;
  bool withdrawn = false;       // a person took our copy back: remove it and do not make it again
  bool opaque = false;          // our copy was made under a mask: its name and uid tell nothing
  bool own_uid = false;         // the event's uid is taken there: our copy gets one of its own
  bool parted = false;          // an undo parted the item there from the event: the two do not meet again
  std::string nonce;            // of the mark on our copy, "" at an origin
  LinkId link;                  // the link by which the copy exists
  std::int64_t updated_ms = 0;  // the item's own `updated` when last agreed, 0 when unknown
  std::optional<Intent> intent;
  std::vector<std::uint64_t> earlier;  // digests of what the replica held at former agreements, oldest first
  std::vector<Pushed> pushed;          // what we lately wrote there, oldest first

  // What the replica held, as facts.
  calendar::Facts remote() const;
  const Agreed* agreed(std::string_view path) const;
  // The master's.
  RemoteId remote_id() const {
    return items.empty() || !items.front().slot.empty() ? RemoteId() : items.front().id;
  }

  bool operator==(const Base&) const = default;
};

// A short digest of a set of facts, for recognising it again; not for secrets.
std::uint64_t digest_of(const calendar::Facts& facts);
// Appends to a history of at most kHistory digests.
inline constexpr std::size_t kHistory = 8;
void remember(std::vector<std::uint64_t>& history, std::uint64_t digest);
// The same, and a repetition is kept: the same write again means that somebody undid it between.
void record(std::vector<Pushed>& history, Pushed write);

std::string encode(const Base& base);
Result<Base> decode_base(std::string_view bytes);

}  // namespace kalends::sync
