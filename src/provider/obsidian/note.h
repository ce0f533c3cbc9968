// A whole note: what event its frontmatter says, a new note for an event, and an old one made to say another.
// The body is the person's; nothing here reads or writes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "ports/provider.h"
#include "provider/obsidian/note_event.h"

namespace kalends::provider::obsidian {

// How the frontmatter tells the time, by its `type` key.
enum class Shape : std::uint8_t { single, recurring, rrule };

struct Note {
  NoteEvent event;
  Shape shape = Shape::single;
  std::string uid;                  // the key `uid`, "" when it has none
  std::optional<ports::Mark> mark;  // the key `kalends`
};

// What a file is. none: it parses and clearly says no event. broken: it looks like one, or may have been one, and
// cannot be read; `problem` names the line and what to do.
struct Reading {
  enum class Kind { event, none, broken } kind = Kind::none;
  Note note;
  std::string problem;
};
// `basename` is the title of a note whose own is empty.
Reading read_note(std::string_view text, std::string_view basename, const NoteSettings& settings);

// A note of frontmatter only.
std::string new_note(const NoteEvent& event, const std::string& uid, const ports::Mark& mark,
                     const NoteSettings& settings);

// `text` made to say `target`: only the lines of keys whose meaning changes are edited. The note keeps its shape where
// the target allows. `uid` and `mark` are added when the note has none. unsupported when its frontmatter is written in
// a way that cannot be edited line by line.
Result<std::string> edited_note(std::string_view text, std::string_view basename, const NoteEvent& target,
                                const std::string& uid, const std::optional<ports::Mark>& mark,
                                const NoteSettings& settings);

// "2026-03-02 Title.md", without characters that a file system or a link in Obsidian refuses, at most 120 bytes. `copy`
// from 2 on adds " (2)".
std::string note_name(const NoteEvent& event, int copy);

}  // namespace kalends::provider::obsidian
