// The examples of RFC 5545 section 3.8.5.3 and more of their kind, with the dates a paper calendar gives.
#include <gtest/gtest.h>

#include "base/text.h"
#include "calendar/occurrences.h"
#include "calendar/posix_zone.h"

namespace kalends::calendar {
namespace {

struct Example {
  const char* start;  // "19970902", at 09:00 unless a time follows
  const char* rule;
  const char*
      wanted;  // "19970902 0903 0904": the year is that of the date before, the month too where two digits stand
  bool goes_on = false;
};

std::string compact(LocalTime time, bool with_clock) {
  std::string out;
  for (char c : to_string(time)) {
    if (c != '-' && c != ':') out += c;
  }
  return out.substr(0, with_clock ? 13 : 8);
}

LocalTime read(std::string_view text) {
  Date date = *parse_date(std::string(text.substr(0, 4)) + "-" + std::string(text.substr(4, 2)) + "-" +
                          std::string(text.substr(6, 2)));
  int hour = 9;
  int minute = 0;
  if (text.size() > 8) {
    hour = static_cast<int>(*parse_integer(text.substr(9, 2)));
    minute = static_cast<int>(*parse_integer(text.substr(11, 2)));
  }
  return at(date, hour * 3600 + minute * 60);
}

// "19970902 09" -> both in full.
std::vector<std::string> in_full(std::string_view wanted) {
  std::vector<std::string> out;
  for (std::string_view word : split(wanted, ' ')) {
    std::size_t keep = word.size() >= 8 ? 0 : 8 - word.size();
    out.push_back((out.empty() ? "" : out.back().substr(0, keep)) + std::string(word));
  }
  return out;
}

const Zone& new_york_of_1997() {
  static const Zone zone("America/New_York", -5 * 3600, {}, *parse_posix_zone("EST5EDT,M4.1.0,M10.5.0"));
  return zone;
}

void check(const Example& example) {
  SCOPED_TRACE(std::string(example.start) + " " + example.rule);
  auto wanted = in_full(example.wanted);
  bool with_clock = wanted.front().size() > 8;
  auto rule = parse_rule(example.rule);
  ASSERT_TRUE(rule) << rule.error().message;
  LocalTime start = read(example.start);
  std::vector<std::string> got;
  auto visit = [&](LocalTime time) {
    got.push_back(compact(time, with_clock));
    return !example.goes_on || got.size() < wanted.size();
  };
  auto done = expand(*rule, start, TimeKind::zoned, &new_york_of_1997(), start, visit);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(got, wanted);
}

TEST(RuleExamples, Daily) {
  check({"19970902", "FREQ=DAILY;COUNT=10", "19970902 03 04 05 06 07 08 09 10 11"});
  check({"19970902", "FREQ=DAILY;INTERVAL=2", "19970902 04 06 08 10 12 14 16 18 20 22 24 26 28 30 1002 04",
         true});
  check({"19970902", "FREQ=DAILY;INTERVAL=10;COUNT=5", "19970902 12 22 1002 12"});
  check({"19971222", "FREQ=DAILY;UNTIL=19971224T000000Z", "19971222 23"});
  check({"19971222", "FREQ=DAILY;UNTIL=19971224T140000Z", "19971222 23 24"});
}

TEST(RuleExamples, EveryDayOfJanuaryForThreeYears) {
  for (const char* text : {"FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
                           "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1"}) {
    int count = 0;
    LocalTime last;
    auto visit = [&](LocalTime time) {
      EXPECT_EQ(civil(date_of(time)).month, 1);
      last = time;
      return ++count > 0;
    };
    LocalTime start = read("19980101");
    ASSERT_TRUE(expand(*parse_rule(text), start, TimeKind::zoned, &new_york_of_1997(), start, visit));
    EXPECT_EQ(count, 93);
    EXPECT_EQ(to_string(last), "2000-01-31T09:00:00");
  }
}

TEST(RuleExamples, Weekly) {
  check({"19970902", "FREQ=WEEKLY;COUNT=10", "19970902 09 16 23 30 1007 14 21 28 1104"});
  check({"19970902", "FREQ=WEEKLY;UNTIL=19971224T000000Z",
         "19970902 09 16 23 30 1007 14 21 28 1104 11 18 25 1202 09 16 23"});
  check({"19970902", "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
         "19970902 16 30 1014 28 1111 25 1209 23 19980106 20 0203 17", true});
  check({"19970902", "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
         "19970902 04 09 11 16 18 23 25 30 1002"});
  check({"19970902", "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH", "19970902 04 09 11 16 18 23 25 30 1002"});
  check({"19970901", "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
         "19970901 03 05 15 17 19 29 1001 03 13 15 17 27 29 31 1110 12 14 24 26 28 1208 10 12 22"});
  check(
      {"19970902", "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "19970902 04 16 18 30 1002 14 16"});
  check({"19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "19970805 10 19 24"});
  check({"19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "19970805 17 19 31"});
}

TEST(RuleExamples, Monthly) {
  check({"19970905", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
         "19970905 1003 1107 1205 19980102 0206 0306 0403 0501 0605"});
  check({"19970905", "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", "19970905 1003 1107 1205"});
  check({"19970907", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
         "19970907 28 1102 30 19980104 25 0301 29 0503 31"});
  check({"19970922", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "19970922 1020 1117 1222 19980119 0216"});
  check({"19970928", "FREQ=MONTHLY;BYMONTHDAY=-3", "19970928 1029 1128 1229 19980129 0226", true});
  check({"19970902", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
         "19970902 15 1002 15 1102 15 1202 15 19980102 15"});
  check({"19970930", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
         "19970930 1001 31 1101 30 1201 31 19980101 31 0201"});
  check({"19970910", "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
         "19970910 11 12 13 14 15 19990310 11 12 13"});
  check({"19970902", "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
         "19970902 09 16 23 30 1104 11 18 25 19980106 13 20 27 0303 10 17 24 31", true});
  check({"20070115", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "20070115 30 0215 0315 30"});
  check({"20260131", "FREQ=MONTHLY;COUNT=5", "20260131 0331 0531 0731 0831"});
}

TEST(RuleExamples, MonthlyWithDaysThatMeet) {
  check({"19980213", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "19980213 0313 1113 19990813 20001013", true});
  check({"19970902", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "19970902 19980213 0313",
         true});  // DTSTART off the rule
  check({"19970913", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
         "19970913 1011 1108 1213 19980110 0207 0307 0411 0509 0613", true});
  check({"19970904", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "19970904 1007 1106"});
  check({"19970929", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
         "19970929 1030 1127 1230 19980129 0226 0330", true});
}

TEST(RuleExamples, Yearly) {
  check({"19970610", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
         "19970610 0710 19980610 0710 19990610 0710 20000610 0710 20010610 0710"});
  check({"19970310", "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
         "19970310 19990110 0210 0310 20010110 0210 0310 20030110 0210 0310"});
  check({"19970101", "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
         "19970101 0410 0719 20000101 0409 0718 20030101 0410 0719 20060101"});
  check({"19970519", "FREQ=YEARLY;BYDAY=20MO", "19970519 19980518 19990517", true});
  check({"19970512", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "19970512 19980511 19990517", true});
  check(
      {"19970512", "FREQ=YEARLY;BYWEEKNO=20", "19970512 19980511 19990517", true});  // the weekday of DTSTART
  check({"19970313", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "19970313 20 27 19980305 12 19 26 19990304 11 18 25",
         true});
  check({"19970605", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
         "19970605 12 19 26 0703 10 17 24 31 0807 14 21 28 19980604 11 18 25 0702", true});
  check({"19961105", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
         "19961105 20001107 20041102", true});
  check({"20240229", "FREQ=YEARLY;COUNT=3", "20240229 20280229 20320229"});
  check({"20960229", "FREQ=YEARLY;COUNT=3", "20960229 21040229 21080229"});
}

TEST(RuleExamples, WeeksAtTheTurnOfTheYear) {
  check({"20081229", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO",
         "20081229 20100104 20110103 20120102 20121231 20131230", true});
  check({"20041231", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR,SA",
         "20041231 20050101 20100101 02 20160101 02 20210101 02", true});
  check({"20040102", "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=FR",
         "20040102 1231 20051230 20061229 20071228 20081226 20100101", true});
  check({"20060101", "FREQ=YEARLY;BYWEEKNO=1;WKST=SU;BYDAY=SU", "20060101 1231 20071230 20090104", true});
}

TEST(RuleExamples, FinerThanADay) {
  check({"19970902", "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z",
         "19970902T0900 19970902T1200 19970902T1500"});
  check({"19970902", "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
         "19970902T0900 19970902T0915 19970902T0930 19970902T0945 19970902T1000 19970902T1015"});
  check({"19970902", "FREQ=MINUTELY;INTERVAL=90;COUNT=4",
         "19970902T0900 19970902T1030 19970902T1200 19970902T1330"});
  for (const char* text : {"FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40",
                           "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16"}) {
    std::string wanted;
    for (const char* day : {"02", "03"}) {
      for (int minute = 9 * 60; minute < 17 * 60; minute += 20) {
        char clock[32];
        std::snprintf(clock, sizeof clock, "%s199709%sT%02d%02d", wanted.empty() ? "" : " ", day, minute / 60,
                      minute % 60);
        wanted += clock;
      }
    }
    check({"19970902", text, wanted.c_str(), true});
  }
  check({"19970902", "FREQ=DAILY;BYHOUR=8,18;BYMINUTE=0,30;BYSETPOS=1,-1;COUNT=4",
         "19970902T0900 19970902T1830 19970903T0800 19970903T1830"});
  check({"19970902", "FREQ=SECONDLY;BYHOUR=9;BYMINUTE=0,30;BYSECOND=0;COUNT=3",
         "19970902T0900 19970902T0930 19970903T0900"});
}

TEST(Rules, WithoutAMatchEndAtOnce) {
  for (const char* text :
       {"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;INTERVAL=2;BYHOUR=10", "FREQ=MINUTELY;INTERVAL=1440;BYHOUR=3",
        "FREQ=SECONDLY;INTERVAL=60;BYSECOND=1", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=300",
        "FREQ=YEARLY;BYWEEKNO=20;BYMONTH=12", "FREQ=MONTHLY;INTERVAL=2147483647",
        "FREQ=SECONDLY;INTERVAL=2147483647;BYMONTHDAY=31;BYMONTH=4", "FREQ=DAILY;INTERVAL=7;BYDAY=MO"}) {
    int count = 0;
    auto visit = [&](LocalTime) { return ++count > 0; };
    LocalTime start = read("19970902");
    auto done = expand(*parse_rule(text), start, TimeKind::floating, nullptr, start, visit);
    EXPECT_TRUE(done) << text << ": " << done.error().message;
    EXPECT_EQ(count, 1) << text;  // DTSTART
  }
}

TEST(Rules, ReachTheEndOfTheYear9999AndFarStarts) {
  std::string last;
  auto keep = [&](LocalTime time) {
    last = to_string(time);
    return true;
  };
  LocalTime start = read("00010101");
  ASSERT_TRUE(expand(*parse_rule("FREQ=YEARLY"), start, TimeKind::floating, nullptr, start, keep));
  EXPECT_EQ(last, "9999-01-01T09:00:00");
  ASSERT_TRUE(expand(*parse_rule("FREQ=DAILY"), start, TimeKind::floating, nullptr, read("99991201"), keep));
  EXPECT_EQ(last, "9999-12-31T09:00:00");
  ASSERT_TRUE(expand(*parse_rule("FREQ=SECONDLY;COUNT=2147483647"), start, TimeKind::floating, nullptr,
                     LocalTime{start.seconds + 2147483647LL - 3}, keep));
  EXPECT_EQ(last, to_string(LocalTime{start.seconds + 2147483646LL}));
}

TEST(Rules, UntilOfEachKind) {
  check({"19970902", "FREQ=DAILY;UNTIL=19970904", "19970902 03 04"});
  check({"19970902", "FREQ=DAILY;UNTIL=19970904T090000", "19970902 03 04"});
  check({"19970902", "FREQ=DAILY;UNTIL=19970904T085959", "19970902 03"});
  check({"19970902", "FREQ=DAILY;UNTIL=19970904T130000Z", "19970902 03 04"});
  check({"19970902", "FREQ=DAILY;UNTIL=19970904T125959Z", "19970902 03"});
  int count = 0;
  LocalTime start = read("19970902");
  auto visit = [&](LocalTime) { return ++count > 0; };
  ASSERT_TRUE(
      expand(*parse_rule("FREQ=DAILY;UNTIL=19970901"), start, TimeKind::floating, nullptr, start, visit));
  EXPECT_EQ(count, 0);
}

TEST(Rules, AreBounded) {
  auto for_ever = [](LocalTime) { return true; };
  LocalTime start = read("19970902");
  auto done = expand(*parse_rule("FREQ=SECONDLY"), start, TimeKind::floating, nullptr, start, for_ever);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::invalid);
  EXPECT_NE(done.error().message.find("FREQ=SECONDLY"), std::string::npos) << done.error().message;
  EXPECT_FALSE(expand(*parse_rule("FREQ=HOURLY"), start, TimeKind::all_day, nullptr, start, for_ever));
}

}  // namespace
}  // namespace kalends::calendar
