// One table of the configuration, read key by key: unknown keys and wrong types become problems with their place, and a
// key that is wrong reads as absent, so that reading goes on and finds the next problem, too.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/toml.h"

namespace kalends::app {

class Section {
 public:
  // `where` names the table for a person: "[[link]]". Keys that are not in `keys` are complained about at once.
  Section(const TomlValue::Table& table, Place place, std::string where, std::vector<std::string> keys,
          std::vector<Problem>& problems);

  Place place() const { return place_; }
  const std::string& where() const { return where_; }
  std::vector<Problem>& problems() { return problems_; }

  const TomlEntry* entry(std::string_view key) const;
  bool has(std::string_view key) const { return entry(key) != nullptr; }
  // Where the value of `key` stands, or the table when there is none.
  Place place_of(std::string_view key) const;

  std::optional<std::string> text(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  std::optional<int> days(std::string_view key);                        // 0 to 100,000
  std::optional<std::vector<std::string>> texts(std::string_view key);  // a list, or one text
  // One of `words`; absent, with a problem, when it is another.
  std::optional<std::string> word(std::string_view key, const std::vector<std::string>& words);

  void complain(Place place, std::string message);
  void complain(std::string_view key, std::string message) { complain(place_of(key), std::move(message)); }

 private:
  void wrong_type(const TomlEntry& entry, std::string_view wanted);

  const TomlValue::Table& table_;
  Place place_;
  std::string where_;
  std::vector<Problem>& problems_;
};

// "; did you mean \"two-way\"?" when a candidate is near, else "; it can be A, B or C.".
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace kalends::app
