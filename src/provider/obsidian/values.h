// What the frontmatter of a note says, key by key, as any YAML reader would read it. Bounded: a block that is too
// long, too deep or damaged is refused, with its line.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "provider/obsidian/frontmatter.h"

namespace kalends::provider::obsidian {

constexpr std::size_t kMaxBlockBytes = 256u << 10;

struct Value {
  enum class Kind { null, text, list, other } kind = Kind::null;
  bool plain = false;              // a text without quotes, so "true" may be a boolean
  std::string text;                // of a single value, numbers and booleans as they stand
  std::vector<std::string> items;  // of a list of single values
  std::size_t line = 0;            // in the note, from 1
};
using Values = std::map<std::string, Value, std::less<>>;

// The top-level keys of the block. invalid, naming the line, when it is no YAML, is not UTF-8, is no list of keys, or
// has the same key twice.
Result<Values> read_values(std::string_view note, const Block& block);

// The same for the lines between the "---" when every one of them is as plain as those that we write: a key, and behind
// it nothing, an unquoted ASCII word or sentence, a quoted text without escapes, or a list of such words on one line.
// Nothing when any line is not; such a block needs a real YAML reader, which takes twenty times as long.
std::optional<Values> read_plain_values(std::string_view lines);

}  // namespace kalends::provider::obsidian
