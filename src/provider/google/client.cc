// What statuses and reasons mean is decided here once, for every call.
#include "provider/google/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "provider/google/json.h"

namespace kalends::provider::google {

namespace {

constexpr std::int64_t kTimeoutMs = 120'000;
constexpr std::int64_t kDefaultRetryMs = 30'000;
constexpr std::size_t kMaxQuoted = 200;
constexpr std::array<std::string_view, 4> kLimits = {"rateLimitExceeded", "userRateLimitExceeded",
                                                     "quotaExceeded", "dailyLimitExceeded"};

// http is for a simulator on this very machine; anywhere else a token would travel in the clear.
bool may_see_token(const std::string& url) {
  if (url.starts_with("https://")) return true;
  const std::string origin = origin_of(url);
  for (const char* host : {"http://127.0.0.1", "http://localhost", "http://[::1]"}) {
    const std::string_view name(host);
    if (origin == name || origin.starts_with(std::string(name) + ":")) return true;
  }
  return false;
}

std::int64_t retry_after(const ports::HttpResponse& response) {
  const std::string* header = response.header("retry-after");
  const auto seconds = header ? parse_integer(trim(*header)) : std::nullopt;
  return seconds && *seconds >= 0 && *seconds <= 86'400 ? *seconds * 1000 : kDefaultRetryMs;
}

// Their word for what is wrong, and their sentence.
std::pair<std::string, std::string> reason_of(const Json& body) {
  const Json& error = object_of(body, "error");
  const Json::Array& errors = items_of(error, "errors");
  std::string reason = errors.empty() ? "" : text_of(errors.front(), "reason");
  std::string message = text_of(error, "message");
  for (std::string* text : {&reason, &message}) {
    std::ranges::replace_if(*text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    if (text->size() > kMaxQuoted) *text = repair_utf8(text->substr(0, kMaxQuoted)) + "...";
  }
  return {reason, message};
}

std::pair<ErrorKind, const char*> meaning(int status, std::string_view reason) {
  const bool is_limit = std::ranges::find(kLimits, reason) != kLimits.end();
  switch (status) {
    case 400: return {ErrorKind::invalid, "Google does not accept the request"};
    case 401: return {ErrorKind::unauthorized, "Google does not accept the access token; sign in again"};
    case 403:
      if (is_limit) return {ErrorKind::rate_limited, "Google asks for fewer requests"};
      return {ErrorKind::forbidden, "Google does not allow this"};
    case 404:
    case 410: return {ErrorKind::not_found, "it is not there"};
    case 408: return {ErrorKind::transient, "Google gave up waiting"};
    case 409: return {ErrorKind::stale, "something of that name is already there"};
    case 412: return {ErrorKind::stale, "somebody else changed it first"};
    case 413: return {ErrorKind::invalid, "it is too large for Google"};
    case 429: return {ErrorKind::rate_limited, "Google asks for fewer requests"};
    default: break;
  }
  if (status >= 500) return {ErrorKind::transient, "Google failed"};
  if (status >= 400) return {ErrorKind::invalid, "Google does not accept the request"};
  if (status >= 300)
    return {ErrorKind::corrupt, "the answer leads to another address, which is not followed; check the url"};
  return {ErrorKind::corrupt, "the answer is none of the Calendar API"};
}

}  // namespace

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string origin_of(const std::string& url) {
  const auto host = url.find("//");
  return host == std::string::npos ? url : to_lower(url.substr(0, url.find_first_of("/?#", host + 2)));
}

Client::Client(ports::Http& http, ports::Tokens& tokens, std::string base)
    : http_(http), tokens_(tokens), base_(std::move(base)) {
  while (base_.ends_with('/')) base_.pop_back();
}

Result<ports::HttpResponse> Client::exchange(const Request& request, const std::string& token) {
  ports::HttpRequest out;
  out.method = request.method;
  out.url = base_ + request.path;
  char sign = '?';
  for (const auto& [name, value] : request.query) {
    out.url += fmt::format("{}{}={}", sign, name, percent_encode(value));
    sign = '&';
  }
  out.headers = {{"Accept", "application/json"}};
  if (!request.if_match.empty()) out.headers.emplace_back("If-Match", request.if_match);
  if (!request.body.is_null()) {
    out.headers.emplace_back("Content-Type", "application/json");
    out.body = request.body.dump();
  }
  out.credentials = {ports::Credentials::Scheme::bearer, "", token};
  out.timeout_ms = kTimeoutMs;
  return http_.send(out);
}

Result<Answer> Client::send(const Request& request) {
  const std::string what = fmt::format("{} {}", request.method, request.what);
  if (!may_see_token(base_))
    return fail(ErrorKind::forbidden,
                fmt::format("{}: {} is not https, and a token is sent no other way", what, origin_of(base_)));
  const auto context = [&](Error error) { return std::unexpected(std::move(error).within(what)); };
  auto token = tokens_.bearer();
  if (!token) return context(std::move(token).error());
  auto response = exchange(request, *token);
  if (response && response->status == 401) {
    token = tokens_.renewed(*token);
    if (!token) return context(std::move(token).error());
    response = exchange(request, *token);
  }
  if (!response) return context(std::move(response).error());
  Answer answer;
  answer.status = response->status;
  answer.json = Json::object();
  std::string problem;
  if (!trim(response->body).empty()) {
    auto json = parse_json(response->body);
    if (json && json->members())
      answer.json = *std::move(json);
    else
      problem = json ? "the answer is no JSON object" : json.error().message;
  }
  if (answer.ok()) {
    if (problem.empty()) return answer;
    return fail(ErrorKind::corrupt, fmt::format("{}: the answer cannot be read: {}", what, problem));
  }
  auto [reason, message] = reason_of(answer.json);
  auto [kind, words] = meaning(answer.status, reason);
  answer.error.kind = kind;
  answer.error.message = fmt::format("{}: {} {}", what, answer.status, words);
  if (!message.empty()) answer.error.message += fmt::format(" (\"{}\")", message);
  if (!reason.empty()) answer.error.message += fmt::format(" [{}]", reason);
  if (kind == ErrorKind::transient && answer.status == 503 && response->header("retry-after"))
    answer.error.kind = kind = ErrorKind::rate_limited;
  if (kind == ErrorKind::rate_limited) answer.error.retry_after_ms = retry_after(*response);
  answer.reason = std::move(reason);
  const bool says_nothing =
      kind == ErrorKind::transient || kind == ErrorKind::rate_limited || kind == ErrorKind::unauthorized;
  if (says_nothing) return std::unexpected(answer.error);
  return answer;
}

Result<Json> Client::require(const Request& request) {
  Answer answer = TRY(send(request));
  if (!answer.ok()) return std::unexpected(std::move(answer.error));
  return std::move(answer.json);
}

}  // namespace kalends::provider::google
