// What statuses mean is decided here once, for every call.
#include "provider/caldav/dav_client.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace kalends::provider {

namespace {

constexpr int kMaxRedirects = 5;
constexpr std::int64_t kTimeoutMs =
    180'000;  // a first report over a large calendar builds the server's index
constexpr std::int64_t kDefaultRetryMs = 60'000;
constexpr std::size_t kMaxQuoted = 200;

bool is_redirect(int status) { return status == 301 || status == 302 || status == 307 || status == 308; }

std::optional<std::int64_t> retry_after(const ports::HttpResponse& response) {
  const std::string* header = response.header("retry-after");
  if (!header) return std::nullopt;
  const auto seconds = parse_integer(trim(*header));
  return seconds && *seconds >= 0 && *seconds <= 86'400 ? *seconds * 1000 : kDefaultRetryMs;
}

// The server's own words, when they are short text.
std::string quoted_reason(const ports::HttpResponse& response) {
  std::string text(trim(repair_utf8(response.body.substr(0, 4 * kMaxQuoted))));
  if (text.empty() || text.find('<') != std::string::npos) return "";
  std::replace_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text.size() > kMaxQuoted ? "" : fmt::format(" (\"{}\")", text);
}

std::pair<ErrorKind, const char*> meaning(int status) {
  switch (status) {
    case 401: return {ErrorKind::unauthorized, "user name or password were not accepted; check them"};
    case 403: return {ErrorKind::forbidden, "the account is not allowed to do this here"};
    case 404:
    case 410: return {ErrorKind::not_found, "there is nothing at this address"};
    case 405:
    case 501:
      return {ErrorKind::unsupported, "the server can't do this here; is this the address of a calendar?"};
    case 408: return {ErrorKind::transient, "the server gave up waiting"};
    case 409: return {ErrorKind::stale, "the server sees a conflict with what it holds"};
    case 412: return {ErrorKind::stale, "somebody else changed it first"};
    case 413: return {ErrorKind::invalid, "it is too large for the server"};
    case 423: return {ErrorKind::transient, "it is locked at the moment"};
    case 429: return {ErrorKind::rate_limited, "the server asks for fewer requests"};
    case 507: return {ErrorKind::forbidden, "the account has no room left on the server"};
    default: break;
  }
  if (status >= 500) return {ErrorKind::transient, "the server failed"};
  if (status >= 400) return {ErrorKind::invalid, "the server did not accept the request"};
  return {ErrorKind::corrupt,
          "the answer is not what a CalDAV server gives; is this the address of a calendar?"};
}

}  // namespace

DavClient::DavClient(ports::Http& http, DavUrl configured, ports::Credentials credentials)
    : http_(http), configured_(std::move(configured)), credentials_(std::move(credentials)) {}

Result<void> DavClient::require_ours(const DavUrl& url) const {
  if (may_see_credentials(configured_, url)) return {};
  return fail(ErrorKind::forbidden,
              fmt::format("{} leads to {}, another site, which was not given the password; if that is right, "
                          "configure that address",
                          configured_.origin(), url.origin()));
}

Result<DavAsked> DavClient::prepare(const std::string& method, const DavUrl& url, Headers headers,
                                    std::string body) const {
  TRY_VOID(require_ours(url));
  ports::HttpRequest request;
  request.method = method;
  request.url = url.text();
  request.headers = std::move(headers);
  request.body = std::move(body);
  request.credentials = credentials_;
  request.timeout_ms = kTimeoutMs;
  return DavAsked{url, std::move(request), nullptr};
}

Result<DavAnswer> DavClient::finish(DavAsked asked) {
  const std::string first = asked.request.url;
  for (int hop = 0; hop <= kMaxRedirects; ++hop) {
    DavAnswer answer;
    answer.response = TRY(asked.exchange ? asked.exchange->wait() : http_.send(asked.request));
    answer.status = answer.response.status;
    answer.url = asked.url;
    const std::string* location = answer.response.header("location");
    if (!is_redirect(answer.status) || !location) return answer;
    asked.url = TRY(resolve(asked.url, *location));
    TRY_VOID(require_ours(asked.url));
    asked.request.url = asked.url.text();
    asked.exchange.reset();
  }
  return fail(ErrorKind::corrupt, fmt::format("{} redirects without end", first));
}

Result<DavAnswer> DavClient::send(const std::string& method, const DavUrl& url, const Headers& headers,
                                  const std::string& body) {
  return finish(TRY(prepare(method, url, headers, body)));
}

namespace {

Headers xml_headers(const char* depth) {
  return {{"Depth", depth}, {"Content-Type", "application/xml; charset=utf-8"}};
}

}  // namespace

Result<DavAsked> DavClient::ask(const std::string& method, const DavUrl& url, const char* depth,
                                std::string body) {
  DavAsked asked = TRY(prepare(method, url, xml_headers(depth), std::move(body)));
  asked.exchange = http_.begin(asked.request);
  return asked;
}

Result<Multistatus> DavClient::hear(DavAsked asked, DavUrl* answered_at) {
  const std::string method = asked.request.method;
  const DavAnswer answer = TRY(finish(std::move(asked)));
  if (answered_at) *answered_at = answer.url;
  return multistatus_of(method, answer);
}

Result<Multistatus> DavClient::query(const std::string& method, const DavUrl& url, const char* depth,
                                     const std::string& body, DavUrl* answered_at) {
  return hear(TRY(prepare(method, url, xml_headers(depth), body)), answered_at);
}

Error error_of(const std::string& method, const DavAnswer& answer) {
  auto [kind, words] = meaning(answer.status);
  Error error{kind, "", std::nullopt};
  error.retry_after_ms = retry_after(answer.response);
  if (answer.status == 503 && error.retry_after_ms) error.kind = ErrorKind::rate_limited;
  if (error.kind != ErrorKind::rate_limited) error.retry_after_ms.reset();
  error.message = fmt::format("{} {}: {} {}{}", method, answer.url.text(), answer.status, words,
                              quoted_reason(answer.response));
  return error;
}

Result<Multistatus> multistatus_of(const std::string& method, const DavAnswer& answer) {
  if (answer.status != 207) return std::unexpected(error_of(method, answer));
  auto status = parse_multistatus(answer.response.body);
  if (!status)
    return std::unexpected(std::move(status).error().within(fmt::format("{} {}", method, answer.url.text())));
  return status;
}

}  // namespace kalends::provider
