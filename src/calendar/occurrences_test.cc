#include "calendar/occurrences.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "calendar/posix_zone.h"
#include "calendar/when_text.h"

namespace kalends::calendar {
namespace {

class FewZones : public ZoneSource {
 public:
  const Zone* find(std::string_view name) const override {
    for (const Zone& zone : zones_) {
      if (zone.name() == name) return &zone;
    }
    return nullptr;
  }

 private:
  static Zone make(const char* name, const char* rule) {
    auto footer = parse_posix_zone(rule);
    return Zone(name, footer->standard, {}, *footer);
  }
  std::vector<Zone> zones_{make("Etc/UTC", "UTC0"),
                           make("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"),
                           make("America/New_York", "EST5EDT,M3.2.0,M11.1.0"),
                           make("Australia/Lord_Howe", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"),
                           make("Asia/Tehran", "<+0330>-3:30"),
                           make("Europe/Dublin", "IST-1GMT0,M10.5.0,M3.5.0/1")};
};

const FewZones kZones;

LocalTime local(std::string_view text) { return *parse_local_time(text); }
Range range(std::string_view from, std::string_view to) { return {local(from).seconds, local(to).seconds}; }
const Range kAll = range("0001-01-01T00:00:00", "9999-12-31T00:00:00");

Event event(std::string_view when, std::initializer_list<std::string_view> rules = {}) {
  Event out;
  out.when = *parse_when(when);
  for (std::string_view rule : rules) out.recurrence.rules.push_back(*parse_rule(rule));
  return out;
}

// "SLOT>START/END" in UTC, the slot left out where it is the start of a UTC event.
std::vector<std::string> list(const Event& e, Range r, const char* viewer = "Etc/UTC") {
  auto found = occurrences(e, r, kZones, *kZones.find(viewer));
  if (!found) return {"error: " + found.error().message};
  std::vector<std::string> out;
  for (const Occurrence& o : *found) {
    std::string line =
        to_string(LocalTime{o.start_utc}) + "/" + to_string(Duration{0, o.end_utc - o.start_utc});
    if (o.start != o.recurrence_id) line = to_string(o.recurrence_id) + ">" + line;
    if (o.overridden) line += " overridden";
    if (o.cancelled) line += " cancelled";
    out.push_back(line);
  }
  return out;
}

using Lines = std::vector<std::string>;

TEST(Occurrences, KeepTheWallClockAcrossSummerTime) {
  Event e = event("zoned 2026-03-28T09:00:00 PT1H Europe/Berlin", {"FREQ=DAILY;COUNT=3"});
  EXPECT_EQ(list(e, kAll),
            (Lines{"2026-03-28T08:00:00/PT1H", "2026-03-29T07:00:00/PT1H", "2026-03-30T07:00:00/PT1H"}));
  e = event("zoned 2026-10-31T09:00:00 PT1H America/New_York", {"FREQ=DAILY;COUNT=2"});
  EXPECT_EQ(list(e, kAll), (Lines{"2026-10-31T13:00:00/PT1H", "2026-11-01T14:00:00/PT1H"}));
  e = event("zoned 2026-04-04T09:00:00 PT1H Australia/Lord_Howe", {"FREQ=DAILY;COUNT=2"});
  EXPECT_EQ(list(e, kAll), (Lines{"2026-04-03T22:00:00/PT1H", "2026-04-04T22:30:00/PT1H"}));
  e = event("zoned 2026-03-21T09:00:00 PT1H Asia/Tehran", {"FREQ=DAILY;COUNT=2"});
  EXPECT_EQ(list(e, kAll), (Lines{"2026-03-21T05:30:00/PT1H", "2026-03-22T05:30:00/PT1H"}));
  e = event("zoned 2026-03-28T09:00:00 PT1H Europe/Dublin", {"FREQ=DAILY;COUNT=2"});
  EXPECT_EQ(list(e, kAll), (Lines{"2026-03-28T09:00:00/PT1H", "2026-03-29T08:00:00/PT1H"}));
}

TEST(Occurrences, InAGapMoveOnAndCountInAFoldTakeTheFirst) {
  Event gap = event("zoned 2026-03-28T02:30:00 PT1H Europe/Berlin", {"FREQ=DAILY;COUNT=3"});
  EXPECT_EQ(list(gap, kAll),
            (Lines{"2026-03-28T01:30:00/PT1H", "2026-03-29T01:30:00/PT1H", "2026-03-30T00:30:00/PT1H"}));
  Event fold = event("zoned 2026-10-24T02:30:00 PT1H Europe/Berlin", {"FREQ=DAILY;COUNT=3"});
  EXPECT_EQ(list(fold, kAll),
            (Lines{"2026-10-24T00:30:00/PT1H", "2026-10-25T00:30:00/PT1H", "2026-10-26T01:30:00/PT1H"}));
  Event half = event("zoned 2026-10-04T02:15:00 PT0S Australia/Lord_Howe");  // half an hour is missing
  EXPECT_EQ(list(half, kAll), (Lines{"2026-10-03T15:45:00/PT0S"}));
  Event hourly =
      event("zoned 2026-03-29T01:00:00 PT0S Europe/Berlin", {"FREQ=HOURLY;COUNT=4"});  // on the wall clock
  EXPECT_EQ(list(hourly, kAll), (Lines{"2026-03-29T00:00:00/PT0S", "2026-03-29T01:00:00/PT0S",
                                       "2026-03-29T01:00:00/PT0S", "2026-03-29T02:00:00/PT0S"}));
}

TEST(Occurrences, DaysOfADurationAreNominalAndSecondsExact) {
  Event e = event("zoned 2026-03-28T12:00:00 P1D Europe/Berlin");
  EXPECT_EQ(list(e, kAll), (Lines{"2026-03-28T11:00:00/PT23H"}));
  e = event("zoned 2026-03-28T12:00:00 PT24H Europe/Berlin");
  EXPECT_EQ(list(e, kAll), (Lines{"2026-03-28T11:00:00/PT24H"}));
  e = event("all-day 2026-03-29 P1D");
  EXPECT_EQ(list(e, kAll, "Europe/Berlin"), (Lines{"2026-03-28T23:00:00/PT23H"}));
  e = event("floating 2026-03-29T12:00:00 PT1H");
  EXPECT_EQ(list(e, kAll, "America/New_York"), (Lines{"2026-03-29T16:00:00/PT1H"}));
}

TEST(Occurrences, OverlapTheRange) {
  Event e = event("zoned 2026-03-02T09:00:00 PT1H Etc/UTC");
  EXPECT_EQ(list(e, range("2026-03-02T09:30:00", "2026-03-02T09:31:00")).size(), 1u);
  EXPECT_EQ(list(e, range("2026-03-02T10:00:00", "2026-03-02T11:00:00")).size(), 0u);
  EXPECT_EQ(list(e, range("2026-03-02T08:00:00", "2026-03-02T09:00:00")).size(), 0u);
  e = event("zoned 2026-03-02T09:00:00 PT0S Etc/UTC");
  EXPECT_EQ(list(e, range("2026-03-02T09:00:00", "2026-03-02T09:01:00")).size(), 1u);
  EXPECT_EQ(list(e, range("2026-03-02T08:59:00", "2026-03-02T09:00:00")).size(), 0u);
  e = event("all-day 2026-01-01 P10D", {"FREQ=MONTHLY"});
  EXPECT_EQ(list(e, range("2030-05-09T00:00:00", "2030-05-10T00:00:00")),
            (Lines{"2030-05-01T00:00:00/PT240H"}));
}

TEST(Occurrences, OverridesCountByTheirOwnTime) {
  Event e = event("zoned 2026-03-02T09:00:00 PT1H Etc/UTC", {"FREQ=WEEKLY"});
  e.overrides[local("2026-03-09T09:00:00")].patch.set("when", "zoned 2026-06-09T15:00:00 PT2H Europe/Berlin");
  e.overrides[local("2026-03-16T09:00:00")].excluded = true;
  e.overrides[local("2026-03-23T09:00:00")].patch.set("title", "other");
  e.overrides[local("2026-03-30T09:00:00")].patch.set("status", "cancelled");
  EXPECT_EQ(list(e, range("2026-03-01T00:00:00", "2026-04-01T00:00:00")),
            (Lines{"2026-03-02T09:00:00/PT1H", "2026-03-23T09:00:00/PT1H overridden",
                   "2026-03-30T09:00:00/PT1H overridden cancelled"}));
  EXPECT_EQ(list(e, range("2026-06-09T00:00:00", "2026-06-10T00:00:00")),
            (Lines{"2026-03-09T09:00:00>2026-06-09T13:00:00/PT2H overridden"}));
  e.overrides[local("2026-03-09T09:00:00")].patch.set("when", "zoned 2026-06-09T15:00:00 PT2H Mars/Olympus");
  EXPECT_NE(list(e, range("2026-03-01T00:00:00", "2026-04-01T00:00:00")).front().find("Mars/Olympus"),
            std::string::npos);
}

TEST(Occurrences, AddAndTakeAway) {
  Event e = event("zoned 2026-03-02T09:00:00 PT1H Etc/UTC",
                  {"FREQ=DAILY;COUNT=4", "FREQ=DAILY;INTERVAL=2;COUNT=4"});
  e.recurrence.extra_dates = {{local("2026-03-03T12:00:00"), Duration{0, 7200}},
                              {local("2026-03-04T09:00:00"), {}}};
  e.recurrence.exclusion_rules.push_back(*parse_rule("FREQ=DAILY;INTERVAL=4"));
  e.overrides[local("2026-03-05T09:00:00")].excluded = true;  // counts all the same
  EXPECT_EQ(list(e, kAll), (Lines{"2026-03-03T09:00:00/PT1H", "2026-03-03T12:00:00/PT2H",
                                  "2026-03-04T09:00:00/PT1H", "2026-03-08T09:00:00/PT1H"}));
  EXPECT_EQ(list(e, range("2026-03-03T13:30:00", "2026-03-03T13:31:00")),
            (Lines{"2026-03-03T12:00:00/PT2H"}));
  e = event("all-day 2026-03-02 P1D");
  e.recurrence.extra_dates = {{local("2026-03-04T00:00:00"), {}}};
  EXPECT_EQ(list(e, kAll).size(), 2u);
}

TEST(Occurrences, AnExclusionRuleTakesOnlyWhatItMatches) {
  Event e = event("zoned 2026-03-02T09:00:00 PT1H Etc/UTC", {"FREQ=DAILY;COUNT=3"});  // a Monday
  e.recurrence.exclusion_rules.push_back(*parse_rule("FREQ=WEEKLY;BYDAY=WE"));
  EXPECT_EQ(list(e, kAll), (Lines{"2026-03-02T09:00:00/PT1H", "2026-03-03T09:00:00/PT1H"}));
}

TEST(Occurrences, StartOffTheRuleIsTheFirstAndCounts) {
  Event e = event("zoned 2026-03-03T09:00:00 PT1H Etc/UTC", {"FREQ=WEEKLY;BYDAY=MO;COUNT=3"});
  EXPECT_EQ(list(e, kAll),
            (Lines{"2026-03-03T09:00:00/PT1H", "2026-03-09T09:00:00/PT1H", "2026-03-16T09:00:00/PT1H"}));
}

TEST(Occurrences, FarRangesOfEndlessRulesAreCheapAndRight) {
  Event e = event("zoned 0001-01-01T09:00:00 PT1H Europe/Berlin", {"FREQ=DAILY"});
  ExpansionLimits tight{10, 20};
  for (const char* rule :
       {"FREQ=SECONDLY;INTERVAL=86400", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        "FREQ=MONTHLY;BYDAY=SU,MO,TU,WE,TH,FR,SA", "FREQ=HOURLY;INTERVAL=24"}) {
    e.recurrence.rules = {*parse_rule(rule)};
    auto found = occurrences(e, range("9998-07-01T00:00:00", "9998-07-03T00:00:00"), kZones,
                             *kZones.find("Etc/UTC"), tight);
    ASSERT_TRUE(found) << rule << ": " << found.error().message;
    ASSERT_EQ(found->size(), 2u) << rule;
    EXPECT_EQ(found->front().start_utc, local("9998-07-01T07:00:00").seconds);
  }
}

TEST(Occurrences, AreRefusedPastTheLimits) {
  Event e = event("zoned 2026-03-02T09:00:00 PT1H Etc/UTC", {"FREQ=SECONDLY"});
  auto found =
      occurrences(e, range("2026-01-01T00:00:00", "2027-01-01T00:00:00"), kZones, *kZones.find("Etc/UTC"));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::invalid);
  EXPECT_EQ(list(e, range("2036-01-01T00:00:00", "2036-01-01T00:00:02")).size(), 3601u);
  e.when.zone = "Mars/Olympus";
  EXPECT_NE(list(e, kAll).front().find("Mars/Olympus"), std::string::npos);
  EXPECT_FALSE(
      occurrences(event("all-day 2026-03-02 P1D", {"FREQ=HOURLY"}), kAll, kZones, *kZones.find("Etc/UTC")));
}

TEST(Occurrences, TheFirstOnesCanBeAskedForOnly) {
  ExpansionLimits first{.max_occurrences = 3, .when_full = ExpansionLimits::WhenFull::stop};
  auto starts = [&](const Event& e) {
    auto found = occurrences(e, kAll, kZones, *kZones.find("Etc/UTC"), first);
    std::vector<std::string> out;
    if (!found) return std::vector{found.error().message};
    for (const Occurrence& o : *found) out.push_back(to_string(LocalTime{o.start_utc}));
    return out;
  };
  Event e = event("zoned 2026-03-02T09:00:00 PT1H Etc/UTC", {"FREQ=SECONDLY"});
  EXPECT_EQ(starts(e),
            (std::vector<std::string>{"2026-03-02T09:00:00", "2026-03-02T09:00:01", "2026-03-02T09:00:02"}));
  // 02:30 is skipped and means 01:30 UTC, which is later than 03:00 on the wall, 01:00 UTC.
  e = event("zoned 2026-03-29T01:30:00 PT1H Europe/Berlin", {"FREQ=MINUTELY;INTERVAL=30"});
  EXPECT_EQ(starts(e),
            (std::vector<std::string>{"2026-03-29T00:30:00", "2026-03-29T01:00:00", "2026-03-29T01:00:00"}));
  e.status = "cancelled";
  first.cancelled = ExpansionLimits::Cancelled::left_out;
  e.overrides[local("2026-03-29T05:00:00")].patch.set("status", "confirmed");
  e.overrides[local("2026-03-29T06:00:00")].patch.set("title", "Gone as well");
  EXPECT_EQ(starts(e), (std::vector<std::string>{"2026-03-29T03:00:00"}));
}

std::string extent_of(const Event& e) {
  auto found = extent(e, kZones, *kZones.find("Etc/UTC"));
  if (!found) return found.error().message;
  return to_string(LocalTime{found->from_utc}) + " " +
         (found->to_utc ? to_string(LocalTime{*found->to_utc}) : "for ever");
}

TEST(Extent, IsThatOfAllOccurrences) {
  EXPECT_EQ(extent_of(event("zoned 2026-03-02T09:00:00 PT1H Europe/Berlin")),
            "2026-03-02T08:00:00 2026-03-02T09:00:00");
  EXPECT_EQ(extent_of(event("all-day 2026-03-02 P2D", {"FREQ=WEEKLY;COUNT=3"})),
            "2026-03-02T00:00:00 2026-03-18T00:00:00");
  EXPECT_EQ(extent_of(event("all-day 2026-03-02 P1D", {"FREQ=DAILY"})), "2026-03-02T00:00:00 for ever");
  EXPECT_EQ(extent_of(event("floating 2026-03-02T09:00:00 PT0S", {"FREQ=SECONDLY;COUNT=2147483647"})),
            "2026-03-02T09:00:00 for ever");
  Event e = event("zoned 2026-03-02T09:00:00 PT1H Etc/UTC", {"FREQ=WEEKLY;UNTIL=20260316T090000Z"});
  e.overrides[local("2026-03-02T09:00:00")].excluded = true;
  e.overrides[local("2026-03-09T09:00:00")].patch.set("when", "zoned 2026-05-01T09:00:00 PT1H Etc/UTC");
  EXPECT_EQ(extent_of(e), "2026-03-16T09:00:00 2026-05-01T10:00:00");
  e = event("zoned 2026-03-02T09:00:00 PT1H Etc/UTC");
  e.overrides[e.when.start].excluded = true;
  EXPECT_EQ(extent_of(e), "2026-03-02T09:00:00 2026-03-02T09:00:00");
}

TEST(Occurrences, GoJustToTheNumberAsked) {
  const auto found = [](const char* rule, ExpansionLimits limits) {
    return occurrences(event("zoned 2026-03-02T09:00:00 PT1H Etc/UTC", {rule}), kAll, kZones,
                       *kZones.find("Etc/UTC"), limits)
        .has_value();
  };
  EXPECT_TRUE(found("FREQ=DAILY;COUNT=10", {10, 1'000}));
  EXPECT_FALSE(found("FREQ=DAILY;COUNT=11", {10, 1'000}));
  EXPECT_FALSE(found("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", {10, 1'000})) << "a rule that never comes";
}

// A look deep into a counted series leaves whole periods out unseen; it finds what a look from the start finds.
TEST(Occurrences, ACountedSeriesIsTheSameFromAnyDayOn) {
  for (const char* text :
       {"FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=50", "FREQ=WEEKLY;COUNT=20", "FREQ=DAILY;COUNT=100",
        "FREQ=WEEKLY;INTERVAL=3;BYDAY=SU,TU;WKST=SU;COUNT=31",
        "FREQ=WEEKLY;BYDAY=TU,TH;BYHOUR=8,9,20;COUNT=77", "FREQ=WEEKLY;BYDAY=MO;BYMONTH=3,4;COUNT=30",
        "FREQ=WEEKLY;BYDAY=MO,WE;BYSETPOS=-1;COUNT=30", "FREQ=DAILY;INTERVAL=2;BYHOUR=1,22;COUNT=60"}) {
    const Rule rule = *parse_rule(text);
    // A Wednesday: some rules give it, for others it is one more.
    const LocalTime start = *parse_local_time("2026-03-04T09:00:00");
    auto starts_from = [&](LocalTime from) {
      std::vector<LocalTime> out;
      EXPECT_TRUE(expand(rule, start, TimeKind::floating, nullptr, from, [&](LocalTime time) {
        out.push_back(time);
        return true;
      }));
      return out;
    };
    const std::vector<LocalTime> all = starts_from(start);
    EXPECT_EQ(static_cast<std::int32_t>(all.size()), *rule.count) << text;
    for (std::int64_t day = 0; day < 450; ++day) {
      const LocalTime from{start.seconds + day * 86400 - 7};
      std::vector<LocalTime> expected(std::ranges::lower_bound(all, from), all.end());
      ASSERT_EQ(starts_from(from), expected) << text << " from day " << day;
    }
  }
}

}  // namespace
}  // namespace kalends::calendar
