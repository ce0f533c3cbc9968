// From the keys of the frontmatter to an event.
#pragma once

#include "provider/obsidian/note.h"
#include "provider/obsidian/values.h"

namespace kalends::provider::obsidian {

// nothing: the keys clearly say no event. invalid, with the line: they look like one and cannot be read.
Result<std::optional<Note>> note_of(const Values& values, std::string_view basename,
                                    const NoteSettings& settings);

// Minutes since midnight of "9:05", "09:05", "09:05:30" and "9:05 PM".
std::optional<int> parse_time_of_day(std::string_view text);

}  // namespace kalends::provider::obsidian
