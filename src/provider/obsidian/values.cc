#include "provider/obsidian/values.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <exception>

#include "base/text.h"

namespace kalends::provider::obsidian {

namespace {

// yaml-cpp recurses once per nesting level; brackets and indentation bound the levels from above.
constexpr std::size_t kMaxDepth = 64;

bool is_too_deep(std::string_view block) {
  std::size_t open = 0;
  std::size_t indent = 0;
  bool at_line_start = true;
  for (char c : block) {
    if (c == '\n') {
      at_line_start = true;
      indent = 0;
      continue;
    }
    if (c == '[' || c == '{') ++open;
    if ((c == ']' || c == '}') && open > 0) --open;
    // "- - - -" nests without indentation.
    at_line_start = at_line_start && (c == ' ' || c == '-' || c == '?');
    if (at_line_start && c != ' ') ++indent;
    if (open > kMaxDepth || indent > kMaxDepth) return true;
  }
  return false;
}

Value value_of(const YAML::Node& node, std::size_t line) {
  Value value;
  value.line = line;
  if (!node.IsDefined() || node.IsNull()) return value;
  if (node.IsScalar()) {
    value.kind = Value::Kind::text;
    value.plain = node.Tag() != "!";
    value.text = node.Scalar();
    return value;
  }
  value.kind = Value::Kind::other;
  if (!node.IsSequence()) return value;
  for (const YAML::Node& item : node) {
    if (!item.IsScalar()) return value;
    value.items.push_back(item.Scalar());
  }
  value.kind = Value::Kind::list;
  return value;
}

}  // namespace

Result<Values> read_values(std::string_view note, const Block& block) {
  std::string_view head = note.substr(block.begin, block.end - block.begin);
  if (head.size() > kMaxBlockBytes)
    return fail(ErrorKind::invalid, fmt::format("line 1: the frontmatter is longer than {} KiB; shorten it",
                                                kMaxBlockBytes >> 10));
  if (!is_utf8(head))
    return fail(ErrorKind::invalid, "line 1: the frontmatter is not UTF-8; save the note as UTF-8");
  if (is_too_deep(head))
    return fail(ErrorKind::invalid, "line 1: the frontmatter is nested too deeply; make it flat");
  if (auto plain = read_plain_values(head)) return *std::move(plain);
  try {
    const YAML::Node root = YAML::Load(std::string(head));
    Values values;
    if (root.IsNull()) return values;
    if (!root.IsMap())
      return fail(ErrorKind::invalid,
                  "line 2: the frontmatter is no list of keys; write one \"key: value\" a line");
    for (const auto& pair : root) {
      if (!pair.first.IsScalar()) continue;
      const std::size_t line = static_cast<std::size_t>(std::max(0, pair.first.Mark().line)) + 2;
      std::string key = pair.first.Scalar();
      auto [place, fresh] = values.emplace(key, value_of(pair.second, line));
      if (!fresh)
        return fail(
            ErrorKind::invalid,
            fmt::format("line {}: the key \"{}\" stands there a second time (first on line {}); remove one",
                        line, key, place->second.line));
    }
    return values;
  } catch (const YAML::Exception& error) {
    const int line = error.mark.is_null() ? 0 : error.mark.line;
    return fail(ErrorKind::invalid,
                fmt::format("line {}: the frontmatter is no valid YAML ({}); put text with \": \", "
                            "\" #\" or brackets in quotes",
                            line + 2, error.msg));
  } catch (const std::exception& error) {
    return fail(ErrorKind::invalid, fmt::format("line 1: the frontmatter cannot be read ({})", error.what()));
  }
}

}  // namespace kalends::provider::obsidian
