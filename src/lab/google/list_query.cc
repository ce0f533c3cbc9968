// The parameters of events.list.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "lab/google/cursors.h"
#include "lab/google/listing.h"

namespace kalends::lab::google {
namespace {

// With these a listing is a search: it has no sync token, and none may be given.
constexpr std::array<std::string_view, 8> kNotWithSyncToken = {
    "iCalUID", "orderBy",   "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin",
    "timeMax", "updatedMin"};
constexpr std::array<std::string_view, 6> kSearches = {
    "iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "updatedMin"};
constexpr std::int64_t kUpdatedMinLife = std::int64_t{28} * 24 * 3'600'000;

Outcome<std::vector<std::pair<std::string, std::string>>> properties(const Call& call,
                                                                     std::string_view name) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const std::string& text : call.target.all(name)) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return invalid_parameter(std::string(name), "The constraint has the form propertyName=value.");
    out.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

Outcome<void> read_filters(Service& service, const Call& call, ListQuery& query) {
  query.time_min = TRY(instant(call, "timeMin"));
  query.time_max = TRY(instant(call, "timeMax"));
  query.updated_min = TRY(instant(call, "updatedMin"));
  if (query.time_min && query.time_max && *query.time_max <= *query.time_min)
    return refuse(400, "timeRangeEmpty", "The specified time range is empty.");
  if (query.updated_min && service.now().ms - query.updated_min->ms > kUpdatedMinLife)
    return std::unexpected(Refusal{410, "updatedMinTooLongAgo",
                                   "The requested minimum modification time lies too far in the past.",
                                   "calendar", "updatedMin", "parameter"});
  if (const auto* text = call.parameter("q")) query.text = to_lower(*text);
  if (const auto* uid = call.parameter("iCalUID")) query.ical_uid = *uid;
  if (const auto* start = call.parameter("originalStart")) query.original_start = *start;
  query.private_properties = TRY(properties(call, "privateExtendedProperty"));
  query.shared_properties = TRY(properties(call, "sharedExtendedProperty"));
  query.types = call.target.all("eventTypes");
  if (const auto* order = call.parameter("orderBy")) query.order = *order;
  if (!query.order.empty() && query.order != "startTime" && query.order != "updated")
    return invalid_parameter("orderBy", "Invalid order.");
  if (query.order == "startTime" && !query.single_events)
    return refuse(400, "badRequest", "The requested ordering is not available for the particular query.");
  return {};
}

Outcome<void> read_sync_token(Service& service, const Call& call, const Place& place, ListQuery& query) {
  const std::string* text = call.parameter("syncToken");
  if (text == nullptr) return {};
  for (const auto name : kNotWithSyncToken)
    if (call.parameter(name) != nullptr)
      return std::unexpected(Refusal{400, "badRequest",
                                     fmt::format("Sync token cannot be used with {}.", name), "global",
                                     "syncToken", "parameter"});
  if (const auto* deleted = call.parameter("showDeleted"); deleted != nullptr && *deleted == "false")
    return refuse(400, "badRequest", "Sync token cannot be used with showDeleted=false.");
  const SyncToken token = TRY(usable(service, *text, query.listing, place.calendar.epoch));
  query.since = token.as_of;
  query.show_deleted = true;
  return {};
}

Outcome<void> read_page_token(const Call& call, const Place& place, ListQuery& query) {
  const std::string* text = call.parameter("pageToken");
  if (text == nullptr) return {};
  const auto token = parse_page_token(*text);
  if (!token || token->listing != query.listing || token->epoch != place.calendar.epoch ||
      token->since != query.since)
    return std::unexpected(
        Refusal{400, "invalid", "Invalid page token value.", "global", "pageToken", "parameter"});
  query.as_of = token->as_of;
  query.after_rank = token->after_rank;
  query.after_id = token->after_id;
  return {};
}

}  // namespace

Outcome<ListQuery> read_query(Service& service, const Call& call, const Place& place) {
  ListQuery query;
  const auto& path = call.target.path;
  query.listing =
      listing_of(call, place.calendar.id + (path.back() == "instances" ? "\n" + path[path.size() - 2] : ""));
  query.single_events = TRY(flag(call, "singleEvents", false));
  query.show_deleted = TRY(flag(call, "showDeleted", false));
  const auto wanted = TRY(number(call, "maxResults", 1));
  query.page_size = std::min(service.habits.page_cap,
                             wanted ? static_cast<std::size_t>(*wanted) : service.habits.page_size);
  query.as_of = place.calendar.changes;
  TRY_VOID(read_filters(service, call, query));
  TRY_VOID(read_sync_token(service, call, place, query));
  TRY_VOID(read_page_token(call, place, query));
  for (const auto name : kSearches)
    if (call.parameter(name) != nullptr) query.gives_sync_token = false;
  return query;
}

}  // namespace kalends::lab::google
