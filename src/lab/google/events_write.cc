// events.update, patch, delete and move: writes to what is there.
#include <fmt/format.h>

#include <algorithm>

#include "lab/cloud/json_merge.h"
#include "lab/google/copies.h"
#include "lab/google/event_fields.h"
#include "lab/google/keeping.h"
#include "lab/google/view.h"

namespace kalends::lab::google {
namespace {

Refusal deleted() { return {410, "deleted", "Resource has been deleted"}; }

// What guests may not change in their copies.
Outcome<void> check_rights(const Calendar& calendar, const Event& event, const Json& before,
                           const Json& after) {
  const bool organizes = text_of(event.organizer, "email") == calendar.id;
  if (organizes || is_true(before, "guestsCanModify")) return {};
  for (const char* name :
       {"summary", "description", "location", "start", "end", "recurrence", "guestsCanModify"}) {
    const Json* old = before.find(name);
    const Json* now = after.find(name);
    const bool unchanged =
        (old == nullptr && now == nullptr) || (old != nullptr && now != nullptr && same(*old, *now));
    if (unchanged) continue;
    if (is_true(before, "locked"))
      return refuse(403, "cannotChangeLockedEvent", "This copy of the event is locked.");
    return std::unexpected(Refusal{403, "forbiddenForNonOrganizer",
                                   "Shared properties can only be changed by the organizer of the event.",
                                   "calendar"});
  }
  return {};
}

// A client that says which sequence it knows must not know an older one.
Outcome<std::optional<std::int64_t>> wished_sequence(const Json& wanted, std::int64_t present) {
  const Json* value = wanted.find("sequence");
  if (value == nullptr || value->integer() == nullptr) return std::nullopt;
  if (*value->integer() < present)
    return invalid(
        "Invalid sequence value. The specified sequence number is below the current sequence number of the "
        "resource. Re-fetch the resource and use its sequence number on the following request.");
  return *value->integer();
}

bool same_member(const Json& a, const Json& b, const char* name) {
  const Json* one = a.find(name);
  const Json* other = b.find(name);
  return (one == nullptr && other == nullptr) || (one != nullptr && other != nullptr && same(*one, *other));
}

// What the event shows now: a cancelled one shows what it had, so that it can come back.
Json present(const Service& service, const Calendar& calendar, const Named& named) {
  if (named.kept != nullptr) return whole_fields(calendar, *named.kept, service.zones);
  return inherited(named.master->fields, named.slot, service.zones);
}

Outcome<Answer> write(Service& service, const Call& call, const Place& place, const std::string& id,
                      bool patching) {
  Calendar& calendar = place.calendar;
  const Viewer viewer = TRY(viewer_of(service, call, place));
  const Named named = TRY(find_event(service, calendar, id));
  const bool gone = named.kept != nullptr && named.kept->cancelled;
  if (gone && (!service.habits.deleted_id_revives || named.kept->fields.find("start") == nullptr) &&
      named.master == nullptr)
    return not_found();
  if (named.master != nullptr && named.master->cancelled) return not_found();
  const Event& shown_as = named.kept != nullptr ? *named.kept : *named.master;
  TRY_VOID(check_match(call, shown_as.revision));
  if (call.body.members() == nullptr) return refuse(400, "parseError", "Parse Error");
  if (gone && text_of(call.body, "status") != "confirmed" && text_of(call.body, "status") != "tentative")
    return not_found();

  Json before = present(service, calendar, named);
  const Json wanted =
      patching ? merge_patch(gone ? without(before, "status") : before, call.body) : call.body;
  const FieldRules rules = TRY(rules_of(service, call, calendar));
  Json after = TRY(normal_fields(wanted, before, rules));
  if (named.master != nullptr && after.find("recurrence") != nullptr)
    return invalid("An instance of a recurring event cannot repeat.");
  TRY_VOID(check_rights(calendar, shown_as, before, after));
  const auto sequence = TRY(wished_sequence(call.body, shown_as.sequence));

  if (text_of(after, "status") == "cancelled") return cancel(service, call, place, named, id);
  if (!gone && same(before, after))
    return Answer{named.kept != nullptr
                      ? show(service, calendar, *named.kept, viewer)
                      : show_instance(service, calendar, *named.master, named.slot, viewer)};
  const Written written{id, shown_as.organizer, gone ? std::nullopt : std::optional(before), after};
  TRY_VOID(send_mail(service, call, calendar, written));
  Event& event = kept_event(service, calendar, named, id);
  if (service.habits.sequence_counts &&
      !(same_member(before, after, "start") && same_member(before, after, "end") &&
        same_member(before, after, "recurrence")))
    ++event.sequence;
  if (sequence) event.sequence = std::max(event.sequence, *sequence);
  const bool only_reminders = same(without(before, "reminders"), without(after, "reminders")) && !gone;
  event.cancelled = false;
  replace_fields(service, calendar, event, std::move(after), only_reminders ? Stamp::kept : Stamp::now);
  spread(service, calendar, written);
  return Answer{show(service, calendar, event, viewer)};
}

}  // namespace

Outcome<Answer> cancel(Service& service, const Call& call, const Place& place, const Named& named,
                       const std::string& id) {
  Calendar& calendar = place.calendar;
  const Viewer viewer = TRY(viewer_of(service, call, place));
  const Event& shown_as = named.kept != nullptr ? *named.kept : *named.master;
  const Written written{id, shown_as.organizer, present(service, calendar, named), std::nullopt};
  TRY_VOID(send_mail(service, call, calendar, written));
  Event& event = kept_event(service, calendar, named, id);
  event.cancelled = true;
  for (Event* exception : exceptions_of(calendar, event.id)) {
    exception->cancelled = true;
    touch(service, calendar, *exception, Stamp::now);
  }
  touch(service, calendar, event, Stamp::now);
  announce(service, calendar);
  spread(service, calendar, written);
  return Answer{show(service, calendar, event, viewer)};
}

Outcome<Answer> update_event(Service& service, const Call& call, const std::string& calendar,
                             const std::string& id) {
  return write(service, call, TRY(open_calendar(service, call, calendar, Role::writer)), id, false);
}

Outcome<Answer> patch_event(Service& service, const Call& call, const std::string& calendar,
                            const std::string& id) {
  return write(service, call, TRY(open_calendar(service, call, calendar, Role::writer)), id, true);
}

Outcome<Answer> delete_event(Service& service, const Call& call, const std::string& calendar,
                             const std::string& id) {
  const Place place = TRY(open_calendar(service, call, calendar, Role::writer));
  const Named named = TRY(find_event(service, place.calendar, id));
  if (named.kept != nullptr && named.kept->cancelled) return std::unexpected(deleted());
  TRY_VOID(check_match(call, named.kept != nullptr ? named.kept->revision : named.master->revision));
  TRY_VOID(cancel(service, call, place, named, id));
  return Answer{Json(), 204};
}

Outcome<Answer> move_event(Service& service, const Call& call, const std::string& calendar,
                           const std::string& id) {
  const Place from = TRY(open_calendar(service, call, calendar, Role::writer));
  const std::string* destination = call.parameter("destination");
  if (destination == nullptr) return required("Missing destination.");
  const Place to = TRY(open_calendar(service, call, *destination, Role::writer));
  const auto found = from.calendar.events.find(id);
  if (found == from.calendar.events.end() || found->second.cancelled) return not_found();
  if (!found->second.master.empty())
    return refuse(400, "cannotMoveInstance", "An instance cannot be moved alone.");
  if (!text_of(found->second.fields, "eventType").empty())
    return refuse(400, "eventTypeRestriction", "Only events of the default type can be moved.");
  if (&from.calendar == &to.calendar) return invalid("The destination is the calendar itself.");
  if (const auto there = to.calendar.events.find(id);
      there != to.calendar.events.end() && !there->second.cancelled)
    return refuse(409, "duplicate", "The requested identifier already exists.");
  std::vector<Event*> moving = exceptions_of(from.calendar, id);
  moving.push_back(&found->second);
  for (Event* event : moving) {
    Event& copy = to.calendar.events[event->id] = *event;
    copy.organizer = organizer_of(to.calendar);
    touch(service, to.calendar, copy, Stamp::now);
    event->cancelled = true;
    touch(service, from.calendar, *event, Stamp::now);
  }
  announce(service, from.calendar);
  announce(service, to.calendar);
  return Answer{show(service, to.calendar, to.calendar.events.at(id), TRY(viewer_of(service, call, to)))};
}

}  // namespace kalends::lab::google
