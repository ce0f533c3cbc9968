#include "lab/google/routes.h"

#include <algorithm>

#include "base/text.h"
#include "lab/cloud/multipart.h"
#include "lab/cloud/simulator.h"
#include "lab/google/calendars.h"
#include "lab/google/channels.h"
#include "lab/google/events.h"
#include "lab/google/field_mask.h"
#include "lab/google/free_busy.h"
#include "lab/google/quota.h"

namespace kalends::lab::google {
namespace {

constexpr std::size_t kMaxBody = 1u << 20;

Outcome<Token> who(const Service& service, const ports::HttpRequest& request) {
  const std::string* header = header_of(request, "authorization");
  if (header == nullptr) return refuse(401, "required", "Login Required.");
  constexpr std::string_view kScheme = "Bearer ";
  const auto found = header->starts_with(kScheme) ? service.state.tokens.find(header->substr(kScheme.size()))
                                                  : service.state.tokens.end();
  if (found == service.state.tokens.end() ||
      (found->second.expires && *found->second.expires <= service.now()))
    return std::unexpected(
        Refusal{401, "authError", "Invalid Credentials", "global", "Authorization", "header"});
  return found->second;
}

// What a token's scopes must contain one of.
Outcome<void> check_scope(const Token& token, const Call& call) {
  if (token.scopes.empty() || token.scopes.contains("calendar")) return {};
  const auto& path = call.target.path;
  const bool reads = call.method == "GET" || path.front() == "freeBusy" || path.back() == "watch";
  const bool events = path.size() >= 3 && path[2] == "events";
  std::vector<std::string_view> enough;
  if (events) enough = {"calendar.events", "calendar.events.owned", "calendar.app.created"};
  if (path.front() == "users") enough = {"calendar.calendarlist"};
  if (path.front() == "calendars" && !events) enough = {"calendar.calendars", "calendar.app.created"};
  if (path.front() == "freeBusy") enough = {"calendar.freebusy", "calendar.events.freebusy"};
  if (reads) {
    enough.push_back("calendar.readonly");
    if (events) enough.push_back("calendar.events.readonly");
    if (path.front() == "users") enough.push_back("calendar.calendarlist.readonly");
    if (path.front() == "calendars") enough.push_back("calendar.calendars.readonly");
  }
  if (path.front() == "channels" || path.front() == "colors") return {};
  if (std::ranges::any_of(enough, [&](auto scope) { return token.scopes.contains(std::string(scope)); }))
    return {};
  return refuse(403, "insufficientPermissions",
                "Insufficient Permission: Request had insufficient authentication scopes.");
}

Outcome<Answer> calendar_list(Service& service, const Call& call) {
  const auto& path = call.target.path;  // users me calendarList [ID]
  if (path.size() == 3 && call.method == "GET") return list_calendars(service, call);
  if (path.size() == 3 && call.method == "POST") return insert_entry(service, call);
  if (path.size() == 4 && path[3] == "watch" && call.method == "POST") return watch(service, call, "");
  if (path.size() != 4) return not_found();
  if (call.method == "GET") return get_entry(service, call, path[3]);
  if (call.method == "PATCH" || call.method == "PUT") return patch_entry(service, call, path[3]);
  if (call.method == "DELETE") return delete_entry(service, call, path[3]);
  return not_found();
}

Outcome<Answer> calendars(Service& service, const Call& call) {
  const auto& path = call.target.path;  // calendars [ID [clear]]
  if (path.size() == 1 && call.method == "POST") return insert_calendar(service, call);
  if (path.size() == 3 && path[2] == "clear" && call.method == "POST")
    return clear_calendar(service, call, path[1]);
  if (path.size() != 2) return not_found();
  if (call.method == "GET") return get_calendar(service, call, path[1]);
  if (call.method == "PATCH" || call.method == "PUT") return write_calendar(service, call, path[1]);
  if (call.method == "DELETE") return delete_calendar(service, call, path[1]);
  return not_found();
}

Outcome<Answer> events(Service& service, const Call& call) {
  const auto& path = call.target.path;  // calendars CALENDAR events [ID [instances|move]]
  const std::string& calendar = path[1];
  const std::string& method = call.method;
  if (path.size() == 3 && method == "GET") return list_events(service, call, calendar);
  if (path.size() == 3 && method == "POST") return insert_event(service, call, calendar);
  if (path.size() == 4 && path[3] == "watch" && method == "POST") return watch(service, call, calendar);
  if (path.size() == 4 && path[3] == "import" && method == "POST")
    return import_event(service, call, calendar);
  if (path.size() == 4) {
    if (method == "GET") return get_event(service, call, calendar, path[3]);
    if (method == "PUT") return update_event(service, call, calendar, path[3]);
    if (method == "PATCH") return patch_event(service, call, calendar, path[3]);
    if (method == "DELETE") return delete_event(service, call, calendar, path[3]);
  }
  if (path.size() == 5 && path[4] == "instances" && method == "GET")
    return list_instances(service, call, calendar, path[3]);
  if (path.size() == 5 && path[4] == "move" && method == "POST")
    return move_event(service, call, calendar, path[3]);
  return not_found();
}

Outcome<Answer> dispatch(Service& service, const Call& call) {
  const auto& path = call.target.path;
  if (path[0] == "users" && path.size() >= 3 && path[1] == "me" && path[2] == "calendarList")
    return calendar_list(service, call);
  if (path[0] == "calendars" && path.size() >= 3 && path[2] == "events") return events(service, call);
  if (path[0] == "calendars") return calendars(service, call);
  if (path.size() == 1 && path[0] == "freeBusy" && call.method == "POST")
    return query_free_busy(service, call);
  if (path.size() == 2 && path[0] == "channels" && path[1] == "stop" && call.method == "POST")
    return stop_channel(service, call);
  return not_found();
}

Outcome<Call> read_call(const ports::HttpRequest& request) {
  Call call;
  auto target = parse_target(request.url);
  if (!target) return refuse(400, "badRequest", "Bad Request: the address cannot be read.");
  call.target = std::move(*target);
  auto& path = call.target.path;
  if (path.size() >= 2 && path[0] == "calendar" && path[1] == "v3")
    path.erase(path.begin(), path.begin() + 2);
  if (path.empty()) return not_found();
  call.method = request.method;
  if (const auto* match = header_of(request, "if-match")) call.if_match = *match;
  if (request.body.size() > kMaxBody) return refuse(413, "uploadTooLarge", "Request Too Large");
  if (!request.body.empty()) {
    auto body = parse_json(request.body);
    if (!body) return refuse(400, "parseError", "Parse Error");
    call.body = std::move(*body);
  }
  return call;
}

Outcome<Answer> serve(Service& service, const ports::HttpRequest& request) {
  const Token token = TRY(who(service, request));
  Call call = TRY(read_call(request));
  call.account = token.account;
  call.client = token.client;
  TRY_VOID(spend(service, call.account));
  TRY_VOID(check_scope(token, call));
  Answer answer = TRY(dispatch(service, call));
  if (const auto* fields = call.parameter("fields"); fields != nullptr && answer.status != 204)
    answer.body = TRY(masked(answer.body, *fields));
  return answer;
}

constexpr std::size_t kMaxParts = 1000;

ports::HttpResponse answer_one(Service& service, const ports::HttpRequest& request) {
  const auto outcome = serve(service, request);
  return outcome ? respond(*outcome) : respond(outcome.error());
}

// The parts are calls of their own: each is counted, each may fail alone, and they are made in no certain order.
ports::HttpResponse answer_batch(Service& service, const ports::HttpRequest& request) {
  const std::string* type = header_of(request, "content-type");
  auto parts = read_parts(type != nullptr ? *type : "", request.body);
  if (!parts) return respond(Refusal{400, "badRequest", "Failed to parse batch request."});
  if (parts->size() > kMaxParts) return respond(Refusal{400, "badRequest", "The batch has too many calls."});
  const std::string* authorization = header_of(request, "authorization");
  std::vector<std::size_t> order(parts->size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[service.random.next() % i]);
  std::vector<std::pair<std::string, ports::HttpResponse>> answers(parts->size());
  for (const std::size_t i : order) {
    RequestPart& part = (*parts)[i];
    if (authorization != nullptr && header_of(part.request, "authorization") == nullptr)
      part.request.headers.emplace_back("authorization", *authorization);
    answers[i] = {answer_id(part.content_id), answer_one(service, part.request)};
  }
  const std::string boundary = "batch_" + fresh_id(service.random, 24);
  ports::HttpResponse out;
  out.status = 200;
  out.headers.emplace_back("content-type", "multipart/mixed; boundary=" + boundary);
  out.body = write_parts(boundary, answers);
  return out;
}

}  // namespace

ports::HttpResponse answer(Service& service, const ports::HttpRequest& request) {
  const auto target = parse_target(request.url);
  const bool batch =
      target && !target->path.empty() && target->path[0] == "batch" && request.method == "POST";
  return batch ? answer_batch(service, request) : answer_one(service, request);
}

}  // namespace kalends::lab::google
