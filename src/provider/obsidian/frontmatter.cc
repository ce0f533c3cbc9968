// Finding and editing lines. How text is spelled is in spelling.cc.
#include "provider/obsidian/frontmatter.h"

#include <algorithm>

#include "base/text.h"

namespace kalends::provider::obsidian {

namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";

struct Line {
  std::size_t begin = 0;
  std::size_t end = 0;   // of the text, without the line end
  std::size_t next = 0;  // of the next line
};

Line line_at(std::string_view text, std::size_t begin) {
  const std::size_t newline = text.find('\n', begin);
  if (newline == std::string_view::npos) return {begin, text.size(), text.size()};
  const bool crlf = newline > begin && text[newline - 1] == '\r';
  return {begin, crlf ? newline - 1 : newline, newline + 1};
}

std::string_view text_of(std::string_view note, const Line& line) {
  return note.substr(line.begin, line.end - line.begin);
}

std::string_view line_end_of(std::string_view note, const Line& line) {
  return note.substr(line.end, line.next - line.end);
}

bool is_fence(std::string_view line) { return line.starts_with("---") && trim(line.substr(3)).empty(); }

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::size_t skip_blanks(std::string_view text, std::size_t at, std::size_t end) {
  while (at < end && is_blank(text[at])) ++at;
  return at;
}

// Behind the closing quote of the quoted text at `at`, or nothing when it is never closed.
std::optional<std::size_t> behind_quotes(std::string_view text, std::size_t at, std::size_t end) {
  const char quote = text[at];
  for (++at; at < end; ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      if (quote == '"' || at + 1 >= end || text[at + 1] != '\'') return at + 1;
      ++at;
    }
  }
  return std::nullopt;
}

// Behind the bracket that closes the flow collection at `at`.
std::optional<std::size_t> behind_brackets(std::string_view text, std::size_t at, std::size_t end) {
  std::size_t depth = 0;
  while (at < end) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      auto behind = behind_quotes(text, at, end);
      if (!behind) return std::nullopt;
      at = *behind;
      continue;
    }
    if (c == '#' && at > 0 && (is_blank(text[at - 1]) || text[at - 1] == '\n')) {
      at = std::min(end, text.find('\n', at));
      continue;
    }
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && --depth == 0) return at + 1;
    ++at;
  }
  return std::nullopt;
}

// Where a plain value ends: before white space that a comment or the line end follows.
std::size_t plain_end(std::string_view text, std::size_t at, std::size_t end) {
  std::size_t last = at;
  for (std::size_t i = at; i < end; ++i) {
    if (text[i] == '#' && (i == at || is_blank(text[i - 1]))) break;
    if (!is_blank(text[i])) last = i + 1;
  }
  return last;
}

// The key at the start of a line and where its colon stands.
struct Key {
  std::string name;
  std::size_t colon = 0;
};
std::optional<Key> key_of(std::string_view note, const Line& line) {
  std::string_view text = text_of(note, line);
  if (text.empty() || is_blank(text.front()) || text.front() == '#') return std::nullopt;
  if (text.front() == '-' && (text.size() == 1 || is_blank(text[1]))) return std::nullopt;
  std::size_t colon = 0;
  std::string name;
  if (text.front() == '"' || text.front() == '\'') {
    auto behind = behind_quotes(text, 0, text.size());
    if (!behind) return std::nullopt;
    name = text.substr(1, *behind - 2);
    colon = skip_blanks(text, *behind, text.size());
    if (colon >= text.size() || text[colon] != ':') return std::nullopt;
  } else {
    for (colon = text.find(':'); colon != std::string_view::npos; colon = text.find(':', colon + 1)) {
      if (colon + 1 == text.size() || is_blank(text[colon + 1])) break;
    }
    if (colon == std::string_view::npos) return std::nullopt;
    name = trim(text.substr(0, colon));
  }
  if (name.empty()) return std::nullopt;
  return Key{std::move(name), line.begin + colon};
}

// Whether a line that is not a key's own can belong to the value before it.
enum class Follow { part, maybe, end };
Follow follows(std::string_view note, const Line& line) {
  std::string_view text = text_of(note, line);
  if (trim(text).empty() || text.front() == '#') return Follow::maybe;
  if (is_blank(text.front())) return Follow::part;
  if (text.front() == '-' && (text.size() == 1 || is_blank(text[1]))) return Follow::part;
  return Follow::end;
}

// Fills in where the value stands, for the entry whose first line is given; `note` ends with the block.
void find_value(std::string_view note, const Line& first, std::size_t colon, Entry& entry) {
  entry.value_begin = skip_blanks(note, colon + 1, first.end);
  const char lead = entry.value_begin < first.end ? note[entry.value_begin] : '\0';
  std::optional<std::size_t> behind;
  if (lead == '"' || lead == '\'') behind = behind_quotes(note, entry.value_begin, note.size());
  if (lead == '[' || lead == '{') behind = behind_brackets(note, entry.value_begin, note.size());
  entry.value_end = behind && *behind <= first.end ? *behind : plain_end(note, entry.value_begin, first.end);
  entry.end = first.next;
  while (behind && entry.end < *behind) entry.end = line_at(note, entry.end).next;
  for (std::size_t at = entry.end; at < note.size();) {
    const Line line = line_at(note, at);
    const Follow follow = follows(note, line);
    if (follow == Follow::end) break;
    at = line.next;
    if (follow == Follow::part) entry.end = at;
  }
  entry.multi_line = entry.end > first.next;
}

std::string_view value_of(std::string_view note, const Entry& entry) {
  return note.substr(entry.value_begin, entry.value_end - entry.value_begin);
}

// The lines of one entry with another value.
std::string rewritten(std::string_view note, const Entry& entry, std::string_view yaml) {
  const Line first = line_at(note, entry.begin);
  std::string out(note.substr(entry.begin, entry.value_begin - entry.begin));
  if (!is_blank(out.back())) out += ' ';
  out += yaml;
  if (entry.multi_line) {
    out += line_end_of(note, first);
    return out;
  }
  std::string_view rest = note.substr(entry.value_end, entry.end - entry.value_end);
  if (value_of(note, entry).empty() && !rest.empty() && rest.front() == '#') out += ' ';
  out += rest;
  return out;
}

std::string appended(const std::vector<Edit>& edits, const std::vector<bool>& done,
                     std::string_view line_end) {
  std::string out;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if (done[i] || !edits[i].yaml) continue;
    out += edits[i].key + ": " + *edits[i].yaml;
    out += line_end;
  }
  return out;
}

}  // namespace

Block find_block(std::string_view note) {
  const std::size_t start = note.starts_with(kBom) ? kBom.size() : 0;
  const Line opening = line_at(note, start);
  if (!is_fence(text_of(note, opening)) || opening.next == opening.end) return {};
  for (std::size_t at = opening.next; at < note.size();) {
    const Line line = line_at(note, at);
    if (is_fence(text_of(note, line))) return {Block::Presence::closed, opening.next, line.begin, line.next};
    at = line.next;
  }
  return {Block::Presence::open, opening.next, note.size(), note.size()};
}

std::vector<Entry> entries_of(std::string_view note, const Block& block) {
  std::vector<Entry> entries;
  std::string_view head = note.substr(0, block.end);
  std::size_t number = 2;
  for (std::size_t at = block.begin; at < head.size();) {
    const Line line = line_at(head, at);
    std::size_t next = line.next;
    if (auto key = key_of(head, line)) {
      Entry entry{std::move(key->name), number, line.begin, 0, 0, 0, false};
      find_value(head, line, key->colon, entry);
      next = entry.end;
      entries.push_back(std::move(entry));
    }
    number += static_cast<std::size_t>(std::ranges::count(head.substr(at, next - at), '\n'));
    at = next;
  }
  return entries;
}

std::string apply_edits(std::string_view note, const std::vector<Edit>& edits) {
  const Block block = find_block(note);
  std::vector<bool> done(edits.size(), false);
  if (block.presence != Block::Presence::closed) {
    const std::size_t start = note.starts_with(kBom) ? kBom.size() : 0;
    const Line first = line_at(note, start);
    const std::string line_end(first.next > first.end ? line_end_of(note, first) : "\n");
    std::string lines = appended(edits, done, line_end);
    if (lines.empty()) return std::string(note);
    return std::string(note.substr(0, start)) + "---" + line_end + lines + "---" + line_end +
           std::string(note.substr(start));
  }
  std::string out;
  std::size_t copied = 0;
  for (const Entry& entry : entries_of(note, block)) {
    auto edit = std::ranges::find(edits, entry.key, &Edit::key);
    if (edit == edits.end()) continue;
    const auto index = static_cast<std::size_t>(edit - edits.begin());
    out += note.substr(copied, entry.begin - copied);
    if (edit->yaml && !done[index]) out += rewritten(note, entry, *edit->yaml);
    done[index] = true;
    copied = entry.end;
  }
  out += note.substr(copied, block.end - copied);
  const Line opening = line_at(note, note.starts_with(kBom) ? kBom.size() : 0);
  out += appended(edits, done, line_end_of(note, opening));
  out += note.substr(block.end);
  return out;
}

}  // namespace kalends::provider::obsidian
