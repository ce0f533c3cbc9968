// The order of work while many resources are fetched: the server is never left without a request to work on.
#include "provider/caldav/fetch.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "provider/caldav/scripted_http.h"

namespace kalends::provider {
namespace {

// Answers every multiget with all that it asks for but for what is `hidden`, and writes down what is begun and heard.
class Multiget : public ports::Http {
 public:
  explicit Multiget(std::vector<std::string>& log) : log_(log) {}

  Result<ports::HttpResponse> send(const ports::HttpRequest& request) override {
    ports::HttpResponse response;
    if (request.method == "GET") {
      log_.push_back("get");
      response.status = 404;
      return response;
    }
    std::string inside;
    for (std::size_t at = request.body.find("<D:href>"); at != std::string::npos;
         at = request.body.find("<D:href>", at + 1)) {
      const std::string href = request.body.substr(at + 8, request.body.find('<', at + 8) - at - 8);
      if (href == hidden) continue;
      inside += kalends::provider::response(
          href, "<d:getetag>1</d:getetag><c:calendar-data>of " + href + "</c:calendar-data>");
    }
    response.status = 207;
    response.body = multistatus(inside);
    return response;
  }

  std::unique_ptr<ports::Exchange> begin(ports::HttpRequest request) override {
    log_.push_back("ask");
    return Http::begin(std::move(request));
  }

  std::string hidden;

 private:
  std::vector<std::string>& log_;
};

struct Fetching : testing::Test {
  std::vector<std::string> log;
  Multiget http{log};
  DavUrl url = *parse_dav_url("https://h/cal/");
  DavClient client{http, url, {}};
  CalendarPlace place{.url = url};
  Fetcher fetcher{client, place};

  std::vector<std::string> paths(int count) {
    std::vector<std::string> out;
    for (int n = 0; n < count; ++n) out.push_back("/cal/" + std::to_string(1000 + n));
    return out;
  }
};

TEST_F(Fetching, TheNextRequestIsUnderWayWhileAnAnswerIsTaken) {
  const auto wanted = paths(250);
  std::vector<std::string> got;
  const auto result = fetcher.fetch(wanted, [&](Fetched fetched) {
    EXPECT_EQ(fetched.body, "of " + fetched.path);
    if (log.back() != "take") log.emplace_back("take");
    got.push_back(fetched.path);
  });
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(got, wanted);
  EXPECT_EQ(log, (std::vector<std::string>{"ask", "ask", "take", "ask", "take"}));
}

TEST_F(Fetching, WhatAMultigetLeavesOutIsAskedForByItself) {
  http.hidden = "/cal/1001";
  std::vector<Fetched::State> states;
  ASSERT_TRUE(fetcher.fetch(paths(3), [&](const Fetched& fetched) { states.push_back(fetched.state); }));
  using State = Fetched::State;
  EXPECT_EQ(states, (std::vector{State::present, State::gone, State::present}));
  EXPECT_EQ(log, (std::vector<std::string>{"ask", "get"}));
}

}  // namespace
}  // namespace kalends::provider
