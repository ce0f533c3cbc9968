#include "lab/google/keeping.h"

#include "lab/cloud/json_merge.h"
#include "lab/google/view.h"

namespace kalends::lab::google {
namespace {

void follow_master(Service& service, Calendar& calendar, const Event& master, const Json& before) {
  for (Event* exception : exceptions_of(calendar, master.id)) {
    if (!has_slot(master.fields, *exception->slot, service.zones) && !service.habits.strays_stay) {
      if (exception->cancelled) continue;
      exception->cancelled = true;
      touch(service, calendar, *exception, Stamp::now);
      continue;
    }
    if (exception->cancelled) continue;
    const Json usual = inherited(before, *exception->slot, service.zones);
    const Json shown = applied(usual, exception->fields);
    if (!service.habits.exceptions_follow)
      exception->fields = difference(inherited(master.fields, *exception->slot, service.zones), shown);
    if (!same(shown, whole_fields(calendar, *exception, service.zones)))
      touch(service, calendar, *exception, Stamp::now);
  }
}

}  // namespace

void touch(Service& service, Calendar& calendar, Event& event, Stamp stamp) {
  const Instant now = service.now();
  if (stamp == Stamp::now) event.updated = now;
  event.revision = ++service.state.revisions;
  event.change = ++calendar.changes;
  calendar.revision = event.revision;
  calendar.updated = now;
}

void replace_fields(Service& service, Calendar& calendar, Event& event, Json fields, Stamp stamp) {
  const auto master = calendar.events.find(event.master);
  if (!event.master.empty() && master != calendar.events.end()) {
    event.fields = difference(inherited(master->second.fields, *event.slot, service.zones), fields);
    touch(service, calendar, event, stamp);
  } else {
    const Json before = std::exchange(event.fields, std::move(fields));
    touch(service, calendar, event, stamp);
    if (before.find("start") != nullptr) follow_master(service, calendar, event, before);
  }
  announce(service, calendar);
}

Event& kept_event(Service& service, Calendar& calendar, const Named& named, const std::string& id) {
  if (named.kept != nullptr) return *named.kept;
  Event event;
  event.id = id;
  event.master = named.master->id;
  event.slot = named.slot;
  event.fields = Json::object();
  event.ical_uid = named.master->ical_uid;
  event.creator = named.master->creator;
  event.organizer = named.master->organizer;
  event.created = service.now();
  event.updated = event.created;
  event.sequence = named.master->sequence;
  return calendar.events[id] = std::move(event);
}

Outcome<FieldRules> rules_of(const Service& service, const Call& call, const Calendar& calendar) {
  FieldRules rules{service.zones, calendar.zone};
  rules.rewrites_text = service.habits.rewrites_text;
  rules.rewrites_rules = service.habits.rewrites_rules;
  const auto version = TRY(number(call, "conferenceDataVersion", 0));
  rules.conferences = version && *version >= 1;
  rules.attachments = TRY(flag(call, "supportsAttachments", false));
  return rules;
}

Json organizer_of(const Calendar& calendar) {
  Json out = Json::object();
  out.set("email", calendar.id);
  if (calendar.id != calendar.owner) out.set("displayName", calendar.summary);
  return out;
}

}  // namespace kalends::lab::google
