#include <gtest/gtest.h>

#include "calendar/event.h"
#include "calendar/when_text.h"

namespace kalends::calendar {
namespace {

std::string canonical(std::string_view text) {
  auto rule = parse_rule(text);
  return rule ? to_string(*rule) : "error: " + rule.error().message;
}

TEST(Rule, CanonicalTextReadsBackAsItself) {
  for (const char* text :
       {"FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYMONTHDAY=2,3,4,5,6,7,8;BYDAY=TU",
        "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=-1", "FREQ=DAILY;UNTIL=19971224T000000Z",
        "FREQ=DAILY;UNTIL=19971224T000000", "FREQ=DAILY;UNTIL=19971224",
        "FREQ=YEARLY;BYWEEKNO=-1,20;BYDAY=-53SU,MO;WKST=SU",
        "FREQ=SECONDLY;BYHOUR=0,23;BYMINUTE=0,59;BYSECOND=0,60",
        "FREQ=YEARLY;BYYEARDAY=-366,1;RSCALE=GREGORIAN;SKIP=FORWARD"}) {
    EXPECT_EQ(canonical(text), text);
  }
}

TEST(Rule, ForgivesCommonSlips) {
  EXPECT_EQ(canonical(" freq = weekly ; byday = we , mo,mo ; wkst=mo;;interval=1; "),
            "FREQ=WEEKLY;BYDAY=MO,WE");
  EXPECT_EQ(canonical("RRULE:FREQ=DAILY;COUNT=3;COUNT=4"), "FREQ=DAILY;COUNT=4");
  EXPECT_EQ(canonical("FREQ=MONTHLY;BYDAY=+1MO;BYMONTHDAY=;BYDAY=-1FR"), "FREQ=MONTHLY;BYDAY=-1FR,1MO");
  EXPECT_EQ(canonical("FREQ=DAILY;UNTIL=2026-06-30T09:00:00Z"), "FREQ=DAILY;UNTIL=20260630T090000Z");
}

TEST(Rule, RefusesByTheNameOfThePart) {
  struct Case {
    const char* text;
    const char* named;
  };
  for (auto [text, named] : {Case{"", "FREQ"},
                             {"COUNT=3", "FREQ"},
                             {"FREQ=OFTEN", "FREQ=OFTEN"},
                             {"FREQ=DAILY;COUNT=2147483648", "COUNT=2147483648"},
                             {"FREQ=DAILY;COUNT=0", "COUNT=0"},
                             {"FREQ=DAILY;COUNT=-1", "COUNT=-1"},
                             {"FREQ=DAILY;COUNT=", "COUNT="},
                             {"FREQ=DAILY;INTERVAL=0", "INTERVAL=0"},
                             {"FREQ=DAILY;INTERVAL=1e3", "INTERVAL=1E3"},
                             {"FREQ=DAILY;BYMONTHDAY=99", "BYMONTHDAY=99"},
                             {"FREQ=DAILY;BYMONTHDAY=0", "BYMONTHDAY=0"},
                             {"FREQ=DAILY;BYHOUR=-1", "BYHOUR=-1"},
                             {"FREQ=DAILY;BYDAY=54MO", "BYDAY=54MO"},
                             {"FREQ=DAILY;BYDAY=XX", "BYDAY=XX"},
                             {"FREQ=DAILY;BYDAY=O", "BYDAY=O"},
                             {"FREQ=DAILY;UNTIL=20260231", "UNTIL=20260231"},
                             {"FREQ=DAILY;UNTIL=x", "UNTIL=X"},
                             {"FREQ=DAILY;WKST=1", "WKST=1"},
                             {"FREQ=DAILY;nonsense", "NONSENSE"},
                             {"FREQ=DAILY;A B=1", "A B=1"}}) {
    auto rule = parse_rule(text);
    ASSERT_FALSE(rule) << text;
    EXPECT_EQ(rule.error().kind, ErrorKind::invalid);
    EXPECT_NE(rule.error().message.find(named), std::string::npos) << rule.error().message;
  }
}

TEST(Describe, Rules) {
  auto words = [](std::string_view text) { return describe(*parse_rule(text)); };
  EXPECT_EQ(words("FREQ=WEEKLY"), "weekly");
  EXPECT_EQ(words("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20260630"),
            "every 2 weeks on Monday and Wednesday until 30 June 2026");
  EXPECT_EQ(words("FREQ=MONTHLY;BYDAY=-1FR;COUNT=10"), "every month on the last Friday, 10 times");
  EXPECT_EQ(words("FREQ=YEARLY;BYMONTH=11;BYDAY=TH;BYSETPOS=4"),
            "every year on Thursday in November, only the 4th of these");
  EXPECT_EQ(words("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13"),
            "every month on the 13th day of the month if it is Friday");
  EXPECT_EQ(words("FREQ=DAILY;BYHOUR=9,10;BYMINUTE=0,30"), "daily at 09:00, 09:30, 10:00 and 10:30");
}

TEST(Describe, Times) {
  auto words = [](std::string_view text) { return describe(*parse_when(text)); };
  EXPECT_EQ(words("zoned 2026-03-02T09:00:00 PT1H Europe/Berlin"),
            "Mon 2 Mar 2026 09:00-10:00 Europe/Berlin");
  EXPECT_EQ(words("floating 2026-03-02T22:00:00 PT3H"), "Mon 2 Mar 2026 22:00 to Tue 3 Mar 2026 01:00");
  EXPECT_EQ(words("all-day 2026-03-02 P1D"), "Mon 2 Mar 2026, all day");
  EXPECT_EQ(words("all-day 2026-03-02 P3D"), "Mon 2 Mar 2026 to Wed 4 Mar 2026, all day");
}

TEST(WhenText, ReadsWhatItPrints) {
  for (const char* text : {"all-day 2026-03-02 P1D", "floating 2026-03-02T09:00:00 PT0S",
                           "zoned 2026-03-02T09:00:00 PT1H Europe/Berlin",
                           "zoned 2026-03-02T09:00:00 P1DT1H Europe/Berlin Asia/Tokyo",
                           "zoned 2026-03-02T09:00:00 PT1H W.%20Europe%25"}) {
    auto when = parse_when(text);
    ASSERT_TRUE(when) << when.error().message;
    EXPECT_EQ(print_when(*when), text);
  }
  EXPECT_EQ(parse_when("zoned 2026-03-02T09:00:00 PT1H W.%20Europe%25")->zone, "W. Europe%");
  for (const char* text : {"", "all-day 2026-03-02", "all-day 2026-03-02 PT1H", "all-day 2026-03-02 P0D",
                           "floating 2026-03-02 P1D", "floating 2026-03-02T09:00:00 -PT1H",
                           "zoned 2026-03-02T09:00:00 PT1H", "zoned 2026-03-02T09:00:00 PT1H ",
                           "some 2026-03-02T09:00:00 PT1H UTC", "zoned 2026-03-02T09:00:00 PT1H A B C"}) {
    EXPECT_FALSE(parse_when(text)) << text;
  }
}

TEST(RuleText, EveryNumberGoesJustToItsBound) {
  struct Bound {
    const char* name;
    int low, high;
  };
  for (const auto& [name, low, high] :
       {Bound{"BYMONTH", 1, 12}, Bound{"BYHOUR", 0, 23}, Bound{"BYMINUTE", 0, 59}, Bound{"BYSECOND", 0, 60},
        Bound{"BYWEEKNO", -53, 53}, Bound{"BYYEARDAY", -366, 366}, Bound{"BYMONTHDAY", -31, 31},
        Bound{"BYSETPOS", -366, 366}}) {
    const auto reads = [&](long long n) {
      return parse_rule("FREQ=YEARLY;" + std::string(name) + "=" + std::to_string(n)).has_value();
    };
    EXPECT_TRUE(reads(low) && reads(high)) << name;
    EXPECT_FALSE(reads(low - 1LL)) << name;
    EXPECT_FALSE(reads(high + 1LL)) << name;
    EXPECT_EQ(reads(0), low == 0) << name;
  }
  for (const char* good : {"INTERVAL=2147483647", "COUNT=2147483647", "BYDAY=53MO", "BYDAY=-53SU"})
    EXPECT_TRUE(parse_rule("FREQ=YEARLY;" + std::string(good))) << good;
  for (const char* bad : {"INTERVAL=2147483648", "INTERVAL=0", "COUNT=2147483648", "COUNT=0", "BYDAY=54MO",
                          "BYDAY=-54SU", "BYDAY=0MO", "COUNT=99999999999999999999"})
    EXPECT_FALSE(parse_rule("FREQ=YEARLY;" + std::string(bad))) << bad;
}

TEST(Durations, GoJustToAHundredMillionDays) {
  EXPECT_TRUE(parse_duration("P100000000D"));
  EXPECT_FALSE(parse_duration("P100000001D"));
  EXPECT_TRUE(parse_duration("PT8640000000000S"));
  EXPECT_FALSE(parse_duration("PT8640000000001S"));
}

}  // namespace
}  // namespace kalends::calendar
