// events.insert and import: new events.
#include <algorithm>

#include "base/text.h"
#include "lab/cloud/json_merge.h"
#include "lab/google/copies.h"
#include "lab/google/keeping.h"
#include "lab/google/view.h"

namespace kalends::lab::google {
namespace {

bool is_id(const std::string& id) {
  return id.size() >= 5 && id.size() <= 1024 &&
         std::ranges::all_of(id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'v'); });
}

Event* with_uid(Calendar& calendar, const std::string& uid) {
  for (auto& [id, event] : calendar.events)
    if (event.ical_uid == uid && event.master.empty()) return &event;
  return nullptr;
}

Event fresh(Service& service, const Call& call, const Calendar& calendar, std::string id, std::string uid) {
  Event event;
  event.id = std::move(id);
  event.ical_uid = uid.empty() ? event.id + "@google.com" : std::move(uid);
  event.creator = Json::object().set("email", call.account);
  event.organizer = organizer_of(calendar);
  event.created = service.now();
  return event;
}

std::int64_t sequence_of(const Json& body) {
  const Json* value = body.find("sequence");
  return value != nullptr && value->integer() != nullptr ? std::max<std::int64_t>(0, *value->integer()) : 0;
}

}  // namespace

Outcome<Answer> insert_event(Service& service, const Call& call, const std::string& id_of_calendar) {
  const Place place = TRY(open_calendar(service, call, id_of_calendar, Role::writer));
  Calendar& calendar = place.calendar;
  const Viewer viewer = TRY(viewer_of(service, call, place));
  if (call.body.members() == nullptr) return refuse(400, "parseError", "Parse Error");
  std::string id = text_of(call.body, "id");
  const std::string uid = text_of(call.body, "iCalUID");
  if (!id.empty() && !is_id(id)) return invalid("Invalid resource id value.");
  if (!id.empty() && !uid.empty()) return invalid("Only one of id and iCalUID may be given.");
  if (id.empty()) id = fresh_id(service.random, 26);
  if (calendar.events.contains(id) || (!uid.empty() && with_uid(calendar, uid) != nullptr))
    return refuse(409, "duplicate", "The requested identifier already exists.");
  if (calendar.events.size() >= service.habits.max_events)
    return std::unexpected(Refusal{403, "quotaExceeded", "Calendar usage limits exceeded.", "usageLimits"});
  const FieldRules rules = TRY(rules_of(service, call, calendar));
  Json fields = TRY(normal_fields(call.body, Json::object(), rules));
  if (text_of(fields, "status") == "cancelled") return invalid("A new event cannot be cancelled.");
  Event event = fresh(service, call, calendar, id, uid);
  event.sequence = sequence_of(call.body);
  const Written written{id, event.organizer, std::nullopt, fields};
  TRY_VOID(send_mail(service, call, calendar, written));
  Event& kept = calendar.events[id] = std::move(event);
  replace_fields(service, calendar, kept, std::move(fields), Stamp::now);
  spread(service, calendar, written);
  return Answer{show(service, calendar, kept, viewer)};
}

// A private copy of an event that somebody else may organize; nobody is told. The same iCalUID again replaces it.
Outcome<Answer> import_event(Service& service, const Call& call, const std::string& id_of_calendar) {
  const Place place = TRY(open_calendar(service, call, id_of_calendar, Role::writer));
  Calendar& calendar = place.calendar;
  const Viewer viewer = TRY(viewer_of(service, call, place));
  if (call.body.members() == nullptr) return refuse(400, "parseError", "Parse Error");
  const std::string uid = text_of(call.body, "iCalUID");
  if (uid.empty()) return required("Missing iCalUID.");
  Event* known = with_uid(calendar, uid);
  const FieldRules rules = TRY(rules_of(service, call, calendar));
  const Json before = known != nullptr && !known->cancelled ? known->fields : Json::object();
  Json fields = TRY(normal_fields(call.body, before, rules));
  if (!text_of(fields, "eventType").empty())
    return refuse(400, "eventTypeRestriction", "Only events of the default type can be imported.");
  if (known == nullptr) {
    const std::string id = "_" + fresh_id(service.random, 26);
    known = &(calendar.events[id] = fresh(service, call, calendar, id, uid));
  }
  known->cancelled = false;
  known->sequence = std::max(known->sequence, sequence_of(call.body));
  if (const Json* organizer = call.body.find("organizer"); organizer != nullptr) {
    const std::string email = to_lower(text_of(*organizer, "email"));
    Json person = Json::object();
    if (!email.empty()) person.set("email", email);
    if (const std::string name = text_of(*organizer, "displayName"); !name.empty())
      person.set("displayName", name);
    if (!email.empty()) known->organizer = person;
  }
  replace_fields(service, calendar, *known, std::move(fields), Stamp::now);
  return Answer{show(service, calendar, *known, viewer)};
}

}  // namespace kalends::lab::google
