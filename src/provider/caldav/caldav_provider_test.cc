// Writes over scripted servers: what each answer means, and what is sent.
#include "provider/caldav/caldav_provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "provider/caldav/scripted_http.h"
#include "system/zone_files.h"

namespace kalends::provider {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kBase = "https://h/cal/";
const ports::Mark kMark{EventId("0123456789abcdef0123456789abcdef"), "fedcba9876543210"};
const std::string kName = kBase + "kalends-911469a8a72cffc7da441d06af3d5311.ics";  // of the uid below
const Instant kNow{1'772'442'000'000};

std::string event(const std::string& uid, const std::string& title) {
  return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\nBEGIN:VEVENT\r\nUID:" + uid +
         "\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20260302\r\nSUMMARY:" + title +
         "\r\nX-ODD:\"kept\"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
}

std::string error_body(const std::string& inside) {
  return R"(<d:error xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">)" + inside + "</d:error>";
}

class Writing : public testing::Test {
 protected:
  Writing() {
    http.on("PROPFIND " + kBase, 207,
            multistatus(response("/cal/", "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>")));
    http.on("OPTIONS " + kBase, 200, "", {{"dav", "1, calendar-access"}});
  }
  ports::Draft draft() const {
    return {kMark, "wished@example.org", {{"title", "New"}, {"when", "all-day 2026-03-02 P1D"}}, kNow};
  }
  const ports::HttpRequest* last(const std::string& method) const {
    for (auto it = http.seen.rbegin(); it != http.seen.rend(); ++it)
      if (it->method == method) return &*it;
    return nullptr;
  }
  static std::string header(const ports::HttpRequest& request, const std::string& name) {
    for (const auto& [key, value] : request.headers)
      if (key == name) return value;
    return "";
  }
  ScriptedHttp http;
  system::ZoneFiles zones;
  CalDavProvider provider{{kBase, "", "ann", "secret", false}, http, zones};
};

TEST_F(Writing, WhatItIsIsKnownWhenItWasFound) {
  http.on("GET " + kName, 404);
  EXPECT_EQ(provider.identity(), "");
  EXPECT_FALSE(provider.get(RemoteId("/cal/x.ics")));
  EXPECT_EQ(provider.identity(), "https://h/cal/\nann");
}

TEST_F(Writing, AUidThatIsTakenElsewhereIsReplacedWhateverTheServerCallsIt) {
  const std::string elsewhere = "<d:href>/other/x.ics</d:href>";
  for (const auto& [status, body] : std::vector<std::pair<int, std::string>>{
           {409, error_body("<c:no-uid-conflict>" + elsewhere + "</c:no-uid-conflict>")},
           {403, error_body("<c:unique-scheduling-object-resource>" + elsewhere +
                            "</c:unique-scheduling-object-resource>")},
           {412, error_body("<c:no-uid-conflict>" + elsewhere + "</c:no-uid-conflict>")},
           {400, "Calendar object with uid already exists"},
           {409, ""}}) {
    ScriptedHttp fresh;
    std::swap(http, fresh);
    for (const auto& request : {"PROPFIND " + kBase})
      http.on(
          request, 207,
          multistatus(response("/cal/", "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>")));
    http.on("OPTIONS " + kBase, 200);
    http.on("REPORT " + kBase, 207, multistatus(""));
    http.on("GET " + kName, 404);
    http.on("PUT " + kName, status, body);
    http.on("PUT " + kName, 201, "", {{"etag", "\"1\""}});
    CalDavProvider one{{kBase, "", "ann", "secret", false}, http, zones};
    const auto written = one.create(draft());
    ASSERT_TRUE(written) << status << " " << written.error().message;
    const auto* put = last("PUT");
    EXPECT_THAT(put->body, HasSubstr("UID:59141378530f0049effb2b44adc6e474@kalends"))
        << "another store that ran into the same comes to the same";
    EXPECT_THAT(put->body, HasSubstr("X-KALENDS-ID:0123456789abcdef0123456789abcdef.fedcba9876543210"));
    EXPECT_EQ(header(*put, "If-None-Match"), "*");
  }
}

TEST_F(Writing, AUidThatIsTakenHereIsStale) {
  http.on("GET " + kName, 404);
  http.on("PUT " + kName, 409, error_body("<c:no-uid-conflict/>"));
  http.on(
      "REPORT " + kBase, 207,
      multistatus(response("/cal/x.ics", "<d:getetag>\"1\"</d:getetag><c:calendar-data>" +
                                             event("wished@example.org", "Theirs") + "</c:calendar-data>")));
  const auto written = provider.create(draft());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::stale);
}

TEST_F(Writing, ANameThatIsTakenIsNeverWrittenOver) {
  http.on("GET " + kName, 200, event("x", "Theirs"), {{"etag", "\"1\""}});
  const auto written = provider.create(draft());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::stale);
  EXPECT_EQ(last("PUT"), nullptr);
}

TEST_F(Writing, WhatTheServerPutElsewhereIsThatItem) {
  http.on("GET " + kName, 404);
  http.on("PUT " + kName, 201, "", {{"etag", "\"1\""}, {"location", "/cal/renamed.ics"}});
  http.on("PUT " + kName, 412);
  http.on("GET " + kBase + "renamed.ics", 200, event("wished@example.org", "New"), {{"etag", "\"1\""}});
  const auto written = provider.create(draft());
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->id.value, "/cal/renamed.ics");
  EXPECT_EQ(written->version, "\"1\"");
}

TEST_F(Writing, AnUpdateIsConditionalAndChangesItsOwnLinesAlone) {
  http.on("GET " + kBase + "a.ics", 200, event("a", "Old"), {{"etag", "W/\"1\""}});
  http.on("DELETE " + kBase, 404);
  http.on("PUT " + kBase + "a.ics", 412);
  const auto item = provider.get(RemoteId("/cal/a.ics"));
  ASSERT_TRUE(item) << item.error().message;
  EXPECT_EQ(item->version, "\"1\"");
  auto target = item->facts;
  target.set("title", "New");
  const auto written = provider.update(*item, target, kNow);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::stale);
  const auto* put = last("PUT");
  ASSERT_NE(put, nullptr);
  EXPECT_EQ(header(*put, "If-Match"), "\"1\"");
  EXPECT_THAT(put->body, HasSubstr("SUMMARY:New\r\nX-ODD:\"kept\"\r\n"));
  const auto* probe = last("DELETE");
  ASSERT_NE(probe, nullptr);
  EXPECT_THAT(probe->url, HasSubstr("/cal/kalends-probe-")) << "only a name that nothing has is tried";
  EXPECT_FALSE(header(*probe, "If-Match").empty());
}

TEST_F(Writing, NothingToChangeSendsNothing) {
  http.on("GET " + kBase + "a.ics", 200, event("a", "Old"), {{"etag", "\"1\""}});
  const auto item = provider.get(RemoteId("/cal/a.ics"));
  ASSERT_TRUE(item);
  ASSERT_TRUE(provider.update(*item, item->facts, kNow));
  EXPECT_EQ(last("PUT"), nullptr);
}

TEST_F(Writing, ARemovalAsksForSilenceAndComparesFirst) {
  http.on("GET " + kBase + "a.ics", 200, event("a", "Old"), {{"etag", "\"1\""}});
  http.on("DELETE " + kBase + "a.ics", 204);
  auto item = *provider.get(RemoteId("/cal/a.ics"));
  item.version = "\"0\"";
  EXPECT_EQ(provider.remove(item).error().kind, ErrorKind::stale);
  item.version = "\"1\"";
  ASSERT_TRUE(provider.remove(item));
  EXPECT_EQ(header(*last("DELETE"), "Schedule-Reply"), "F");
  EXPECT_EQ(header(*last("DELETE"), "If-Match"), "\"1\"");
}

TEST_F(Writing, PublicIsNotWorthAWord) {
  auto text = event("a", "Old");
  text.insert(text.find("X-ODD"), "CLASS:PUBLIC\r\n");
  http.on("GET " + kBase + "a.ics", 200, text, {{"etag", "\"1\""}});
  http.on("PUT " + kBase + "a.ics", 204, "", {{"etag", "\"2\""}});
  const auto item = provider.get(RemoteId("/cal/a.ics"));
  ASSERT_TRUE(item);
  EXPECT_EQ(item->facts.find("visibility"), nullptr);
  auto target = item->facts;
  target.set("title", "New");
  ASSERT_TRUE(provider.update(*item, target, kNow));
  EXPECT_THAT(last("PUT")->body, HasSubstr("CLASS:PUBLIC\r\n")) << "and stays where it stands";
  target.set("visibility", "private");
  ASSERT_TRUE(provider.update(*item, target, kNow));
  EXPECT_THAT(last("PUT")->body, HasSubstr("CLASS:PRIVATE\r\n"));
  EXPECT_THAT(last("PUT")->body, Not(HasSubstr("CLASS:PUBLIC")));
}

TEST_F(Writing, SecretsStayOutOfMessages) {
  CalDavProvider wrong{{"https://ann:hunter2@h/cal/", "", "ann", "secret", false}, http, zones};
  const auto changes = wrong.changes("", [](const RemoteId&) { return std::string(); });
  ASSERT_FALSE(changes);
  EXPECT_THAT(changes.error().message + wrong.address(), Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace kalends::provider
