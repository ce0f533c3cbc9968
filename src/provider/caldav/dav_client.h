// One DAV exchange: credentials, redirects that keep method and body, statuses as errors.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ports/http.h"
#include "provider/caldav/url.h"
#include "provider/caldav/xml.h"

namespace kalends::provider {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct DavAnswer {
  int status = 0;
  DavUrl url;  // where the answer came from, after redirects
  ports::HttpResponse response;

  bool ok() const { return status / 100 == 2; }
};

// A request whose answer was not waited for yet.
struct DavAsked {
  DavUrl url;
  ports::HttpRequest request;
  std::unique_ptr<ports::Exchange> exchange;  // nullptr: it was not begun either
};

class DavClient {
 public:
  // Credentials go to `configured` and to the servers that may_see_credentials() allows; nowhere else.
  DavClient(ports::Http& http, DavUrl configured, ports::Credentials credentials);

  // Any status but a redirect is an answer. Redirects (301, 302, 307, 308) are followed up to five times with method
  // and body kept; forbidden when one leads to a server that must not see the credentials.
  Result<DavAnswer> send(const std::string& method, const DavUrl& url, const Headers& headers,
                         const std::string& body);

  // PROPFIND or REPORT with an XML body, answered by a multistatus. Other statuses become errors.
  Result<Multistatus> query(const std::string& method, const DavUrl& url, const char* depth,
                            const std::string& body, DavUrl* answered_at = nullptr);

  // query() in two halves, for work between them.
  Result<DavAsked> ask(const std::string& method, const DavUrl& url, const char* depth, std::string body);
  Result<Multistatus> hear(DavAsked asked, DavUrl* answered_at = nullptr);

  const DavUrl& configured() const { return configured_; }

 private:
  Result<void> require_ours(const DavUrl& url) const;
  Result<DavAsked> prepare(const std::string& method, const DavUrl& url, Headers headers,
                           std::string body) const;
  Result<DavAnswer> finish(DavAsked asked);

  ports::Http& http_;
  DavUrl configured_;
  ports::Credentials credentials_;
};

// The error a status means, as a sentence: "PUT https://host/path: the server refused ...".
Error error_of(const std::string& method, const DavAnswer& answer);

// The answer's multistatus; an error for any status but 207 and for a body that is none.
Result<Multistatus> multistatus_of(const std::string& method, const DavAnswer& answer);

}  // namespace kalends::provider
