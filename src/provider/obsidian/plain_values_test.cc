// Whatever the quick reader takes, the YAML reader takes for the same; and it takes what we write ourselves.
#include <gtest/gtest.h>

#include <random>

#include "provider/obsidian/values.h"

namespace kalends::provider::obsidian {
namespace {

std::string shown(const Values& values) {
  std::string out;
  for (const auto& [key, value] : values) {
    out += key + " line " + std::to_string(value.line) + " kind " +
           std::to_string(static_cast<int>(value.kind)) + (value.plain ? " plain " : " ") + value.text;
    for (const std::string& item : value.items) out += " <" + item + ">";
    out += "\n";
  }
  return out;
}

// A comment at the end is more than the quick reader takes, and says nothing.
std::string by_yaml(const std::string& lines) {
  const std::string note =
      "---\n" + lines + (lines.empty() || lines.ends_with('\n') ? "" : "\n") + "# c\n---\n";
  auto values = read_values(note, find_block(note));
  return values ? shown(*values) : "error: " + values.error().message;
}

TEST(PlainValues, AreWhatAYamlReaderReads) {
  const char* const pieces[] = {
      "title", "a",  "b",  "null", "Null", "true",     "0x1f", "12:30", "1e3", "2026-03-02", ":", ": ", " ",
      "  ",    "\n", "\n", "\"",   "'",    "[",        "]",    ",",     "-",   "- ",         "#", " #", "{",
      "}",     "&a", "*a", "!",    "|",    ">",        "\\",   "\\n",   "?",   "? ",         "%", "@",  "`",
      "~",     "<<", "=",  "\r\n", "\t",   "\xc3\xa9", ".",    "/",     "+",   "(",          ";"};
  std::mt19937 random(7);
  int taken = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string lines;
    for (int entry = static_cast<int>(random() % 3); entry >= 0; --entry) {
      lines += std::string(1, static_cast<char>('a' + random() % 4)) + (random() % 8 == 0 ? ":" : ": ");
      const bool quoted = random() % 4 == 0, listed = random() % 4 == 0;
      if (quoted) lines += '"';
      if (listed) lines += '[';
      for (int n = static_cast<int>(random() % 4); n > 0; --n) lines += pieces[random() % std::size(pieces)];
      if (listed) lines += ']';
      if (quoted) lines += '"';
      lines += '\n';
    }
    const auto quick = read_plain_values(lines);
    if (!quick) continue;
    ++taken;
    ASSERT_EQ(shown(*quick), by_yaml(lines)) << lines;
  }
  EXPECT_GT(taken, 5'000);
}

TEST(PlainValues, TakeWhatWeWrite) {
  const auto values = read_plain_values(
      "title: Meeting 1, about the plan\nallDay: false\nstartTime: \"09:00\"\ntype: rrule\ndate: 2026-03-02\n"
      "rrule: FREQ=WEEKLY;COUNT=20;BYDAY=TH\nskipDates: [2026-03-09, 2026-03-16]\nskipped: []\nid:\n"
      "uid: event-001000@bench.example\nkalends: \"971ad7475b32eff49f4a5273171d8673.d69a13f5d022f822\"\n");
  ASSERT_TRUE(values);
  EXPECT_EQ(values->at("skipDates").items.size(), 2u);
  EXPECT_EQ(values->at("id").kind, Value::Kind::null);
  EXPECT_EQ(values->at("startTime").text, "09:00");
  EXPECT_FALSE(values->at("startTime").plain);
}

}  // namespace
}  // namespace kalends::provider::obsidian
