// Requests to the Calendar API: the address, the token, and what each refusal means. Nothing leaves the configured address:
// redirects are not followed, and no answer's link is.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "ports/http.h"
#include "ports/tokens.h"

namespace kalends::provider::google {

inline constexpr char kBaseUrl[] = "https://www.googleapis.com/calendar/v3";

struct Request {
  std::string method = "GET";
  std::string path;  // below the base, begins with "/", segments encoded
  std::vector<std::pair<std::string, std::string>> query;
  Json body;             // null: none
  std::string if_match;  // an etag; "" for no condition
  std::string what;      // for messages: "the events of primary"
};

struct Answer {
  int status = 0;
  Json json;           // an object; empty when there was no body
  std::string reason;  // Google's word for a refusal: "duplicate", "forbiddenForNonOrganizer"
  Error error;         // what a status of 300 and above means, as a sentence

  bool ok() const { return status / 100 == 2; }
};

class Client {
 public:
  // Both outlive the client. `base` has no slash at its end.
  Client(ports::Http& http, ports::Tokens& tokens, std::string base);

  // Any status is an answer, but for 401, 429 and 5xx, which say nothing about what was asked, and the refusals that mean
  // a limit. After a 401 one renewed token is tried.
  Result<Answer> send(const Request& request);

  // As send(); any refusal is an error.
  Result<Json> require(const Request& request);

  const std::string& base() const { return base_; }

 private:
  Result<ports::HttpResponse> exchange(const Request& request, const std::string& token);

  ports::Http& http_;
  ports::Tokens& tokens_;
  std::string base_;
};

// A segment of a path, or a value of a query. RFC 3986 section 2.
std::string percent_encode(std::string_view text);

// "https://host:port" of an address.
std::string origin_of(const std::string& url);

}  // namespace kalends::provider::google
