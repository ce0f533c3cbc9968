// File names for new notes.
#include <fmt/format.h>

#include <cstdint>

#include "base/text.h"
#include "provider/obsidian/note.h"

namespace kalends::provider::obsidian {

namespace {

constexpr std::size_t kMaxBytes = 120;

// The title without characters that Windows, macOS or a link in Obsidian refuses; white space folded to one space.
std::string cleaned(std::string_view title) {
  constexpr std::string_view kRefused = "\\/:*?\"<>|#^[]";
  std::string out;
  for (char c : title) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte < 0x20 || byte == 0x7F || c == ' ') {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += kRefused.find(c) == std::string_view::npos ? c : '-';
    }
  }
  return out;
}

}  // namespace

std::string note_name(const NoteEvent& event, int copy) {
  const std::string suffix = (copy > 1 ? fmt::format(" ({})", copy) : std::string()) + ".md";
  std::string stem = to_string(date_of(event.start)) + " " + cleaned(repair_utf8(event.title));
  std::size_t most = kMaxBytes - suffix.size();
  if (stem.size() > most) {
    while (most > 0 && (static_cast<std::uint8_t>(stem[most]) & 0xC0) == 0x80) --most;
    stem.resize(most);
  }
  // A dot or a space at the end of a name is lost on Windows.
  while (stem.ends_with(' ') || stem.ends_with('.')) stem.pop_back();
  return stem + suffix;
}

}  // namespace kalends::provider::obsidian
