#include "lab/serve/control.h"

#include <fmt/format.h>

#include <map>
#include <variant>

#include "lab/cloud/json_merge.h"

namespace kalends::lab {
namespace {

ControlAnswer refused(int status, std::string sentence) {
  return {status, Json::object().set("error", std::move(sentence))};
}

std::int64_t number_of(const Json& body, std::string_view name, std::int64_t usual) {
  const Json* value = body.find(name);
  return value != nullptr && value->integer() != nullptr ? *value->integer() : usual;
}

const std::map<std::string, Fault::Kind>& kinds() {
  static const std::map<std::string, Fault::Kind> kKinds = {{"none", Fault::Kind::none},
                                                            {"refuse", Fault::Kind::refuse},
                                                            {"timeout_before", Fault::Kind::timeout_before},
                                                            {"timeout_after", Fault::Kind::timeout_after},
                                                            {"damage", Fault::Kind::damage}};
  return kKinds;
}

ControlAnswer add_fault(LabHttp& network, const Json& body) {
  const std::string kind = body.find("kind") != nullptr ? text_of(body, "kind") : "refuse";
  const auto found = kinds().find(kind);
  if (found == kinds().end())
    return refused(
        400, fmt::format("\"{}\" is no kind of fault: none, refuse, timeout_before, timeout_after, damage.",
                         kind));
  Fault fault;
  fault.kind = found->second;
  fault.method = text_of(body, "method");
  fault.part = text_of(body, "part");
  fault.status = static_cast<int>(number_of(body, "status", 503));
  if (fault.status < 400 || fault.status > 599)
    return refused(400, "The status of a refusal is from 400 to 599.");
  fault.reason = text_of(body, "reason");
  if (const auto wait = number_of(body, "retry_after_s", -1); wait >= 0) fault.retry_after_s = wait;
  fault.delay_ms = number_of(body, "delay_ms", 0);
  fault.skip = static_cast<int>(number_of(body, "skip", 0));
  fault.times = static_cast<int>(number_of(body, "times", 1));
  network.faults().add(std::move(fault));
  return {};
}

ControlAnswer faults(LabHttp& network, const std::string& method, const Json& body) {
  if (method == "POST") return add_fault(network, body);
  if (method == "DELETE") network.faults().clear();
  return {200, Json::object().set("left", network.faults().size())};
}

ControlAnswer outbox(Google& google, const std::string& method) {
  if (method == "DELETE") google.clear_outbox();
  Json list = Json::array();
  for (const Mail& mail : google.outbox())
    list.push(Json::object()
                  .set("at", to_rfc3339(mail.at))
                  .set("kind", mail.kind)
                  .set("from", mail.from)
                  .set("to", mail.to)
                  .set("calendar", mail.calendar)
                  .set("event", mail.event)
                  .set("title", mail.title)
                  .set("client", mail.client));
  return {200, Json::object().set("mail", std::move(list))};
}

ControlAnswer traffic(LabHttp& network, const std::string& method) {
  if (method == "DELETE") network.clear_traffic();
  Json list = Json::array();
  for (const Traffic& one : network.traffic())
    list.push(Json::object().set("method", one.method).set("url", one.url).set("status", one.status));
  return {200, Json::object().set("requests", std::move(list))};
}

using HabitMember = std::variant<int google::Habits::*, bool google::Habits::*,
                                 std::int64_t google::Habits::*, std::size_t google::Habits::*>;

const std::map<std::string, HabitMember>& habit_members() {
  using google::Habits;
  static const std::map<std::string, HabitMember> kMembers = {
      {"page_size", &Habits::page_size},
      {"page_cap", &Habits::page_cap},
      {"short_page_percent", &Habits::short_page_percent},
      {"empty_page_percent", &Habits::empty_page_percent},
      {"exceptions_follow", &Habits::exceptions_follow},
      {"strays_stay", &Habits::strays_stay},
      {"bare_cancellations", &Habits::bare_cancellations},
      {"deleted_id_revives", &Habits::deleted_id_revives},
      {"deltas_respect_window", &Habits::deltas_respect_window},
      {"sequence_counts", &Habits::sequence_counts},
      {"over_limit_is_429", &Habits::over_limit_is_429},
      {"plain_web_hooks", &Habits::plain_web_hooks},
      {"double_item_percent", &Habits::double_item_percent},
      {"rewrites_text", &Habits::rewrites_text},
      {"rewrites_rules", &Habits::rewrites_rules},
      {"clock_skew_ms", &Habits::clock_skew_ms},
      {"lost_notice_percent", &Habits::lost_notice_percent},
      {"double_notice_percent", &Habits::double_notice_percent},
      {"notice_delay_ms", &Habits::notice_delay_ms},
      {"sync_token_life_ms", &Habits::sync_token_life_ms},
      {"requests_per_minute_project", &Habits::requests_per_minute_project},
      {"requests_per_minute_user", &Habits::requests_per_minute_user}};
  return kMembers;
}

ControlAnswer set_habits(google::Habits& habits, const Json& body) {
  if (body.members() == nullptr) return refused(400, "Habits are given as an object of names and values.");
  for (const auto& [name, value] : *body.members()) {
    const auto found = habit_members().find(name);
    if (found == habit_members().end()) return refused(400, fmt::format("\"{}\" is no habit.", name));
    const bool set = std::visit(
        [&](auto member) {
          using Value = std::remove_reference_t<decltype(habits.*member)>;
          if constexpr (std::is_same_v<Value, bool>) {
            if (value.boolean() == nullptr) return false;
            habits.*member = *value.boolean();
          } else {
            if (value.integer() == nullptr || (*value.integer() < 0 && name != "clock_skew_ms")) return false;
            habits.*member = static_cast<Value>(*value.integer());
          }
          return true;
        },
        found->second);
    if (!set) return refused(400, fmt::format("\"{}\" has no such value.", name));
  }
  return {};
}

ControlAnswer token(Google& google, const std::string& method, const Json& body) {
  if (method == "DELETE") {
    google.revoke_token(text_of(body, "token"));
    return {};
  }
  std::vector<std::string> scopes;
  if (const Json* list = body.find("scopes"); list != nullptr && list->items() != nullptr)
    for (const Json& scope : *list->items())
      if (scope.string() != nullptr) scopes.push_back(*scope.string());
  std::optional<std::int64_t> lifetime;
  if (const auto ms = number_of(body, "lifetime_ms", -1); ms >= 0) lifetime = ms;
  const std::string client = text_of(body, "client");
  return {200, Json::object().set(
                   "token", google.issue_token(text_of(body, "email"), client.empty() ? "client" : client,
                                               scopes, lifetime))};
}

// What somebody does in the provider's own app: the same API, under a name of its own in the outbox.
ControlAnswer person(Google& google, const Json& body) {
  const std::string token = google.issue_token(text_of(body, "email"), "person", {}, 60'000);
  ports::HttpRequest request;
  request.method = text_of(body, "method");
  request.url = text_of(body, "path");
  request.headers.emplace_back("authorization", "Bearer " + token);
  if (const std::string etag = text_of(body, "if_match"); !etag.empty())
    request.headers.emplace_back("if-match", etag);
  if (const Json* inner = body.find("body")) request.body = inner->dump();
  const auto response = google.handle(request);
  google.revoke_token(token);
  auto answer = parse_json(response.body);
  return {response.status, answer ? std::move(*answer) : Json::object()};
}

ControlAnswer at_google(Google& google, const std::string& what, const std::string& method,
                        const Json& body) {
  const std::string email = text_of(body, "email");
  const std::string calendar = text_of(body, "calendar");
  const std::string zone = text_of(body, "zone").empty() ? "UTC" : text_of(body, "zone");
  if (what == "habits") return set_habits(google.habits(), body);
  if (what == "accounts") {
    if (email.empty()) return refused(400, "An account has an email.");
    google.add_account(email, text_of(body, "name"), zone);
    return {};
  }
  if (what == "tokens" && method == "DELETE") return token(google, method, body);
  const bool about_account = what == "tokens" || what == "calendars" || what == "person" || what == "shares";
  if (about_account && !google.has_account(email))
    return refused(404, fmt::format("There is no account \"{}\".", email));
  if (what == "tokens") return token(google, method, body);
  if (what == "calendars")
    return {200, Json::object().set("id", google.add_calendar(email, text_of(body, "summary"), zone))};
  if (what == "person") return person(google, body);
  if (!google.has_calendar(calendar))
    return refused(404, fmt::format("There is no calendar \"{}\".", calendar));
  if (what == "shares") {
    google.share(calendar, email, text_of(body, "role"));
  } else if (what == "resets") {
    google.reset_deltas(calendar);
  } else if (what == "forgets") {
    google.forget_tombstones(calendar);
  } else if (what == "drops") {
    google.drop_calendar(calendar);
  } else if (what == "locks") {
    if (!google.lock(calendar, text_of(body, "event"))) return refused(404, "There is no such event.");
  } else {
    return refused(404, "The control API has no such path.");
  }
  return {};
}

}  // namespace

ControlAnswer control(Google& google, LabHttp& network, const std::string& method, const std::string& path,
                      const Json& body) {
  if (path == "/faults") return faults(network, method, body);
  if (path == "/outbox") return outbox(google, method);
  if (path == "/traffic") return traffic(network, method);
  constexpr std::string_view kGoogle = "/google/";
  if (path.starts_with(kGoogle) && (method == "POST" || method == "DELETE"))
    return at_google(google, path.substr(kGoogle.size()), method, body);
  return refused(404, "The control API has no such path.");
}

}  // namespace kalends::lab
