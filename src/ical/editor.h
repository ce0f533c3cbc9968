// Edits of a scanned text: lines replaced, removed and inserted; every other byte comes out as it went in.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ical/line.h"
#include "ical/value.h"

namespace kalends::ical {

class Editor {
 public:
  explicit Editor(const Document& document) : document_(document) {}

  const Document& document() const { return document_; }
  // How many edits were made so far.
  std::size_t edits() const { return edits_; }

  void remove(std::size_t line) {
    replaced_[line] = std::string();
    ++edits_;
  }
  void remove_component(std::size_t component) {
    const Component& going = document_.components[component];
    for (std::size_t i = going.begin; i < going.behind(); ++i) remove(i);
  }
  // `text` is one content line, unfolded.
  void replace(std::size_t line, std::string_view text) {
    std::string folded;
    append_folded(folded, text, document_.line_end(line));
    replaced_[line] = std::move(folded);
    ++edits_;
  }
  // In front of `line`; several insertions at one place stay in the order in which they were made.
  void insert(std::size_t line, std::string_view text) {
    append_folded(inserted_[line], text, document_.line_end(line == 0 ? 0 : line - 1));
    ++edits_;
  }
  void insert(std::size_t line, const std::vector<std::string>& lines) {
    for (const std::string& text : lines) insert(line, text);
  }

  std::string text() const {
    std::string out(document_.prefix);
    out.reserve(document_.text.size() + 512);
    for (std::size_t i = 0; i < document_.lines.size(); ++i) {
      if (auto added = inserted_.find(i); added != inserted_.end()) out += added->second;
      auto replaced = replaced_.find(i);
      out += replaced == replaced_.end() ? document_.lines[i].raw : std::string_view(replaced->second);
    }
    if (auto added = inserted_.find(document_.lines.size()); added != inserted_.end()) out += added->second;
    return out;
  }

 private:
  const Document& document_;
  std::map<std::size_t, std::string> replaced_;
  std::map<std::size_t, std::string> inserted_;
  std::size_t edits_ = 0;
};

}  // namespace kalends::ical
