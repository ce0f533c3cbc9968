// A TOML document as a tree that remembers where each key and value stands, so that every complaint can name the place.
// The only file that knows the TOML library is toml.cc.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kalends::app {

inline constexpr int kMaxTomlDepth = 32;  // of tables and lists in one another

// A place in the configuration file, from 1 on.
struct Place {
  int line = 0;
  int column = 0;
  auto operator<=>(const Place&) const = default;
};

// What is wrong with a configuration, and where.
struct Problem {
  Place place;
  std::string message;  // a sentence without its place
  auto operator<=>(const Problem&) const = default;
};

struct TomlEntry;

// One value. Dates and times are `other`: no key of ours takes one.
struct TomlValue {
  struct Other {
    std::string what;  // "a date"
  };
  using Array = std::vector<TomlValue>;
  using Table = std::vector<TomlEntry>;  // in the order of the document

  Place place;
  std::variant<std::string, std::int64_t, double, bool, Array, Table, Other> value;

  const std::string* string() const { return std::get_if<std::string>(&value); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value); }
  const bool* boolean() const { return std::get_if<bool>(&value); }
  const Array* array() const { return std::get_if<Array>(&value); }
  const Table* table() const { return std::get_if<Table>(&value); }
  // "a text", "a number", "a list" ...: what it is, for a complaint about what it should be.
  std::string kind() const;
};

struct TomlEntry {
  std::string key;
  Place place;  // of the key
  TomlValue value;
};

// The document's top table, or the one problem that stops reading it.
std::expected<TomlValue::Table, Problem> parse_toml(std::string_view text);

}  // namespace kalends::app
