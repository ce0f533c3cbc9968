// A simulated Google Calendar with one account, and the calls of a client in few words.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "lab/cloud/json_merge.h"
#include "lab/cloud/lab_http.h"
#include "lab/google/google.h"
#include "lab/sim/chance.h"
#include "system/zone_files.h"

namespace kalends::lab {

class TestClock : public ports::Clock {
 public:
  Instant now() override { return Instant{now_ms}; }
  void sleep_ms(std::int64_t ms) override { now_ms += ms; }
  std::int64_t now_ms = 1'767'600'000'000;  // 2026-01-05T08:00:00Z
};

inline constexpr const char* kAnn = "ann@example.org";
inline constexpr const char* kEvents = "/calendars/primary/events";

struct Desk {
  Desk() {
    google.add_account(kAnn, "Ann", "Europe/Berlin");
    token = google.issue_token(kAnn, "kalends");
    http.route("https://www.googleapis.com/calendar/v3", google);
  }

  ports::HttpResponse call(const std::string& method, const std::string& path, const std::string& body = "",
                           const std::string& if_match = "") {
    ports::HttpRequest request;
    request.method = method;
    request.url = "https://www.googleapis.com/calendar/v3" + path;
    request.body = body;
    if (!if_match.empty()) request.headers.emplace_back("If-Match", if_match);
    request.credentials = {ports::Credentials::Scheme::bearer, "", token};
    clock.now_ms += 1000;
    auto response = http.send(request);
    EXPECT_TRUE(response.has_value()) << response.error().message;
    return response.value_or(ports::HttpResponse{});
  }
  // The body of a call that is answered with 200.
  Json ok(const std::string& method, const std::string& path, const std::string& body = "",
          const std::string& if_match = "") {
    const auto response = call(method, path, body, if_match);
    EXPECT_EQ(response.status, 200) << method << " " << path << ": " << response.body;
    return parse_json(response.body).value_or(Json::object());
  }
  // "410 deleted" of a call that is refused.
  std::string refused(const std::string& method, const std::string& path, const std::string& body = "",
                      const std::string& if_match = "") {
    const auto response = call(method, path, body, if_match);
    const auto json = parse_json(response.body);
    const Json* error = json ? json->find("error") : nullptr;
    if (error == nullptr) return std::to_string(response.status);
    return std::to_string(response.status) + " " + text_of((*error->find("errors")->items())[0], "reason");
  }

  TestClock clock;
  Chance chance{7};
  system::ZoneFiles zones;
  Google google{clock, chance, zones};
  LabHttp http{clock};
  std::string token;
};

inline std::size_t count(const Json& list) { return list.find("items")->items()->size(); }
inline const Json* item(const Json& list, const std::string& id) {
  for (const Json& one : *list.find("items")->items())
    if (text_of(one, "id") == id) return &one;
  return nullptr;
}

inline constexpr const char* kLunch =
    R"({"id":"lunch1","summary":"Lunch","start":{"dateTime":"2026-03-02T12:00:00","timeZone":"Europe/Berlin"},
        "end":{"dateTime":"2026-03-02T13:00:00","timeZone":"Europe/Berlin"}})";
inline constexpr const char* kWeekly =
    R"({"id":"series1","summary":"Weekly","recurrence":["RRULE:FREQ=WEEKLY;COUNT=10"],
        "start":{"dateTime":"2026-03-02T09:00:00","timeZone":"Europe/Berlin"},
        "end":{"dateTime":"2026-03-02T10:00:00","timeZone":"Europe/Berlin"}})";

}  // namespace kalends::lab
