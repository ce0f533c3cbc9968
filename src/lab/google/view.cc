#include "lab/google/view.h"

#include <algorithm>

#include "base/digest.h"
#include "lab/cloud/json_merge.h"

namespace kalends::lab::google {
namespace {

std::string link_to(const Calendar& calendar, const std::string& id) {
  return "https://www.google.com/calendar/event?eid=" + base64_encode(id + " " + calendar.id);
}

// Attendees with what the server knows of each: who organizes, whose copy this is.
Json shown_attendees(const Json& attendees, const std::string& organizer, const Calendar& calendar,
                     const Viewer& viewer, bool& omitted) {
  Json out = Json::array();
  for (const Json& one : *attendees.items()) {
    const std::string email = text_of(one, "email");
    Json shown = one;
    if (email == organizer) shown.set("organizer", true);
    const bool self = email == calendar.id;
    if (self) shown.set("self", true);
    const auto count = static_cast<std::int64_t>(out.items()->size());
    if (viewer.max_attendees && count >= *viewer.max_attendees && !self) {
      omitted = true;
      continue;
    }
    out.push(std::move(shown));
  }
  return out;
}

void show_times(const Json& fields, const calendar::ZoneSource& zones, const Viewer& viewer, Json& out) {
  for (const char* name : {"start", "end"})
    if (const Json* value = fields.find(name)) out.set(name, shown(moment_of(*value, zones), *viewer.zone));
}

// What somebody sees who may not see details: that the time is taken.
bool hidden(const Json& fields, const Viewer& viewer) {
  if (viewer.role == Role::free_busy) return true;
  const std::string visibility = text_of(fields, "visibility");
  return viewer.role == Role::reader && (visibility == "private" || visibility == "confidential");
}

void show_fields(const Calendar& calendar, const Event& event, const Json& fields,
                 const calendar::ZoneSource& zones, const Viewer& viewer, Json& out) {
  bool omitted = is_true(fields, "attendeesOmitted");
  for (const std::string& name : writable_members()) {
    const Json* value = fields.find(name);
    if (value == nullptr || name == "status" || name == "eventType" || name == "reminders") continue;
    if (name == "start" || name == "end")
      out.set(name, shown(moment_of(*value, zones), *viewer.zone));
    else if (name == "attendees")
      out.set(name, shown_attendees(*value, text_of(event.organizer, "email"), calendar, viewer, omitted));
    else
      out.set(name, *value);
  }
  if (omitted) out.set("attendeesOmitted", true);
  if (const Json* conference = fields.find("conferenceData"))
    if (const Json* points = conference->find("entryPoints"); points != nullptr && points->items() != nullptr)
      for (const Json& point : *points->items())
        if (text_of(point, "entryPointType") == "video") out.set("hangoutLink", text_of(point, "uri"));
  const Json* reminders = fields.find("reminders");
  out.set("reminders", reminders != nullptr ? *reminders : Json::object().set("useDefault", true));
}

Json shown_person(const Json& person, const Calendar& calendar) {
  Json out = person;
  if (text_of(person, "email") == calendar.id) out.set("self", true);
  return out;
}

// The members that every event has, in the order in which the service writes them.
Json frame(const Calendar& calendar, const Event& event, const std::string& id, const Json& fields) {
  Json out = Json::object();
  out.set("kind", "calendar#event").set("etag", etag_of(event.revision)).set("id", id);
  const std::string status = text_of(fields, "status");
  out.set("status", status.empty() ? "confirmed" : status);
  out.set("htmlLink", link_to(calendar, id));
  out.set("created", to_rfc3339(Instant{event.created.ms / 1000 * 1000}));
  out.set("updated", to_rfc3339(event.updated));
  return out;
}

Json show_whole(const Service& service, const Calendar& calendar, const Event& event, const std::string& id,
                const Json& fields, const std::string& master, const std::optional<Slot>& slot,
                const Viewer& viewer) {
  Json out = frame(calendar, event, id, fields);
  if (hidden(fields, viewer)) {
    out.set("visibility", "private");
    show_times(fields, service.zones, viewer, out);
    if (const Json* lines = fields.find("recurrence")) out.set("recurrence", *lines);
  } else {
    out.set("creator", shown_person(event.creator, calendar));
    out.set("organizer", shown_person(event.organizer, calendar));
    show_fields(calendar, event, fields, service.zones, viewer, out);
  }
  if (slot) out.set("recurringEventId", master).set("originalStartTime", shown(slot->start, *viewer.zone));
  const std::string type = text_of(fields, "eventType");
  out.set("iCalUID", event.ical_uid).set("sequence", event.sequence);
  return out.set("eventType", type.empty() ? "default" : type);
}

}  // namespace

Json inherited(const Json& master_fields, const Slot& slot, const calendar::ZoneSource& zones) {
  const Moment start = moment_of(*master_fields.find("start"), zones);
  const Moment end = moment_of(*master_fields.find("end"), zones);
  Json out = without(master_fields, "recurrence");
  // A stray of the time when the series took whole days takes one.
  const bool stray = slot.start.all_day && !end.all_day;
  Moment last = moved(slot.start, stray ? 86'400 : end.utc - start.utc, zones);
  if (!last.all_day && !end.all_day && last.zone != end.zone) {
    last.zone = end.zone;
    last = moved(last, 0, zones);
  }
  return out.set("start", held(slot.start, zones)).set("end", held(last, zones));
}

Json applied(const Json& usual, const Json& difference) {
  Json out = Json::object();
  for (const auto& [name, value] : *usual.members())
    if (difference.find(name) == nullptr) out.set(name, value);
  for (const auto& [name, value] : *difference.members())
    if (!value.is_null()) out.set(name, value);
  return out;
}

Json difference(const Json& usual, const Json& wanted) {
  Json out = Json::object();
  for (const auto& [name, value] : *wanted.members()) {
    const Json* old = usual.find(name);
    if (old == nullptr || !same(*old, value)) out.set(name, value);
  }
  for (const auto& [name, value] : *usual.members())
    if (wanted.find(name) == nullptr) out.set(name, Json());
  return out;
}

Json whole_fields(const Calendar& calendar, const Event& event, const calendar::ZoneSource& zones) {
  if (event.master.empty()) return event.fields;
  const auto master = calendar.events.find(event.master);
  if (master == calendar.events.end() || master->second.fields.find("start") == nullptr) return event.fields;
  return applied(inherited(master->second.fields, *event.slot, zones), event.fields);
}

Outcome<Viewer> viewer_of(const Service& service, const Call& call, const Place& place) {
  Viewer out;
  out.account = call.account;
  out.role = place.role;
  const std::string* name = call.parameter("timeZone");
  out.zone = service.zones.find(name != nullptr ? *name : place.calendar.zone);
  if (out.zone == nullptr) return invalid_parameter("timeZone", "Invalid time zone.");
  out.max_attendees = TRY(number(call, "maxAttendees", 1));
  return out;
}

Json show(const Service& service, const Calendar& calendar, const Event& event, const Viewer& viewer) {
  if (!event.cancelled)
    return show_whole(service, calendar, event, event.id, whole_fields(calendar, event, service.zones),
                      event.master, event.slot, viewer);
  Json out = Json::object();
  out.set("kind", "calendar#event").set("etag", etag_of(event.revision)).set("id", event.id);
  out.set("status", "cancelled");
  const auto master = calendar.events.find(event.master);
  const bool of_live_series = master != calendar.events.end() && !master->second.cancelled;
  if (of_live_series && !service.habits.bare_cancellations)
    out.set("recurringEventId", event.master)
        .set("originalStartTime", shown(event.slot->start, *viewer.zone));
  return out;
}

Json show_instance(const Service& service, const Calendar& calendar, const Event& master, const Slot& slot,
                   const Viewer& viewer) {
  return show_whole(service, calendar, master, instance_id(master.id, slot),
                    inherited(master.fields, slot, service.zones), master.id, slot, viewer);
}

Span span_of(const Json& fields, const calendar::ZoneSource& zones, const calendar::Zone& viewer) {
  const auto utc = [&](const char* name) {
    const Moment moment = moment_of(*fields.find(name), zones);
    return moment.all_day ? viewer.to_utc(moment.wall) : moment.utc;
  };
  return {utc("start"), utc("end")};
}

}  // namespace kalends::lab::google
