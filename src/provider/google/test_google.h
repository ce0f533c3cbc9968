// What the tests of this folder share: JSON by its text, and an HTTP double that answers by script.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "ports/http.h"

namespace kalends::provider::google {

inline Json json(std::string_view text) {
  auto out = parse_json(text);
  EXPECT_TRUE(out) << (out ? "" : out.error().message) << "\n" << text;
  return out ? *std::move(out) : Json::object();
}

// RFC 7396: what a patch makes of a document.
inline Json merged(const Json& document, const Json& patch) {
  if (!patch.members()) return patch;
  Json out = Json::object();
  if (document.members())
    for (const auto& [name, member] : *document.members())
      if (!patch.find(name)) out.set(name, member);
  for (const auto& [name, member] : *patch.members()) {
    const Json* before = document.find(name);
    if (!member.is_null()) out.set(name, merged(before ? *before : Json(), member));
  }
  return out;
}

// The next answer to "METHOD URL" in the order in which they were given; the last one stays. The mask of fields is no part
// of the URL here. A request that nobody expected is an error.
class Script : public ports::Http {
 public:
  void on(const std::string& request, int status, std::string body = "{}",
          std::vector<std::pair<std::string, std::string>> headers = {}) {
    ports::HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    response.headers = std::move(headers);
    answers_[request].push_back(std::move(response));
  }

  Result<ports::HttpResponse> send(const ports::HttpRequest& request) override {
    seen.push_back(request);
    std::string url = request.url;
    if (const auto mask = url.find("&fields="); mask != std::string::npos)
      url.erase(mask, url.find('&', mask + 1) - mask);
    auto found = answers_.find(request.method + " " + url);
    if (found == answers_.end())
      return fail(ErrorKind::transient, "no answer is scripted for " + request.method + " " + request.url);
    ports::HttpResponse response = found->second.front();
    if (found->second.size() > 1) found->second.pop_front();
    response.url = request.url;
    return response;
  }

  std::vector<ports::HttpRequest> seen;

 private:
  std::map<std::string, std::deque<ports::HttpResponse>> answers_;
};

}  // namespace kalends::provider::google
