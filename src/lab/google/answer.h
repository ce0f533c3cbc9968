// What a call of the Calendar API gives: a JSON document, or a refusal in the form of Google's errors.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "base/json.h"
#include "ports/http.h"

namespace kalends::lab::google {

// Reasons and domains as the API spells them: {"error": {"code", "message", "errors": [{domain, reason, ...}]}}.
struct Refusal {
  int status = 400;
  std::string reason = "invalid";
  std::string message;
  std::string domain = "global";
  std::string location = {};       // the parameter or header that is wrong
  std::string location_type = {};  // "parameter" or "header"
  std::optional<std::int64_t> retry_after_s = std::nullopt;
};

struct Answer {
  Json body;
  int status = 200;  // 204 has no body
};

template <class T>
using Outcome = std::expected<T, Refusal>;

inline std::unexpected<Refusal> refuse(int status, std::string reason, std::string message) {
  return std::unexpected(Refusal{status, std::move(reason), std::move(message)});
}
inline std::unexpected<Refusal> invalid(std::string message) {
  return refuse(400, "invalid", std::move(message));
}
std::unexpected<Refusal> invalid_parameter(std::string name, std::string message);
std::unexpected<Refusal> required(std::string message);
std::unexpected<Refusal> not_found();

ports::HttpResponse respond(const Answer& answer);
ports::HttpResponse respond(const Refusal& refusal);

}  // namespace kalends::lab::google
