// A configuration with a Google calendar, over a real socket: the token out of a file, renewed there when it ran out, and
// events between the simulated service and a vault.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <mutex>

#include "app/wiring.h"
#include "lab/google/test_desk.h"
#include "net/http_server.h"

namespace kalends::app {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class GoogleCalendar : public testing::Test {
 protected:
  GoogleCalendar() {
    char name[] = "/tmp/kalends-google-XXXXXX";
    folder_ = ::mkdtemp(name);
    std::filesystem::create_directory(folder_ / "vault");
    server_ = net::HttpServer::start({}, [this](const net::ServerRequest& request) {
                const std::lock_guard lock(mutex_);
                ports::HttpRequest in;
                in.method = request.method;
                in.url = request.target;
                in.headers = request.headers;
                in.body = request.body;
                desk_.clock.now_ms += 1'000;
                return desk_.google.handle(in);
              }).value();
    put("token", desk_.token);
  }
  ~GoogleCalendar() override {
    server_->stop();
    std::filesystem::remove_all(folder_);
  }
  void put(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text << "\n";
  }
  Config config() {
    put("kalends.toml", "[[calendar]]\nid = 'there'\nprovider = 'google'\nurl = 'http://" +
                            server_->address() +
                            "/calendar/v3'\ntoken = { file = 'token' }\n"
                            "[[calendar]]\nid = 'notes'\nprovider = 'obsidian'\npath = 'vault'\n"
                            "[[link]]\ncalendars = ['there', 'notes']\n");
    auto config = read_config((folder_ / "kalends.toml").string(), [](std::string_view) { return true; });
    EXPECT_TRUE(config);
    return config ? *config : Config();
  }
  engine::RunReport sync(Wiring& wiring) {
    auto report = wiring.engine().sync({.yes = true});
    EXPECT_TRUE(report);
    return report ? *report : engine::RunReport();
  }
  std::size_t notes() {
    std::size_t n = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "vault"))
      n += entry.path().extension() == ".md";
    return n;
  }

  std::filesystem::path folder_;
  lab::Desk desk_;
  std::mutex mutex_;
  std::unique_ptr<net::HttpServer> server_;
  Machine machine_;
};

TEST_F(GoogleCalendar, SyncsWithATokenThatIsRenewedInItsFile) {
  desk_.ok("POST", lab::kEvents, lab::kLunch);
  const Config config = this->config();
  auto wiring = Wiring::make(config, Access::write, machine_);
  ASSERT_TRUE(wiring) << wiring.error().message;
  EXPECT_THAT(sync(**wiring).errors, IsEmpty());
  EXPECT_EQ(notes(), 1u);

  desk_.google.revoke_token(desk_.token);
  const auto refused = sync(**wiring).errors;
  ASSERT_THAT(refused, SizeIs(1));
  EXPECT_THAT(refused.front(), HasSubstr("put a new one there"));
  EXPECT_THAT(refused.front(), testing::Not(HasSubstr(desk_.token)));

  desk_.token = desk_.google.issue_token(lab::kAnn);
  put("token", desk_.token);
  desk_.ok("POST", lab::kEvents, lab::kWeekly);
  EXPECT_THAT(sync(**wiring).errors, IsEmpty());
  EXPECT_EQ(notes(), 2u);
}

}  // namespace
}  // namespace kalends::app
