// A feed as servers, captive portals and cut lines serve it. The server is scripted; the file tests use real files.
#include "provider/ics/ics_provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

namespace kalends::provider {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class OnlyUtc : public calendar::ZoneSource {
 public:
  const calendar::Zone* find(std::string_view name) const override {
    return name == "UTC" || name == "Etc/UTC" ? &utc_ : nullptr;
  }

 private:
  calendar::Zone utc_ = calendar::Zone::fixed("Etc/UTC", 0);
};

class ScriptedHttp : public ports::Http {
 public:
  Result<ports::HttpResponse> send(const ports::HttpRequest& request) override {
    requests.push_back(request);
    return answer(request);
  }
  const std::string* header(std::size_t request, std::string_view name) const {
    for (const auto& [key, value] : requests.at(request).headers)
      if (key == name) return &value;
    return nullptr;
  }

  std::function<Result<ports::HttpResponse>(const ports::HttpRequest&)> answer;
  std::vector<ports::HttpRequest> requests;
};

std::string event(const std::string& uid, const std::string& title,
                  const std::string& stamp = "20260101T000000Z") {
  return "BEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTAMP:" + stamp +
         "\r\nDTSTART;VALUE=DATE:20260302\r\nSUMMARY:" + title + "\r\nEND:VEVENT\r\n";
}
std::string calendar_of(const std::string& events) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test\r\n" + events + "END:VCALENDAR\r\n";
}
ports::HttpResponse ok(std::string body) {
  return {200, {{"etag", "\"v1\""}, {"last-modified", "Mon, 02 Mar 2026 09:00:00 GMT"}}, std::move(body), ""};
}
const ports::Known kNothing = [](const RemoteId&) { return ""; };

class IcsTest : public testing::Test {
 protected:
  IcsProvider at(const std::string& url) { return {IcsConfig{url, "ann", "pw", false}, http_, zones_}; }
  void serve(ports::HttpResponse response) {
    http_.answer = [response](const ports::HttpRequest&) { return response; };
  }
  Error error_of(const std::string& body) {
    serve(ok(body));
    auto changes = at("https://x.test/f.ics").changes("", kNothing);
    EXPECT_FALSE(changes);
    return changes ? Error{} : changes.error();
  }

  OnlyUtc zones_;
  ScriptedHttp http_;
};

TEST_F(IcsTest, ListsEveryEventByItsUid) {
  serve(ok("\xEF\xBB\xBF" + calendar_of(event("a", "One") + event("b", "Two"))));
  auto feed = at("webcals://x.test/f.ics");
  auto changes = feed.changes("", kNothing);
  ASSERT_TRUE(changes) << changes.error().message;
  EXPECT_EQ(http_.requests[0].url, "https://x.test/f.ics");
  EXPECT_TRUE(changes->complete);
  ASSERT_EQ(changes->items.size(), 2U);
  EXPECT_EQ(changes->items[0].id.value, "a");
  EXPECT_EQ(changes->items[0].facts.get("title"), "One");
  EXPECT_EQ(changes->items[0].facts.get("when"), "all-day 2026-03-02 P1D");
  EXPECT_TRUE(changes->items[0].read_only);
  EXPECT_EQ(feed.get(RemoteId("b"))->facts.get("title"), "Two");
  EXPECT_EQ(feed.get(RemoteId("c")).error().kind, ErrorKind::not_found);
}

TEST_F(IcsTest, AsksOnlyForWhatChanged) {
  serve(ok(calendar_of(event("a", "One"))));
  auto feed = at("https://x.test/f.ics");
  auto first = feed.changes("", kNothing);
  EXPECT_EQ(http_.header(0, "If-None-Match"), nullptr);
  serve({304, {}, "", ""});
  auto second = feed.changes(first->cursor, kNothing);
  ASSERT_TRUE(second);
  EXPECT_EQ(*http_.header(1, "If-None-Match"), "\"v1\"");
  EXPECT_EQ(*http_.header(1, "If-Modified-Since"), "Mon, 02 Mar 2026 09:00:00 GMT");
  EXPECT_FALSE(second->complete);
  EXPECT_TRUE(second->items.empty() && second->unchanged.empty() && second->gone.empty());
  EXPECT_EQ(second->cursor, first->cursor);
  serve(ok(calendar_of(event("a", "One"))));
  EXPECT_FALSE(feed.changes(second->cursor, kNothing)->complete) << "the same text under a 200";
  serve({304, {}, "", ""});
  EXPECT_FALSE(feed.changes("", kNothing)) << "304 to somebody who has nothing";
}

TEST_F(IcsTest, ANewStampOnEveryAnswerChangesNothing) {
  serve(ok(calendar_of(event("a", "One") + event("b", "Two"))));
  auto feed = at("https://x.test/f.ics");
  auto first = feed.changes("", kNothing);
  ports::Known known = [&](const RemoteId& id) {
    for (const ports::Item& item : first->items)
      if (item.id == id) return item.version;
    return std::string();
  };
  serve(ok(calendar_of(event("a", "One", "20270101T000000Z") + event("b", "New", "20270101T000000Z"))));
  auto second = feed.changes(first->cursor, known);
  ASSERT_TRUE(second->complete);
  EXPECT_THAT(second->unchanged, ElementsAre(RemoteId("a")));
  ASSERT_EQ(second->items.size(), 1U);
  EXPECT_EQ(second->items[0].facts.get("title"), "New");
}

TEST_F(IcsTest, WhatIsNoWholeCalendarIsAnErrorAndNeverEmpty) {
  EXPECT_THAT(error_of("<!DOCTYPE html>\n<html>please log in").message, HasSubstr("<!DOCTYPE html>"));
  EXPECT_EQ(error_of("").kind, ErrorKind::corrupt);
  EXPECT_EQ(error_of("{}").kind, ErrorKind::corrupt);
  const std::string whole = calendar_of(event("a", "One") + event("b", "Two"));
  for (std::size_t size = 0; size + 15 < whole.size(); size += 7) error_of(whole.substr(0, size));
  serve(ok(calendar_of("")));
  auto empty = at("https://x.test/f.ics").changes("", kNothing);
  ASSERT_TRUE(empty) << "an empty calendar is one";
  EXPECT_TRUE(empty->complete);
}

TEST_F(IcsTest, AnEventThatCannotBeReadIsUnknownAndNotAbsent) {
  serve(ok(calendar_of(event("a", "One") + "BEGIN:VEVENT\r\nUID:b\r\nDTSTART:nonsense\r\nEND:VEVENT\r\n")));
  auto changes = at("https://x.test/f.ics").changes("", kNothing);
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->items.size(), 1U);
  ASSERT_EQ(changes->unreadable.size(), 1U);
  EXPECT_EQ(changes->unreadable[0].id.value, "b");
}

TEST_F(IcsTest, FollowsRedirectsAndKeepsCredentialsWithTheirHost) {
  http_.answer = [](const ports::HttpRequest& request) -> Result<ports::HttpResponse> {
    if (request.url == "https://x.test/f.ics")
      return ports::HttpResponse{301, {{"location", "/new/f.ics"}}, "", ""};
    if (request.url == "https://x.test/new/f.ics")
      return ports::HttpResponse{307, {{"location", "webcal://y.test/f.ics"}}, "", ""};
    return ok(calendar_of(event("a", "One")));
  };
  auto changes = at("https://x.test/f.ics").changes("", kNothing);
  ASSERT_TRUE(changes) << changes.error().message;
  ASSERT_EQ(http_.requests.size(), 3U);
  EXPECT_EQ(http_.requests[1].credentials.username, "ann");
  EXPECT_EQ(http_.requests[2].url, "http://y.test/f.ics");
  EXPECT_EQ(http_.requests[2].credentials.username, "");
  EXPECT_EQ(http_.requests[2].credentials.secret, "");

  serve({302, {{"location", "/again"}}, "", ""});
  http_.requests.clear();
  EXPECT_FALSE(at("https://x.test/f.ics").changes("", kNothing));
  EXPECT_EQ(http_.requests.size(), 6U);
  for (std::string target : {"file:///etc/passwd", "ftp://x.test/", "javascript:1"}) {
    serve({302, {{"location", target}}, "", ""});
    EXPECT_FALSE(at("https://x.test/f.ics").changes("", kNothing)) << target;
  }
}

TEST_F(IcsTest, EachStatusIsAnErrorOfItsKind) {
  auto kind = [&](int status) {
    serve({status, {{"retry-after", "120"}}, "BEGIN:VCALENDAR", ""});
    return at("https://x.test/f.ics").changes("", kNothing).error();
  };
  EXPECT_EQ(kind(401).kind, ErrorKind::unauthorized);
  EXPECT_EQ(kind(403).kind, ErrorKind::forbidden);
  EXPECT_EQ(kind(404).kind, ErrorKind::not_found);
  EXPECT_EQ(kind(429).kind, ErrorKind::rate_limited);
  EXPECT_EQ(kind(429).retry_after_ms, 120'000);
  EXPECT_EQ(kind(503).kind, ErrorKind::transient);
  EXPECT_EQ(kind(204).kind, ErrorKind::invalid);
  http_.answer = [](const ports::HttpRequest&) -> Result<ports::HttpResponse> {
    return fail(ErrorKind::transient, "refused");
  };
  EXPECT_EQ(at("https://x.test/f.ics").changes("", kNothing).error().kind, ErrorKind::transient);
}

TEST_F(IcsTest, NothingIsEverWritten) {
  auto feed = at("https://x.test/f.ics");
  EXPECT_FALSE(feed.capabilities().writable);
  EXPECT_EQ(feed.create({}).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(feed.update({}, {}, {}).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(feed.remove({}).error().kind, ErrorKind::unsupported);
  EXPECT_TRUE(http_.requests.empty());
}

TEST_F(IcsTest, ReadsFiles) {
  std::string folder = std::filesystem::temp_directory_path() / "kalends-feed-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const std::string path = folder + "/a b.ics";
  std::ofstream(path) << calendar_of(event("a", "One"));
  auto feed = at("file:" + path);
  auto changes = feed.changes("", kNothing);
  ASSERT_TRUE(changes) << changes.error().message;
  EXPECT_EQ(changes->items.size(), 1U);
  EXPECT_FALSE(feed.changes(changes->cursor, kNothing)->complete);
  EXPECT_TRUE(at("file://" + folder + "/a%20b.ics").changes("", kNothing));
  std::filesystem::remove_all(folder);
  EXPECT_EQ(feed.changes(changes->cursor, kNothing).error().kind, ErrorKind::not_found);
}

TEST(Redirected, ResolvesAgainstTheAddress) {
  EXPECT_EQ(redirected("https://x.test/a/b?c", "d"), "https://x.test/a/d");
  EXPECT_EQ(redirected("https://x.test", "d"), "https://x.test/d");
  EXPECT_EQ(redirected("https://x.test/a", "?q"), "https://x.test/a?q");
  EXPECT_EQ(redirected("https://x.test/a", "//y.test/z"), "https://y.test/z");
  EXPECT_EQ(redirected("https://x.test/a", "http://y.test/z#f"), "http://y.test/z");
  EXPECT_EQ(redirected("https://x.test/a", "data:text/calendar,x"), std::nullopt);
  EXPECT_EQ(redirected("https://x.test/a", ""), std::nullopt);
}

TEST(ShownAddress, HidesWhatMayBeSecret) {
  EXPECT_EQ(shown_address("https://x.test/holidays.ics"), "https://x.test/holidays.ics");
  const std::string secret =
      shown_address("https://ann:pw@x.test/private-1234567890abcdef/basic.ics?token=t0k3n");
  for (std::string_view word : {"ann", "pw@", "1234567890", "t0k3n"})
    EXPECT_EQ(secret.find(word), std::string::npos);
  EXPECT_THAT(secret, HasSubstr("https://x.test/.../basic.ics #"));
  EXPECT_NE(shown_address("https://x.test/f?a=1"), shown_address("https://x.test/f?a=2"));
  EXPECT_EQ(shown_address("file:/srv/a.ics"), "file:/srv/a.ics");
}

TEST(Feed, IsReadToItsBound) {
  const auto path = std::filesystem::temp_directory_path() / ("kalends-feed-" + std::to_string(::getpid()));
  std::ofstream(path).flush();
  ScriptedHttp http;
  for (const std::uintmax_t bytes : {std::uintmax_t{64} << 20, (std::uintmax_t{64} << 20) + 1}) {
    std::filesystem::resize_file(path, bytes);
    const auto feed = fetch_feed(http, "file:" + path.string(), {}, {});
    EXPECT_EQ(feed.has_value(), bytes == std::uintmax_t{64} << 20);
    if (!feed) EXPECT_NE(feed.error().message.find("larger than 64 MiB"), std::string::npos);
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace kalends::provider
