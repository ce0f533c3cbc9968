// The client against a small server on a real socket: what it sends, what it gives back, what it refuses.
#include "net/curl_http.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "base/text.h"

namespace kalends::net {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Seen {
  std::string head;  // request line and headers, names in lower case
  std::string body;
};

// In the place of an answer: the connection is reset without one.
constexpr std::string_view kReset = "RESET";

// Serves one connection after another until destroyed; `answer` makes the whole reply to each request.
class Server {
 public:
  explicit Server(std::function<std::string(const Seen&)> answer) : answer_(std::move(answer)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(socket_, 8);
    socklen_t size = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~Server() {
    stopping_ = true;
    ::shutdown(socket_, SHUT_RDWR);
    const int open = connection_.load();
    if (open >= 0) ::shutdown(open, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  std::vector<Seen> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  int connections() const { return connections_; }

 private:
  void run() {
    while (!stopping_) {
      const int connection = ::accept(socket_, nullptr, nullptr);
      if (connection < 0) return;
      ++connections_;
      connection_ = connection;
      while (serve_one(connection)) {
      }
      connection_ = -1;
      ::close(connection);
    }
  }
  bool serve_one(int connection) {
    Seen seen;
    std::string data;
    char buffer[65536];
    std::size_t end = std::string::npos;
    while ((end = data.find("\r\n\r\n")) == std::string::npos) {
      const ssize_t got = ::read(connection, buffer, sizeof buffer);
      if (got <= 0) return false;
      data.append(buffer, static_cast<std::size_t>(got));
    }
    seen.head = data.substr(0, end + 2);
    seen.body = data.substr(end + 4);
    std::size_t length = 0;
    for (const auto line : split(seen.head, '\n'))
      if (to_lower(line).starts_with("content-length:"))
        length = static_cast<std::size_t>(*parse_integer(trim(line.substr(15))));
    while (seen.body.size() < length) {
      const ssize_t got = ::read(connection, buffer, sizeof buffer);
      if (got <= 0) return false;
      seen.body.append(buffer, static_cast<std::size_t>(got));
    }
    {
      const std::lock_guard lock(mutex_);
      seen_.push_back(seen);
    }
    const std::string reply = answer_(seen);
    if (reply == kReset) {
      const linger at_once{1, 0};
      ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      return false;
    }
    const bool sent =
        ::send(connection, reply.data(), reply.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(reply.size());
    return sent && reply.find("Connection: close") == std::string::npos;
  }

  std::function<std::string(const Seen&)> answer_;
  int socket_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connection_ = -1;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::vector<Seen> seen_;
  std::thread thread_;
};

std::string reply(const std::string& status, const std::string& headers, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

ports::HttpRequest request(const std::string& method, const std::string& url, const std::string& body = "") {
  ports::HttpRequest r;
  r.method = method;
  r.url = url;
  r.body = body;
  return r;
}

ports::Credentials alice() { return {ports::Credentials::Scheme::any, "alice", "pa:ss"}; }

TEST(CurlHttp, SendsMethodHeadersAndBodyAndNamesItself) {
  Server server([](const Seen&) { return reply("207 Multi-Status", "ETag: \"x\"\r\n", "<ok/>"); });
  CurlHttp http;
  auto r = request("PROPFIND", server.url("/a%20b/../c"), "<propfind/>");
  r.headers = {{"Depth", "0"}, {"Content-Type", "application/xml"}, {"X-Empty", ""}};
  const auto answer = http.send(r);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 207);
  EXPECT_EQ(answer->body, "<ok/>");
  EXPECT_EQ(*answer->header("etag"), "\"x\"");
  const auto seen = server.seen().at(0);
  EXPECT_TRUE(seen.head.starts_with("PROPFIND /a%20b/../c HTTP/1.1\r\n")) << seen.head;
  EXPECT_THAT(seen.head, HasSubstr("Depth: 0\r\n"));
  EXPECT_THAT(seen.head, HasSubstr("X-Empty:\r\n"));
  EXPECT_THAT(seen.head, HasSubstr("User-Agent: Kalends/0.1\r\n"));
  EXPECT_THAT(seen.head, Not(HasSubstr("Authorization")));
  EXPECT_EQ(seen.body, "<propfind/>");
}

TEST(CurlHttp, AnExchangeRunsBesideTheCallerOrIsAbandoned) {
  Server server([](const Seen&) { return reply("200 OK", "", "x"); });
  CurlHttp http;
  auto exchange = http.begin(request("REPORT", server.url("/one"), "body"));
  while (server.seen().empty()) std::this_thread::yield();  // without being waited for
  const auto answer = exchange->wait();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "x");
  http.begin(request("GET", server.url("/two"))).reset();
  ASSERT_TRUE(http.send(request("GET", server.url("/three"))));
}

TEST(CurlHttp, ReusesItsConnection) {
  Server server([](const Seen&) { return reply("200 OK", "", "x"); });
  CurlHttp http;
  for (const char* method : {"GET", "PUT", "REPORT", "DELETE", "GET"})
    ASSERT_TRUE(http.send(request(method, server.url(), std::string(method) == "REPORT" ? "body" : "")));
  EXPECT_EQ(server.connections(), 1);
  EXPECT_TRUE(server.seen().at(3).head.starts_with("DELETE "));
  EXPECT_EQ(server.seen().at(4).body, "");
}

// Servers close a kept connection when they like, and a request may be on its way then. RFC 9112 section 9.3.1.
TEST(CurlHttp, ARequestThatMetAClosingConnectionIsSentAgain) {
  std::atomic<int> on_this_connection = 0;
  Server server([&](const Seen&) {
    if (++on_this_connection < 2) return reply("200 OK", "", "x");
    on_this_connection = 0;
    return std::string(kReset);
  });
  CurlHttp http;
  for (int i = 0; i < 20; ++i) {
    const auto answer =
        http.send(request(i % 2 == 0 ? "GET" : "PUT", server.url(), i % 2 == 0 ? "" : "body"));
    ASSERT_TRUE(answer) << i << ": " << answer.error().message;
    EXPECT_EQ(answer->body, "x");
  }
}

TEST(CurlHttp, AConnectionThatClosesAfterItsChallengeIsNoFailure) {
  std::atomic<bool> first = true;
  Server server([&](const Seen& seen) {
    if (to_lower(seen.head).find("authorization:") == std::string::npos)
      return reply("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", "");
    return first.exchange(false) ? std::string(kReset) : reply("200 OK", "", "x");
  });
  CurlHttp http;
  auto r = request("PUT", server.url(), "body");
  r.credentials = alice();
  const auto answer = http.send(r);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "x");
}

TEST(CurlHttp, AResetOfAFreshConnectionIsToldAndNothingIsSentTwice) {
  Server server([](const Seen&) { return std::string(kReset); });
  CurlHttp http;
  EXPECT_FALSE(http.send(request("PUT", server.url(), "body")));
  EXPECT_EQ(server.seen().size(), 1u);
}

TEST(CurlHttp, ChoosesBasicAmongForeignChallengesAndThenSendsItUnasked) {
  Server server([](const Seen& seen) {
    if (seen.head.find("Authorization: Basic YWxpY2U6cGE6c3M=") != std::string::npos)
      return reply("200 OK", "", "in");
    return reply("401 Unauthorized",
                 "WWW-Authenticate: X-MobileMe-AuthToken realm=\"Cloud\"\r\n"
                 "WWW-Authenticate: Basic realm=\"Cloud\"\r\n",
                 "out");
  });
  CurlHttp http;
  auto r = request("REPORT", server.url(), "<report/>");
  r.credentials = alice();
  for (int i = 0; i < 3; ++i) {
    const auto answer = http.send(r);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "in");
  }
  EXPECT_EQ(server.seen().size(), 4u) << "only the first exchange needs a challenge";
  EXPECT_EQ(server.seen().back().body, "<report/>");
}

TEST(CurlHttp, PrefersDigestAndNeverSendsThePasswordThen) {
  Server server([](const Seen& seen) {
    if (seen.head.find("Authorization: Digest username=\"alice\"") != std::string::npos)
      return reply("200 OK", "", "in");
    return reply("401 Unauthorized",
                 "WWW-Authenticate: Basic realm=\"r\"\r\n"
                 "WWW-Authenticate: Digest realm=\"r\", nonce=\"abc\", qop=\"auth\", algorithm=MD5\r\n",
                 "out");
  });
  CurlHttp http;
  auto r = request("PUT", server.url(), "contents");
  r.credentials = alice();
  for (int i = 0; i < 3; ++i) {
    const auto answer = http.send(r);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
  }
  EXPECT_EQ(server.seen().size(), 4u) << "the nonce is used again";
  EXPECT_EQ(server.seen().back().body, "contents");
  for (const auto& seen : server.seen()) EXPECT_THAT(seen.head, Not(HasSubstr("Basic ")));
}

TEST(CurlHttp, AServerThatChangesItsSchemeIsAnsweredInTheNewOne) {
  std::atomic<bool> digest = false;
  Server server([&](const Seen& seen) {
    const bool has_basic = seen.head.find("Authorization: Basic") != std::string::npos;
    const bool has_digest = seen.head.find("Authorization: Digest") != std::string::npos;
    if (digest ? has_digest : has_basic) return reply("200 OK", "", "in");
    return reply("401 Unauthorized",
                 digest ? "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n"
                        : "WWW-Authenticate: Basic realm=\"r\"\r\n",
                 "out");
  });
  CurlHttp http;
  auto r = request("GET", server.url());
  r.credentials = alice();
  EXPECT_EQ(http.send(r)->status, 200);
  digest = true;
  EXPECT_EQ(http.send(r)->status, 200);
}

TEST(CurlHttp, AWrongPasswordIsAnAnswerNotAnError) {
  Server server(
      [](const Seen&) { return reply("401 Unauthorized", "WWW-Authenticate: Basic realm=\"r\"\r\n", "no"); });
  CurlHttp http;
  auto r = request("GET", server.url());
  r.credentials = alice();
  const auto answer = http.send(r);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 401);
}

TEST(CurlHttp, SendsABearerToken) {
  Server server([](const Seen&) { return reply("200 OK", "", ""); });
  CurlHttp http;
  auto r = request("GET", server.url());
  r.credentials = {ports::Credentials::Scheme::bearer, "", "tok.en"};
  ASSERT_TRUE(http.send(r));
  EXPECT_THAT(server.seen().at(0).head, HasSubstr("Authorization: Bearer tok.en\r\n"));
}

TEST(CurlHttp, HandsRedirectsToTheCaller) {
  Server server([](const Seen&) { return reply("301 Moved", "Location: http://127.0.0.2:1/other\r\n", ""); });
  CurlHttp http;
  const auto answer = http.send(request("PROPFIND", server.url(), "x"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 301);
  EXPECT_EQ(*answer->header("location"), "http://127.0.0.2:1/other");
  EXPECT_EQ(server.seen().size(), 1u);
}

TEST(CurlHttp, BoundsTheAnswer) {
  Server server([](const Seen&) { return reply("200 OK", "", std::string(100'000, 'x')); });
  CurlHttp http;
  auto r = request("GET", server.url());
  r.max_response_bytes = 100'000;
  EXPECT_TRUE(http.send(r)) << "just the bound";
  r.max_response_bytes = 99'999;
  EXPECT_FALSE(http.send(r));
  r.max_response_bytes = 1000;
  const auto answer = http.send(r);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::invalid);
  EXPECT_THAT(answer.error().message, HasSubstr("larger than the 1000 bytes"));
}

TEST(CurlHttp, UnpacksGzip) {
  const unsigned char packed[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
                                  0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x86,
                                  0xa6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00};
  const std::string body(reinterpret_cast<const char*>(packed), sizeof packed);
  Server server([&](const Seen&) { return reply("200 OK", "Content-Encoding: gzip\r\n", body); });
  CurlHttp http;
  const auto answer = http.send(request("GET", server.url()));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "hello");
  EXPECT_THAT(server.seen().at(0).head, HasSubstr("Accept-Encoding: gzip"));
}

TEST(CurlHttp, ARefusedConnectionIsTransientAndSaysWhere) {
  std::string url;
  {
    Server server([](const Seen&) { return ""; });
    url = server.url();
  }
  CurlHttp http;
  const auto answer = http.send(request("GET", url));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::transient);
  EXPECT_THAT(answer.error().message, HasSubstr("could not connect to 127.0.0.1:"));
}

TEST(CurlHttp, ABrokenAnswerIsTransient) {
  Server server(
      [](const Seen&) { return std::string("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"); });
  CurlHttp http;
  auto r = request("GET", server.url());
  r.timeout_ms = 300;
  const auto answer = http.send(r);
  ASSERT_FALSE(answer) << "a body cut short must never pass for a whole one";
  EXPECT_EQ(answer.error().kind, ErrorKind::transient);
}

TEST(CurlHttp, ASilentServerIsGivenUpAndNothingIsSentTwice) {
  bool silent = false;
  Server server([&](const Seen&) { return silent ? std::string() : reply("200 OK", "", "x"); });
  CurlHttp http;
  EXPECT_TRUE(http.send(request("GET", server.url())));
  silent = true;
  auto r = request("PUT", server.url(), "body");
  r.timeout_ms = 300;
  const auto answer = http.send(r);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::transient);
  EXPECT_THAT(answer.error().message, HasSubstr("did not answer in time"));
  EXPECT_EQ(server.seen().size(), 2u);
}

TEST(CurlHttp, RefusesOtherProtocolsAndLineBreaks) {
  CurlHttp http;
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "nothing", "", "http://"}) {
    const auto answer = http.send(request("GET", url));
    ASSERT_FALSE(answer) << url;
    EXPECT_EQ(answer.error().kind, ErrorKind::invalid) << url;
  }
  auto r = request("GET", "http://127.0.0.1:1/");
  r.headers = {{"Depth", "0\r\nX-Evil: 1"}};
  EXPECT_EQ(http.send(r).error().kind, ErrorKind::invalid);
  r.headers.clear();
  r.credentials = {ports::Credentials::Scheme::bearer, "", "token\r\nX-Evil: 1"};
  EXPECT_EQ(http.send(r).error().kind, ErrorKind::invalid);
  r.credentials = {};
  r.url = "http://127.0.0.1:1/ HTTP/1.1\r\nX-Evil: 1";
  EXPECT_EQ(http.send(r).error().kind, ErrorKind::invalid);
}

TEST(CurlHttp, CredentialsOfOneExchangeDoNotReachTheNext) {
  Server server([](const Seen& seen) {
    return seen.head.find("Authorization") != std::string::npos
               ? reply("200 OK", "Connection: close\r\n", "in")
               : reply("401 Unauthorized", "Connection: close\r\nWWW-Authenticate: Basic realm=\"r\"\r\n",
                       "");
  });
  CurlHttp http;
  auto r = request("GET", server.url());
  r.credentials = alice();
  EXPECT_EQ(http.send(r)->status, 200);
  r.credentials = {};
  r.timeout_ms = 10'000;
  const auto without = http.send(r);
  ASSERT_TRUE(without) << without.error().message;
  EXPECT_EQ(without->status, 401);
  r.credentials = {ports::Credentials::Scheme::any, "bob", "x"};
  const auto other = http.send(r);
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(other->status, 200);
  EXPECT_THAT(server.seen().back().head, HasSubstr("Basic Ym9iOng="));
}

TEST(CurlHttp, ManyUsersEachSpeakForThemselves) {
  Server server([](const Seen& seen) {
    return seen.head.find("Authorization") != std::string::npos
               ? reply("200 OK", "Connection: close\r\n", "in")
               : reply("401 Unauthorized", "Connection: close\r\nWWW-Authenticate: Basic realm=\"r\"\r\n",
                       "");
  });
  CurlHttp http;
  constexpr std::size_t kUsers = 20;  // more than handles are kept: some are used again for somebody else
  std::set<std::string> said;
  for (std::size_t n = 0; n < kUsers; ++n) {
    auto r = request("GET", server.url());
    r.credentials = {ports::Credentials::Scheme::any, "user" + std::to_string(n), "x"};
    ASSERT_TRUE(http.send(r));
    const std::string head = server.seen().back().head;
    const auto at = head.find("Authorization: Basic ");
    ASSERT_NE(at, std::string::npos);
    said.insert(head.substr(at, head.find('\r', at) - at));
  }
  EXPECT_EQ(said.size(), kUsers);
  ASSERT_TRUE(http.send(request("GET", server.url())));
  EXPECT_THAT(server.seen().back().head, Not(HasSubstr("Authorization")));
}

TEST(CurlHttp, ServesManyThreads) {
  CurlHttp http;
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      Server server([](const Seen& seen) { return reply("200 OK", "", seen.body); });
      for (int n = 0; n < 20; ++n) {
        const auto answer = http.send(request("PUT", server.url(), std::to_string(n)));
        if (answer && answer->body == std::to_string(n)) ++good;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 80);
}

TEST(CurlHttp, BoundsTheHeaders) {
  for (const bool too_long : {false, true}) {
    Server server([&](const Seen&) {
      std::string headers;
      for (int i = 0; i < (too_long ? 40 : 30); ++i) headers += "X-Long: " + std::string(8'000, 'x') + "\r\n";
      return reply("200 OK", headers, "x");
    });
    CurlHttp http;
    EXPECT_EQ(http.send(request("GET", server.url())).has_value(), !too_long);
  }
}

}  // namespace
}  // namespace kalends::net
