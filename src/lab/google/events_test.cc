// Single events: what a client writes, what comes back, and what is refused.
#include "lab/google/test_desk.h"

namespace kalends::lab {
namespace {

TEST(GoogleEvents, InsertedIsGotWithWhatTheServerAdds) {
  Desk desk;
  const Json made = desk.ok("POST", kEvents, kLunch);
  EXPECT_EQ(text_of(made, "id"), "lunch1");
  EXPECT_EQ(text_of(made, "iCalUID"), "lunch1@google.com");
  EXPECT_EQ(text_of(made, "status"), "confirmed");
  EXPECT_EQ(text_of(*made.find("start"), "dateTime"), "2026-03-02T12:00:00+01:00");
  EXPECT_EQ(text_of(*made.find("organizer"), "email"), kAnn);
  EXPECT_TRUE(is_true(*made.find("organizer"), "self"));
  EXPECT_TRUE(is_true(*made.find("reminders"), "useDefault"));
  EXPECT_EQ(desk.ok("GET", std::string(kEvents) + "/lunch1").dump(), made.dump());
}

TEST(GoogleEvents, TimesAreShownInTheCalendarsZoneAndKeepTheirOwn) {
  Desk desk;
  const Json made = desk.ok("POST", kEvents,
                            R"({"start":{"dateTime":"2026-03-02T09:00:00","timeZone":"America/New_York"},
                                "end":{"dateTime":"2026-03-02T10:00:00","timeZone":"America/New_York"}})");
  EXPECT_EQ(text_of(*made.find("start"), "dateTime"), "2026-03-02T15:00:00+01:00");
  EXPECT_EQ(text_of(*made.find("start"), "timeZone"), "America/New_York");
  const Json utc = desk.ok("GET", std::string(kEvents) + "/" + text_of(made, "id") + "?timeZone=UTC");
  EXPECT_EQ(text_of(*utc.find("start"), "dateTime"), "2026-03-02T14:00:00Z");
}

TEST(GoogleEvents, IdsAreCheckedAndTakenOnce) {
  Desk desk;
  desk.ok("POST", kEvents, kLunch);
  EXPECT_EQ(desk.refused("POST", kEvents, kLunch), "409 duplicate");
  EXPECT_EQ(desk.refused("POST", kEvents,
                         R"({"id":"xyz-1","start":{"date":"2026-03-02"},"end":{"date":"2026-03-03"}})"),
            "400 invalid");
  EXPECT_EQ(desk.call("DELETE", std::string(kEvents) + "/lunch1").status, 204);
  EXPECT_EQ(desk.refused("POST", kEvents, kLunch), "409 duplicate");
  const Json back = desk.ok("PATCH", std::string(kEvents) + "/lunch1", R"({"status":"confirmed"})");
  EXPECT_EQ(text_of(back, "summary"), "Lunch");
}

TEST(GoogleEvents, PatchMergesAndUpdateReplaces) {
  Desk desk;
  desk.ok("POST", kEvents, kLunch);
  const std::string path = std::string(kEvents) + "/lunch1";
  desk.ok("PATCH", path, R"({"location":"Here","extendedProperties":{"private":{"a":"1","b":"2"}}})");
  const Json patched = desk.ok("PATCH", path, R"({"extendedProperties":{"private":{"a":null}}})");
  EXPECT_EQ(patched.find("extendedProperties")->dump(), R"({"private":{"b":"2"}})");
  EXPECT_EQ(text_of(patched, "location"), "Here");
  const Json replaced = desk.ok("PUT", path, kLunch);
  EXPECT_EQ(replaced.find("location"), nullptr);
  EXPECT_EQ(replaced.find("extendedProperties"), nullptr);
}

TEST(GoogleEvents, AWriteOverAnOlderVersionIsRefused) {
  Desk desk;
  const std::string first = text_of(desk.ok("POST", kEvents, kLunch), "etag");
  const std::string path = std::string(kEvents) + "/lunch1";
  const std::string second = text_of(desk.ok("PATCH", path, R"({"summary":"Long lunch"})", first), "etag");
  EXPECT_NE(first, second);
  EXPECT_EQ(desk.refused("PATCH", path, R"({"summary":"Late"})", first), "412 conditionNotMet");
  EXPECT_EQ(desk.refused("DELETE", path, "", first), "412 conditionNotMet");
  EXPECT_EQ(desk.call("DELETE", path, "", second).status, 204);
  EXPECT_EQ(desk.refused("DELETE", path), "410 deleted");
  EXPECT_EQ(text_of(desk.ok("GET", path), "status"), "cancelled");
  EXPECT_EQ(desk.refused("GET", std::string(kEvents) + "/never1"), "404 notFound");
}

TEST(GoogleEvents, TimesThatAreNoneAreRefused) {
  Desk desk;
  const auto refused = [&](const std::string& start, const std::string& end) {
    return desk.refused("POST", kEvents, R"({"start":)" + start + R"(,"end":)" + end + "}");
  };
  EXPECT_EQ(refused(R"({"date":"2026-03-02"})", "{}"), "400 required");
  EXPECT_EQ(refused(R"({"date":"2026-03-02"})", R"({"date":"2026-03-02"})"), "400 timeRangeEmpty");
  EXPECT_EQ(refused(R"({"date":"2026-02-30"})", R"({"date":"2026-03-02"})"), "400 invalid");
  EXPECT_EQ(refused(R"({"dateTime":"2026-03-02T09:00:00"})", R"({"dateTime":"2026-03-02T10:00:00"})"),
            "400 required");
  EXPECT_EQ(refused(R"({"date":"2026-03-02"})", R"({"dateTime":"2026-03-02T10:00:00Z"})"), "400 invalid");
}

TEST(GoogleEvents, RemindersAloneMoveTheVersionButNotTheTime) {
  Desk desk;
  const Json made = desk.ok("POST", kEvents, kLunch);
  const std::string path = std::string(kEvents) + "/lunch1";
  const Json edited = desk.ok(
      "PATCH", path, R"({"reminders":{"useDefault":false,"overrides":[{"method":"popup","minutes":5}]}})");
  EXPECT_EQ(text_of(made, "updated"), text_of(edited, "updated"));
  EXPECT_NE(text_of(made, "etag"), text_of(edited, "etag"));
  EXPECT_EQ(desk.refused("PATCH", path, R"({"reminders":{"useDefault":true}})"),
            "400 cannotUseDefaultRemindersAndSpecifyOverride");
}

TEST(GoogleEvents, ConferencesNeedTheVersionOnEveryWrite) {
  Desk desk;
  desk.ok("POST", kEvents, kLunch);
  const std::string path = std::string(kEvents) + "/lunch1";
  const char* request = R"({"conferenceData":{"createRequest":{"requestId":"r1"}}})";
  EXPECT_EQ(desk.ok("PATCH", path, request).find("conferenceData"), nullptr);
  const Json with = desk.ok("PATCH", path + "?conferenceDataVersion=1", request);
  ASSERT_NE(with.find("conferenceData"), nullptr);
  EXPECT_FALSE(text_of(with, "hangoutLink").empty());
  EXPECT_NE(desk.ok("PUT", path, kLunch).find("conferenceData"), nullptr);
  EXPECT_EQ(desk.ok("PUT", path + "?conferenceDataVersion=1", kLunch).find("conferenceData"), nullptr);
}

TEST(GoogleEvents, GuestsAreToldUnlessTheCallSaysNot) {
  Desk desk;
  const std::string guests = R"("attendees":[{"email":"Bob@example.com"}])";
  desk.ok("POST", std::string(kEvents) + "?sendUpdates=none", R"({"id":"quiet1",)" + guests + R"(,
      "start":{"date":"2026-03-02"},"end":{"date":"2026-03-03"}})");
  EXPECT_TRUE(desk.google.outbox().empty());
  const std::string path = std::string(kEvents) + "/quiet1";
  desk.ok("PATCH", path + "?sendUpdates=all", R"({"summary":"Day"})");
  desk.ok("PATCH", path, R"({"reminders":{"useDefault":false}})");
  desk.call("DELETE", path);
  ASSERT_EQ(desk.google.outbox().size(), 2u);
  EXPECT_EQ(desk.google.outbox()[0].kind, "update");
  EXPECT_EQ(desk.google.outbox()[0].to, "bob@example.com");
  EXPECT_EQ(desk.google.outbox()[0].client, "kalends");
  EXPECT_EQ(desk.google.outbox()[1].kind, "cancellation");
}

TEST(GoogleEvents, ImportKeepsTheUidAndReplacesItself) {
  Desk desk;
  const std::string body = R"({"iCalUID":"abc@example.org","summary":"One","start":{"date":"2026-03-02"},
                               "end":{"date":"2026-03-03"},"organizer":{"email":"bob@example.com"}})";
  const Json first = desk.ok("POST", std::string(kEvents) + "/import", body);
  EXPECT_EQ(text_of(first, "iCalUID"), "abc@example.org");
  EXPECT_EQ(text_of(*first.find("organizer"), "email"), "bob@example.com");
  const Json again = desk.ok("POST", std::string(kEvents) + "/import", body);
  EXPECT_EQ(text_of(again, "id"), text_of(first, "id"));
  EXPECT_EQ(count(desk.ok("GET", std::string(kEvents) + "?iCalUID=abc%40example.org")), 1u);
  EXPECT_EQ(desk.refused("PATCH", std::string(kEvents) + "/" + text_of(first, "id"), R"({"summary":"Mine"})"),
            "403 forbiddenForNonOrganizer");
}

TEST(GoogleEvents, ATokenThatIsNoneOrTooNarrowIsRefused) {
  Desk desk;
  desk.ok("POST", kEvents, kLunch);
  const std::string whole = desk.token;
  desk.token = desk.google.issue_token(kAnn, "reader", {"calendar.events.readonly"});
  desk.ok("GET", kEvents);
  EXPECT_EQ(desk.refused("DELETE", std::string(kEvents) + "/lunch1"), "403 insufficientPermissions");
  EXPECT_EQ(desk.refused("GET", "/users/me/calendarList"), "403 insufficientPermissions");
  desk.token = desk.google.issue_token(kAnn, "short", {}, 5000);
  desk.ok("GET", kEvents);
  desk.clock.now_ms += 5000;
  const auto late = desk.call("GET", kEvents);
  EXPECT_EQ(late.status, 401);
  EXPECT_NE(late.header("www-authenticate"), nullptr);
  desk.token = whole;
  desk.google.revoke_token(whole);
  EXPECT_EQ(desk.refused("GET", kEvents), "401 authError");
}

}  // namespace
}  // namespace kalends::lab
