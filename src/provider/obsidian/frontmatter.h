// The lines between the two "---" of a note. Finds top-level keys and edits them one by one; every byte that is not
// the value of an edited key stays as it stood: comments, order, unknown keys, the body, a BOM, CRLF, LF or both.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kalends::provider::obsidian {

// The frontmatter must start at byte 0 (a BOM may come first) and ends at the first line that is only "---".
struct Block {
  enum class Presence { none, open, closed } presence = Presence::none;  // open: the closing line is missing
  std::size_t begin = 0;                                                 // of the first line after "---"
  std::size_t end = 0;   // of the closing line; the end of the note when it is open
  std::size_t body = 0;  // of the first byte after the closing line
};
Block find_block(std::string_view note);

// One top-level key with its value, which may go on over further lines.
struct Entry {
  std::string key;
  std::size_t line = 0;         // counted from 1 in the note
  std::size_t begin = 0;        // of its first line
  std::size_t end = 0;          // behind the line end of its last line
  std::size_t value_begin = 0;  // of the value's text, without the space before it
  std::size_t value_end = 0;    // without white space and comment behind it
  bool multi_line = false;
};
// The entries in order; lines that are no key are skipped.
std::vector<Entry> entries_of(std::string_view note, const Block& block);

// A wished value: what stands behind the colon, as YAML text that fits on one line. No value: the key goes away.
struct Edit {
  std::string key;
  std::optional<std::string> yaml;
};
// The note with these keys set. A key that is there is changed in place (its comment stays, further lines of its value
// go); a new one is appended to the block; a note without a block gets one on top.
std::string apply_edits(std::string_view note, const std::vector<Edit>& edits);

// Text as YAML on one line, plain where every reader takes it for that text, else quoted. `old` is the value that
// stood there ("" for none): its quotes are kept.
std::string spell_text(std::string_view text, std::string_view old = {});
// "HH:MM": quoted, because YAML 1.1 reads it as a number to base 60, unless `old` stands there without quotes.
std::string spell_time(std::string_view text, std::string_view old = {});
// A word that no reader misunderstands; quoted only where `old` was.
std::string spell_word(std::string_view text, std::string_view old = {});

}  // namespace kalends::provider::obsidian
