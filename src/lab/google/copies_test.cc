// Events of several people: copies in the calendars of guests who have an account, answers, and what guests may change.
// And habits that rewrite what was written.
#include <gtest/gtest.h>

#include "lab/cloud/target.h"
#include "lab/google/test_desk.h"

namespace kalends::lab {
namespace {

constexpr const char* kBob = "bob@example.com";

struct Two : Desk {
  Two() : ann(token) {
    google.add_account(kBob, "Bob");
    bob = google.issue_token(kBob, "kalends");
  }
  std::string ann, bob;
};

std::string with_bob(std::string body) {
  return body.insert(1, R"("attendees":[{"email":"bob@example.com"},{"email":"eve@example.net"}],)");
}

std::string answer_of(const Json& event, const std::string& email) {
  for (const Json& one : *event.find("attendees")->items())
    if (text_of(one, "email") == email) return text_of(one, "responseStatus");
  return "";
}

TEST(GoogleGuests, HaveACopyThatFollowsTheOriginal) {
  Two desk;
  desk.ok("POST", kEvents, with_bob(kLunch));
  const std::string path = std::string(kEvents) + "/lunch1";
  desk.token = desk.bob;
  const Json copy = desk.ok("GET", path);
  EXPECT_EQ(text_of(copy, "iCalUID"), "lunch1@google.com");
  EXPECT_EQ(text_of(*copy.find("organizer"), "email"), kAnn);
  EXPECT_EQ(copy.find("organizer")->find("self"), nullptr);
  desk.ok("PATCH", path, R"({"colorId":"5","extendedProperties":{"private":{"mine":"1"}}})");
  EXPECT_EQ(desk.refused("PATCH", path, R"({"summary":"Mine"})"), "403 forbiddenForNonOrganizer");
  desk.google.lock(kBob, "lunch1");
  EXPECT_EQ(desk.refused("PATCH", path, R"({"summary":"Mine"})"), "403 cannotChangeLockedEvent");
  desk.token = desk.ann;
  const Json original = desk.ok("PATCH", path, R"({"summary":"Late lunch"})");
  EXPECT_EQ(original.find("colorId"), nullptr);
  desk.token = desk.bob;
  const Json followed = desk.ok("GET", path);
  EXPECT_EQ(text_of(followed, "summary"), "Late lunch");
  EXPECT_EQ(text_of(followed, "colorId"), "5");
  EXPECT_EQ(followed.find("extendedProperties")->dump(), R"({"private":{"mine":"1"}})");
  desk.token = desk.ann;
  desk.call("DELETE", path);
  desk.token = desk.bob;
  EXPECT_EQ(text_of(desk.ok("GET", path), "status"), "cancelled");
}

TEST(GoogleGuests, AnswerForEverybodyAndDeclineByDeleting) {
  Two desk;
  desk.ok("POST", std::string(kEvents) + "?sendUpdates=none", with_bob(kLunch));
  const std::string path = std::string(kEvents) + "/lunch1";
  desk.token = desk.bob;
  desk.ok(
      "PATCH", path + "?sendUpdates=all",
      R"({"attendees":[{"email":"bob@example.com","responseStatus":"accepted"},{"email":"eve@example.net"}]})");
  ASSERT_EQ(desk.google.outbox().size(), 1u);
  EXPECT_EQ(desk.google.outbox()[0].kind, "reply");
  EXPECT_EQ(desk.google.outbox()[0].to, kAnn);
  desk.token = desk.ann;
  EXPECT_EQ(answer_of(desk.ok("GET", path), kBob), "accepted");
  desk.token = desk.bob;
  desk.call("DELETE", path + "?sendUpdates=none");
  desk.token = desk.ann;
  EXPECT_EQ(answer_of(desk.ok("GET", path), kBob), "declined");
  EXPECT_EQ(desk.google.outbox().size(), 1u);
}

TEST(GoogleGuests, OfOneOccurrenceHaveAnExceptionWithoutItsMaster) {
  Two desk;
  desk.ok("POST", kEvents, kWeekly);
  const std::string slot = "series1_20260309T080000Z";
  desk.ok("PATCH", std::string(kEvents) + "/" + slot, R"({"attendees":[{"email":"bob@example.com"}]})");
  desk.token = desk.bob;
  const Json list = desk.ok("GET", kEvents);
  ASSERT_EQ(count(list), 1u);
  EXPECT_EQ(text_of((*list.find("items")->items())[0], "recurringEventId"), "series1");
  EXPECT_EQ(desk.refused("GET", std::string(kEvents) + "/series1"), "404 notFound");
}

TEST(GoogleGuests, OfASeriesLoseAnOccurrenceThatTheOrganizerCancels) {
  Two desk;
  desk.ok("POST", kEvents, with_bob(kWeekly));
  desk.call("DELETE", std::string(kEvents) + "/series1_20260309T080000Z");
  desk.token = desk.bob;
  EXPECT_EQ(count(desk.ok("GET", std::string(kEvents) + "/series1/instances")), 9u);
}

TEST(GoogleHabits, MayRewriteWhatWasWritten) {
  Desk desk;
  desk.google.habits().rewrites_text = true;
  desk.google.habits().rewrites_rules = true;
  desk.ok("POST", kEvents, kWeekly);
  const std::string path = std::string(kEvents) + "/series1";
  const Json event = desk.ok("PATCH", path, R"({"summary":" Weekly ","description":"a\nb"})");
  EXPECT_EQ(text_of(event, "summary"), "Weekly");
  EXPECT_EQ(text_of(event, "description"), "a<br>b");
  EXPECT_EQ(event.find("recurrence")->dump(), R"(["RRULE:COUNT=10;FREQ=WEEKLY;WKST=MO"])");
  EXPECT_EQ(count(desk.ok("GET", path + "/instances")), 10u);
}

TEST(GoogleHabits, MayGiveAnItemTwiceAndKeepAnotherClock) {
  Desk desk;
  for (const char* id : {"date1", "date2", "date3", "date4"})
    desk.ok(
        "POST", kEvents,
        R"({"id":")" + std::string(id) + R"(","start":{"date":"2026-03-02"},"end":{"date":"2026-03-03"}})");
  desk.google.habits().double_item_percent = 100;
  std::string page;
  std::size_t items = 0;
  int pages = 0;
  do {
    const Json list = desk.ok("GET", std::string(kEvents) + "?maxResults=2" +
                                         (page.empty() ? "" : "&pageToken=" + percent_encode(page)));
    items += count(list);
    page = text_of(list, "nextPageToken");
  } while (!page.empty() && ++pages < 20);
  EXPECT_EQ(items, 6u);
  desk.google.habits().clock_skew_ms = 3'600'000;
  const Json made = desk.ok("POST", kEvents, kLunch);
  EXPECT_EQ(parse_rfc3339(text_of(made, "updated"))->ms, desk.clock.now_ms + 3'600'000);
}

}  // namespace
}  // namespace kalends::lab
