// The lab over real sockets: what a client asks, what the control API plans and shows.
#include "lab/serve/lab_server.h"

#include <gtest/gtest.h>

#include "lab/cloud/json_merge.h"
#include "net/curl_http.h"
#include "system/clock.h"
#include "system/random.h"
#include "system/zone_files.h"

namespace kalends::lab {
namespace {

class Lab : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = LabServer::start({}, clock_, random_, zones_, http_);
    ASSERT_TRUE(started.has_value()) << started.error().message;
    server_ = std::move(*started);
    google_ = text_of(*server_->addresses().find("google"), "url");
    token_ = text_of(*server_->addresses().find("google"), "token");
    control_ = text_of(*server_->addresses().find("control"), "url");
  }

  Result<ports::HttpResponse> ask(const std::string& method, const std::string& url,
                                  const std::string& body = "") {
    ports::HttpRequest request;
    request.method = method;
    request.url = url;
    request.body = body;
    if (url.starts_with(google_)) request.credentials = {ports::Credentials::Scheme::bearer, "", token_};
    return http_.send(request);
  }
  Json ok(const std::string& method, const std::string& url, const std::string& body = "") {
    const auto response = ask(method, url, body);
    if (!response) {
      ADD_FAILURE() << response.error().message;
      return Json::object();
    }
    EXPECT_EQ(response->status, 200) << url << ": " << response->body;
    return parse_json(response->body).value_or(Json::object());
  }

  system::StopFlag stop_;
  system::SystemClock clock_{stop_};
  system::SystemRandom random_;
  system::ZoneFiles zones_;
  net::CurlHttp http_;
  std::unique_ptr<LabServer> server_;
  std::string google_, token_, control_;
};

constexpr const char* kDay = R"({"start":{"date":"2026-03-02"},"end":{"date":"2026-03-03"},
                                 "attendees":[{"email":"bob@example.com"}]})";

TEST_F(Lab, AnswersAClientAndShowsWhatItWouldHaveSent) {
  const std::string events = google_ + "calendar/v3/calendars/primary/events";
  for (int n = 0; n < 5; ++n) ok("POST", events + "?sendUpdates=none", kDay);
  const Json list = ok("GET", events);  // large enough to be compressed on the way
  EXPECT_EQ(list.find("items")->items()->size(), 5u);
  EXPECT_EQ(ok("GET", control_ + "outbox").find("mail")->items()->size(), 0u);
  ok("POST", control_ + "google/person",
     R"({"email":"ann@example.org","method":"POST","path":"/calendars/primary/events","body":)" +
         std::string(kDay) + "}");
  const Json outbox = ok("GET", control_ + "outbox");
  ASSERT_EQ(outbox.find("mail")->items()->size(), 1u);
  EXPECT_EQ(text_of((*outbox.find("mail")->items())[0], "client"), "person");
  EXPECT_EQ(ok("GET", control_ + "traffic").find("requests")->items()->size(), 6u);
}

TEST_F(Lab, AccidentsArePlannedFromOutside) {
  const std::string list = google_ + "calendar/v3/users/me/calendarList";
  ok("POST", control_ + "faults",
     R"({"kind":"refuse","status":429,"reason":"rateLimitExceeded","retry_after_s":3})");
  ok("POST", control_ + "faults", R"({"kind":"timeout_after"})");
  const auto limited = ask("GET", list);
  ASSERT_TRUE(limited.has_value());
  EXPECT_EQ(limited->status, 429);
  EXPECT_EQ(*limited->header("retry-after"), "3");
  EXPECT_FALSE(ask("GET", list).has_value());
  ok("GET", list);
  EXPECT_EQ(ask("POST", control_ + "faults", R"({"kind":"earthquake"})")->status, 400);
  EXPECT_EQ(ask("POST", control_ + "google/habits", R"({"page_size":"many"})")->status, 400);
  ok("POST", control_ + "google/resets", R"({"calendar":"ann@example.org"})");
  EXPECT_EQ(ask("POST", control_ + "google/resets", R"({"calendar":"nobody"})")->status, 404);
}

TEST_F(Lab, APageInABrowserCannotSteerIt) {
  ports::HttpRequest request;
  request.url = control_ + "outbox";
  request.headers.emplace_back("Origin", "https://example.org");
  EXPECT_EQ(http_.send(request)->status, 403);
  request.headers = {{"Host", "example.org"}};
  EXPECT_EQ(http_.send(request)->status, 403);
}

}  // namespace
}  // namespace kalends::lab
