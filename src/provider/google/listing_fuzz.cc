// A stored cursor and Google's answers, both any bytes: a listing claims to be whole only when it is, every event it tells is
// one that can be compared and written again, and the number of requests is bounded. The input is the cursor's line, then
// answers: three digits of a status and a body, with a line "--" between them. The last one stays.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "calendar/event.h"
#include "provider/google/cursor.h"
#include "provider/google/google_provider.h"

namespace {

using namespace kalends;

class Answers : public ports::Http {
 public:
  explicit Answers(std::string_view text) {
    for (std::size_t end = 0; end != std::string_view::npos;) {
      end = text.find("\n--\n");
      const std::string_view one = text.substr(0, end);
      ports::HttpResponse answer;
      answer.status = static_cast<int>(parse_integer(one.substr(0, 3)).value_or(200));
      answer.body = one.substr(std::min<std::size_t>(one.size(), 3));
      answers_.push_back(std::move(answer));
      if (end != std::string_view::npos) text.remove_prefix(end + 4);
    }
  }

  Result<ports::HttpResponse> send(const ports::HttpRequest& request) override {
    KALENDS_CHECK(request.url.starts_with("https://h/v3/"));
    return answers_[std::min(sent++, answers_.size() - 1)];
  }
  std::size_t most(std::size_t bytes) const { return answers_.size() + 60 + bytes; }

  std::size_t sent = 0;

 private:
  std::vector<ports::HttpResponse> answers_;
};

class TwoZones : public calendar::ZoneSource {
 public:
  const calendar::Zone* find(std::string_view name) const override {
    if (name == "UTC" || name == "Etc/UTC") return &utc_;
    return name == "Europe/Berlin" ? &berlin_ : nullptr;
  }

 private:
  calendar::Zone utc_ = calendar::Zone::fixed("Etc/UTC", 0);
  calendar::Zone berlin_{
      "Europe/Berlin", 3600, {}, {3600, {{3, 5, 0, false, 7200, 7200}, {10, 5, 0, false, 10800, 3600}}}};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kalends::provider::google;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  Answers http(text.substr(std::min(line + 1, text.size())));
  static const TwoZones zones;
  ports::FixedToken token("t");
  GoogleProvider provider({"primary", "https://h/v3"}, http, token, zones);
  const std::string cursor(text.substr(0, line));
  const auto changes = provider.changes(cursor, [](const RemoteId&) { return std::string(); });
  KALENDS_CHECK(http.sent <= http.most(size));
  if (!changes) {
    KALENDS_CHECK(!changes.error().message.empty());
    return 0;
  }
  KALENDS_CHECK(changes->complete || !changes->reset);
  KALENDS_CHECK(changes->complete || parse_cursor(changes->cursor));
  KALENDS_CHECK(!changes->complete || changes->gone.empty());
  for (const ports::Item& item : changes->items) {
    KALENDS_CHECK(!item.id.empty());
    if (item.part_of) KALENDS_CHECK(calendar::parse_local_time(item.part_of->slot).has_value());
    if (item.facts.find("excluded")) continue;
    const auto event = calendar::from_facts(item.facts);
    KALENDS_CHECK(event && calendar::to_facts(*event) == item.facts);
    const auto shown = provider.project(item.facts);
    KALENDS_CHECK(provider.project(shown) == shown);
    KALENDS_CHECK(provider.update(item, item.facts, {}).has_value());
  }
  return 0;
}
