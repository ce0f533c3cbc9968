// The server with our own client, and with bytes that no client of good manners sends.
#include "net/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "net/curl_http.h"

namespace kalends::net {
namespace {

ports::HttpResponse echo(const ServerRequest& request) {
  ports::HttpResponse out;
  out.status = 200;
  out.headers.emplace_back("x-method", request.method);
  out.headers.emplace_back("x-target", request.target);
  out.headers.emplace_back("x-bad", "a\r\nset-cookie: b");
  out.body = request.body;
  return out;
}

std::unique_ptr<HttpServer> serve(ServerHandler handler, ServerOptions options = {}) {
  auto server = HttpServer::start(options, std::move(handler));
  EXPECT_TRUE(server.has_value()) << server.error().message;
  return std::move(*server);
}

// A client that sends what it is told and shows what comes back.
class Raw {
 public:
  explicit Raw(const HttpServer& server) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    const std::string& text = server.address();
    address.sin_port = htons(static_cast<std::uint16_t>(*parse_integer(text.substr(text.rfind(':') + 1))));
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    timeval patience{20, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Raw() { ::close(socket_); }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;

  void send(std::string_view bytes) {
    EXPECT_GE(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), 0);
  }
  // What has come when `end` is in it so many times.
  std::string until(std::string_view end, int times = 1) {
    std::size_t found = 0;
    while (true) {
      int seen = 0;
      for (found = all_.find(end); found != std::string::npos; found = all_.find(end, found + 1))
        if (++seen == times) return all_;
      if (!more()) return all_;
    }
  }
  // Everything until the server closes.
  std::string rest() {
    while (more()) {
    }
    return all_;
  }

 private:
  bool more() {
    char bytes[4096];
    const auto n = ::recv(socket_, bytes, sizeof bytes, 0);
    if (n > 0) all_.append(bytes, static_cast<std::size_t>(n));
    return n > 0;
  }
  int socket_;
  std::string all_;
};

TEST(HttpServer, AnswersOurOwnClient) {
  const auto server = serve(echo);
  CurlHttp client;
  ports::HttpRequest request;
  request.method = "REPORT";
  request.url = "http://" + server->address() + "/a%20b?c=d";
  request.body = std::string(3u << 20, 'x');  // curl asks for 100 Continue before it sends so much
  const auto response = client.send(request);
  ASSERT_TRUE(response.has_value()) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(*response->header("x-method"), "REPORT");
  EXPECT_EQ(*response->header("x-target"), "/a%20b?c=d");
  EXPECT_EQ(response->header("x-bad"), nullptr) << "a header with a line end in it is left out";
  EXPECT_EQ(response->header("set-cookie"), nullptr);
  EXPECT_EQ(response->body, request.body);
}

TEST(HttpServer, AnswersPipelinedRequestsInTheirOrder) {
  const auto server = serve(echo);
  Raw raw(*server);
  raw.send(
      "POST /1 HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\noneGET /2 HTTP/1.1\r\nhost: a\r\n\r\n"
      "POST /3 HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: "
      "close\r\n\r\n3\r\nsix\r\n0\r\n\r\n");
  const std::string all = raw.rest();
  const auto first = all.find("x-target: /1");
  const auto second = all.find("x-target: /2");
  const auto third = all.find("x-target: /3");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_NE(third, std::string::npos);
  EXPECT_TRUE(all.ends_with("\r\n\r\nsix"));
}

TEST(HttpServer, ARequestMayComeByteByByte) {
  const auto server = serve(echo);
  Raw raw(*server);
  for (const char c : std::string("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n")) raw.send({&c, 1});
  EXPECT_NE(raw.until("\r\n\r\n").find("x-target: /slow"), std::string::npos);
}

TEST(HttpServer, KeepsAnOlderClientsConnectionOnlyWhenAsked) {
  const auto server = serve(echo);
  Raw kept(*server);
  kept.send("GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n");
  EXPECT_NE(kept.until("\r\n\r\n").find("connection: keep-alive"), std::string::npos);
  kept.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_NE(kept.rest().find("connection: close"), std::string::npos);
}

TEST(HttpServer, HeadAndNoContentHaveNoBody) {
  const auto server = serve([](const ServerRequest& request) {
    ports::HttpResponse out = echo(request);
    out.status = request.method == "DELETE" ? 204 : 200;
    out.body = "body";
    return out;
  });
  Raw raw(*server);
  raw.send("HEAD / HTTP/1.1\r\nhost: a\r\n\r\nDELETE / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
  const std::string all = raw.rest();
  EXPECT_NE(all.find("content-length: 4"), std::string::npos);
  EXPECT_TRUE(all.ends_with("connection: close\r\n\r\n"));
  EXPECT_EQ(all.find("body"), std::string::npos);
}

TEST(HttpServer, RefusesWhatIsNoRequestAndWhatIsTooLarge) {
  ServerOptions options;
  options.max_header_bytes = 1000;
  options.max_body_bytes = 1000;
  const auto server = serve(echo, options);
  const auto status = [&](const std::string& bytes) {
    Raw raw(*server);
    raw.send(bytes);
    return raw.rest().substr(0, 12);
  };
  EXPECT_EQ(status("hello\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15)), "HTTP/1.1 400");
  EXPECT_EQ(status("GET / HTTP/1.1\r\nhost: a\r\nno colon\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status("POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status("GET / HTTP/1.1\r\nx: " + std::string(2000, 'a') + "\r\n\r\n"), "HTTP/1.1 431");
  EXPECT_EQ(status("GET /" + std::string(5000, 'a')), "HTTP/1.1 431");
  EXPECT_EQ(status("POST / HTTP/1.1\r\ncontent-length: 1001\r\n\r\n"), "HTTP/1.1 413");
  EXPECT_EQ(status("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, 'a')),
            "HTTP/1.1 413");
}

TEST(HttpServer, AClientThatTakesItsTimeIsLeft) {
  ServerOptions options;
  options.request_ms = 50;
  options.idle_ms = 50;
  const auto server = serve(echo, options);
  Raw slow(*server);
  slow.send("GET / HTTP/1.1\r\nhost:");
  EXPECT_EQ(slow.rest(), "");
  Raw silent(*server);
  EXPECT_EQ(silent.rest(), "");
}

TEST(HttpServer, AHandlerMayKeepItsAnswerBackOrThrow) {
  const auto server = serve([](const ServerRequest& request) -> ports::HttpResponse {
    if (request.target == "/throw") throw std::runtime_error("no");
    return {};
  });
  Raw thrown(*server);
  thrown.send("GET /throw HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
  EXPECT_TRUE(thrown.rest().starts_with("HTTP/1.1 500"));
  Raw silent(*server);
  silent.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  EXPECT_TRUE(silent.rest().ends_with("\r\n\r\n")) << "the body that was announced never comes";
}

TEST(HttpServer, ManyClientsAtOnceAreAllAnswered) {
  ServerOptions options;
  options.max_connections = 8;  // the others wait their turn
  std::atomic<int> answered{0};
  const auto server = serve(echo, options);
  std::vector<std::thread> clients;
  for (int n = 0; n < 16; ++n)
    clients.emplace_back([&] {
      for (int k = 0; k < 10; ++k) {
        Raw raw(*server);
        raw.send("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        if (raw.rest().starts_with("HTTP/1.1 200")) ++answered;
      }
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(answered, 160);
}

TEST(HttpServer, StoppingAnswersWhatIsUnderWay) {
  std::mutex mutex;
  std::condition_variable changed;
  bool inside = false;
  const auto server = serve([&](const ServerRequest& request) {
    std::unique_lock lock(mutex);
    inside = true;
    changed.notify_all();
    changed.wait_for(lock, std::chrono::milliseconds(100));
    return echo(request);
  });
  Raw idle(*server);
  Raw busy(*server);
  busy.send("GET /under HTTP/1.1\r\nhost: a\r\n\r\n");
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return inside; });
  }
  server->stop();
  EXPECT_NE(busy.rest().find("x-target: /under"), std::string::npos);
  EXPECT_EQ(idle.rest(), "");
}

TEST(HttpServer, SaysWhereItCannotListen) {
  ServerOptions options;
  options.listen = "nowhere";
  const auto none = HttpServer::start(options, echo);
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().kind, ErrorKind::invalid);
  const auto first = serve(echo);
  options.listen = first->address();
  const auto second = HttpServer::start(options, echo);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind, ErrorKind::transient);
}

}  // namespace
}  // namespace kalends::net
