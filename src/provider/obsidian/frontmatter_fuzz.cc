// Any bytes as a note: reading never fails but with a sentence, editing changes nothing but the lines it is asked to, and
// what an edited note says is what it was edited to say.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "calendar/test_zone.h"
#include "provider/obsidian/note.h"
#include "provider/obsidian/values.h"

namespace {

namespace obsidian = kalends::provider::obsidian;

void read_and_edit(const std::string& text, const obsidian::NoteSettings& settings) {
  const obsidian::Reading reading = obsidian::read_note(text, "basename", settings);
  KALENDS_CHECK((reading.kind == obsidian::Reading::Kind::broken) == !reading.problem.empty());
  if (reading.kind != obsidian::Reading::Kind::event) return;
  auto same = obsidian::edited_note(text, "basename", reading.note.event, "", std::nullopt, settings);
  KALENDS_CHECK(same && *same == text);
  obsidian::NoteEvent other = reading.note.event;
  other.title = "another: title";
  other.rule.reset();
  other.skipped.clear();
  auto edited = obsidian::edited_note(text, "basename", other, "uid", std::nullopt, settings);
  if (!edited) return;
  const std::size_t body = obsidian::find_block(text).body;
  const std::size_t edited_body = obsidian::find_block(*edited).body;
  KALENDS_CHECK(edited->substr(edited_body) == text.substr(body));
  const obsidian::Reading again = obsidian::read_note(*edited, "basename", settings);
  KALENDS_CHECK(facts_of(again.note.event, settings) == facts_of(other, settings));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const kalends::calendar::OnlyUtc zones;
  const std::string text(reinterpret_cast<const char*>(data), size);
  KALENDS_CHECK(obsidian::apply_edits(text, {}) == text);
  read_and_edit(text, {obsidian::Dialect::original, "Etc/UTC", zones});
  read_and_edit(text, {obsidian::Dialect::remastered, "Etc/UTC", zones});
  // As the inside of a block, where most of it is.
  read_and_edit("---\ntitle: x\nallDay: true\ndate: 2026-03-02\n" + text + "\n---\nbody",
                {obsidian::Dialect::remastered, "Etc/UTC", zones});
  return 0;
}
