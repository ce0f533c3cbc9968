#include "app/console.h"

#include <gtest/gtest.h>

#include "app/words.h"

namespace kalends::app {
namespace {

TEST(Console, TextFromOutsideCannotSteerATerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb"), "a [2Jb");
  EXPECT_EQ(printable("a\r\nb\tc\x7f"), "a  b c ");
  EXPECT_EQ(printable("a\u009bb"), "a b");           // the one-character form of ESC [
  EXPECT_EQ(printable("a\u202eb\u2066c"), "a b c");  // text that runs backwards
  EXPECT_EQ(printable("Zo\u00eb \u8a2d \U0001f525"), "Zo\u00eb \u8a2d \U0001f525");
  EXPECT_EQ(printable("a\xff"), "a\ufffd");
}

TEST(Console, LongTextIsCutAtACharacter) {
  EXPECT_EQ(shortened("Caf\u00e9s", 5), "Caf\u00e9s");
  EXPECT_EQ(shortened("Caf\u00e9s", 4), "Caf\u2026");
  EXPECT_EQ(shortened("", 4), "");
}

TEST(Console, FailingComesBeforeWaiting) {
  engine::RunReport report;
  EXPECT_EQ(exit_of(report), Exit::done);
  report.conflicts_open = 1;
  EXPECT_EQ(exit_of(report), Exit::waiting);
  report.calendars.push_back({});
  report.calendars.back().error = "no answer";
  EXPECT_EQ(exit_of(report), Exit::failed);
}

}  // namespace
}  // namespace kalends::app
