// What is beside events: channels, free and busy times, batches, and the accidents of the network.
#include <gtest/gtest.h>

#include "lab/google/test_desk.h"

namespace kalends::lab {
namespace {

std::string header(const Notice& notice, const std::string& name) {
  for (const auto& [key, value] : notice.headers)
    if (key == name) return value;
  return "";
}

constexpr const char* kWatch =
    R"({"id":"c1","type":"web_hook","address":"https://example.org/hook","token":"t"})";

TEST(GoogleChannels, TellThatSomethingChangedUntilTheyAreStopped) {
  Desk desk;
  const Json channel = desk.ok("POST", std::string(kEvents) + "/watch", kWatch);
  EXPECT_EQ(desk.refused("POST", std::string(kEvents) + "/watch", kWatch), "400 channelIdNotUnique");
  desk.ok("POST", kEvents, kLunch);
  const auto notices = desk.google.take_notices();
  ASSERT_EQ(notices.size(), 2u);
  EXPECT_EQ(header(notices[0], "X-Goog-Resource-State"), "sync");
  EXPECT_EQ(header(notices[1], "X-Goog-Resource-State"), "exists");
  EXPECT_EQ(header(notices[1], "X-Goog-Channel-Token"), "t");
  EXPECT_EQ(header(notices[1], "X-Goog-Channel-Expiration"), "Mon, 12 Jan 2026 08:00:01 GMT");
  const std::string stop = R"({"id":"c1","resourceId":")" + text_of(channel, "resourceId") + "\"}";
  EXPECT_EQ(desk.call("POST", "/channels/stop", stop).status, 204);
  EXPECT_EQ(desk.refused("POST", "/channels/stop", stop), "404 channelUnknown");
  desk.call("DELETE", std::string(kEvents) + "/lunch1");
  EXPECT_TRUE(desk.google.take_notices().empty());
}

TEST(GoogleChannels, EndWithTheirTimeAndWantHttps) {
  Desk desk;
  EXPECT_EQ(desk.refused("POST", std::string(kEvents) + "/watch",
                         R"({"id":"c1","type":"web_hook","address":"http://example.org"})"),
            "400 push.webhookUrlNotHttps");
  desk.ok("POST", std::string(kEvents) + "/watch", kWatch);
  desk.google.take_notices();
  desk.clock.now_ms += std::int64_t{604'800} * 1000;
  desk.ok("POST", kEvents, kLunch);
  EXPECT_TRUE(desk.google.take_notices().empty());
}

TEST(GoogleChannels, MayBeLateOrTwice) {
  Desk desk;
  desk.ok("POST", std::string(kEvents) + "/watch", kWatch);
  desk.google.take_notices();
  desk.google.habits().double_notice_percent = 100;
  desk.google.habits().notice_delay_ms = 60'000;
  desk.ok("POST", kEvents, kLunch);
  EXPECT_TRUE(desk.google.take_notices().empty());
  desk.clock.now_ms += 60'000;
  EXPECT_EQ(desk.google.take_notices().size(), 2u);
}

TEST(GoogleFreeBusy, JoinsWhatIsTakenAndSaysWhatItCannotSee) {
  Desk desk;
  desk.ok("POST", kEvents, kLunch);
  desk.ok(
      "POST", kEvents,
      R"({"start":{"dateTime":"2026-03-02T12:30:00+01:00"},"end":{"dateTime":"2026-03-02T14:00:00+01:00"}})");
  desk.ok("POST", kEvents,
          R"({"transparency":"transparent","start":{"date":"2026-03-02"},"end":{"date":"2026-03-03"}})");
  desk.ok("POST", kEvents, kWeekly);
  desk.call("DELETE", std::string(kEvents) + "/series1_20260309T080000Z");
  const Json answer = desk.ok("POST", "/freeBusy",
                              R"({"timeMin":"2026-03-01T00:00:00Z","timeMax":"2026-03-12T00:00:00Z",
                                  "items":[{"id":"primary"},{"id":"nobody@example.org"}]})");
  EXPECT_EQ(answer.find("calendars")->find("primary")->find("busy")->dump(),
            R"([{"start":"2026-03-02T08:00:00Z","end":"2026-03-02T09:00:00Z"},)"
            R"({"start":"2026-03-02T11:00:00Z","end":"2026-03-02T13:00:00Z"}])");
  EXPECT_NE(answer.find("calendars")->find("nobody@example.org")->find("errors"), nullptr);
}

TEST(GoogleBatch, PartsAreAnsweredOneByOne) {
  Desk desk;
  ports::HttpRequest request;
  request.method = "POST";
  request.url = "https://www.googleapis.com/calendar/v3/batch/calendar/v3";
  request.credentials = {ports::Credentials::Scheme::bearer, "", desk.token};
  request.headers.emplace_back("Content-Type", "multipart/mixed; boundary=\"b1\"");
  request.body =
      std::string("--b1\r\nContent-Type: application/http\r\nContent-ID: <one>\r\n\r\n") +
      "POST /calendar/v3/calendars/primary/events HTTP/1.1\r\nContent-Type: application/json\r\n\r\n" +
      kLunch + "\r\n--b1\r\nContent-Type: application/http\r\nContent-ID: <two>\r\n\r\n" +
      "GET /calendar/v3/calendars/primary/events/nothing\r\n\r\n\r\n--b1--\r\n";
  const auto response = desk.http.send(request);
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->status, 200);
  const auto one = response->body.find("<response-one>");
  const auto two = response->body.find("<response-two>");
  ASSERT_LT(one, two);
  EXPECT_LT(response->body.find("HTTP/1.1 200"), two);
  EXPECT_NE(response->body.find("HTTP/1.1 404", two), std::string::npos);
  request.body = request.body.substr(0, request.body.size() / 2);
  EXPECT_EQ(desk.http.send(request)->status, 400);
}

TEST(LabHttp, AccidentsStrikeBeforeOrAfterTheWorkIsDone) {
  Desk desk;
  const auto insert = [&](const char* id) {
    ports::HttpRequest request;
    request.method = "POST";
    request.url = std::string("https://www.googleapis.com/calendar/v3") + kEvents;
    request.body =
        R"({"id":")" + std::string(id) + R"(","start":{"date":"2026-03-02"},"end":{"date":"2026-03-03"}})";
    request.credentials = {ports::Credentials::Scheme::bearer, "", desk.token};
    return desk.http.send(request);
  };
  Fault fault;
  fault.method = "POST";
  fault.kind = Fault::Kind::timeout_before;
  desk.http.faults().add(fault);
  fault.kind = Fault::Kind::timeout_after;
  desk.http.faults().add(fault);
  fault.kind = Fault::Kind::refuse;
  fault.status = 403;
  fault.reason = "rateLimitExceeded";
  fault.delay_ms = 500;
  desk.http.faults().add(fault);
  EXPECT_FALSE(insert("before1").has_value());
  EXPECT_FALSE(insert("after1").has_value());
  const auto now = desk.clock.now_ms;
  EXPECT_EQ(insert("refused1")->status, 403);
  EXPECT_EQ(desk.clock.now_ms, now + 500);
  EXPECT_EQ(desk.http.faults().size(), 0u);
  const Json list = desk.ok("GET", kEvents);
  EXPECT_EQ(count(list), 1u);
  EXPECT_NE(item(list, "after1"), nullptr);
  EXPECT_EQ(desk.http.traffic().size(), 4u);
  ports::HttpRequest elsewhere;
  elsewhere.url = "https://example.org/";
  EXPECT_FALSE(desk.http.send(elsewhere).has_value());
}

}  // namespace
}  // namespace kalends::lab
