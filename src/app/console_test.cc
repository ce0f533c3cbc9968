#include "app/console.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "app/words.h"

namespace kalends::app {
namespace {

calendar::Zone utc() { return calendar::Zone::fixed("Etc/UTC", 0); }

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

TEST(Console, ColumnsAreStraightUnderWideCharacters) {
  testing::internal::CaptureStdout();
  {
    Console console(false);
    Table table({"A", "B"});
    table.row({"\u8a2d\u8a08", "x"});
    table.row({"Zoe\u0308 \U0001f525", "y"});
    table.print(console);
  }
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "A       B\n\u8a2d\u8a08    x\nZoe\u0308 \U0001f525  y\n");
}

TEST(Console, WhatIsHeldIsNoChange) {
  engine::RunReport report;
  report.run = 1;
  for (const auto kind : {engine::Move::Kind::pull, engine::Move::Kind::hold, engine::Move::Kind::adopt})
    report.moves.emplace_back().kind = kind;
  testing::internal::CaptureStdout();
  {
    Console console(false);
    print_report(console, utc(), report, false);
  }
  EXPECT_THAT(testing::internal::GetCapturedStdout(),
              testing::StartsWith("Run 1: 0 changes in calendars, 1 held, 1 edit read.\n"));
}

TEST(Console, AWriteThatFailedIsNotPrintedAsDone) {
  engine::RunReport report;
  report.run = 1;
  for (const char* error : {"", "The disk is full."}) {
    engine::Move& move = report.moves.emplace_back();
    move.kind = engine::Move::Kind::create;
    move.calendar = CalendarId("home");
    move.title = "Lunch";
    move.why = "it is new in \"work\"";
    move.error = error;
  }
  testing::internal::CaptureStdout();
  {
    Console console(false);
    print_report(console, utc(), report, false);
  }
  EXPECT_EQ(
      testing::internal::GetCapturedStdout(),
      "Run 1: 1 change in calendars, 1 failed, 0 edits read.\n"
      "CALENDAR  DID            EVENT  WHY\n"
      "home      created        Lunch  it is new in \"work\"\n"
      "home      create failed  Lunch  it is new in \"work\"; it is tried again after: The disk is full\n");
}

TEST(Console, ThousandsOfFailuresOfOneKindAreCounted) {
  engine::RunReport report;
  report.run = 7;
  for (int n = 0; n < 5000; ++n) {
    engine::Move& move = report.moves.emplace_back();
    move.kind = engine::Move::Kind::create;
    move.error = "cannot write note " + std::to_string(n) + ": the disk is full";
    report.errors.push_back(move.error);
  }
  for (const bool all : {false, true}) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    {
      Console console(false);
      print_report(console, utc(), report, all);
    }
    const std::string words = testing::internal::GetCapturedStdout();
    const std::string errors = testing::internal::GetCapturedStderr();
    EXPECT_EQ(std::ranges::count(words, '\n') > 5000, all);
    EXPECT_EQ(std::ranges::count(errors, '\n') == 5000, all);
    EXPECT_EQ(errors.find("kalends: and 4990 more; \"kalends log 7\" lists every write") != std::string::npos,
              !all);
  }
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
