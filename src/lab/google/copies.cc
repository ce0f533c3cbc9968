#include "lab/google/copies.h"

#include <algorithm>
#include <array>
#include <set>

#include "lab/cloud/json_merge.h"
#include "lab/google/keeping.h"
#include "lab/google/view.h"

namespace kalends::lab::google {
namespace {

constexpr std::array<std::string_view, 6> kOwn = {"reminders",    "colorId",    "eventLabelId",
                                                  "transparency", "visibility", "privateCopy"};

bool is_own(std::string_view member) { return std::ranges::find(kOwn, member) != kOwn.end(); }

// The organizer's fields with what is the guest's own in place of the organizer's.
Json for_guest(const Json& original, const Json& copy) {
  Json out = Json::object();
  for (const auto& [name, value] : *original.members())
    if (!is_own(name) && name != "extendedProperties") out.set(name, value);
  for (const auto& [name, value] : *copy.members())
    if (is_own(name)) out.set(name, value);
  const Json* theirs = original.find("extendedProperties");
  const Json* own = copy.find("extendedProperties");
  Json properties = Json::object();
  if (const Json* side = own != nullptr ? own->find("private") : nullptr) properties.set("private", *side);
  if (const Json* side = theirs != nullptr ? theirs->find("shared") : nullptr)
    properties.set("shared", *side);
  if (!properties.members()->empty()) out.set("extendedProperties", std::move(properties));
  return out;
}

std::set<std::string> guests_of(const std::optional<Json>& fields) {
  std::set<std::string> out;
  const Json* attendees = fields ? fields->find("attendees") : nullptr;
  if (attendees != nullptr)
    for (const Json& one : *attendees->items()) out.insert(text_of(one, "email"));
  return out;
}

// The guest's event of that id, made when there is none; nullptr when the guest deleted it.
Event* copy_of(Service& service, Calendar& guest, const Event& original) {
  if (const auto named = find_event(service, guest, original.id)) {
    Event& kept = kept_event(service, guest, *named, original.id);
    return kept.cancelled ? nullptr : &kept;
  }
  Event event;
  event.id = original.id;
  event.ical_uid = original.ical_uid;
  event.master = original.master;
  event.slot = original.slot;
  event.creator = original.creator;
  event.organizer = original.organizer;
  event.created = service.now();
  event.fields = Json::object();
  return &(guest.events[event.id] = std::move(event));
}

void put(Service& service, Calendar& guest, const Event& original, const Json& fields) {
  Event* copy = copy_of(service, guest, original);
  if (copy == nullptr) return;
  const Json present = whole_fields(guest, *copy, service.zones);
  Json wanted = for_guest(fields, present);
  copy->sequence = original.sequence;
  const bool fresh = copy->change == 0;
  if (!fresh && same(present, wanted)) return;
  replace_fields(service, guest, *copy, std::move(wanted), Stamp::now);
}

void take_away(Service& service, Calendar& guest, const std::string& id) {
  const auto named = find_event(service, guest, id);
  if (!named) return;
  Event& copy = kept_event(service, guest, *named, id);
  if (copy.cancelled) return;
  for (Event* exception : exceptions_of(guest, id)) {
    exception->cancelled = true;
    touch(service, guest, *exception, Stamp::now);
  }
  copy.cancelled = true;
  touch(service, guest, copy, Stamp::now);
  announce(service, guest);
}

void spread_from_organizer(Service& service, Calendar& home, const Written& written) {
  const auto before = guests_of(written.before);
  const auto after = guests_of(written.after);
  std::set<std::string> all = before;
  all.insert(after.begin(), after.end());
  for (const std::string& address : all) {
    const auto guest = service.state.calendars.find(address);
    if (address == home.id || guest == service.state.calendars.end() || guest->second.deleted) continue;
    if (after.contains(address))
      put(service, guest->second, home.events.at(written.id), *written.after);
    else
      take_away(service, guest->second, written.id);
  }
}

// The attendees with that guest's answer; the same ones when it is the answer already.
Json answered(const Json& fields, const std::string& guest, const std::string& answer) {
  const Json* attendees = fields.find("attendees");
  if (attendees == nullptr) return fields;
  Json list = Json::array();
  for (const Json& one : *attendees->items()) {
    Json attendee = one;
    if (text_of(one, "email") == guest) attendee.set("responseStatus", answer);
    list.push(std::move(attendee));
  }
  Json out = fields;
  return out.set("attendees", std::move(list));
}

std::string answer_of(const std::optional<Json>& fields, const std::string& guest) {
  const Json* attendees = fields ? fields->find("attendees") : nullptr;
  if (attendees == nullptr) return "declined";  // a guest who deletes a copy declines
  for (const Json& one : *attendees->items())
    if (text_of(one, "email") == guest) return text_of(one, "responseStatus");
  return "declined";
}

void spread_answer(Service& service, const Calendar& guest, const Written& written) {
  const auto home = service.state.calendars.find(text_of(written.organizer, "email"));
  if (home == service.state.calendars.end() || home->second.deleted) return;
  const auto named = find_event(service, home->second, written.id);
  if (!named || (named->kept != nullptr && named->kept->cancelled)) return;
  if (named->kept == nullptr && named->master == nullptr) return;
  const Json before = named->kept != nullptr ? whole_fields(home->second, *named->kept, service.zones)
                                             : inherited(named->master->fields, named->slot, service.zones);
  Json after = answered(before, guest.id, answer_of(written.after, guest.id));
  if (same(before, after)) return;
  Event& original = kept_event(service, home->second, *named, written.id);
  replace_fields(service, home->second, original, after, Stamp::now);
  spread_from_organizer(service, home->second, {written.id, written.organizer, before, std::move(after)});
}

}  // namespace

void spread(Service& service, Calendar& calendar, const Written& written) {
  if (text_of(written.organizer, "email") == calendar.id)
    spread_from_organizer(service, calendar, written);
  else
    spread_answer(service, calendar, written);
}

}  // namespace kalends::lab::google
