// The CalDAV provider against real servers on loopback: what every provider promises, and what only CalDAV can show.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

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
  explicit Calendar(const std::string& server_name) {
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
  net::CurlHttp http_;
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

}  // namespace
}  // namespace kalends::ports
