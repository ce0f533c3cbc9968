// From a configured address to a calendar, over scripted servers.
#include "provider/caldav/discovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "provider/caldav/scripted_http.h"

namespace kalends::provider {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FakeServices : public ServiceLookup {
 public:
  std::vector<ServiceTarget> targets;
  bool refused = false;
  Services caldavs(const std::string& domain) override {
    asked.push_back(domain);
    return {targets, refused};
  }
  std::vector<std::string> asked;
};

const std::string kCalendar = "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>";
const std::string kCollection = "<d:resourcetype><d:collection/></d:resourcetype>";

std::string calendar(const std::string& href, const std::string& name, const std::string& more = "") {
  return response(href, kCalendar + "<d:displayname>" + name + "</d:displayname>" + more);
}

std::string principal_of(const std::string& href) {
  return "<d:current-user-principal><d:href>" + href + "</d:href></d:current-user-principal>";
}

std::string home(const std::string& href) {
  return "<c:calendar-home-set><d:href>" + href + "</d:href></c:calendar-home-set>";
}

class Discovery : public testing::Test {
 protected:
  Result<CalendarPlace> find(const std::string& url, const std::string& name = "") {
    DavClient client(http, *parse_dav_url(url), {ports::Credentials::Scheme::any, "ann", "secret"});
    return discover(client, services, name);
  }
  ScriptedHttp http;
  FakeServices services;
};

TEST_F(Discovery, TheAddressMayBeTheCalendarItself) {
  http.on("PROPFIND https://h/cal/", 207,
          multistatus(
              calendar("/cal/", "Work",
                       "<d:supported-report-set><d:supported-report><d:report><d:sync-collection/></d:report>"
                       "</d:supported-report></d:supported-report-set>")));
  http.on("OPTIONS https://h/cal/", 200, "", {{"dav", "1, 2, calendar-access"}});
  const auto place = find("https://h/cal/");
  ASSERT_TRUE(place) << place.error().message;
  EXPECT_EQ(place->url.text(), "https://h/cal/");
  EXPECT_EQ(place->name, "Work");
  EXPECT_TRUE(place->sync_report);
  EXPECT_TRUE(place->writable);
  EXPECT_FALSE(place->auto_schedule);
  EXPECT_THAT(http.seen[0].body, HasSubstr("xmlns:D=\"DAV:\""));
}

TEST_F(Discovery, FollowsWellKnownPrincipalAndHomeOnAnotherHost) {
  http.on("PROPFIND https://caldav.cloud.com/", 404);
  http.on("PROPFIND https://caldav.cloud.com/.well-known/caldav", 301, "", {{"location", "/start"}});
  http.on("PROPFIND https://caldav.cloud.com/start", 207,
          multistatus(response("/start", kCollection + principal_of("/77/principal/"))));
  http.on("PROPFIND https://caldav.cloud.com/77/principal/", 207,
          multistatus(response("/principal/", home("https://p42-caldav.cloud.com:443/77/calendars/"))));
  http.on(
      "PROPFIND https://p42-caldav.cloud.com/77/calendars/", 207,
      multistatus(
          response("/77/calendars/", kCollection) + calendar("/77/calendars/home/", "Home") +
          calendar("/77/calendars/w%C3%B6rk/", "Work") +
          calendar(
              "/77/calendars/tasks/", "Work",
              R"(<c:supported-calendar-component-set><c:comp name="VTODO"/></c:supported-calendar-component-set>)") +
          response("/77/calendars/inbox/",
                   "<d:resourcetype><d:collection/><c:schedule-inbox/></d:resourcetype>")));
  http.on("OPTIONS https://p42-caldav.cloud.com/77/calendars/w%C3%B6rk/", 200, "",
          {{"dav", "calendar-access"}});
  const auto place = find("https://caldav.cloud.com/", "Work");
  ASSERT_TRUE(place) << place.error().message;
  EXPECT_EQ(place->url.text(), "https://p42-caldav.cloud.com/77/calendars/w%C3%B6rk/");
  EXPECT_THAT(services.asked, ElementsAre("caldav.cloud.com"));
  for (const auto& request : http.seen)
    if (request.url.ends_with("/start")) {
      EXPECT_EQ(request.method, "PROPFIND") << "a redirect keeps the method";
      EXPECT_THAT(request.body, HasSubstr("current-user-principal")) << "and the body";
    }
}

TEST_F(Discovery, NeverCarriesThePasswordToAnotherSite) {
  http.on("PROPFIND https://h.example.org/", 302, "", {{"location", "https://evil.net/"}});
  http.on("PROPFIND https://h.example.org/.well-known/caldav", 301, "",
          {{"location", "http://h.example.org/dav"}});
  const auto place = find("https://h.example.org/", "Work");
  ASSERT_FALSE(place);
  EXPECT_EQ(place.error().kind, ErrorKind::forbidden);
  EXPECT_THAT(place.error().message, HasSubstr("evil.net"));
  for (const auto& request : http.seen)
    EXPECT_TRUE(request.url.starts_with("https://h.example.org/")) << request.url;
}

TEST_F(Discovery, TakesTheServerThatDnsNames) {
  services.targets = {{"evil.net", 443, ""}, {"cal.example.org", 8443, "/dav"}};
  http.on("PROPFIND https://example.org/", 405);
  http.on("PROPFIND https://cal.example.org:8443/dav", 207,
          multistatus(response("/dav", kCollection + home("/dav/ann/"))));
  http.on("PROPFIND https://cal.example.org:8443/dav/ann/", 207,
          multistatus(calendar("/dav/ann/one/", "One")));
  http.on("OPTIONS https://cal.example.org:8443/dav/ann/one/", 200);
  const auto place = find("https://example.org");
  ASSERT_TRUE(place) << place.error().message;
  EXPECT_EQ(place->url.text(), "https://cal.example.org:8443/dav/ann/one/");
}

TEST_F(Discovery, AsksTheServersOfDnsFirstAndPassesOverOneThatIsDown) {
  services.targets = {{"down.example.org", 443, "/dav"}, {"up.example.org", 443, "/dav"}};
  http.on("PROPFIND https://down.example.org/dav", 503);
  http.on("PROPFIND https://up.example.org/dav", 207, multistatus(calendar("/dav", "One")));
  http.on("OPTIONS https://up.example.org/dav/", 200);
  const auto place = find("https://example.org");
  ASSERT_TRUE(place) << place.error().message;
  EXPECT_EQ(place->url.host, "up.example.org");
  for (const auto& request : http.seen)
    EXPECT_NE(request.url, "https://example.org/") << "it may be no server";
}

TEST_F(Discovery, ADomainThatRefusesIsNotLookedAtFurther) {
  services.refused = true;
  http.on("PROPFIND https://example.org/", 404);
  const auto place = find("https://example.org");
  ASSERT_FALSE(place);
  EXPECT_THAT(place.error().message, HasSubstr("example.org says in DNS that it has no CalDAV service"));
  EXPECT_EQ(http.seen.size(), 1u) << "the address itself, and no well-known path";
}

TEST_F(Discovery, NoMoreThan16HomesAreAsked) {
  std::string homes;
  for (int n = 1; n <= 20; ++n) homes += "<d:href>/u" + std::to_string(n) + "/</d:href>";
  http.on(
      "PROPFIND https://h/", 207,
      multistatus(response("/", kCollection + "<c:calendar-home-set>" + homes + "</c:calendar-home-set>")));
  for (int n = 1; n <= 20; ++n) {
    const std::string at = "/u" + std::to_string(n) + "/";
    http.on("PROPFIND https://h" + at, 207,
            multistatus(calendar(at + "a/", "Calendar " + std::to_string(n))));
    http.on("OPTIONS https://h" + at + "a/", 200);
  }
  EXPECT_TRUE(find("https://h/", "Calendar 16"));
  EXPECT_FALSE(find("https://h/", "Calendar 17"));
  for (const auto& request : http.seen) EXPECT_EQ(request.url.find("/u17"), std::string::npos) << request.url;
}

TEST_F(Discovery, AsksForANameAndSaysWhatThereIs) {
  http.on("PROPFIND https://h/", 207, multistatus(response("/", kCollection + home("/u/"))));
  http.on("PROPFIND https://h/u/", 207,
          multistatus(calendar("/u/a/", "Work") + calendar("/u/b/", "Home") + calendar("/u/c/", "home")));
  http.on("OPTIONS https://h/u/a/", 200);
  http.on("OPTIONS https://h/u/b/", 200);
  const auto none = find("https://h/");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::invalid);
  EXPECT_THAT(none.error().message, HasSubstr("\"Work\" (https://h/u/a/)"));
  EXPECT_EQ(find("https://h/", "Wrok").error().kind, ErrorKind::not_found);
  EXPECT_EQ(find("https://h/", "work")->url.path, "/u/a/");
  EXPECT_EQ(find("https://h/", "Home")->url.path, "/u/b/") << "exact before careless";
  EXPECT_EQ(find("https://h/", "HOME").error().kind, ErrorKind::invalid) << "two fit";
  EXPECT_EQ(find("https://h/", "b")->url.path, "/u/b/") << "by the end of its path";
}

TEST_F(Discovery, ACalendarThatIsNotThereIsNotLookedForElsewhere) {
  http.on("PROPFIND https://h/u/gone/", 404);
  const auto place = find("https://h/u/gone/");
  ASSERT_FALSE(place);
  EXPECT_EQ(place.error().kind, ErrorKind::not_found);
  EXPECT_EQ(http.seen.size(), 1u);
}

TEST_F(Discovery, ARefusedAccountIsSaidAtOnce) {
  http.on("PROPFIND https://h/", 401);
  EXPECT_EQ(find("https://h/", "x").error().kind, ErrorKind::unauthorized);
  EXPECT_EQ(http.seen.size(), 1u);
  ScriptedHttp other;
  other.on(
      "PROPFIND https://h/", 207,
      multistatus(response(
          "/", kCollection + "<d:current-user-principal><d:unauthenticated/></d:current-user-principal>")));
  DavClient client(other, *parse_dav_url("https://h/"), {});
  EXPECT_EQ(discover(client, services, "x").error().kind, ErrorKind::unauthorized);
}

TEST_F(Discovery, LearnsAboutSchedulingAndPrivileges) {
  http.on("PROPFIND https://h/cal/", 207,
          multistatus(calendar("/cal/", "Work",
                               "<d:owner><d:href>/p/boss/</d:href></d:owner>" + principal_of("/p/ann/") +
                                   "<d:current-user-privilege-set><d:privilege><d:read/></d:privilege></"
                                   "d:current-user-privilege-set>")));
  http.on("OPTIONS https://h/cal/", 200, "",
          {{"dav", "1, calendar-access"}, {"dav", "Calendar-Auto-Schedule"}});
  http.on("PROPFIND https://h/p/boss/", 207,
          multistatus(response("/p/boss/",
                               "<c:calendar-user-address-set><d:href>MAILTO:Boss@Example.org</d:href></"
                               "c:calendar-user-address-set>")));
  http.on("PROPFIND https://h/p/ann/", 403);
  const auto place = find("https://h/cal");
  ASSERT_FALSE(place) << "the scripted server knows the address with its slash only";
  const auto with_slash = find("https://h/cal/");
  ASSERT_TRUE(with_slash) << with_slash.error().message;
  EXPECT_FALSE(with_slash->writable);
  EXPECT_TRUE(with_slash->auto_schedule);
  EXPECT_TRUE(with_slash->owner_known);
  EXPECT_THAT(with_slash->owner_addresses, ElementsAre("mailto:boss@example.org"));
}

}  // namespace
}  // namespace kalends::provider
