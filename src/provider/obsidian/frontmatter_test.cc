// Promises of the line editor: it changes the values it is asked to change and nothing else.
#include "provider/obsidian/frontmatter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "provider/obsidian/values.h"

namespace kalends::provider::obsidian {
namespace {

std::string edited(std::string_view note, std::string key, std::string value) {
  return apply_edits(note, {{std::move(key), std::move(value)}});
}

TEST(FindBlock, StartsAtTheFirstByteOnly) {
  EXPECT_EQ(find_block("---\na: 1\n---\nbody").presence, Block::Presence::closed);
  EXPECT_EQ(find_block("\xEF\xBB\xBF---\r\na: 1\r\n---\r\n").presence, Block::Presence::closed);
  EXPECT_EQ(find_block("\n---\na: 1\n---\n").presence, Block::Presence::none);
  EXPECT_EQ(find_block("---- \na: 1\n---\n").presence, Block::Presence::none);
  EXPECT_EQ(find_block("---\na: 1\n").presence, Block::Presence::open);
  EXPECT_EQ(find_block("---\na: 1\n---").presence, Block::Presence::closed);
  EXPECT_EQ(find_block("").presence, Block::Presence::none);
  EXPECT_EQ(find_block("---").presence, Block::Presence::none);
}

TEST(ApplyEdits, ChangesAValueInPlaceAndKeepsItsComment) {
  EXPECT_EQ(edited("---\n# head\ntitle:   Old  # why\nx: [1,\n 2]\n---\ntext\n", "title", "New"),
            "---\n# head\ntitle:   New  # why\nx: [1,\n 2]\n---\ntext\n");
  EXPECT_EQ(edited("---\ntitle: \"a # b\" # c\n---\n", "title", "New"), "---\ntitle: New # c\n---\n");
  EXPECT_EQ(edited("---\ntitle: #c\n---\n", "title", "New"), "---\ntitle: New #c\n---\n");
  EXPECT_EQ(edited("---\ntitle:\n---\n", "title", "New"), "---\ntitle: New\n---\n");
  EXPECT_EQ(edited("---\n\"title\" : x\n---\n", "title", "New"), "---\n\"title\" : New\n---\n");
}

TEST(ApplyEdits, KeepsEveryLineEndAndAMissingLastOne) {
  EXPECT_EQ(edited("---\r\ntitle: a\r\nb: 1\n---\r\nbody\rno end", "title", "c"),
            "---\r\ntitle: c\r\nb: 1\n---\r\nbody\rno end");
  EXPECT_EQ(edited("---\r\nb: 1\n---\nbody", "title", "c"), "---\r\nb: 1\ntitle: c\r\n---\nbody");
  EXPECT_EQ(edited("\xEF\xBB\xBF---\nb: 1\n---", "title", "c"), "\xEF\xBB\xBF---\nb: 1\ntitle: c\n---");
}

TEST(ApplyEdits, ReplacesAValueOfManyLinesAsAWhole) {
  EXPECT_EQ(edited("---\ntitle: >-\n  two\n  # no comment\n\n  lines\n# mine\nb: 1\n---\n", "title", "c"),
            "---\ntitle: c\n# mine\nb: 1\n---\n");
  EXPECT_EQ(edited("---\nskipDates:\n- 2026-01-01\n- 2026-01-02\nb: 1\n---\n", "skipDates", "[]"),
            "---\nskipDates: []\nb: 1\n---\n");
  EXPECT_EQ(edited("---\nt: \"a\nb: c\"\nb: 1\n---\n", "t", "x"), "---\nt: x\nb: 1\n---\n");
  EXPECT_EQ(edited("---\nt: [a, # ]\n b]\nb: 1\n---\n", "t", "x"), "---\nt: x\nb: 1\n---\n");
  EXPECT_EQ(edited("---\nt:\n  x: 1\n  y:\n    - z\n---\n", "t", "x"), "---\nt: x\n---\n");
}

TEST(ApplyEdits, RemovesAKeyWithAllItsLines) {
  EXPECT_EQ(apply_edits("---\na: 1\nb:\n  - 2\n# c\nd: 3\n---\n", {{"b", std::nullopt}}),
            "---\na: 1\n# c\nd: 3\n---\n");
  EXPECT_EQ(apply_edits("---\na: 1\n---\n", {{"z", std::nullopt}}), "---\na: 1\n---\n");
}

TEST(ApplyEdits, NeverTouchesNestedKeysOfThatName) {
  EXPECT_EQ(edited("---\nx:\n  title: in\ntitle: out\n---\ntitle: body\n", "title", "new"),
            "---\nx:\n  title: in\ntitle: new\n---\ntitle: body\n");
}

TEST(ApplyEdits, AppendsNewKeysInOrderAtTheEndOfTheBlock) {
  EXPECT_EQ(apply_edits("---\na: 1\n---\n", {{"b", "2"}, {"a", "3"}, {"c", "4"}}),
            "---\na: 3\nb: 2\nc: 4\n---\n");
  EXPECT_EQ(apply_edits("text\r\nmore", {{"b", "2"}}), "---\r\nb: 2\r\n---\r\ntext\r\nmore");
  EXPECT_EQ(apply_edits("", {{"b", "2"}}), "---\nb: 2\n---\n");
}

TEST(Spell, AnyReaderGivesTheSameTextBack) {
  for (std::string text : {"plain words", "",           " ",
                           " lead",       "trail ",     "a: b",
                           "a #b",        "#x",         "- x",
                           "-x",          "[x]",        "{x}",
                           "yes",         "No",         "NULL",
                           "~",           "1",          "1.5",
                           "1e3",         "0x1F",       "1_000",
                           "10:30",       "2026-03-01", "<<",
                           "\"q\"",       "it's",       "'x'",
                           "a\\b",        "two\nlines", "tab\t",
                           "a --- b",     "\xC2\x85",   "\xE2\x80\xA8",
                           "\x01",        "%x",         "@x",
                           "`x`",         "a:",         "true",
                           "=",           "...",        "Größe 😀",
                           ".5",          "12 Uhr"}) {
    for (std::string_view old : {"", "\"old\"", "'old'", "old"}) {
      const std::string note = "---\ntitle: " + spell_text(text, old) + "\n---\n";
      EXPECT_EQ(std::ranges::count(note, '\n'), 3) << note;
      auto values = read_values(note, find_block(note));
      ASSERT_TRUE(values) << values.error().message << note;
      EXPECT_EQ(values->at("title").kind, Value::Kind::text) << note;
      EXPECT_EQ(values->at("title").text, text) << note;
    }
  }
  EXPECT_EQ(spell_text("plain words"), "plain words");
  EXPECT_EQ(spell_text("2026-03-01"), "\"2026-03-01\"");
  EXPECT_EQ(spell_text("new", "'old'"), "'new'");
  EXPECT_EQ(spell_time("10:30"), "\"10:30\"");
  EXPECT_EQ(spell_time("10:30", "09:00"), "10:30");
  EXPECT_EQ(spell_time("10:30", "null"), "\"10:30\"");
}

TEST(ReadValues, RefusesWhatIsDamagedAndNamesTheLine) {
  auto refused = [](std::string note) {
    auto values = read_values(note, find_block(note));
    return values ? std::string("read") : values.error().message;
  };
  EXPECT_TRUE(refused("---\na: 1\ntitle: a: b\n---\n").starts_with("line 3:"));
  EXPECT_TRUE(refused("---\na: 1\na: 2\n---\n").starts_with("line 3: the key \"a\""));
  EXPECT_TRUE(refused("---\n- a\n---\n").starts_with("line 2:"));
  EXPECT_TRUE(refused("---\na: \xFF\n---\n").find("UTF-8") != std::string::npos);
  EXPECT_TRUE(refused("---\na: " + std::string(100'000, '[') + "\n---\n").find("deep") != std::string::npos);
  EXPECT_TRUE(refused("---\n" + std::string(300'000, 'a') + "\n---\n").find("longer") != std::string::npos);
  EXPECT_EQ(refused("---\na: &x [*x]\nb: *x\n---\n"), "read");
  EXPECT_EQ(refused("---\n---\n"), "read");
}

TEST(EntriesOf, CountsLinesInTheNote) {
  const std::string note = "\xEF\xBB\xBF---\r\na: |\r\n  x\r\n\r\n# c\r\nb: 2\r\n---\r\n";
  auto entries = entries_of(note, find_block(note));
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].line, 2U);
  EXPECT_TRUE(entries[0].multi_line);
  EXPECT_EQ(entries[1].line, 6U);
}

TEST(ReadValues, GoesJustToItsBounds) {
  const auto error = [](const std::string& inside) {
    const std::string note = "---\n" + inside + "---\n";
    const auto values = read_values(note, find_block(note));
    return values ? "" : values.error().message;
  };
  const std::string most = "a: " + std::string(kMaxBlockBytes - 4, 'x') + "\n";
  EXPECT_EQ(error(most), "");
  EXPECT_THAT(error("b" + most), testing::HasSubstr("longer than 256 KiB"));
  const auto nested = [](std::size_t depth) {
    return "a: " + std::string(depth, '[') + std::string(depth, ']') + "\n";
  };
  EXPECT_EQ(error(nested(64)), "");
  EXPECT_THAT(error(nested(65)), testing::HasSubstr("nested too deeply"));
}

}  // namespace
}  // namespace kalends::provider::obsidian
