// One HTTP exchange in direct style. The implementation lives in net/.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace kalends::ports {

struct Credentials {
  enum class Scheme : std::uint8_t {
    none,
    any,
    bearer
  } scheme = Scheme::none;  // any: Basic or Digest, as asked
  std::string username;
  std::string secret;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  Credentials credentials;
  std::size_t max_response_bytes = 64u << 20;
  std::int64_t timeout_ms = 60'000;
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;                                          // decoded (gzip)
  std::string url;                                           // after redirects that were followed, if any

  const std::string* header(std::string_view lower_name) const {
    for (const auto& [name, value] : headers)
      if (name == lower_name) return &value;
    return nullptr;
  }
};

// An exchange that was begun. Destroyed without wait(): its answer is nobody's.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual Result<HttpResponse> wait() = 0;  // called once
};

class Http {
 public:
  virtual ~Http() = default;
  // Any status is a success here; redirects are the caller's matter (they must keep method and body, and
  // credentials stay with their host). transient: no answer (refused, reset, timed out, TLS), with the reason.
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
  // As send(), but the caller may do other work until it waits for the answer. Where nothing runs beside the caller, as
  // in tests, the request is sent when it waits. What it began with outlives the exchange.
  virtual std::unique_ptr<Exchange> begin(HttpRequest request);
};

// An exchange that is made when its answer is waited for.
class LateExchange : public Exchange {
 public:
  LateExchange(Http& http, HttpRequest request) : http_(http), request_(std::move(request)) {}
  Result<HttpResponse> wait() override { return http_.send(request_); }

 private:
  Http& http_;
  HttpRequest request_;
};

inline std::unique_ptr<Exchange> Http::begin(HttpRequest request) {
  return std::make_unique<LateExchange>(*this, std::move(request));
}

}  // namespace kalends::ports
