// Any sequence of requests is answered, with a document or a refusal, and what was written can be listed. A request is a
// line "METHOD PATH" and a body; requests are parted by a line "==".
#include "calendar/test_zone.h"
#include "lab/google/google.h"
#include "lab/sim/chance.h"

#include "base/text.h"

namespace {

class FixedClock : public kalends::ports::Clock {
 public:
  kalends::Instant now() override { return kalends::Instant{now_ms_ += 1000}; }
  void sleep_ms(std::int64_t) override {}

 private:
  std::int64_t now_ms_ = 1'767'600'000'000;
};

constexpr std::size_t kMaxBytes = 16u << 10;
constexpr std::size_t kMaxRequests = 20;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kalends;
  if (size > kMaxBytes) return 0;
  FixedClock clock;
  lab::Chance chance(1);
  const calendar::OnlyUtc zones;
  lab::Google google(clock, chance, zones);
  google.add_account("ann@example.org", "Ann");
  const std::string token = google.issue_token("ann@example.org");
  const auto ask = [&](std::string method, std::string url, std::string body) {
    ports::HttpRequest request;
    request.method = std::move(method);
    request.url = std::move(url);
    request.body = std::move(body);
    request.headers = {{"Authorization", "Bearer " + token}, {"Content-Type", "multipart/mixed; boundary=b"}};
    return google.handle(request);
  };
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (std::size_t n = 0; n < kMaxRequests && !text.empty(); ++n) {
    const std::size_t end = text.find("\n==\n");
    const std::string_view one = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 4);
    const std::size_t line = one.find('\n');
    const std::string_view head = one.substr(0, line);
    const std::size_t blank = head.find(' ');
    if (blank == std::string_view::npos) continue;
    const std::string_view body = line == std::string_view::npos ? std::string_view() : one.substr(line + 1);
    const auto response =
        ask(std::string(head.substr(0, blank)), std::string(head.substr(blank + 1)), std::string(body));
    KALENDS_CHECK(response.status >= 200 && response.status < 500);
  }
  KALENDS_CHECK(ask("GET", "/calendars/primary/events?showDeleted=true", "").status == 200);
  KALENDS_CHECK(
      ask("GET", "/calendars/primary/events?singleEvents=true&timeMin=2026-01-01T00:00:00Z", "").status ==
      200);
  return 0;
}
