// DNS as discovery asks it, by a real name server (dnsmasq) on loopback: order, paths, refusals, what does not fit into a
// datagram, nonsense and silence; and the whole way from a domain's name to a calendar on a Radicale with TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "net/curl_http.h"
#include "provider/caldav/caldav_provider.h"
#include "provider/caldav/scripted_http.h"
#include "server_process.h"
#include "system/zone_files.h"

namespace kalends::provider {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using testing_servers::ServerProcess;

class Srv : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto started = ServerProcess::start("dns");
    ASSERT_TRUE(started) << started.error().message;
    server_ = new ServerProcess(std::move(*started));
    std::istringstream words(server_->control_url());
    words >> port_ >> hostile_ >> silent_ >> dead_ >> certificate_;
  }
  static void TearDownTestSuite() { delete server_; }

  static Services ask(const std::string& domain, int port) {
    return DnsServiceLookup({"127.0.0.1", port}).caldavs(domain);
  }

  static std::vector<std::string> hosts(const Services& services) {
    std::vector<std::string> out;
    for (const ServiceTarget& target : services.targets) out.push_back(target.host);
    return out;
  }

  static inline ServerProcess* server_ = nullptr;
  static inline int port_ = 0, hostile_ = 0, silent_ = 0, dead_ = 0;
  static inline std::string certificate_;
};

TEST_F(Srv, LowerPrioritiesComeFirstAndAmongEqualsTheHeavier) {
  const Services said = ask("order.localhost", port_);
  EXPECT_THAT(hosts(said),
              ElementsAre("heavy.order.localhost", "light.order.localhost", "c.order.localhost"));
  EXPECT_EQ(said.targets.at(0).port, 2);
  EXPECT_EQ(said.targets.at(0).path, "");
  EXPECT_FALSE(said.refused);
}

TEST_F(Srv, ThePathStandsInTheTextRecord) {
  const Services said = ask("path.localhost", port_);
  EXPECT_EQ(said, (Services{{{"dav.path.localhost", 8443, "/dav/principals"}}, false}));
}

TEST_F(Srv, ALoneDotSaysThatThereIsNoService) {
  const Services said = ask("refused.localhost", port_);
  EXPECT_THAT(said.targets, IsEmpty());
  EXPECT_TRUE(said.refused);
  EXPECT_EQ(ask("nobody.localhost", port_), Services{}) << "no record is no refusal";
}

TEST_F(Srv, WhatDoesNotFitIntoADatagramComesOverTcp) {
  const Services said = ask("big.localhost", port_);
  ASSERT_EQ(said.targets.size(), 60U);
  EXPECT_EQ(said.targets.back().port, 1060);
}

TEST_F(Srv, NonsenseIsNoAnswer) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask("order.localhost", hostile_), Services{});
}

TEST_F(Srv, AServerThatIsSilentOrGoneIsNoAnswer) {
  EXPECT_EQ(ask("order.localhost", dead_), Services{});
  EXPECT_EQ(ask("order.localhost", silent_), Services{});
}

// DNS names two servers for the domain: one that is down, and Radicale with a path to begin at.
TEST_F(Srv, FromADomainsNameToACalendar) {
  net::CurlHttp http(certificate_);
  const ports::Credentials alice{ports::Credentials::Scheme::any, "alice", server_->password("alice")};
  ports::HttpRequest make;
  make.method = "MKCALENDAR";
  make.url = server_->calendar_url("alice", "work");
  make.credentials = alice;
  const auto made = http.send(make);
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_EQ(made->status, 201);

  const system::ZoneFiles zones;
  DnsServiceLookup dns({"127.0.0.1", port_});
  CalDavConfig config{
      .url = "https://real.localhost", .name = "work", .username = "alice", .secret = "alicepw"};
  CalDavProvider provider(config, http, zones, &dns);
  const auto written = provider.create(
      {{}, "uid-1", {{"title", "By DNS"}, {"when", "all-day 2026-03-02 P1D"}}, Instant{1'772'000'000'000}});
  ASSERT_TRUE(written) << written.error().message;
  const auto changes = provider.changes("", [](const RemoteId&) { return std::string(); });
  ASSERT_TRUE(changes) << changes.error().message;
  ASSERT_EQ(changes->items.size(), 1U);
  EXPECT_EQ(changes->items[0].facts.get("title"), "By DNS");
  EXPECT_THAT(changes->items[0].id.value, StartsWith("/alice/work/"));
}

TEST_F(Srv, WithoutAnAnswerTheWellKnownPathIsAsked) {
  ScriptedHttp http;
  http.on("PROPFIND https://order.localhost/", 404);
  http.on("PROPFIND https://order.localhost/.well-known/caldav", 207,
          multistatus(response("/.well-known/caldav",
                               "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>")));
  http.on("OPTIONS https://order.localhost/.well-known/caldav/", 200);
  DavClient client(http, *parse_dav_url("https://order.localhost"), {});
  for (const int port : {dead_, hostile_}) {
    DnsServiceLookup dns({"127.0.0.1", port});
    const auto place = discover(client, dns, "");
    EXPECT_TRUE(place) << place.error().message;
  }
}

TEST_F(Srv, ARefusingDomainIsToldAsSuch) {
  net::CurlHttp http(certificate_);
  const system::ZoneFiles zones;
  DnsServiceLookup dns({"127.0.0.1", port_});
  CalDavProvider provider({.url = "https://refused.localhost"}, http, zones, &dns);
  const auto changes = provider.changes("", [](const RemoteId&) { return std::string(); });
  ASSERT_FALSE(changes);
  EXPECT_THAT(changes.error().message,
              HasSubstr("refused.localhost says in DNS that it has no CalDAV service"));
}

}  // namespace
}  // namespace kalends::provider
