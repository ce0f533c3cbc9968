// Whole cycles between the simulated service and a calendar in memory: the real engine, the real store, the real connector.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/google/test_cycle.h"

namespace kalends::lab {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

Facts plain_facts(int n) {
  return {{"title", "Meeting " + std::to_string(n)},
          {"when", "zoned 2026-03-0" + std::to_string(n) + "T09:00:00 PT1H Europe/Berlin"}};
}

Facts awkward_facts() {
  return {{"title", "Käffchen; \"quoted\", with\\slash: #1"},
          {"when", "all-day 2026-03-02 P2D"},
          {"description", "first line\nsecond, line; and\ttab\n\nlast 漢字 line"},
          {"location", "Raum 5: 'links' [a] {b} | > & *"},
          {"categories/Größe", "1"},
          {"priority", "3"},
          {"show_as", "free"},
          {"unknown/X-A", "X-A;B=c:1"},
          {"colour", "red"}};
}

Facts series_facts() {
  return {{"title", "Every week"},
          {"when", "zoned 2026-03-02T09:00:00 PT30M Europe/Berlin"},
          {"recurrence", "RRULE:FREQ=WEEKLY;COUNT=10;BYDAY=MO"},
          {"overrides/2026-03-09T09:00:00", "excluded"},
          {"overrides/2026-03-16T09:00:00", "changed"},
          {"overrides/2026-03-16T09:00:00/title", "Once different"},
          {"overrides/2026-03-16T09:00:00/when", "zoned 2026-03-17T10:00:00 PT30M Europe/Berlin"}};
}

class Cycle : public CycleTest, public testing::WithParamInterface<Way> {
 protected:
  Cycle() : CycleTest(GetParam().habits) {}
};

TEST_P(Cycle, AnEventGoesThereIsEditedAndComesBack) {
  server_.put(awkward_facts(), "u1");
  sync();
  const std::string id = id_there();
  EXPECT_EQ(text_of(desk_.ok("GET", std::string(kEvents) + "/" + id), "location"),
            awkward_facts().get("location"));
  expect_quiet();
  desk_.ok("PATCH", std::string(kEvents) + "/" + id, R"({"summary":"From there"})");
  sync();
  Facts wanted = awkward_facts();
  wanted.set("title", "From there");
  EXPECT_EQ(at_home(), wanted) << "what cannot be held there is not lost here";
  expect_quiet();
  desk_.call("DELETE", std::string(kEvents) + "/" + id);
  sync();
  EXPECT_THAT(server_.list(), IsEmpty());
  expect_quiet();
}

TEST_P(Cycle, ASeriesGoesThereWithItsExceptions) {
  server_.put(series_facts(), "u1");
  sync();
  const std::string id = id_there();
  const auto first = instances(id);
  ASSERT_THAT(first, SizeIs(9));
  EXPECT_EQ(first[1], "2026-03-17 Once different");
  expect_quiet();
  EXPECT_EQ(at_home(), series_facts());

  // A person there takes one more out, moves another and gives the whole series a name.
  desk_.call("DELETE", std::string(kEvents) + "/" + id + "_20260323T080000Z");
  desk_.ok("PATCH", std::string(kEvents) + "/" + id + "_20260330T070000Z",
           R"({"start":{"dateTime":"2026-03-31T09:00:00","timeZone":"Europe/Berlin"},
               "end":{"dateTime":"2026-03-31T09:30:00","timeZone":"Europe/Berlin"}})");
  desk_.ok("PATCH", std::string(kEvents) + "/" + id, R"({"location":"Hall"})");
  sync();
  EXPECT_EQ(at_home().get("overrides/2026-03-23T09:00:00"), "excluded");
  EXPECT_EQ(at_home().get("overrides/2026-03-30T09:00:00/when"),
            "zoned 2026-03-31T09:00:00 PT30M Europe/Berlin");
  EXPECT_EQ(at_home().get("location"), "Hall");
  // Whether the occurrence that was changed before is in the hall, too, is the service's to say.
  const Json once = desk_.ok("GET", std::string(kEvents) + "/" + id + "_20260316T080000Z");
  EXPECT_EQ(at_home().find("overrides/2026-03-16T09:00:00/-location") == nullptr,
            text_of(once, "location") == "Hall");
  expect_quiet();
}

TEST_P(Cycle, AnExceptionThatIsTakenBackHereFollowsItsSeriesThere) {
  const RemoteId here = server_.put(series_facts(), "u1");
  sync();
  expect_quiet();
  server_.edit(here, [](Facts& facts) { facts.erase_under("overrides/"); });
  sync();
  const auto all = instances(id_there());
  EXPECT_THAT(all, SizeIs(10));
  for (const std::string& one : all) EXPECT_THAT(one, testing::EndsWith(" Every week"));
  expect_quiet();
  Facts wanted = series_facts();
  wanted.erase_under("overrides/");
  EXPECT_EQ(at_home(), wanted);
  server_.edit(here, [](Facts& facts) {
    facts.set("overrides/2026-03-16T09:00:00", "changed");
    facts.set("overrides/2026-03-16T09:00:00/title", "Different again");
  });
  sync();
  EXPECT_EQ(instances(id_there())[2], "2026-03-16 Different again");
  expect_quiet();
}

TEST_P(Cycle, ExclusionsWrittenInTheRuleComeAndGo) {
  desk_.ok("POST", kEvents,
           R"({"id":"series1","summary":"Weekly","recurrence":["RRULE:FREQ=WEEKLY;COUNT=5",
               "EXDATE;TZID=Europe/Berlin:20260309T090000"],
               "start":{"dateTime":"2026-03-02T09:00:00","timeZone":"Europe/Berlin"},
               "end":{"dateTime":"2026-03-02T10:00:00","timeZone":"Europe/Berlin"}})");
  sync();
  EXPECT_EQ(at_home().get("overrides/2026-03-09T09:00:00"), "excluded");
  expect_quiet();
  // Taken back there, and then another one here.
  desk_.ok("PATCH", std::string(kEvents) + "/series1",
           R"({"recurrence":["RRULE:FREQ=WEEKLY;COUNT=5","EXDATE;TZID=Europe/Berlin:20260316T090000"]})");
  sync();
  EXPECT_EQ(at_home().find("overrides/2026-03-09T09:00:00"), nullptr);
  EXPECT_EQ(at_home().get("overrides/2026-03-16T09:00:00"), "excluded");
  server_.edit(server_.list().front().id, [](Facts& facts) { facts.erase_under("overrides/"); });
  sync();
  EXPECT_THAT(instances("series1"), SizeIs(5));
  expect_quiet();
}

TEST_P(Cycle, ADeadTokenDeletesNothing) {
  for (int n = 1; n < 6; ++n) server_.put(plain_facts(n), "u" + std::to_string(n));
  sync();
  desk_.google.reset_deltas(kAnn);
  desk_.google.forget_tombstones(kAnn);
  sync();
  EXPECT_THAT(server_.list(), SizeIs(5));
  EXPECT_THAT(all_of(""), SizeIs(5));
  expect_quiet();
}

TEST_P(Cycle, AMovedSeriesKeepsItsExceptions) {
  const RemoteId here = server_.put(series_facts(), "u1");
  sync();
  server_.edit(here, [](Facts& facts) {
    facts = {{"title", "Every week"},
             {"when", "zoned 2026-03-02T11:00:00 PT30M Europe/Berlin"},
             {"recurrence", "RRULE:FREQ=WEEKLY;COUNT=10;BYDAY=MO"},
             {"overrides/2026-03-09T11:00:00", "excluded"},
             {"overrides/2026-03-16T11:00:00", "changed"},
             {"overrides/2026-03-16T11:00:00/title", "Once different"}};
  });
  const Facts wanted = at_home();
  sync();
  sync();
  EXPECT_EQ(at_home(), wanted);
  const auto all = instances(id_there());
  ASSERT_THAT(all, SizeIs(9));
  EXPECT_EQ(all[1], "2026-03-16 Once different");
  expect_quiet();
}

TEST_P(Cycle, ALostAnswerMakesNoSecondEvent) {
  for (const auto kind : {Fault::Kind::timeout_after, Fault::Kind::damage}) {
    desk_.http.faults().add({.kind = kind, .method = "POST"});
    server_.put(plain_facts(kind == Fault::Kind::damage ? 1 : 2), kind == Fault::Kind::damage ? "u1" : "u2");
    sync(Errors::allowed);
    sync();
  }
  EXPECT_THAT(all_of(""), SizeIs(2));
  EXPECT_THAT(server_.list(), SizeIs(2));
  expect_quiet();
}

TEST_P(Cycle, AFaultInTheMiddleOfAListingDeletesNothing) {
  for (int n = 1; n < 6; ++n) server_.put(plain_facts(n), "u" + std::to_string(n));
  sync();
  desk_.google.reset_deltas(kAnn);
  for (const auto& [status, reason] : std::vector<std::pair<int, std::string>>{
           {500, ""}, {403, "rateLimitExceeded"}, {429, "rateLimitExceeded"}, {404, "notFound"}}) {
    desk_.http.faults().add(
        {.kind = Fault::Kind::refuse, .part = "/events", .status = status, .reason = reason, .skip = 1});
    sync(Errors::allowed);
    EXPECT_THAT(server_.list(), SizeIs(5)) << status;
  }
  desk_.http.faults().clear();
  sync();
  EXPECT_THAT(server_.list(), SizeIs(5));
  EXPECT_THAT(all_of(""), SizeIs(5));
}

TEST_P(Cycle, AMeetingWithGuestsIsEditedHereAndNobodyIsMailed) {
  desk_.google.add_account("bob@example.org", "Bob");
  desk_.ok(
      "POST", std::string(kEvents) + "?sendUpdates=none",
      R"({"id":"meet1","summary":"Plan","start":{"dateTime":"2026-03-02T12:00:00","timeZone":"Europe/Berlin"},
               "end":{"dateTime":"2026-03-02T13:00:00","timeZone":"Europe/Berlin"},
               "attendees":[{"email":"bob@example.org"},{"email":"eve@elsewhere.example","comment":"maybe"}]})");
  desk_.google.clear_outbox();
  sync();
  EXPECT_EQ(at_home().get("title"), "Plan");
  EXPECT_EQ(at_home().find("attendees/mailto:bob@example.org"), nullptr) << "a copy has no guests";
  server_.edit(server_.list().front().id, [](Facts& facts) { facts.set("title", "Plans"); });
  sync();
  const Json event = desk_.ok("GET", std::string(kEvents) + "/meet1");
  EXPECT_EQ(text_of(event, "summary"), "Plans");
  EXPECT_EQ(event.find("attendees")->items()->size(), 2u);
  EXPECT_THAT(event.find("attendees")->dump(), testing::HasSubstr("maybe"));
  expect_quiet();
}

TEST_P(Cycle, ALockedEventIsReadAndNeverWritten) {
  desk_.ok("POST", kEvents, kLunch);
  desk_.google.lock(kAnn, "lunch1");
  sync();
  EXPECT_EQ(at_home().get("title"), "Lunch");
  server_.edit(server_.list().front().id, [](Facts& facts) { facts.set("title", "Dinner"); });
  sync(Errors::allowed);
  for (const Traffic& one : desk_.http.traffic()) EXPECT_EQ(one.method, "GET");
}

INSTANTIATE_TEST_SUITE_P(Google, Cycle, testing::ValuesIn(ways()),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace kalends::lab
