#include "app/toml.h"

#include <algorithm>

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace kalends::app {
namespace {

Place place_of(const toml::source_region& region) {
  return {static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

TomlValue convert(const toml::node& node);

TomlValue::Table convert_table(const toml::table& table) {
  TomlValue::Table out;
  for (const auto& [key, value] : table)
    out.push_back({std::string(key.str()), place_of(key.source()), convert(value)});
  // The library sorts by key; people read in the order in which they wrote.
  std::sort(out.begin(), out.end(), [](const TomlEntry& a, const TomlEntry& b) { return a.place < b.place; });
  return out;
}

TomlValue convert(const toml::node& node) {
  TomlValue out;
  out.place = place_of(node.source());
  if (const auto* text = node.as_string()) {
    out.value = text->get();
  } else if (const auto* number = node.as_integer()) {
    out.value = number->get();
  } else if (const auto* real = node.as_floating_point()) {
    out.value = real->get();
  } else if (const auto* truth = node.as_boolean()) {
    out.value = truth->get();
  } else if (const auto* array = node.as_array()) {
    TomlValue::Array items;
    for (const toml::node& item : *array) items.push_back(convert(item));
    out.value = std::move(items);
  } else if (const auto* table = node.as_table()) {
    out.value = convert_table(*table);
  } else {
    out.value = TomlValue::Other{"a date or a time"};
  }
  return out;
}

}  // namespace

std::string TomlValue::kind() const {
  if (string()) return "a text";
  if (integer() || std::holds_alternative<double>(value)) return "a number";
  if (boolean()) return "true or false";
  if (array()) return "a list";
  if (table()) return "a table";
  return std::get<Other>(value).what;
}

std::expected<TomlValue::Table, Problem> parse_toml(std::string_view text) {
  const toml::parse_result result = toml::parse(text);
  if (!result) {
    const toml::parse_error& error = result.error();
    return std::unexpected(Problem{place_of(error.source()), std::string(error.description()) + "."});
  }
  return convert_table(result.table());
}

}  // namespace kalends::app
