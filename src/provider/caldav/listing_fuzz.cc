// A stored cursor and a server's answers, both any bytes: a listing claims to be whole only when it is, every cursor it
// gives is one it can go on from, every path is a plain one, and the number of requests is bounded. The input is the
// cursor's line, then answers: three digits of a status and a body, with a line "--" between them. The last one stays.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "provider/caldav/listing.h"

namespace {

using namespace kalends;

class Answers : public ports::Http {
 public:
  explicit Answers(std::string_view text) {
    for (std::size_t end = 0; end != std::string_view::npos;) {
      end = text.find("\n--\n");
      std::string_view one = text.substr(0, end);
      ports::HttpResponse answer;
      answer.status = static_cast<int>(parse_integer(one.substr(0, 3)).value_or(207));
      answer.body = one.substr(std::min<std::size_t>(one.size(), 3));
      if (answer.status / 100 == 3) answer.headers.emplace_back("location", answer.body.substr(0, 200));
      answers_.push_back(std::move(answer));
      if (end != std::string_view::npos) text.remove_prefix(end + 4);
    }
  }

  Result<ports::HttpResponse> send(const ports::HttpRequest& request) override {
    ports::HttpResponse answer = answers_[std::min(sent++, answers_.size() - 1)];
    answer.url = request.url;
    return answer;
  }
  std::size_t most() const { return answers_.size() + 20; }

  std::size_t sent = 0;

 private:
  std::vector<ports::HttpResponse> answers_;
};

bool is_cursor(std::string_view text) {
  return text.starts_with("sync:") || text.starts_with("ctag:") || text == "each:";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kalends::provider;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  Answers http(text.substr(std::min(line + 1, text.size())));
  CalendarPlace place;
  place.url = *parse_dav_url("https://h/cal/");
  place.sync_report = size % 2 == 0;
  DavClient client(http, place.url, {});
  const auto listing = list_members(client, place, std::string(text.substr(0, line)));
  KALENDS_CHECK(http.sent <= http.most());
  if (!listing) {
    KALENDS_CHECK(!listing.error().message.empty());
    return 0;
  }
  KALENDS_CHECK(is_cursor(listing->cursor));
  for (const auto& [path, member] : listing->members) {
    KALENDS_CHECK(path.starts_with('/') && !path.ends_with('/'));
    KALENDS_CHECK(!listing->complete || member.state != Member::State::gone);
  }
  return 0;
}
