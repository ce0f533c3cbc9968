#include "app/config_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace kalends::app {

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  if (const auto near = nearest(word, candidates)) return fmt::format("; did you mean \"{}\"?", *near);
  std::string list;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (i > 0) list += i + 1 == candidates.size() ? " or " : ", ";
    list += "\"" + candidates[i] + "\"";
  }
  return list.empty() ? "." : fmt::format("; it can be {}.", list);
}

Section::Section(const TomlValue::Table& table, Place place, std::string where, std::vector<std::string> keys,
                 std::vector<Problem>& problems)
    : table_(table), place_(place), where_(std::move(where)), problems_(problems) {
  for (const TomlEntry& entry : table_)
    if (std::ranges::find(keys, entry.key) == keys.end())
      complain(entry.place,
               fmt::format("{} has no key \"{}\"{}", where_, entry.key, suggestion(entry.key, keys)));
}

const TomlEntry* Section::entry(std::string_view key) const {
  const auto found = std::ranges::find(table_, key, &TomlEntry::key);
  return found == table_.end() ? nullptr : &*found;
}

Place Section::place_of(std::string_view key) const {
  const TomlEntry* found = entry(key);
  return found ? found->value.place : place_;
}

std::optional<std::string> Section::text(std::string_view key) {
  const TomlEntry* found = entry(key);
  if (!found) return std::nullopt;
  if (const std::string* text = found->value.string()) {
    if (!trim(*text).empty()) return *text;
    complain(key, fmt::format("\"{}\" is empty; leave the line out or give it a value.", key));
    return std::nullopt;
  }
  wrong_type(*found, "a text in quotes");
  return std::nullopt;
}

std::optional<bool> Section::boolean(std::string_view key) {
  const TomlEntry* found = entry(key);
  if (!found) return std::nullopt;
  if (const bool* truth = found->value.boolean()) return *truth;
  wrong_type(*found, "true or false, without quotes");
  return std::nullopt;
}

std::optional<int> Section::days(std::string_view key) {
  const TomlEntry* found = entry(key);
  if (!found) return std::nullopt;
  const std::int64_t* number = found->value.integer();
  if (number && *number >= 0 && *number <= 100'000) return static_cast<int>(*number);
  if (number) {
    complain(key, fmt::format("\"{}\" is {}; it counts days, from 0 to 100000.", key, *number));
  } else {
    wrong_type(*found, "a whole number of days");
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> Section::texts(std::string_view key) {
  const TomlEntry* found = entry(key);
  if (!found) return std::nullopt;
  if (const std::string* text = found->value.string()) return std::vector{*text};
  const TomlValue::Array* array = found->value.array();
  if (!array) {
    wrong_type(*found, "a list of texts");
    return std::nullopt;
  }
  std::vector<std::string> out;
  for (const TomlValue& item : *array) {
    if (const std::string* text = item.string()) {
      out.push_back(*text);
    } else {
      complain(item.place, fmt::format("\"{}\" lists texts in quotes, and this is {}.", key, item.kind()));
    }
  }
  return out;
}

std::optional<std::string> Section::word(std::string_view key, const std::vector<std::string>& words) {
  std::optional<std::string> given = text(key);
  if (!given || std::ranges::find(words, *given) != words.end()) return given;
  complain(key, fmt::format("\"{}\" is no {}{}", *given, key, suggestion(*given, words)));
  return std::nullopt;
}

void Section::complain(Place place, std::string message) { problems_.push_back({place, std::move(message)}); }

void Section::wrong_type(const TomlEntry& entry, std::string_view wanted) {
  complain(entry.value.place,
           fmt::format("\"{}\" should be {}, and this is {}.", entry.key, wanted, entry.value.kind()));
}

}  // namespace kalends::app
