#include "lab/google/service.h"

#include <fmt/format.h>

#include "base/text.h"

namespace kalends::lab::google {

Outcome<bool> flag(const Call& call, std::string_view name, bool usual) {
  const std::string* text = call.parameter(name);
  if (text == nullptr) return usual;
  if (*text == "true") return true;
  if (*text == "false") return false;
  return invalid_parameter(std::string(name), fmt::format("Invalid boolean value: '{}'.", *text));
}

Outcome<std::optional<std::int64_t>> number(const Call& call, std::string_view name, std::int64_t least) {
  const std::string* text = call.parameter(name);
  if (text == nullptr) return std::nullopt;
  const auto value = parse_integer(*text);
  if (!value || *value < least)
    return invalid_parameter(std::string(name),
                             fmt::format("Invalid value '{}'. Values must be at least {}.", *text, least));
  return *value;
}

Outcome<std::optional<Instant>> instant(const Call& call, std::string_view name) {
  const std::string* text = call.parameter(name);
  if (text == nullptr) return std::nullopt;
  const auto value = parse_rfc3339(*text);
  if (!value) return refuse(400, "badRequest", fmt::format("Bad Request: {} is no RFC 3339 time.", name));
  return *value;
}

Outcome<Place> open_calendar(Service& service, const Call& call, const std::string& id, Role least) {
  const auto found = service.state.calendars.find(id == "primary" ? call.account : id);
  if (found == service.state.calendars.end() || found->second.deleted) return not_found();
  const auto role = found->second.roles.find(call.account);
  if (role == found->second.roles.end() || role->second == Role::none) return not_found();
  if (role->second < least)
    return refuse(403, "requiredAccessLevel",
                  fmt::format("You need to have {} access to this calendar.", to_string(least)));
  return Place{found->second, role->second};
}

std::string fresh_id(ports::Random& random, std::size_t length) {
  std::string out;
  while (out.size() < length) {
    std::uint64_t bits = random.next();
    for (int i = 0; i < 12 && out.size() < length; ++i, bits >>= 5)
      out += "0123456789abcdefghijklmnopqrstuv"[bits & 31];
  }
  return out;
}

Outcome<void> check_match(const Call& call, std::int64_t revision) {
  if (call.if_match.empty() || call.if_match == "*") return {};
  for (const auto part : split(call.if_match, ','))
    if (trim(part) == etag_of(revision)) return {};
  return std::unexpected(
      Refusal{412, "conditionNotMet", "Precondition Failed", "global", "If-Match", "header"});
}

}  // namespace kalends::lab::google
