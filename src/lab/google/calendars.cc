// The calendars resource: what a calendar itself is, the same for everybody.
#include "lab/google/calendars.h"

#include "lab/cloud/json_merge.h"
#include "lab/google/events.h"
#include "lab/google/keeping.h"

namespace kalends::lab::google {
namespace {

constexpr std::size_t kMaxCalendars = 2000;  // of one account

void touch_entry(Service& service, const std::string& account, const std::string& calendar, bool deleted) {
  Account& holder = service.state.accounts.at(account);
  Entry& entry = holder.list[calendar];
  entry.deleted = deleted;
  entry.change = ++holder.changes;
  entry.revision = ++service.state.revisions;
}

void touch_everywhere(Service& service, const Calendar& calendar) {
  for (const auto& [account, role] : calendar.roles)
    if (role != Role::none) touch_entry(service, account, calendar.id, calendar.deleted);
}

Json show_calendar(const Calendar& calendar) {
  Json out = Json::object();
  out.set("kind", "calendar#calendar").set("etag", etag_of(calendar.revision)).set("id", calendar.id);
  out.set("summary", calendar.summary);
  if (!calendar.description.empty()) out.set("description", calendar.description);
  if (!calendar.location.empty()) out.set("location", calendar.location);
  out.set("timeZone", calendar.zone);
  return out.set("conferenceProperties",
                 Json::object().set("allowedConferenceSolutionTypes", Json::array().push("hangoutsMeet")));
}

Outcome<void> take(const Service& service, const Json& body, Calendar& calendar) {
  const auto text = [&](const char* name, std::string& into) {
    if (const Json* value = body.find(name)) into = value->string() != nullptr ? *value->string() : "";
  };
  text("summary", calendar.summary);
  text("description", calendar.description);
  text("location", calendar.location);
  if (const std::string zone = text_of(body, "timeZone"); !zone.empty()) {
    if (service.zones.find(zone) == nullptr) return invalid("Invalid time zone.");
    calendar.zone = zone;
  }
  if (calendar.summary.empty()) return required("Missing summary.");
  return {};
}

}  // namespace

Calendar& make_calendar(Service& service, const std::string& account, const std::string& id,
                        const std::string& summary, const std::string& zone) {
  Calendar& calendar = service.state.calendars[id];
  calendar.id = id;
  calendar.owner = account;
  calendar.summary = summary;
  calendar.zone = zone;
  calendar.roles[account] = Role::owner;
  calendar.revision = ++service.state.revisions;
  calendar.updated = service.now();
  touch_entry(service, account, id, false);
  Json reminders = Json::array();
  if (id == account) reminders.push(Json::object().set("method", "popup").set("minutes", 30));
  service.state.accounts.at(account).list[id].fields.set("defaultReminders", std::move(reminders));
  return calendar;
}

void set_role(Service& service, Calendar& calendar, const std::string& account, Role role) {
  calendar.roles[account] = role;
  touch_entry(service, account, calendar.id, role == Role::none);
}

void remove_calendar(Service& service, Calendar& calendar) {
  calendar.deleted = true;
  calendar.events.clear();
  touch_everywhere(service, calendar);
  calendar.roles.clear();
  announce(service, calendar);
}

Outcome<Answer> get_calendar(Service& service, const Call& call, const std::string& id) {
  return Answer{show_calendar(TRY(open_calendar(service, call, id, Role::free_busy)).calendar)};
}

Outcome<Answer> insert_calendar(Service& service, const Call& call) {
  if (call.body.members() == nullptr) return refuse(400, "parseError", "Parse Error");
  if (service.state.accounts.at(call.account).list.size() >= kMaxCalendars)
    return std::unexpected(Refusal{403, "quotaExceeded", "Calendar usage limits exceeded.", "usageLimits"});
  Calendar wanted;
  wanted.zone = service.state.calendars.at(call.account).zone;
  TRY_VOID(take(service, call.body, wanted));
  const std::string id = fresh_id(service.random, 26) + "@group.calendar.google.com";
  Calendar& made = make_calendar(service, call.account, id, wanted.summary, wanted.zone);
  made.description = wanted.description;
  made.location = wanted.location;
  return Answer{show_calendar(made)};
}

Outcome<Answer> write_calendar(Service& service, const Call& call, const std::string& id) {
  const Place place = TRY(open_calendar(service, call, id, Role::owner));
  TRY_VOID(check_match(call, place.calendar.revision));
  if (call.body.members() == nullptr) return refuse(400, "parseError", "Parse Error");
  Calendar wanted;
  wanted.zone = place.calendar.zone;
  if (call.method == "PATCH") {
    wanted.summary = place.calendar.summary;
    wanted.description = place.calendar.description;
    wanted.location = place.calendar.location;
  }
  TRY_VOID(take(service, call.body, wanted));
  place.calendar.summary = wanted.summary;
  place.calendar.description = wanted.description;
  place.calendar.location = wanted.location;
  place.calendar.zone = wanted.zone;
  place.calendar.revision = ++service.state.revisions;
  touch_everywhere(service, place.calendar);
  return Answer{show_calendar(place.calendar)};
}

Outcome<Answer> delete_calendar(Service& service, const Call& call, const std::string& id) {
  const Place place = TRY(open_calendar(service, call, id, Role::owner));
  if (place.calendar.id == place.calendar.owner)
    return refuse(403, "cannotDeletePrimaryCalendar", "The primary calendar cannot be deleted.");
  remove_calendar(service, place.calendar);
  return Answer{Json(), 204};
}

Outcome<Answer> clear_calendar(Service& service, const Call& call, const std::string& id) {
  const Place place = TRY(open_calendar(service, call, id, Role::owner));
  if (place.calendar.id != place.calendar.owner) return invalid("Only a primary calendar can be cleared.");
  for (auto& [name, event] : place.calendar.events) {
    if (event.cancelled) continue;
    event.cancelled = true;
    touch(service, place.calendar, event, Stamp::now);
  }
  announce(service, place.calendar);
  return Answer{Json(), 204};
}

}  // namespace kalends::lab::google
