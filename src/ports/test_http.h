// An HTTP double for tests: answers by script, remembers what it was asked. A request without an answer is an error.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "ports/http.h"

namespace kalends::ports {

class ScriptedHttp : public Http {
 public:
  // The next answer to "METHOD URL"; the last one given stays for ever.
  void on(const std::string& request, int status, std::string body = "",
          std::vector<std::pair<std::string, std::string>> headers = {}) {
    HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    response.headers = std::move(headers);
    answers_[request].push_back(std::move(response));
  }

  Result<HttpResponse> send(const HttpRequest& request) override {
    seen.push_back(request);
    const std::string name = request.method + " " + name_of(request.url);
    auto found = answers_.find(name);
    if (found == answers_.end()) return fail(ErrorKind::transient, "no answer is scripted for " + name);
    HttpResponse response = found->second.front();
    if (found->second.size() > 1) found->second.pop_front();
    response.url = request.url;
    return response;
  }

  std::vector<HttpRequest> seen;

 protected:
  // What answers are given for: a URL, or what of it counts.
  virtual std::string name_of(const std::string& url) const { return url; }

 private:
  std::map<std::string, std::deque<HttpResponse>> answers_;
};

}  // namespace kalends::ports
