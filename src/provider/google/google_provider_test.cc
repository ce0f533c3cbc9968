// The provider on scripted answers: what is asked, how often, and what each answer means. That it keeps what every provider
// promises is tested where there is a whole service to test it against.
#include "provider/google/google_provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "provider/google/calendars.h"
#include "provider/google/cursor.h"
#include "provider/google/json.h"
#include "provider/google/test_google.h"
#include "system/zone_files.h"

namespace kalends::provider::google {
namespace {

using ports::Item;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kBase[] = "http://127.0.0.1:9/cal/v3";
constexpr char kList[] = "GET http://127.0.0.1:9/cal/v3/calendars/primary/events?maxResults=2500";
constexpr char kEvents[] = "http://127.0.0.1:9/cal/v3/calendars/primary/events";
constexpr char kWrites[] = "?sendUpdates=none&conferenceDataVersion=1&supportsAttachments=true";

std::string event(const std::string& id, const std::string& more = "") {
  return R"({"id":")" + id + R"(","etag":"\")" + id + R"(-1\"","status":"confirmed","iCalUID":")" + id +
         R"(@google.com","summary":"Event )" + id +
         R"(","start":{"date":"2026-03-02"},"end":{"date":"2026-03-03"})" + more + "}";
}

std::string page(const std::string& events, const std::string& more) {
  return R"({"timeZone":"Europe/Berlin","accessRole":"owner","items":[)" + events + "]," + more + "}";
}

std::string last_page(const std::string& events, const std::string& token) {
  return page(events, R"("nextSyncToken":")" + token + "\"");
}

// Counts how often it was asked for another token.
class Renewing : public ports::Tokens {
 public:
  Result<std::string> bearer() override { return token_; }
  Result<std::string> renewed(std::string_view refused) override {
    EXPECT_EQ(refused, token_);
    if (++renewals > 1) return fail(ErrorKind::unauthorized, "reconnect needed");
    return token_ = "second";
  }
  int renewals = 0;

 private:
  std::string token_ = "first";
};

class Google : public testing::Test {
 protected:
  ports::Changes list(const std::string& cursor = "") {
    auto changes = provider_.changes(cursor, [this](const RemoteId& id) { return known_[id.value]; });
    EXPECT_TRUE(changes) << (changes ? "" : changes.error().message);
    return changes ? *changes : ports::Changes();
  }
  Error refused(const std::string& cursor = "") {
    const auto changes = provider_.changes(cursor, [](const RemoteId&) { return std::string(); });
    EXPECT_FALSE(changes);
    return changes ? Error() : changes.error();
  }
  static std::string cursor(const std::string& token) { return to_string({"primary", token, {}, {}}); }
  static std::vector<std::string> ids(const ports::Changes& changes) {
    std::vector<std::string> out;
    for (const Item& item : changes.items) out.push_back(item.id.value);
    return out;
  }
  ports::Draft draft() {
    return {{EventId("00000000000000000000000000000001"), "00000000000000ab"},
            "u",
            {{"title", "New"}, {"when", "all-day 2026-03-02 P1D"}},
            {}};
  }

  system::ZoneFiles zones_;
  Script http_;
  ports::FixedToken token_{"secret-token"};
  std::map<std::string, std::string> known_;
  GoogleProvider provider_{{"primary", kBase}, http_, token_, zones_};
};

TEST_F(Google, ThePrimaryCalendarIsEachAccountsOwn) {
  EXPECT_EQ(provider_.identity(), "");
  http_.on(kList, 200, last_page("", "one"));
  list();
  EXPECT_EQ(provider_.identity(), "");
  GoogleProvider named({"me@example.org", kBase}, http_, token_, zones_);
  http_.on("GET http://127.0.0.1:9/cal/v3/calendars/me%40example.org/events?maxResults=2500", 200,
           last_page("", "one"));
  ASSERT_TRUE(named.changes("", [](const RemoteId&) { return std::string(); }));
  EXPECT_EQ(named.identity(), std::string(kBase) + "\nme@example.org");
}

TEST_F(Google, AnUnchangedCycleIsOneRequest) {
  http_.on(std::string(kList), 200, last_page(event("a"), "t1"));
  http_.on(std::string(kList) + "&syncToken=t1", 200, last_page("", "t2"));
  const auto first = list();
  EXPECT_TRUE(first.complete);
  EXPECT_FALSE(first.reset);
  http_.seen.clear();
  const auto second = list(first.cursor);
  EXPECT_THAT(http_.seen, SizeIs(1));
  EXPECT_FALSE(second.complete);
  EXPECT_THAT(second.items, IsEmpty());
  EXPECT_THAT(second.gone, IsEmpty());
  EXPECT_EQ(parse_cursor(second.cursor)->token, "t2");
}

TEST_F(Google, PagesMayBeEmptyAndTheSyncTokenIsRepeatedOnEach) {
  const std::string delta = std::string(kList) + "&syncToken=t1";
  http_.on(delta, 200, page(event("a"), R"("nextPageToken":"p1")"));
  http_.on(delta + "&pageToken=p1", 200, page("", R"("nextPageToken":"p2")"));
  http_.on(delta + "&pageToken=p2", 200,
           last_page(event("b") + "," + event("a", R"(,"location":"Hall")"), "t2"));
  const auto changes = list(cursor("t1"));
  EXPECT_THAT(ids(changes), ElementsAre("a", "b"));
  EXPECT_EQ(changes.items[0].facts.get("location"), "Hall") << "of one that comes twice the later counts";
}

TEST_F(Google, ADeadTokenMeansAWholeListingAndNoDeletion) {
  for (const int status : {410, 400}) {
    http_.on(
        std::string(kList) + "&syncToken=" + std::to_string(status), status,
        R"({"error":{"message":"Sync token is no longer valid","errors":[{"reason":"fullSyncRequired"}]}})");
    http_.on(std::string(kList), 200, last_page(event("a"), "t9"));
    const auto changes = list(cursor(std::to_string(status)));
    EXPECT_TRUE(changes.complete);
    EXPECT_TRUE(changes.reset);
    EXPECT_THAT(changes.gone, IsEmpty());
    EXPECT_THAT(ids(changes), ElementsAre("a"));
  }
}

TEST_F(Google, AListingThatIsNotWholeIsAnError) {
  const std::string delta = std::string(kList) + "&syncToken=";
  http_.on(delta + "circle", 200, page(event("a"), R"("nextPageToken":"p")"));
  http_.on(delta + "circle&pageToken=p", 200, page("", R"("nextPageToken":"p")"));
  http_.on(delta + "nameless", 200, last_page(R"({"summary":"who am I?"})", "t"));
  http_.on(delta + "tokenless", 200, page("", R"("etag":"x")"));
  http_.on(delta + "list", 200, R"({"items":{"id":"a"},"nextSyncToken":"t"})");
  http_.on(delta + "cut", 200, R"({"items":[{"id":"a")");
  http_.on(delta + "html", 200, "<html>Sign in</html>");
  for (const char* token : {"circle", "nameless", "tokenless", "list", "cut", "html"}) {
    const Error error = refused(cursor(token));
    EXPECT_EQ(error.kind, ErrorKind::corrupt) << token;
    EXPECT_THAT(error.message, HasSubstr("events of primary")) << token;
  }
}

TEST_F(Google, AnEventThatCannotBeReadIsThereAndUnreadable) {
  http_.on(std::string(kList), 200,
           last_page(event("a") + R"(,{"id":"b","etag":"\"b-1\"","start":[],"summary":7})", "t"));
  const auto changes = list();
  EXPECT_THAT(ids(changes), ElementsAre("a"));
  ASSERT_THAT(changes.unreadable, SizeIs(1));
  EXPECT_EQ(changes.unreadable[0].id.value, "b");
  EXPECT_EQ(changes.unreadable[0].version, "\"b-1\"");
}

constexpr char kSeries[] = R"(,"recurrence":["RRULE:FREQ=DAILY"])";

TEST_F(Google, ExceptionsComeInAnyOrderAndSomeSayNothingButTheirName) {
  http_.on(
      std::string(kList), 200,
      last_page(
          R"({"id":"z_20260305","etag":"\"1\"","status":"cancelled"},)" +
              event("a_20260304", R"(,"recurringEventId":"z","originalStartTime":{"date":"2026-03-04"})") +
              "," + event("z", kSeries) + R"(,{"id":"lost_20260305","status":"cancelled"},)" +
              event("m_20260306", R"(,"recurringEventId":"m","originalStartTime":{"date":"2026-03-06"})"),
          "t"));
  const auto changes = list();
  EXPECT_THAT(ids(changes), testing::UnorderedElementsAre("z", "z_20260305", "a_20260304", "m_20260306"));
  for (const Item& item : changes.items) {
    if (item.id.value == "z_20260305") {
      EXPECT_EQ(item.part_of, (ports::PartOf{RemoteId("z"), "2026-03-05T00:00:00"}));
      EXPECT_EQ(item.facts, (calendar::Facts{{"excluded", "1"}}));
    }
    if (item.id.value == "a_20260304")
      EXPECT_EQ(item.part_of, (ports::PartOf{RemoteId("z"), "2026-03-04T00:00:00"}));
    if (item.id.value == "m_20260306") {
      EXPECT_FALSE(item.part_of) << "an invitation to one occurrence of somebody's series is an event";
      EXPECT_EQ(item.uid, "") << "others of that series have the same";
    }
  }
}

TEST_F(Google, ADeltaAsksForASeriesThatItDoesNotTell) {
  http_.on(
      std::string(kList) + "&syncToken=t", 200,
      last_page(
          R"({"id":"z_20260305","etag":"\"1\"","status":"cancelled"},{"id":"y_20260305","status":"cancelled"},)"
          R"({"id":"plain","status":"cancelled"})",
          "t2"));
  http_.on("GET " + std::string(kEvents) + "/z", 200, event("z", kSeries));
  http_.on("GET " + std::string(kEvents) + "/y", 404);
  const auto changes = list(cursor("t"));
  EXPECT_THAT(ids(changes), ElementsAre("z_20260305"));
  EXPECT_THAT(changes.gone, testing::UnorderedElementsAre(RemoteId("y_20260305"), RemoteId("plain")));
}

TEST_F(Google, WhatASeriesExcludesItselfIsAnOccurrenceThatDoesNotTakePlace) {
  const std::string rule = R"(,"recurrence":["RRULE:FREQ=DAILY","EXDATE;VALUE=DATE:20260304,20260305"])";
  const std::string less = R"(,"recurrence":["RRULE:FREQ=DAILY","EXDATE;VALUE=DATE:20260305"])";
  http_.on(std::string(kList), 200, last_page(event("z", rule), "t1"));
  http_.on(std::string(kList) + "&syncToken=t1", 200, last_page(event("z", less), "t2"));
  http_.on(std::string(kList) + "&syncToken=t2", 200, last_page(R"({"id":"z","status":"cancelled"})", "t3"));
  const auto first = list();
  EXPECT_THAT(ids(first), ElementsAre("z", "z_20260304", "z_20260305"));
  EXPECT_EQ(first.items[2].part_of, (ports::PartOf{RemoteId("z"), "2026-03-05T00:00:00"}));
  known_["z_20260305"] = first.items[2].version;
  const auto second = list(first.cursor);
  EXPECT_THAT(second.gone, ElementsAre(RemoteId("z_20260304")));
  EXPECT_THAT(second.unchanged, ElementsAre(RemoteId("z_20260305")));
  const auto third = list(second.cursor);
  EXPECT_THAT(third.gone, testing::UnorderedElementsAre(RemoteId("z"), RemoteId("z_20260305")));
}

TEST_F(Google, SomeEventsAreSeenAndNeverWritten) {
  http_.on(std::string(kList), 200,
           last_page(event("a") + "," + event("b", R"(,"eventType":"outOfOffice")") + "," +
                         event("c", R"(,"locked":true)") + "," +
                         event("d", R"(,"organizer":{"email":"x@example.org"})") + "," +
                         event("e", R"(,"organizer":{"email":"me@example.org","self":true})") + "," +
                         event("f", R"(,"organizer":{"email":"x@example.org"},"guestsCanModify":true)"),
                     "t"));
  std::string read_only;
  for (const Item& item : list().items)
    if (item.read_only) read_only += item.id.value;
  EXPECT_EQ(read_only, "bcd");
}

TEST_F(Google, ACalendarThatMayOnlyBeReadSaysSo) {
  http_.on(std::string(kList), 200,
           R"({"accessRole":"reader","items":[)" + event("a") + R"(],"nextSyncToken":"t"})");
  EXPECT_TRUE(list().items.at(0).read_only);
  EXPECT_FALSE(provider_.capabilities().writable);
}

TEST_F(Google, RefusalsAreToldApart) {
  const auto body = [](const char* reason) {
    return std::string(R"({"error":{"message":"Because.","errors":[{"domain":"x","reason":")") + reason +
           R"("}]}})";
  };
  struct Case {
    int status;
    const char* reason;
    ErrorKind kind;
  };
  const Case cases[] = {{403, "rateLimitExceeded", ErrorKind::rate_limited},
                        {403, "userRateLimitExceeded", ErrorKind::rate_limited},
                        {403, "quotaExceeded", ErrorKind::rate_limited},
                        {403, "dailyLimitExceeded", ErrorKind::rate_limited},
                        {429, "rateLimitExceeded", ErrorKind::rate_limited},
                        {403, "insufficientPermissions", ErrorKind::forbidden},
                        {404, "notFound", ErrorKind::not_found},
                        {500, "backendError", ErrorKind::transient},
                        {503, "", ErrorKind::rate_limited},
                        {302, "", ErrorKind::corrupt}};
  int n = 0;
  for (const Case& one : cases) {
    const std::string token = "t" + std::to_string(n++);
    http_.on(std::string(kList) + "&syncToken=" + token, one.status, body(one.reason),
             {{"retry-after", "7"}, {"location", "https://elsewhere.example/"}});
    const Error error = refused(cursor(token));
    EXPECT_EQ(error.kind, one.kind) << one.status << one.reason << error.message;
    EXPECT_THAT(error.message, HasSubstr(std::to_string(one.status)));
    EXPECT_THAT(error.message, HasSubstr(one.reason));
    EXPECT_THAT(error.message, testing::Not(HasSubstr("secret-token")));
    EXPECT_EQ(error.retry_after_ms.has_value(), one.kind == ErrorKind::rate_limited);
    if (error.retry_after_ms) EXPECT_EQ(*error.retry_after_ms, 7000);
  }
}

TEST_F(Google, ARefusedTokenIsRenewedOnce) {
  Renewing tokens;
  GoogleProvider provider({"primary", kBase}, http_, tokens, zones_);
  http_.on(std::string(kList), 401);
  http_.on(std::string(kList), 200, last_page("", "t"));
  http_.on(std::string(kList), 401);
  const auto known = [](const RemoteId&) { return std::string(); };
  EXPECT_TRUE(provider.changes("", known));
  EXPECT_EQ(tokens.renewals, 1);
  EXPECT_EQ(http_.seen.at(1).credentials.secret, "second");
  const auto again = provider.changes("", known);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::unauthorized);
  EXPECT_THAT(again.error().message, HasSubstr("reconnect needed"));
  EXPECT_THAT(http_.seen, SizeIs(3));
}

TEST_F(Google, ATokenIsSentOverTlsOrStaysOnThisMachine) {
  for (const char* url :
       {"http://example.org/calendar/v3", "http://127.0.0.1.example.org", "ftp://localhost"}) {
    GoogleProvider provider({"primary", url}, http_, token_, zones_);
    EXPECT_EQ(provider.get(RemoteId("a")).error().kind, ErrorKind::forbidden) << url;
  }
  EXPECT_THAT(http_.seen, IsEmpty());
}

TEST_F(Google, ACalendarIsFoundByItsName) {
  const std::string list =
      "GET http://127.0.0.1:9/cal/v3/users/me/calendarList?maxResults=250&showHidden=true";
  http_.on(list, 200, R"({"items":[{"id":"one","summary":"Work"}],"nextPageToken":"p"})");
  http_.on(
      list + "&pageToken=p", 200,
      R"({"items":[{"id":"two","summary":"x","summaryOverride":"Family"},{"id":"three","summary":"WORK"}]})");
  ports::FixedToken token("t");
  Client client(http_, token, kBase);
  EXPECT_EQ(find_calendar(client, "primary").value(), "primary");
  EXPECT_EQ(find_calendar(client, "me@example.org").value(), "me@example.org");
  EXPECT_THAT(http_.seen, IsEmpty());
  EXPECT_EQ(find_calendar(client, "family").value(), "two");
  EXPECT_EQ(find_calendar(client, "WORK").value(), "three");
  EXPECT_EQ(find_calendar(client, "work").error().kind, ErrorKind::invalid);
  EXPECT_THAT(find_calendar(client, "Sport").error().message, HasSubstr("\"Family\""));
}

TEST_F(Google, ANewEventIsSentOnceWithAnIdOfItsAttempt) {
  const std::string id = "k0000000000000000000000000000000100000000000000ab";
  const std::string made = event(id, R"(,"extendedProperties":{"private":{"kalends":)"
                                     R"("00000000000000000000000000000001.00000000000000ab"}})");
  http_.on("POST " + std::string(kEvents) + kWrites, 200, made);
  const auto written = provider_.create(draft());
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->id.value, id);
  EXPECT_EQ(written->item->mark, draft().mark);
  const Json sent = json(http_.seen.at(0).body);
  EXPECT_EQ(text_of(sent, "id"), id);
  EXPECT_EQ(private_of(sent, "kalends"), "00000000000000000000000000000001.00000000000000ab");
  EXPECT_EQ(sent.find("attendees"), nullptr);
}

TEST_F(Google, AnIdThatIsTakenIsOursOnlyWhenNobodyTouchedIt) {
  const std::string id = "k0000000000000000000000000000000100000000000000ab";
  const std::string mark =
      R"(,"extendedProperties":{"private":{"kalends":"00000000000000000000000000000001.00000000000000ab"}})";
  http_.on(
      "POST " + std::string(kEvents) + kWrites, 409,
      R"({"error":{"message":"The requested identifier already exists.","errors":[{"reason":"duplicate"}]}})");
  const std::string there = "GET " + std::string(kEvents) + "/" + id;
  std::string ours = event(id, mark);
  ours.replace(ours.find("Event " + id), 6 + id.size(), "New");
  http_.on(there, 200, ours);
  http_.on(there, 200, event(id, mark));
  http_.on(there, 200, event(id));
  const auto adopted = provider_.create(draft());
  ASSERT_TRUE(adopted) << adopted.error().message;
  EXPECT_EQ(adopted->version, "\"" + id + "-1\"");
  for (int n = 0; n < 2; ++n) EXPECT_EQ(provider_.create(draft()).error().kind, ErrorKind::stale);
}

TEST_F(Google, AWriteGoesOutUnderItsEtagAndTellsNobody) {
  http_.on(std::string(kList), 200, last_page(event("a"), "t"));
  const Item item = list().items.at(0);
  auto target = item.facts;
  target.set("title", "Other");
  http_.on("PATCH " + std::string(kEvents) + "/a" + kWrites, 412);
  http_.on("DELETE " + std::string(kEvents) + "/a?sendUpdates=none", 412);
  http_.on("DELETE " + std::string(kEvents) + "/a?sendUpdates=none", 410);
  http_.on("GET " + std::string(kEvents) + "/a", 200, event("a"));
  EXPECT_EQ(provider_.update(item, target, {}).error().kind, ErrorKind::stale);
  const auto& request = http_.seen.back();
  EXPECT_EQ(request.body, R"({"summary":"Other"})");
  EXPECT_THAT(request.headers, testing::Contains(std::pair<std::string, std::string>("If-Match", "\"a-1\"")));
  EXPECT_EQ(provider_.remove(item).error().kind, ErrorKind::stale);
  EXPECT_TRUE(provider_.remove(item)) << "it is gone already";
  const std::size_t before = http_.seen.size();
  EXPECT_TRUE(provider_.update(item, item.facts, {}));
  EXPECT_EQ(http_.seen.size(), before) << "nothing to say, nothing sent";
}

TEST_F(Google, OnlyNewGuestsMayBeMailed) {
  Item item;
  item.facts = {{"when", "all-day 2026-03-02 P1D"}, {"attendees/mailto:ann@example.org", "1"}};
  auto target = item.facts;
  target.set("title", "Other");
  EXPECT_THAT(provider_.recipients(ports::WriteKind::update, &item, target), IsEmpty());
  EXPECT_THAT(provider_.recipients(ports::WriteKind::remove, &item, {}), IsEmpty());
  target.set("attendees/mailto:bob@example.org", "1");
  EXPECT_THAT(provider_.recipients(ports::WriteKind::update, &item, target),
              ElementsAre("mailto:bob@example.org"));
  EXPECT_THAT(provider_.recipients(ports::WriteKind::create, nullptr, target),
              ElementsAre("mailto:ann@example.org", "mailto:bob@example.org"));
}

}  // namespace
}  // namespace kalends::provider::google
