// Frontmatter without anything peculiar, read line by line. **What is read here is what a YAML reader reads**, by
// refusing whatever could mean more than it seems to: other characters, indentation, comments, escapes, a key twice.
#include <algorithm>

#include "base/text.h"
#include "provider/obsidian/values.h"

namespace kalends::provider::obsidian {

namespace {

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_null(std::string_view text) { return text == "null" || text == "Null" || text == "NULL"; }

bool is_key(std::string_view text) {
  return !text.empty() && !is_null(text) && is_word_byte(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_word_byte(c) || c == '_' || c == '-'; });
}

// Text without quotes. A colon inside a word is part of it, one before a space is not; commas end an item of a list.
bool is_plain(std::string_view text, bool in_list) {
  if (text.empty() || !is_word_byte(text.front()) || text.back() == ' ' || text.back() == ':') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_word_byte(c) || std::string_view(" _-./+@();=").find(c) != std::string_view::npos) continue;
    if (c == ':' && !in_list && is_word_byte(text[i + 1])) continue;
    if (c == ',' && !in_list) continue;
    return false;
  }
  return true;
}

// Between quotes: printable ASCII, and neither a quote nor an escape.
bool is_quoted(std::string_view text) {
  if (text.size() < 2 || text.front() != text.back() || (text.front() != '"' && text.front() != '\''))
    return false;
  const std::string_view inner = text.substr(1, text.size() - 2);
  return std::ranges::all_of(inner,
                             [&](char c) { return c >= ' ' && c <= '~' && c != text.front() && c != '\\'; });
}

bool read_value(std::string_view text, Value& value) {
  if (text.empty()) return true;
  if (is_quoted(text)) {
    value.kind = Value::Kind::text;
    value.text = text.substr(1, text.size() - 2);
    return true;
  }
  if (text.front() == '[' && text.back() == ']') {
    value.kind = Value::Kind::list;
    const std::string_view inner = text.substr(1, text.size() - 2);
    if (trim(inner).empty()) return inner.find_first_not_of(' ') == std::string_view::npos;
    for (std::string_view item : split(inner, ',')) {
      while (item.starts_with(' ')) item.remove_prefix(1);
      while (item.ends_with(' ')) item.remove_suffix(1);
      if (!is_plain(item, true) || is_null(item)) return false;
      value.items.emplace_back(item);
    }
    return true;
  }
  if (!is_plain(text, false)) return false;
  if (is_null(text)) return true;
  value.kind = Value::Kind::text;
  value.plain = true;
  value.text = text;
  return true;
}

}  // namespace

std::optional<Values> read_plain_values(std::string_view lines) {
  Values values;
  for (std::size_t number = 2; !lines.empty(); ++number) {
    const std::size_t end = lines.find('\n');
    std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_key(line.substr(0, colon))) return std::nullopt;
    const std::string_view key = line.substr(0, colon);
    line.remove_prefix(colon + 1);
    if (!line.empty() && line.front() != ' ') return std::nullopt;
    while (line.starts_with(' ')) line.remove_prefix(1);
    while (line.ends_with(' ')) line.remove_suffix(1);
    Value value;
    value.line = number;
    if (!read_value(line, value)) return std::nullopt;
    if (!values.emplace(key, std::move(value)).second) return std::nullopt;
  }
  return values;
}

}  // namespace kalends::provider::obsidian
