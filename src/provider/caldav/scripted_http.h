// An HTTP double for tests: answers by script, remembers what it was asked. A request without an answer is an error.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "ports/http.h"

namespace kalends::provider {

class ScriptedHttp : public ports::Http {
 public:
  // The next answer to "METHOD URL"; the last one given stays for ever.
  void on(const std::string& request, int status, std::string body = "",
          std::vector<std::pair<std::string, std::string>> headers = {}) {
    ports::HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    response.headers = std::move(headers);
    answers_[request].push_back(std::move(response));
  }

  Result<ports::HttpResponse> send(const ports::HttpRequest& request) override {
    seen.push_back(request);
    auto found = answers_.find(request.method + " " + request.url);
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

inline std::string multistatus(const std::string& inside) {
  return R"(<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" )"
         R"(xmlns:s="http://calendarserver.org/ns/">)" +
         inside + "</d:multistatus>";
}

inline std::string response(const std::string& href, const std::string& properties) {
  return "<d:response><d:href>" + href + "</d:href><d:propstat><d:prop>" + properties +
         "</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>";
}

inline std::string bare(const std::string& href, const std::string& status) {
  return "<d:response><d:href>" + href + "</d:href><d:status>HTTP/1.1 " + status + "</d:status></d:response>";
}

}  // namespace kalends::provider
