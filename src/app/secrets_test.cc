#include "app/secrets.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace kalends::app {
namespace {

using Source = Secret::Source;
using Scheme = ports::Credentials::Scheme;

class EchoHttp : public ports::Http {
 public:
  Result<ports::HttpResponse> send(const ports::HttpRequest& request) override {
    seen.push_back(request.credentials.secret);
    return ports::HttpResponse{};
  }
  std::vector<std::string> seen;
};

TEST(Secrets, ComeFromAVariable) {
  ::setenv("KALENDS_TEST_SECRET", "s3cret", 1);
  EXPECT_EQ(resolve({Source::environment, "KALENDS_TEST_SECRET", {}}), "s3cret");
  ::unsetenv("KALENDS_TEST_SECRET");
  const auto missing = resolve({Source::environment, "KALENDS_TEST_SECRET", {}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::unauthorized);
  EXPECT_NE(missing.error().message.find("KALENDS_TEST_SECRET is not set"), std::string::npos);
}

TEST(Secrets, AreTheFirstLineOfAFile) {
  const auto path = std::filesystem::temp_directory_path() / ("kalends-secret-" + std::to_string(::getpid()));
  std::ofstream(path) << "top secret \r\nsecond line\n";
  EXPECT_EQ(resolve({Source::file, path, {}}), "top secret ");
  std::ofstream(path) << "\n";
  EXPECT_FALSE(resolve({Source::file, path, {}}));
  std::filesystem::remove(path);
  EXPECT_FALSE(resolve({Source::file, path, {}}));
}

TEST(Secrets, AreTheFirstLineOfACommandThatIsNoShell) {
  EXPECT_EQ(resolve({Source::command, "", {"printf", "%s\\nmore", "a b;$HOME"}}), "a b;$HOME");
  EXPECT_FALSE(resolve({Source::command, "", {"false"}}));
  EXPECT_FALSE(resolve({Source::command, "", {"kalends-no-such-program"}}));
}

TEST(Secrets, AreFetchedOnceAndOnlyForRequestsThatNeedThem) {
  const auto path = std::filesystem::temp_directory_path() / ("kalends-once-" + std::to_string(::getpid()));
  std::ofstream(path) << "one\n";
  EchoHttp http;
  std::mutex asking;
  SigningHttp signing(http, Secret{Source::file, path, {}}, asking);
  ports::HttpRequest open, closed;
  closed.credentials = {Scheme::any, "alice", ""};
  ASSERT_TRUE(signing.send(open));
  ASSERT_TRUE(signing.send(closed));
  std::filesystem::remove(path);
  ASSERT_TRUE(signing.send(closed));
  ASSERT_TRUE(signing.begin(closed)->wait());
  ASSERT_TRUE(signing.begin(open)->wait());
  EXPECT_EQ(http.seen, (std::vector<std::string>{"", "one", "one", "one", ""}));
}

TEST(Secrets, ThatAreMissingFailTheRequestAndSendNothing) {
  EchoHttp http;
  std::mutex asking;
  SigningHttp signing(http, Secret{Source::file, "/nonexistent", {}}, asking);
  ports::HttpRequest request;
  request.credentials = {Scheme::bearer, "", ""};
  EXPECT_FALSE(signing.send(request));
  EXPECT_TRUE(http.seen.empty());
}

TEST(Secrets, AreReadToTheirBoundAndNeverCut) {
  const auto path =
      std::filesystem::temp_directory_path() / ("kalends-long-secret-" + std::to_string(::getpid()));
  for (const std::size_t size : {std::size_t{64} << 10, (std::size_t{64} << 10) + 1}) {
    std::ofstream(path) << std::string(size, 'x') << "\nmore\n";
    const bool fits = size == std::size_t{64} << 10;
    EXPECT_EQ(resolve({Source::file, path, {}}).has_value(), fits);
    EXPECT_EQ(resolve({Source::command, "", {"cat", path.string()}}).has_value(), fits);
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace kalends::app
