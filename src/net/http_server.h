// An HTTP/1.1 server (RFC 9112) for handlers in direct style: the sockets are one event loop's, each request is answered
// by a plain call on a worker thread.
//
// Bounded: connections, bytes of a header, bytes of a body, and the time a client may take for one request, for taking
// its answer, and for saying nothing. Requests of one connection are answered one after the other, in their order.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "ports/http.h"

namespace kalends::net {

struct ServerRequest {
  std::string method;
  std::string target;                                        // path and query as they stood
  std::vector<std::pair<std::string, std::string>> headers;  // names as they stood
  std::string body;

  const std::string* header(std::string_view name) const;  // without regard to case; nullptr without one
};

// Called by several threads at once. What it throws is answered with 500. A status of 0 breaks off: the head of an
// answer whose body never comes, then the end (closing in silence would make clients send the request again). content-length, connection and date are the server's to write.
using ServerHandler = std::function<ports::HttpResponse(const ServerRequest&)>;

struct ServerOptions {
  std::string listen = "127.0.0.1:0";  // a numeric address and a port; 0 takes a free one; "[::1]:0" for IPv6
  std::size_t workers = 4;
  std::size_t max_connections = 1000;  // further ones wait to be accepted
  std::uint32_t max_header_bytes = 16u << 10;
  std::uint64_t max_body_bytes = 16u << 20;
  std::int64_t request_ms = 20'000;  // from a request's first byte to its last
  std::int64_t idle_ms = 75'000;     // without a request
  std::int64_t write_ms = 30'000;    // for an answer to be taken
  std::int64_t stop_ms = 3'000;      // what stop() gives requests that are under way
};

class HttpServer {
 public:
  // invalid for an address that is none, transient for one that is taken.
  static Result<std::unique_ptr<HttpServer>> start(const ServerOptions& options, ServerHandler handler);
  ~HttpServer();  // stops
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // "127.0.0.1:41234", with the port that was taken.
  const std::string& address() const;

  // No more connections; idle ones are closed, requests under way are answered, and then every thread has ended.
  void stop();

 private:
  class Inner;
  explicit HttpServer(std::unique_ptr<Inner> inner);
  std::unique_ptr<Inner> inner_;
};

}  // namespace kalends::net
