#include "lab/google/answer.h"

#include <fmt/format.h>

#include "lab/cloud/json_merge.h"

namespace kalends::lab::google {

std::unexpected<Refusal> invalid_parameter(std::string name, std::string message) {
  return std::unexpected(
      Refusal{400, "invalidParameter", std::move(message), "global", std::move(name), "parameter"});
}

std::unexpected<Refusal> required(std::string message) { return refuse(400, "required", std::move(message)); }

std::unexpected<Refusal> not_found() { return refuse(404, "notFound", "Not Found"); }

ports::HttpResponse respond(const Answer& answer) {
  ports::HttpResponse out;
  out.status = answer.status;
  out.headers.emplace_back("vary", "Origin, X-Origin, Referer");
  out.headers.emplace_back("cache-control", "no-cache, no-store, max-age=0, must-revalidate");
  if (answer.status == 204) return out;
  if (const std::string etag = text_of(answer.body, "etag"); !etag.empty())
    out.headers.emplace_back("etag", etag);
  out.headers.emplace_back("content-type", "application/json; charset=UTF-8");
  out.body = answer.body.dump();
  return out;
}

ports::HttpResponse respond(const Refusal& refusal) {
  Json one = Json::object();
  one.set("domain", refusal.domain).set("reason", refusal.reason).set("message", refusal.message);
  if (!refusal.location.empty())
    one.set("locationType", refusal.location_type).set("location", refusal.location);
  Json errors = Json::array();
  errors.push(std::move(one));
  Json error = Json::object();
  error.set("errors", std::move(errors)).set("code", refusal.status).set("message", refusal.message);
  Json body = Json::object();
  body.set("error", std::move(error));
  ports::HttpResponse out;
  out.status = refusal.status;
  out.headers.emplace_back("content-type", "application/json; charset=UTF-8");
  if (refusal.status == 401)
    out.headers.emplace_back("www-authenticate",
                             "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"");
  if (refusal.retry_after_s)
    out.headers.emplace_back("retry-after", fmt::format("{}", *refusal.retry_after_s));
  out.body = body.dump();
  return out;
}

}  // namespace kalends::lab::google
