// The CalDAV provider against real servers on loopback: what every provider promises, and what only CalDAV can show.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include <map>

#include "base/text.h"
#include "net/curl_http.h"
#include "ports/provider_contract.h"
#include "provider/caldav/caldav_provider.h"
#include "server_process.h"
#include "system/zone_files.h"

namespace kalends::ports {
namespace {

using provider::CalDavConfig;
using provider::CalDavProvider;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing_servers::ServerProcess;

// SOGo 5.8's workers now and then die of a memory fault with a request in hand. The engine looks again in its next
// cycle; here the same request is sent once more, so that the tests see what the server says and not its crashes. With
// every other server a broken connection is a fault to be seen.
class PatientHttp : public Http {
 public:
  explicit PatientHttp(bool workers_die) : workers_die_(workers_die) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    auto answer = curl_.send(request);
    for (int tries = 0; workers_die_ && is_reset(answer) && tries < 20; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      answer = curl_.send(request);
    }
    return answer;
  }

 private:
  static bool is_reset(const Result<HttpResponse>& answer) {
    return !answer && answer.error().message.find("Connection reset by peer") != std::string::npos;
  }

  bool workers_die_;
  net::CurlHttp curl_;
};

// Every server is started when a test first needs it and runs until the last test has ended.
class Servers : public testing::Environment {
 public:
  static Result<const ServerProcess*> get(const std::string& name) {
    auto found = running().find(name);
    if (found == running().end()) {
      auto started = ServerProcess::start(name);
      if (!started) return std::unexpected(started.error());
      found = running().emplace(name, std::move(*started)).first;
    }
    return &found->second;
  }
  void TearDown() override { running().clear(); }

 private:
  static std::map<std::string, ServerProcess>& running() {
    static std::map<std::string, ServerProcess> servers;
    return servers;
  }
};
const auto* const kServers = testing::AddGlobalTestEnvironment(new Servers);

// A fresh calendar of alice's at one server, deleted again afterwards.
class Calendar {
 public:
  explicit Calendar(const std::string& server_name) : http_(server_name == "sogo") {
    const auto server = Servers::get(server_name);
    if (!server) {
      ADD_FAILURE() << server.error().message;
      return;
    }
    server_ = *server;
    static int count = 0;
    name_ = fmt::format("cal{}", ++count);
    url_ = server_->calendar_url("alice", name_);
    const auto made = send("MKCALENDAR", "",
                           fmt::format(R"(<?xml version="1.0"?>
<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop><D:displayname>{}</D:displayname>
<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>
</D:prop></D:set></C:mkcalendar>)",
                                       name_),
                           {{"Content-Type", "application/xml"}});
    EXPECT_EQ(made.status, 201) << made.body;
    ours_ = view();
    theirs_ = view();
  }
  ~Calendar() {
    if (!server_) return;
    if (!server_->control_url().empty()) control("{}", "DELETE");
    send("DELETE", "", "");
  }

  // A view of another person's calendar, by that person.
  std::unique_ptr<CalDavProvider> view_of(const std::string& user, const std::string& name) {
    CalDavConfig config;
    config.url = server_->calendar_url(user, name);
    config.username = user;
    config.secret = server_->password(user);
    return std::make_unique<CalDavProvider>(config, http_, zones_);
  }
  std::unique_ptr<CalDavProvider> view(const std::string& name = "") {
    CalDavConfig config;
    config.url = name.empty() ? url_ : server_->url();
    config.name = name;
    config.username = "alice";
    config.secret = server_ ? server_->password("alice") : "";
    return std::make_unique<CalDavProvider>(config, http_, zones_);
  }

  // A plain request below the calendar, as another client would make it.
  HttpResponse send(const std::string& method, const std::string& path, const std::string& body,
                    std::vector<std::pair<std::string, std::string>> headers = {}) {
    HttpRequest request;
    request.method = method;
    request.url = path.starts_with("http") ? path : url_ + path;
    request.body = body;
    request.headers = std::move(headers);
    request.credentials = {Credentials::Scheme::any, "alice", server_->password("alice")};
    return contract::given(http_.send(request));
  }
  void put(const std::string& name, const std::string& ics) {
    const auto answer = send("PUT", name, ics, {{"Content-Type", "text/calendar; charset=utf-8"}});
    EXPECT_EQ(answer.status / 100, 2) << answer.status << " " << answer.body;
  }
  void control(const std::string& json, const std::string& method = "POST") {
    send(method, server_->control_url(), json, {{"Content-Type", "application/json"}});
  }

  bool ready() const { return server_ != nullptr; }
  CalDavProvider& ours() { return *ours_; }
  CalDavProvider& theirs() { return *theirs_; }
  const std::string& name() const { return name_; }
  const std::string& url() const { return url_; }

 private:
  const ServerProcess* server_ = nullptr;
  PatientHttp http_;
  system::ZoneFiles zones_;
  std::string name_, url_;
  std::unique_ptr<CalDavProvider> ours_, theirs_;
};

class CalendarHarness : public ProviderHarness {
 public:
  explicit CalendarHarness(const std::string& server) : calendar_(server) {}
  Provider& ours() override { return calendar_.ours(); }
  Provider& theirs() override { return calendar_.theirs(); }

 private:
  Calendar calendar_;
};

ProviderHarnessFactory harness(const char* server) {
  return [server] { return std::make_unique<CalendarHarness>(server); };
}

INSTANTIATE_TEST_SUITE_P(Radicale, ProviderContract, testing::Values(harness("radicale")));
INSTANTIATE_TEST_SUITE_P(CloudLike, ProviderContract, testing::Values(harness("icloud")));
INSTANTIATE_TEST_SUITE_P(Cyrus, ProviderContract, testing::Values(harness("cyrus")));
INSTANTIATE_TEST_SUITE_P(Sogo, ProviderContract, testing::Values(harness("sogo")));

constexpr char kForeign[] =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Somebody//Else//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART:20370301T090000Z\r\nDTEND:20370301T100000Z\r\nSUMMARY:{title}\r\n"
    "X-STRANGE;X-PARAM=\"a;b\":kept as it is\r\nCOMMENT:a comment\r\n{more}END:VEVENT\r\nEND:VCALENDAR\r\n";

std::string foreign(const std::string& uid, const std::string& title, const std::string& more = "") {
  return fmt::format(fmt::runtime(kForeign), fmt::arg("uid", uid), fmt::arg("title", title),
                     fmt::arg("more", more));
}

Draft draft(int n, const std::string& uid, calendar::Facts facts) {
  return {contract::mark(n), uid, std::move(facts), Instant{1'772'442'000'000}};
}

Changes all_of(Provider& provider, const std::string& cursor = "") {
  return contract::given(provider.changes(cursor, contract::known_to_nobody));
}

// What holds at every server.
class EveryServer : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    calendar_ = std::make_unique<Calendar>(GetParam());
    ASSERT_TRUE(calendar_->ready());
  }
  Provider& ours() { return calendar_->ours(); }
  std::unique_ptr<Calendar> calendar_;
};
INSTANTIATE_TEST_SUITE_P(Servers, EveryServer, testing::Values("radicale", "icloud", "cyrus", "sogo"),
                         [](const auto& tested) { return tested.param; });

TEST_P(EveryServer, IsFoundByNameFromItsFrontPage) {
  const auto found = calendar_->view(calendar_->name());
  calendar_->put("one.ics", foreign("found-" + calendar_->name(), "Found"));
  const auto changes = all_of(*found);
  ASSERT_EQ(changes.items.size(), 1u);
  EXPECT_EQ(changes.items[0].facts.get("title"), "Found");
  EXPECT_EQ(calendar_->view("No such name")->changes("", contract::known_to_nobody).error().kind,
            ErrorKind::not_found);
}

TEST_P(EveryServer, KeepsWhatItDoesNotUnderstandThroughAnUpdate) {
  calendar_->put("strange.ics", foreign("strange-" + calendar_->name(), "Before"));
  const auto listed = all_of(ours());
  ASSERT_EQ(listed.items.size(), 1u);
  const auto& before = listed.items[0];
  EXPECT_THAT(before.raw, HasSubstr("X-STRANGE;X-PARAM="));
  auto target = before.facts;
  target.set("title", "After");
  contract::given(ours().update(before, target, Instant{1'772'442'000'000}));
  // Servers may write a line anew when it first reaches them; ours is to bring every line back as they gave it.
  const auto text = calendar_->send("GET", "strange.ics", "").body;
  for (const auto line : split(before.raw, '\n')) {
    const std::string bare(trim(line));
    if (bare.starts_with("X-") || bare.starts_with("COMMENT")) EXPECT_THAT(text, HasSubstr(bare));
  }
  EXPECT_THAT(text, HasSubstr("SUMMARY:After"));
}

TEST_P(EveryServer, ListsTheSameBytesAsItGives) {
  calendar_->put("a.ics", foreign("bytes-a-" + calendar_->name(), "A"));
  calendar_->put("b.ics", foreign("bytes-b-" + calendar_->name(), "B & <C>"));
  for (const auto& item : all_of(ours()).items) EXPECT_EQ(item.raw, contract::given(ours().get(item.id)).raw);
}

TEST_P(EveryServer, ChangesWithinOneSecondAreAllSeen) {
  std::string cursor = all_of(ours()).cursor;
  for (int round = 0; round < 4; ++round) {
    const std::string uid = fmt::format("quick-{}-{}", round, calendar_->name());
    calendar_->put(fmt::format("quick{}.ics", round), foreign(uid, "Quick"));
    const auto changes = all_of(ours(), cursor);
    EXPECT_TRUE(std::ranges::any_of(changes.items, [&](const Item& item) { return item.uid == uid; }))
        << round;
    cursor = changes.cursor;
  }
}

TEST_P(EveryServer, AUidTakenInThisCalendarIsStale) {
  const std::string uid = "taken-" + calendar_->name();
  calendar_->put("theirs.ics", foreign(uid, "Theirs"));
  const auto again = ours().create(draft(2, uid, contract::plain_facts(2)));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::stale) << again.error().message;
  EXPECT_EQ(all_of(ours()).items.size(), 1u);
}

TEST_P(EveryServer, AUidTakenInAnotherCalendarIsNoHindrance) {
  Calendar other(GetParam());
  const std::string uid = "elsewhere-" + calendar_->name();
  other.put("theirs.ics", foreign(uid, "Theirs"));
  const auto written = contract::given(ours().create(draft(3, uid, contract::plain_facts(3))));
  const auto item = contract::given(ours().get(written.id));
  EXPECT_EQ(item.mark, contract::mark(3));
  EXPECT_EQ(all_of(other.ours()).items.size(), 1u);
}

TEST_P(EveryServer, ATaskIsNoEventAndNoLoss) {
  calendar_->put("event.ics", foreign("event-" + calendar_->name(), "Event"));
  calendar_->send("PUT", "task.ics",
                  "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\nBEGIN:VTODO\r\nUID:task-" +
                      calendar_->name() +
                      "\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Task\r\nEND:VTODO\r\nEND:VCALENDAR\r\n",
                  {{"Content-Type", "text/calendar"}});
  const auto changes = all_of(ours());
  EXPECT_EQ(changes.items.size(), 1u);
  EXPECT_THAT(changes.unreadable, IsEmpty());
}

TEST_P(EveryServer, ACalendarThatIsDeletedIsNotFoundAndNeverEmpty) {
  calendar_->put("one.ics", foreign("one-" + calendar_->name(), "One"));
  const auto cursor = all_of(ours()).cursor;
  calendar_->send("DELETE", "", "");
  const auto changes = ours().changes(cursor, contract::known_to_nobody);
  ASSERT_FALSE(changes) << changes->items.size() << " items, complete: " << changes->complete;
  EXPECT_EQ(changes.error().kind, ErrorKind::not_found) << changes.error().message;
}

TEST_P(EveryServer, ManyItemsArriveInBatches) {
  for (int i = 0; i < 60; ++i)
    calendar_->put(fmt::format("item {}.ics", i).replace(4, 1, "%20"),
                   foreign(fmt::format("many-{}-{}", i, calendar_->name()), fmt::format("Number {}", i)));
  const auto changes = all_of(ours());
  EXPECT_EQ(changes.items.size(), 60u);
  EXPECT_THAT(changes.unreadable, IsEmpty());
}

// Faults that only our own server can show.
class Faults : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(calendar_.ready());
    calendar_.put("a.ics", foreign("fault-a", "A"));
    calendar_.put("b.ics", foreign("fault-b", "B"));
    calendar_.put("c.ics", foreign("fault-c", "C"));
  }
  Provider& ours() { return calendar_.ours(); }
  Calendar calendar_{"icloud"};
};

TEST_F(Faults, EveryDeadTokenGivesAWholeListing) {
  const auto cursor = all_of(ours()).cursor;
  for (const char* form :
       {"403-element", "409-element", "412-element", "400", "403", "409", "410", "412", "507"}) {
    calendar_.control(fmt::format(R"({{"dead_token": "{}"}})", form));
    const auto changes = all_of(ours(), cursor);
    EXPECT_TRUE(changes.complete && changes.reset) << form;
    EXPECT_EQ(changes.items.size(), 3u) << form;
  }
}

TEST_F(Faults, ATruncatedReportIsReadToItsEnd) {
  calendar_.control(R"({"page_size": 1})");
  const auto changes = all_of(ours());
  EXPECT_TRUE(changes.complete);
  EXPECT_EQ(changes.items.size(), 3u);
}

TEST_F(Faults, BrokenListingsAreErrors) {
  const auto cursor = all_of(ours()).cursor;
  for (const char* fault : {"cut_listing", "plain_listing", "no_token", "gone"}) {
    calendar_.control(fmt::format(R"({{"{}": true}})", fault));
    EXPECT_FALSE(ours().changes("", contract::known_to_nobody)) << fault;
    EXPECT_FALSE(ours().changes(cursor, contract::known_to_nobody)) << fault;
    calendar_.control("{}", "DELETE");
  }
}

TEST_F(Faults, WithoutReportsTheTagAndEtagsServe) {
  calendar_.control(R"({"no_sync": true})");
  const auto first = all_of(ours());
  EXPECT_TRUE(first.complete);
  EXPECT_EQ(first.items.size(), 3u);
  EXPECT_THAT(first.cursor, testing::StartsWith("ctag:"));
  const auto quiet = all_of(ours(), first.cursor);
  EXPECT_FALSE(quiet.complete);
  EXPECT_THAT(quiet.items, IsEmpty());
  calendar_.send("DELETE", "a.ics", "");
  const auto after = all_of(ours(), first.cursor);
  EXPECT_TRUE(after.complete);
  EXPECT_EQ(after.items.size(), 2u);
}

TEST_F(Faults, AMultigetThatFindsNothingProvesNothing) {
  calendar_.control(R"({"multiget_blind": true})");
  const auto changes = all_of(ours());
  EXPECT_EQ(changes.items.size(), 3u) << "each was asked for by itself";
}

TEST_F(Faults, WithoutAnEtagOnlyEqualContentsAreOurs) {
  int n = 0;
  for (const char* fault : {"no_etag_on_put", "weak_etag_on_put"}) {
    calendar_.control(fmt::format(R"({{"{}": true}})", fault));
    const auto written = contract::given(ours().create(draft(++n, fault, contract::series_facts())));
    ASSERT_TRUE(written.item) << fault;
    EXPECT_EQ(written.version, contract::given(ours().get(written.id)).version);
    calendar_.control("{}", "DELETE");
  }
  calendar_.control(R"({"no_etag_on_put": true, "drop_property": "LOCATION"})");
  const auto dropped = contract::given(ours().create(draft(7, "dropped", contract::awkward_facts())));
  EXPECT_EQ(dropped.version, "") << "what came back is not what was written, and nothing proves whose it is";
  EXPECT_FALSE(dropped.item);
}

TEST_F(Faults, AServerThatDropsAPropertyIsReadBack) {
  calendar_.control(R"({"drop_property": "LOCATION"})");
  const auto written = contract::given(ours().create(draft(7, "dropped", contract::awkward_facts())));
  ASSERT_TRUE(written.item);
  EXPECT_EQ(written.item->facts.find("location"), nullptr);
}

TEST_F(Faults, RedirectsKeepMethodAndBody) {
  calendar_.control(R"({"redirect": true})");
  EXPECT_EQ(all_of(ours()).items.size(), 3u);
  const auto written = contract::given(ours().create(draft(5, "moved", contract::plain_facts(5))));
  EXPECT_EQ(contract::given(ours().get(written.id)).facts.get("title"), "Meeting 5");
}

TEST_F(Faults, AServerWithoutPreconditionsLosesNothingToAStaleWrite) {
  calendar_.control(R"({"ignore_if": true})");
  const auto changes = all_of(ours());
  const Item& old = changes.items[0];
  calendar_.put("a.ics", foreign("fault-a", "Theirs"));
  auto target = old.facts;
  target.set("title", "Ours");
  EXPECT_EQ(ours().update(old, target, Instant{}).error().kind, ErrorKind::stale);
  EXPECT_EQ(ours().remove(old).error().kind, ErrorKind::stale);
  EXPECT_EQ(contract::given(ours().get(old.id)).facts.get("title"), "Theirs");
}

TEST_F(Faults, AWrongPasswordIsSaidInOneSentence) {
  net::CurlHttp http;
  system::ZoneFiles zones;
  CalDavConfig config;
  config.url = calendar_.url();
  config.username = "alice";
  config.secret = "wrong";
  CalDavProvider provider(config, http, zones);
  const auto changes = provider.changes("", contract::known_to_nobody);
  ASSERT_FALSE(changes);
  EXPECT_EQ(changes.error().kind, ErrorKind::unauthorized);
  EXPECT_THAT(changes.error().message, HasSubstr("user name or password were not accepted"));
  EXPECT_THAT(changes.error().message, Not(HasSubstr("wrong")));
}

// A server that schedules: what would be mailed is known beforehand, and what is not, is not mailed.
class Scheduling : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { ASSERT_TRUE(calendar_.ready()); }
  static std::string people(const std::string& organizer, const std::string& guest) {
    return "ORGANIZER:mailto:" + organizer +
           "@example.test\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:" + organizer +
           "@example.test\r\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:" + guest + "@example.test\r\n";
  }
  Calendar calendar_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Servers, Scheduling, testing::Values("cyrus", "sogo"),
                         [](const auto& tested) { return tested.param; });

TEST_P(Scheduling, AnOrganizersWriteNamesWhomItWouldMail) {
  calendar_.put("meeting.ics", foreign("meeting-" + calendar_.name(), "Meeting", people("alice", "bob")));
  const auto changes = all_of(calendar_.ours());
  ASSERT_EQ(changes.items.size(), 1u);
  const Item& item = changes.items[0];
  auto target = item.facts;
  target.set("title", "Moved");
  EXPECT_THAT(calendar_.ours().recipients(WriteKind::update, &item, target),
              ElementsAre("mailto:bob@example.test"));
  EXPECT_THAT(calendar_.ours().recipients(WriteKind::remove, &item, {}),
              ElementsAre("mailto:bob@example.test"));
  EXPECT_THAT(calendar_.ours().recipients(WriteKind::update, &item, item.facts), IsEmpty());
}

TEST_P(Scheduling, ARemovalByAGuestIsSilentOrNamesTheOrganizer) {
  const std::string uid = "invited-" + calendar_.name();
  calendar_.put("meeting.ics", foreign(uid, "Meeting", people("alice", "bob")));
  const auto bobs = calendar_.view_of("bob", std::string(GetParam()) == "sogo" ? "personal" : "Default");
  const auto changes = all_of(*bobs);
  const auto item = std::ranges::find(changes.items, uid, &Item::uid);
  ASSERT_NE(item, changes.items.end()) << "the invitation arrived";
  const auto told = bobs->recipients(WriteKind::remove, &*item, {});
  contract::given(bobs->remove(*item));
  const auto seen = calendar_.send("GET", "meeting.ics", "").body;
  const bool told_indeed = seen.find("DECLINED") != std::string::npos;
  EXPECT_EQ(told_indeed, !told.empty()) << seen;
  if (!told.empty()) EXPECT_THAT(told, ElementsAre("mailto:alice@example.test"));
}

TEST_P(Scheduling, WithoutPeopleNobodyIsMailed) {
  all_of(calendar_.ours());
  const auto facts = contract::plain_facts(1);
  EXPECT_THAT(calendar_.ours().recipients(WriteKind::create, nullptr, facts), IsEmpty());
}

}  // namespace
}  // namespace kalends::ports
