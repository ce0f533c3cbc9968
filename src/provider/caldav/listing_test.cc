// What a listing may claim, whatever the server says.
#include "provider/caldav/listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "provider/caldav/scripted_http.h"

namespace kalends::provider {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kUrl = "https://h/cal/";
const std::string kOwn =
    response("/cal/", "<d:getetag>\"own\"</d:getetag><d:resourcetype><d:collection/></d:resourcetype>");

std::string member(const std::string& name, const std::string& etag) {
  return response("/cal/" + name, "<d:getetag>" + etag + "</d:getetag>");
}
std::string token(const std::string& text) { return "<d:sync-token>" + text + "</d:sync-token>"; }

class ListingTest : public testing::Test {
 protected:
  Result<Listing> list(const std::string& cursor, bool sync_report = true) {
    CalendarPlace place;
    place.url = *parse_dav_url(kUrl);
    place.sync_report = sync_report;
    DavClient client(http, place.url, {});
    return list_members(client, place, cursor);
  }
  void report(int status, const std::string& body) { http.on("REPORT " + kUrl, status, body); }
  void propfind(int status, const std::string& body) { http.on("PROPFIND " + kUrl, status, body); }
  ScriptedHttp http;
};

TEST_F(ListingTest, TheFirstReportIsWhole) {
  report(207,
         multistatus(kOwn + member("a.ics", "\"1\"") + member("b.ics", "W/\"2\"") + token("https://h/t/1")));
  const auto listing = list("");
  ASSERT_TRUE(listing) << listing.error().message;
  EXPECT_TRUE(listing->complete);
  EXPECT_FALSE(listing->reset);
  EXPECT_EQ(listing->cursor, "sync:https://h/t/1");
  ASSERT_EQ(listing->members.size(), 2u) << "the collection's own entry is no member";
  EXPECT_EQ(listing->members.at("/cal/a.ics").version, "\"1\"");
  EXPECT_EQ(listing->members.at("/cal/b.ics").version, "\"2\"");
  const auto& request = http.seen.at(0);
  EXPECT_THAT(request.body, HasSubstr("<D:sync-token></D:sync-token>"));
  EXPECT_THAT(request.body, Not(HasSubstr("limit")));
  EXPECT_EQ(request.headers[0], (std::pair<std::string, std::string>("Depth", "0")));
}

TEST_F(ListingTest, ADeltaClaimsNothingAboutTheRest) {
  report(207, multistatus(member("a.ics", "\"3\"") + bare("/cal/b.ics", "404 Not Found") +
                          token("https://h/t/2")));
  const auto listing = list("sync:https://h/t/1&");
  ASSERT_TRUE(listing);
  EXPECT_FALSE(listing->complete);
  EXPECT_EQ(listing->members.at("/cal/b.ics").state, Member::State::gone);
  EXPECT_THAT(http.seen.at(0).body, HasSubstr("<D:sync-token>https://h/t/1&amp;</D:sync-token>"));
}

TEST_F(ListingTest, EveryFormOfADeadTokenGivesAWholeListing) {
  const std::string condition = R"(<d:error xmlns:d="DAV:"><d:valid-sync-token/></d:error>)";
  for (const auto& [status, body] : std::vector<std::pair<int, std::string>>{{400, ""},
                                                                             {403, ""},
                                                                             {409, ""},
                                                                             {410, ""},
                                                                             {412, ""},
                                                                             {507, ""},
                                                                             {403, condition},
                                                                             {404, condition},
                                                                             {422, condition}}) {
    http = {};
    report(status, body);
    report(207, multistatus(kOwn + member("a.ics", "\"1\"") + token("https://h/t/9")));
    const auto listing = list("sync:https://h/t/1");
    ASSERT_TRUE(listing) << status << listing.error().message;
    EXPECT_TRUE(listing->complete) << status;
    EXPECT_TRUE(listing->reset) << status;
    EXPECT_EQ(listing->members.size(), 1u);
    EXPECT_EQ(listing->cursor, "sync:https://h/t/9");
  }
}

TEST_F(ListingTest, AReportThatFailsForGoodGivesWayToEtags) {
  report(403, "");
  propfind(207, multistatus(response("/cal/", "<s:getctag>c1</s:getctag>")));
  propfind(207, multistatus(kOwn + member("a.ics", "\"1\"")));
  const auto listing = list("sync:https://h/t/1");
  ASSERT_TRUE(listing) << listing.error().message;
  EXPECT_TRUE(listing->complete);
  EXPECT_TRUE(listing->reset);
  EXPECT_EQ(listing->cursor, "ctag:c1");
}

TEST_F(ListingTest, PagesAreReadToTheEnd) {
  report(207, multistatus(member("a.ics", "\"1\"") + bare("/cal/", "507 Insufficient Storage") +
                          token("https://h/t/1")));
  report(207, multistatus(member("b.ics", "\"2\"") + bare("/cal/a.ics", "404 Not Found") +
                          bare("/cal/", "507 Insufficient Storage") + token("https://h/t/2")));
  report(207, multistatus(member("c.ics", "\"3\"") + token("https://h/t/3")));
  const auto listing = list("");
  ASSERT_TRUE(listing);
  EXPECT_TRUE(listing->complete);
  EXPECT_EQ(listing->members.size(), 2u) << "what went between two pages is not there";
  EXPECT_EQ(listing->cursor, "sync:https://h/t/3");
}

TEST_F(ListingTest, AServerThatCutsWithoutEndIsAnError) {
  report(207, multistatus(member("a.ics", "\"1\"") + bare("/cal/", "507 Insufficient Storage") +
                          token("https://h/t/1")));
  EXPECT_FALSE(list(""));
}

TEST_F(ListingTest, TokensThatAreAClockMeanListingEveryTime) {
  report(207, multistatus(token("1760000000")));
  propfind(207, multistatus(response("/cal/", "<s:getctag>1760000000</s:getctag>")));
  propfind(207, multistatus(kOwn + member("a.ics", "\"1\"")));
  const auto listing = list("");
  ASSERT_TRUE(listing);
  EXPECT_TRUE(listing->complete);
  EXPECT_EQ(listing->cursor, "each:");
  EXPECT_EQ(listing->members.size(), 1u);
  const auto again = list("each:");
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->complete);
  EXPECT_FALSE(again->reset);
}

TEST_F(ListingTest, ATagThatSaysNothingYetMeansListingEveryTime) {
  report(207, multistatus(token("-1")));
  propfind(207, multistatus(response("/cal/", "<s:getctag>-1</s:getctag>")));
  propfind(207, multistatus(kOwn));
  const auto listing = list("");
  ASSERT_TRUE(listing);
  EXPECT_EQ(listing->cursor, "each:");
}

TEST_F(ListingTest, AnUnchangedTagSavesTheListing) {
  propfind(207, multistatus(response("/cal/", "<s:getctag>c1</s:getctag>")));
  const auto listing = list("ctag:c1", false);
  ASSERT_TRUE(listing);
  EXPECT_FALSE(listing->complete) << "nothing was listed, so nothing is absent";
  EXPECT_TRUE(listing->members.empty());
  EXPECT_EQ(listing->cursor, "ctag:c1");
}

TEST_F(ListingTest, NoAnswerThatIsNotWholeIsEverAListing) {
  const std::string whole = multistatus(kOwn + member("a.ics", "\"1\"") + token("https://h/t/1"));
  const std::vector<std::pair<int, std::string>> broken = {
      {200, "<html>Welcome</html>"},
      {204, ""},
      {207, ""},
      {207, whole.substr(0, whole.size() / 2)},
      {207, multistatus(member("a.ics", "\"1\""))},
      {500, ""},
      {503, ""},
      {404, ""},
      {401, ""},
      {207, multistatus(bare("/cal/", "404 Not Found") + token("https://h/t/1"))}};
  for (const auto& [status, body] : broken) {
    for (const char* cursor : {"", "sync:https://h/t/0"}) {
      http = {};
      report(status, body);
      const auto listing = list(cursor);
      EXPECT_FALSE(listing) << status << " " << body;
    }
    http = {};
    propfind(207, multistatus(response("/cal/", "")));
    propfind(status, body == whole ? "" : body);
    const auto listing = list("", false);
    EXPECT_FALSE(listing) << status << " " << body;
  }
}

TEST_F(ListingTest, ACollectionThatIsGoneIsNotFoundNotEmpty) {
  report(404, "");
  const auto listing = list("sync:https://h/t/1");
  ASSERT_FALSE(listing);
  EXPECT_EQ(listing.error().kind, ErrorKind::not_found);
}

TEST_F(ListingTest, PagesAndRedirectsAreBounded) {
  const auto page = [](int n, bool last) {
    return multistatus(member(std::to_string(n) + ".ics", "\"1\"") +
                       (last ? "" : bare("/cal/", "507 Insufficient Storage")) +
                       token("https://h/t/" + std::to_string(n)));
  };
  for (const int pages : {10'000, 10'001}) {
    http = {};
    for (int n = 1; n <= pages; ++n) report(207, page(n, n == pages));
    EXPECT_EQ(list("").has_value(), pages == 10'000) << pages;
  }
  for (const int hops : {5, 6}) {
    http = {};
    for (int n = 0; n < hops; ++n) http.on("REPORT " + kUrl, 301, "", {{"location", kUrl}});
    report(207, multistatus(token("https://h/t/1")));
    const auto listing = list("");
    EXPECT_EQ(listing.has_value(), hops == 5) << hops << (listing ? "" : listing.error().message);
  }
}

}  // namespace
}  // namespace kalends::provider
