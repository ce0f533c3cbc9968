// One HTTP exchange in direct style. The implementation lives in net/.
#pragma once

#include <cstdint>
#include <map>
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

class Http {
 public:
  virtual ~Http() = default;
  // Any status is a success here; redirects are the caller's matter (they must keep method and body, and
  // credentials stay with their host). transient: no answer (refused, reset, timed out, TLS), with the reason.
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
};

}  // namespace kalends::ports
