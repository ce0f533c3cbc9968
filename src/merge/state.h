// The hub's state of one event: a last-writer-wins register per path, each with the dot that wrote it. Pure.
//
// **join is commutative, associative and idempotent.** A write always takes a stamp later than the one it overwrites,
// so the order by (stamp, dot) contains the causal order, and the greater cell is the right one whoever joins first.
// A removed value stays as a cell without value, so a removal is never confused with never having been there.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "calendar/facts.h"

namespace kalends::merge {

// One write: the n-th that was minted for a replica.
struct Dot {
  std::string replica;  // a calendar's id with the epoch ("work#1"), or "person#1"
  std::uint64_t counter = 0;
  auto operator<=>(const Dot&) const = default;
};

// A hybrid clock's reading: wall milliseconds, then a count that orders writes of the same millisecond.
struct Stamp {
  std::int64_t ms = 0;
  std::uint32_t logic = 0;
  auto operator<=>(const Stamp&) const = default;
};

// Which dots somebody knows: all of a replica's up to a number.
class VersionVector {
 public:
  bool covers(const Dot& dot) const;
  void add(const Dot& dot);
  void merge(const VersionVector& other);
  std::uint64_t at(std::string_view replica) const;
  const std::map<std::string, std::uint64_t, std::less<>>& entries() const { return entries_; }
  bool operator==(const VersionVector&) const = default;

 private:
  std::map<std::string, std::uint64_t, std::less<>> entries_;
};

struct Cell {
  std::optional<std::string> value;
  Dot dot;
  Stamp stamp;
  bool operator==(const Cell&) const = default;
};

// The path that says whether the event exists; its value is "alive".
inline constexpr std::string_view kLife = "life";

struct EventState {
  std::map<std::string, Cell, std::less<>> cells;
  VersionVector seen;

  bool alive() const;
  calendar::Facts facts() const;  // every cell that has a value, but life
  const Cell* cell(std::string_view path) const;
  std::optional<std::string> value(std::string_view path) const;
  Dot dot(std::string_view path) const;  // a zero dot when the path was never written

  // Writes as `replica` at `at_ms`: mints the replica's next dot and a stamp past the overwritten one.
  Dot write(std::string_view path, std::optional<std::string> value, const std::string& replica,
            std::int64_t at_ms);

  bool operator==(const EventState&) const = default;
};

EventState join(const EventState& a, const EventState& b);

std::string encode(const EventState& state);
Result<EventState> decode_state(std::string_view bytes);

}  // namespace kalends::merge
