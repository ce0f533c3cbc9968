#include "lab/google/free_busy.h"

#include <algorithm>

#include "lab/cloud/json_merge.h"
#include "lab/google/listing.h"

namespace kalends::lab::google {
namespace {

constexpr std::size_t kMaxCalendars = 50;

bool is_busy(const Json& fields, const Calendar& calendar) {
  if (text_of(fields, "transparency") == "transparent") return false;
  if (const Json* attendees = fields.find("attendees"))
    for (const Json& one : *attendees->items())
      if (text_of(one, "email") == calendar.id && text_of(one, "responseStatus") == "declined") return false;
  return text_of(fields, "eventType") != "workingLocation";
}

Json busy_times(Service& service, const Place& place, Instant from, Instant to,
                const calendar::Zone& shown_in) {
  const calendar::Zone* own = service.zones.find(place.calendar.zone);
  std::vector<std::pair<std::int64_t, std::int64_t>> spans;
  for (const Json& fields : shown_between(service, place, from, to)) {
    if (!is_busy(fields, place.calendar)) continue;
    const Span span = span_of(fields, service.zones, own != nullptr ? *own : shown_in);
    spans.emplace_back(std::max(span.from, from.ms / 1000), std::min(span.to, to.ms / 1000));
  }
  std::ranges::sort(spans);
  Json out = Json::array();
  for (std::size_t i = 0; i < spans.size();) {
    auto [start, end] = spans[i];
    for (++i; i < spans.size() && spans[i].first <= end; ++i) end = std::max(end, spans[i].second);
    if (start < end)
      out.push(
          Json::object().set("start", rfc3339_in(start, shown_in)).set("end", rfc3339_in(end, shown_in)));
  }
  return out;
}

Outcome<Instant> bound(const Call& call, const char* name) {
  const auto at = parse_rfc3339(text_of(call.body, name));
  if (!at) return refuse(400, "badRequest", "Bad Request");
  return *at;
}

}  // namespace

Outcome<Answer> query_free_busy(Service& service, const Call& call) {
  const Instant from = TRY(bound(call, "timeMin"));
  const Instant to = TRY(bound(call, "timeMax"));
  if (to <= from) return refuse(400, "timeRangeEmpty", "The specified time range is empty.");
  const std::string zone_name = text_of(call.body, "timeZone");
  const calendar::Zone* zone = service.zones.find(zone_name.empty() ? "UTC" : zone_name);
  if (zone == nullptr) return invalid("Invalid time zone.");
  const Json* items = call.body.find("items");
  if (items == nullptr || items->items() == nullptr) return required("Missing items.");
  const Json* most = call.body.find("calendarExpansionMax");
  if (most != nullptr && most->integer() != nullptr &&
      *most->integer() > static_cast<std::int64_t>(kMaxCalendars))
    return invalid("Invalid value for: calendarExpansionMax");
  if (items->items()->size() > kMaxCalendars)
    return refuse(400, "tooManyCalendarsRequested", "The number of calendars requested is too large.");
  Json calendars = Json::object();
  for (const Json& item : *items->items()) {
    const std::string id = text_of(item, "id");
    const auto place = open_calendar(service, call, id, Role::free_busy);
    if (place) {
      calendars.set(id, Json::object().set("busy", busy_times(service, *place, from, to, *zone)));
    } else {
      Json error = Json::object().set("domain", "global").set("reason", place.error().reason);
      calendars.set(
          id, Json::object().set("errors", Json::array().push(std::move(error))).set("busy", Json::array()));
    }
  }
  Json out = Json::object();
  out.set("kind", "calendar#freeBusy").set("timeMin", rfc3339_in(from.ms / 1000, *zone));
  return Answer{out.set("timeMax", rfc3339_in(to.ms / 1000, *zone)).set("calendars", std::move(calendars))};
}

}  // namespace kalends::lab::google
