// Listings: pages, increments, dead tokens; and series with their exceptions.
#include <gtest/gtest.h>

#include <set>

#include "lab/cloud/target.h"
#include "lab/google/test_desk.h"

namespace kalends::lab {
namespace {

std::string day(int n) {
  return R"({"id":"date0)" + std::to_string(100 + n) +
         R"(","start":{"date":"2026-03-02"},"end":{"date":"2026-03-03"}})";
}

// All pages of a listing: ids with their status, and the sync token at the end.
struct Walk {
  std::multiset<std::string> ids;
  std::string sync_token;
  int pages = 0;
};
Walk walk(Desk& desk, const std::string& query) {
  Walk out;
  std::string page;
  while (out.pages < 1000) {
    const Json body = desk.ok("GET", std::string(kEvents) + "?" + query +
                                         (page.empty() ? "" : "&pageToken=" + percent_encode(page)));
    ++out.pages;
    for (const Json& one : *body.find("items")->items())
      out.ids.insert(text_of(one, "id") + (text_of(one, "status") == "cancelled" ? " gone" : ""));
    out.sync_token = text_of(body, "nextSyncToken");
    page = text_of(body, "nextPageToken");
    EXPECT_NE(page.empty(), out.sync_token.empty())
        << "a sync token stands on the last page, and there alone";
    if (page.empty()) break;
  }
  return out;
}

TEST(GoogleSync, PagesGiveEveryEventOnceAlsoShortAndEmptyOnes) {
  Desk desk;
  for (int n = 0; n < 23; ++n) desk.ok("POST", kEvents, day(n));
  EXPECT_EQ(walk(desk, "maxResults=5").pages, 5);
  desk.google.habits().empty_page_percent = 40;
  desk.google.habits().short_page_percent = 40;
  const Walk all = walk(desk, "maxResults=5");
  EXPECT_EQ(all.ids.size(), 23u);
  EXPECT_EQ(std::set(all.ids.begin(), all.ids.end()).size(), 23u);
  EXPECT_GT(all.pages, 5);
}

TEST(GoogleSync, AnIncrementHasWhatChangedSinceAlsoWhileThePagesWereRead) {
  Desk desk;
  for (int n = 0; n < 4; ++n) desk.ok("POST", kEvents, day(n));
  const Json first = desk.ok("GET", std::string(kEvents) + "?maxResults=2");
  desk.ok("POST", kEvents, day(50));
  std::string token;
  std::string page = text_of(first, "nextPageToken");
  while (!page.empty()) {
    const Json next =
        desk.ok("GET", std::string(kEvents) + "?maxResults=2&pageToken=" + percent_encode(page));
    page = text_of(next, "nextPageToken");
    token = text_of(next, "nextSyncToken");
  }
  desk.call("DELETE", std::string(kEvents) + "/date0101");
  const Walk second = walk(desk, "syncToken=" + percent_encode(token));
  EXPECT_EQ(second.ids, (std::multiset<std::string>{"date0101 gone", "date0150"}));
  EXPECT_TRUE(walk(desk, "syncToken=" + percent_encode(second.sync_token)).ids.empty());
}

TEST(GoogleSync, TokensAreRefusedWhereTheyDoNotBelong) {
  Desk desk;
  desk.ok("POST", kEvents, kLunch);
  const std::string token = percent_encode(walk(desk, "maxResults=250").sync_token);
  const std::string list = std::string(kEvents) + "?syncToken=" + token;
  EXPECT_EQ(desk.refused("GET", list + "&timeMin=2026-01-01T00:00:00Z"), "400 badRequest");
  EXPECT_EQ(desk.refused("GET", list + "&showDeleted=false"), "400 badRequest");
  EXPECT_EQ(desk.refused("GET", list + "&singleEvents=true"), "400 invalid");
  EXPECT_EQ(desk.refused("GET", std::string(kEvents) + "?syncToken=nonsense"), "400 invalid");
  EXPECT_EQ(desk.refused("GET", std::string(kEvents) + "?pageToken=nonsense"), "400 invalid");
  desk.google.reset_deltas(kAnn);
  EXPECT_EQ(desk.refused("GET", list), "410 fullSyncRequired");
  const std::string fresh = percent_encode(walk(desk, "maxResults=250").sync_token);
  desk.clock.now_ms += desk.google.habits().sync_token_life_ms;
  EXPECT_EQ(desk.refused("GET", std::string(kEvents) + "?syncToken=" + fresh), "410 fullSyncRequired");
}

TEST(GoogleSync, SearchesFilterAndHaveNoSyncToken) {
  Desk desk;
  desk.ok("POST", kEvents, kLunch);
  desk.ok("POST", kEvents, kWeekly);
  desk.ok("PATCH", std::string(kEvents) + "/lunch1", R"({"extendedProperties":{"private":{"mark":"m1"}}})");
  const Json marked = desk.ok("GET", std::string(kEvents) + "?privateExtendedProperty=mark%3Dm1");
  EXPECT_EQ(count(marked), 1u);
  EXPECT_EQ(marked.find("nextSyncToken"), nullptr);
  const std::string late = "?timeMin=2026-04-01T00:00:00Z";
  EXPECT_EQ(count(desk.ok("GET", kEvents + late)), 1u);
  EXPECT_EQ(count(desk.ok("GET", kEvents + late + "&singleEvents=true&orderBy=startTime")), 5u);
  EXPECT_EQ(desk.refused("GET", std::string(kEvents) + "?orderBy=startTime"), "400 badRequest");
}

TEST(GoogleSeries, AnOccurrenceIsThereWithoutBeingKept) {
  Desk desk;
  desk.ok("POST", kEvents, kWeekly);
  EXPECT_EQ(count(desk.ok("GET", kEvents)), 1u);
  EXPECT_EQ(count(desk.ok("GET", std::string(kEvents) + "/series1/instances")), 10u);
  // After the change to summer time the slot has another UTC hour.
  const Json one = desk.ok("GET", std::string(kEvents) + "/series1_20260330T070000Z");
  EXPECT_EQ(text_of(one, "recurringEventId"), "series1");
  EXPECT_EQ(text_of(*one.find("originalStartTime"), "dateTime"), "2026-03-30T09:00:00+02:00");
  EXPECT_EQ(desk.refused("GET", std::string(kEvents) + "/series1_20260330T080000Z"), "404 notFound");
}

TEST(GoogleSeries, ExceptionsAreEventsOfTheirOwnAndFollowTheirMaster) {
  Desk desk;
  desk.ok("POST", kEvents, kWeekly);
  const std::string token = walk(desk, "").sync_token;
  const std::string slot = std::string(kEvents) + "/series1_20260309T080000Z";
  const Json moved = desk.ok("PATCH", slot, R"({"start":{"dateTime":"2026-03-09T11:00:00+01:00"},
                                                "end":{"dateTime":"2026-03-09T12:00:00+01:00"}})");
  EXPECT_EQ(text_of(*moved.find("originalStartTime"), "dateTime"), "2026-03-09T09:00:00+01:00");
  EXPECT_EQ(moved.find("recurrence"), nullptr);
  const Walk delta = walk(desk, "syncToken=" + percent_encode(token));
  EXPECT_EQ(delta.ids, std::multiset<std::string>{"series1_20260309T080000Z"});
  desk.ok("PATCH", std::string(kEvents) + "/series1", R"({"summary":"Renamed"})");
  EXPECT_EQ(text_of(desk.ok("GET", slot), "summary"), "Renamed");
  EXPECT_EQ(walk(desk, "syncToken=" + percent_encode(delta.sync_token)).ids.size(), 2u);
}

TEST(GoogleSeries, ACancelledOccurrenceIsSparseAndStaysInListings) {
  Desk desk;
  desk.ok("POST", kEvents, kWeekly);
  const std::string slot = "series1_20260309T080000Z";
  EXPECT_EQ(desk.call("DELETE", std::string(kEvents) + "/" + slot).status, 204);
  EXPECT_EQ(desk.refused("DELETE", std::string(kEvents) + "/" + slot), "410 deleted");
  const Json list = desk.ok("GET", kEvents);
  ASSERT_EQ(count(list), 2u);
  const Json* gone = item(list, slot);
  ASSERT_NE(gone, nullptr);
  EXPECT_EQ(gone->find("summary"), nullptr);
  EXPECT_EQ(text_of(*gone, "recurringEventId"), "series1");
  EXPECT_EQ(count(desk.ok("GET", std::string(kEvents) + "/series1/instances")), 9u);
  const Json back = desk.ok("PATCH", std::string(kEvents) + "/" + slot, R"({"status":"confirmed"})");
  EXPECT_EQ(text_of(back, "summary"), "Weekly");
  desk.call("DELETE", std::string(kEvents) + "/series1");
  EXPECT_EQ(count(desk.ok("GET", kEvents)), 0u);
}

TEST(GoogleSeries, ExceptionsWhoseSlotIsLostStayOrGoAsIsTheHabit) {
  for (const bool stay : {true, false}) {
    Desk desk;
    desk.google.habits().strays_stay = stay;
    desk.ok("POST", kEvents, kWeekly);
    const std::string slot = std::string(kEvents) + "/series1_20260504T070000Z";
    desk.ok("PATCH", slot, R"({"summary":"Last"})");
    desk.ok("PATCH", std::string(kEvents) + "/series1", R"({"recurrence":["RRULE:FREQ=WEEKLY;COUNT=3"]})");
    EXPECT_EQ(text_of(desk.ok("GET", slot), "status"), stay ? "confirmed" : "cancelled");
  }
}

TEST(GoogleSeries, AStrayOfWholeDaysStaysAWholeDay) {
  Desk desk;
  desk.ok("POST", kEvents, R"({"id":"dates1","recurrence":["RRULE:FREQ=DAILY;COUNT=3"],
      "start":{"date":"2026-03-02"},"end":{"date":"2026-03-03"}})");
  const std::string stray = std::string(kEvents) + "/dates1_20260303";
  desk.ok("PATCH", stray, R"({"summary":"Mine"})");
  desk.ok("PUT", std::string(kEvents) + "/dates1",
          R"({"start":{"dateTime":"2026-03-02T09:00:00Z","timeZone":"UTC"},
      "end":{"dateTime":"2026-03-02T10:00:00Z","timeZone":"UTC"},"recurrence":["RRULE:FREQ=DAILY;COUNT=3"]})");
  const Json left = desk.ok("GET", stray);
  EXPECT_EQ(text_of(*left.find("start"), "date"), "2026-03-03");
  EXPECT_EQ(text_of(*left.find("end"), "date"), "2026-03-04");
}

TEST(GoogleSeries, RulesThatAreNoneAreRefused) {
  Desk desk;
  desk.ok("POST", kEvents, kWeekly);
  const std::string path = std::string(kEvents) + "/series1";
  EXPECT_EQ(desk.refused("PATCH", path, R"({"recurrence":["RRULE:FREQ=OFTEN"]})"), "400 invalid");
  EXPECT_EQ(desk.refused("PATCH", path, R"({"recurrence":["DTSTART:20260302T090000"]})"), "400 invalid");
  EXPECT_EQ(desk.refused("POST", kEvents, R"({"recurrence":["RRULE:FREQ=DAILY"],
      "start":{"dateTime":"2026-03-02T09:00:00Z"},"end":{"dateTime":"2026-03-02T10:00:00Z"}})"),
            "400 required");
}

TEST(GoogleCalendars, TheListHasRolesAndItsOwnIncrements) {
  Desk desk;
  desk.google.add_account("bob@example.com", "Bob");
  const std::string team = desk.google.add_calendar("bob@example.com", "Team", "Asia/Tokyo");
  const Json first = desk.ok("GET", "/users/me/calendarList");
  ASSERT_EQ(count(first), 1u);
  EXPECT_TRUE(is_true(*item(first, kAnn), "primary"));
  desk.google.share(team, kAnn, "reader");
  const std::string token = percent_encode(text_of(first, "nextSyncToken"));
  const Json second = desk.ok("GET", "/users/me/calendarList?syncToken=" + token);
  ASSERT_EQ(count(second), 1u);
  EXPECT_EQ(text_of(*item(second, team), "accessRole"), "reader");
  const std::string events = "/calendars/" + percent_encode(team) + "/events";
  EXPECT_EQ(desk.refused("POST", events, kLunch), "403 requiredAccessLevel");
  EXPECT_EQ(desk.refused("GET", "/users/me/calendarList?minAccessRole=owner&syncToken=" + token),
            "400 badRequest");
  desk.google.drop_calendar(team);
  EXPECT_EQ(desk.refused("GET", events), "404 notFound");
  const Json third =
      desk.ok("GET", "/users/me/calendarList?syncToken=" + percent_encode(text_of(second, "nextSyncToken")));
  EXPECT_TRUE(is_true(*item(third, team), "deleted"));
}

TEST(GoogleCalendars, AreMadeChangedAndDeleted) {
  Desk desk;
  const Json made = desk.ok("POST", "/calendars", R"({"summary":"Side"})");
  const std::string path = "/calendars/" + percent_encode(text_of(made, "id"));
  EXPECT_EQ(text_of(made, "timeZone"), "Europe/Berlin");
  EXPECT_EQ(text_of(desk.ok("PATCH", path, R"({"timeZone":"Asia/Tokyo"})"), "summary"), "Side");
  desk.ok("POST", path + "/events", kLunch);
  EXPECT_EQ(desk.call("DELETE", path).status, 204);
  EXPECT_EQ(desk.refused("GET", path + "/events"), "404 notFound");
  EXPECT_EQ(desk.refused("DELETE", "/calendars/primary"), "403 cannotDeletePrimaryCalendar");
}

TEST(GoogleService, PartialAnswersHaveWhatTheMaskNames) {
  Desk desk;
  desk.ok("POST", kEvents, kLunch);
  const Json list = desk.ok("GET", std::string(kEvents) + "?fields=nextSyncToken,items(id,start/date)");
  EXPECT_EQ(list.members()->size(), 2u);
  EXPECT_EQ((*list.find("items")->items())[0].dump(), R"({"id":"lunch1","start":{}})");
  EXPECT_EQ(desk.refused("GET", std::string(kEvents) + "?fields=items(id"), "400 invalidParameter");
}

TEST(GoogleService, AMinutesQuotaIsKeptForEachUser) {
  Desk desk;
  desk.google.habits().requests_per_minute_user = 3;
  for (int n = 0; n < 3; ++n) desk.ok("GET", kEvents);
  EXPECT_EQ(desk.refused("GET", kEvents), "403 userRateLimitExceeded");
  desk.google.habits().over_limit_is_429 = true;
  EXPECT_EQ(desk.refused("GET", kEvents), "429 userRateLimitExceeded");
  desk.clock.now_ms += 60'000;
  desk.ok("GET", kEvents);
}

}  // namespace
}  // namespace kalends::lab
