#include "lab/cloud/lab_http.h"

#include <fmt/format.h>

#include "base/digest.h"

namespace kalends::lab {
namespace {

// Credentials as a client library would put them into a header.
ports::HttpRequest with_authorization(const ports::HttpRequest& request) {
  ports::HttpRequest out = request;
  using Scheme = ports::Credentials::Scheme;
  if (out.credentials.scheme == Scheme::bearer)
    out.headers.emplace_back("Authorization", "Bearer " + out.credentials.secret);
  if (out.credentials.scheme == Scheme::any)
    out.headers.emplace_back(
        "Authorization", "Basic " + base64_encode(out.credentials.username + ":" + out.credentials.secret));
  out.credentials = {};
  return out;
}

std::unexpected<Error> no_answer(const ports::HttpRequest& request, std::string_view why) {
  return fail(ErrorKind::transient, fmt::format("{} {}: {}.", request.method, request.url, why));
}

}  // namespace

LabHttp::Found LabHttp::find(const std::string& url) const {
  Found out;
  std::size_t longest = 0;
  for (const auto& [prefix, simulator] : routes_)
    if (url.starts_with(prefix) && prefix.size() >= longest) {
      longest = prefix.size();
      out = {simulator, url.substr(prefix.size())};
    }
  return out;
}

Result<ports::HttpResponse> LabHttp::send(const ports::HttpRequest& request) {
  std::unique_lock<std::mutex> held;
  if (lock_ != nullptr) held = std::unique_lock(*lock_);
  const Found found = find(request.url);
  if (found.simulator == nullptr) return no_answer(request, "nobody answers at this address");
  const auto fault = faults_.strike(request.method, request.url);
  if (fault && fault->delay_ms > 0) {
    if (held) held.unlock();
    clock_.sleep_ms(fault->delay_ms);
    if (lock_ != nullptr) held.lock();
  }
  auto outcome = exchange(request, found, fault);
  traffic_.push_back({request.method, request.url, outcome ? outcome->status : 0});
  if (traffic_.size() > kMaxTraffic) traffic_.pop_front();
  return outcome;
}

Result<ports::HttpResponse> LabHttp::exchange(const ports::HttpRequest& request, const Found& found,
                                              const std::optional<Fault>& fault) {
  const auto kind = fault ? fault->kind : Fault::Kind::none;
  if (kind == Fault::Kind::timeout_before) return no_answer(request, "the time for an answer is over");
  ports::HttpRequest inner = with_authorization(request);
  inner.url = found.url;
  ports::HttpResponse response =
      kind == Fault::Kind::refuse
          ? found.simulator->refusal(fault->status, fault->reason, fault->retry_after_s)
          : found.simulator->handle(inner);
  if (kind == Fault::Kind::timeout_after) return no_answer(request, "the connection was lost");
  if (kind == Fault::Kind::damage) response.body.resize(response.body.size() / 2);
  if (response.body.size() > request.max_response_bytes)
    return fail(ErrorKind::invalid,
                fmt::format("{} {}: the answer is too large.", request.method, request.url));
  response.url = request.url;
  return response;
}

}  // namespace kalends::lab
