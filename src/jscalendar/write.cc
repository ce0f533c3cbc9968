// Events to JSCalendar.
#include <fmt/format.h>

#include <map>

#include "base/text.h"
#include "jscalendar/groups.h"
#include "jscalendar/members.h"
#include "jscalendar/parameters.h"
#include "jscalendar/text.h"

namespace kalends::jscalendar {
namespace {

using calendar::Event;
using calendar::TimeKind;

// A map member whose keys are numbers from 1 on, as RFC 8984 keys things that have no name of their own.
class Numbered {
 public:
  void add(Json item) { members_.emplace_back(std::to_string(members_.size() + 1), std::move(item)); }
  void put(Json& out, const char* name) {
    if (!members_.empty()) out.set(name, std::move(members_));
  }

 private:
  Json::Object members_;
};

void set_text(Json& out, const char* name, const std::string& text) {
  if (!text.empty()) out.set(name, text);
}

void put_when(Json& out, const Event& event) {
  out.set("start", calendar::to_string(event.when.start));
  if (event.when.kind == TimeKind::zoned) out.set("timeZone", event.when.zone);
  if (event.when.kind == TimeKind::all_day) out.set("showWithoutTime", true);
  out.set("duration", calendar::to_string(event.when.duration));
}

void put_places(Json& out, const Event& event) {
  std::vector<std::string> names = event.more_locations;
  // The first one is the location, with or without a name.
  if (!names.empty() || !event.location.empty() || !event.geo.empty())
    names.insert(names.begin(), event.location);
  Numbered locations, virtual_locations, links;
  const auto own = [&](std::string_view owner) {
    return calendar::split_parameters(calendar::parameters_of(event, owner));
  };
  const auto of_element = [&](std::string_view field, const std::string& key) {
    return event.parameters.empty() ? calendar::ParameterList() : own(calendar::owner_of_element(field, key));
  };
  for (std::size_t i = 0; i < names.size(); ++i) {
    Json place = Json::object();
    place.set("@type", "Location");
    set_text(place, "name", names[i]);
    if (i == 0 && !event.geo.empty()) {
      std::string coordinates = event.geo;
      if (const auto at = coordinates.find(';'); at != std::string::npos) coordinates[at] = ',';
      place.set("coordinates", "geo:" + coordinates);
    }
    put_parameters(place, i == 0 ? own("location") : of_element("locations", names[i]), {});
    locations.add(std::move(place));
  }
  if (!event.when.end_zone.empty())
    locations.add(Json::object()
                      .set("@type", "Location")
                      .set("relativeTo", "end")
                      .set("timeZone", event.when.end_zone));
  for (const std::string& uri : event.conferences) {
    Json place = Json::object().set("@type", "VirtualLocation").set("uri", uri);
    put_parameters(place, of_element("conferences", uri), virtual_location_members());
    virtual_locations.add(std::move(place));
  }
  const auto link = [](const std::string& uri, const char* rel, const calendar::ParameterList& list) {
    Json out = Json::object().set("@type", "Link").set("href", uri).set("rel", rel);
    put_parameters(out, list, link_members());
    return out;
  };
  for (const std::string& uri : event.attachments)
    links.add(link(uri, "enclosure", of_element("attachments", uri)));
  if (!event.url.empty()) links.add(link(event.url, "describedby", own("url")));
  locations.put(out, "locations");
  virtual_locations.put(out, "virtualLocations");
  links.put(out, "links");
}

// An address for mail that is the participant's own says nothing, and stays a parameter.
std::span<const Standard> members_of(const calendar::Attendee& who) {
  const auto email = who.parameters.find("EMAIL");
  const bool own = email != who.parameters.end() && "mailto:" + email->second == who.address;
  return own ? participant_members().first(1) : participant_members();
}

Json participant(const calendar::Attendee& who, bool owner, bool attends) {
  Json out = Json::object();
  out.set("@type", "Participant");
  set_text(out, "name", who.name);
  out.set("sendTo", Json::object().set("imip", who.address));
  out.set("kind", who.kind);
  Json roles = Json::object();
  if (owner) roles.set("owner", true);
  if (attends) roles.set("attendee", true);
  if (who.role == "optional" || who.role == "informational" || who.role == "chair") roles.set(who.role, true);
  if (attends || who.participation != "needs-action") out.set("participationStatus", who.participation);
  if (who.rsvp) out.set("expectReply", true);
  out.set("roles", std::move(roles));
  put_parameters(out, {who.parameters.begin(), who.parameters.end()}, members_of(who));
  return out;
}

void put_people(Json& out, const Event& event) {
  if (event.organizer) out.set("replyTo", Json::object().set("imip", event.organizer->address));
  bool organizer_attends = false;
  Numbered participants;
  for (const calendar::Attendee& attendee : event.attendees) {
    // One participant stands for both where it says all that the organizer says.
    calendar::Attendee plain;
    plain.address = attendee.address;
    plain.name = attendee.name;
    const bool owner = event.organizer == plain;
    organizer_attends = organizer_attends || owner;
    participants.add(participant(attendee, owner, true));
  }
  if (event.organizer && !organizer_attends) participants.add(participant(*event.organizer, true, false));
  participants.put(out, "participants");
}

void put_reminders(Json& out, const Event& event) {
  Numbered alerts;
  for (const calendar::Reminder& reminder : event.reminders) {
    Json trigger = Json::object();
    if (reminder.anchor == calendar::Reminder::Anchor::absolute) {
      trigger.set("@type", "AbsoluteTrigger").set("when", to_rfc3339(reminder.at));
    } else {
      trigger.set("@type", "OffsetTrigger").set("offset", calendar::to_string(reminder.offset));
      if (reminder.anchor == calendar::Reminder::Anchor::end) trigger.set("relativeTo", "end");
    }
    Json alert = Json::object();
    alert.set("@type", "Alert").set("trigger", std::move(trigger)).set("action", reminder.action);
    set_text(alert, kDescription, reminder.description);
    if (!reminder.unknown.empty()) {
      Json lines = Json::array();
      for (const std::string& line : reminder.unknown) lines.push(line);
      alert.set(kLines, std::move(lines));
    }
    if (!reminder.parameters.empty())
      alert.set(kParameters, owners_to_json({reminder.parameters.begin(), reminder.parameters.end()}));
    alerts.add(std::move(alert));
  }
  alerts.put(out, "alerts");
}

// Members of a JSEvent that came through iCalendar go back to their own place; other unknown lines into one of ours.
void put_unknown(Json& out, const Event& event) {
  Json lines = Json::object();
  for (const calendar::Unknown& unknown : event.unknown) {
    Json kept = Json::array();
    for (const std::string& line : unknown.lines) {
      const auto member = unknown.name == "JSPROP" ? member_of_line(line) : std::nullopt;
      if (member && !out.find(member->first))
        out.set(member->first, member->second);
      else
        kept.push(line);
    }
    if (!kept.items()->empty()) lines.set(unknown.name, std::move(kept));
  }
  if (!lines.members()->empty()) out.set(kLines, std::move(lines));
  if (event.zones.empty()) return;
  Json zones = Json::object();
  for (const auto& [name, text] : event.zones) zones.set(name, text);
  out.set(kZones, std::move(zones));
}

// Where the parameters of an owner stand: with the member that says its value, else in ours.
enum class Place : std::uint8_t { object, body, series };

Place place_of(std::string_view owner) {
  const std::string_view field = calendar::field_of(owner);
  if (owner == "title" || owner == "location" || owner == "url") return Place::object;
  if (field == "locations" || field == "conferences" || field == "attachments") return Place::object;
  const bool bookkeeping =
      owner == "uid" || owner == "sequence" || owner == "created" || owner == "updated" || owner == "stamp";
  return bookkeeping || field == "recurrence" ? Place::series : Place::body;
}

void put_owners(Json& out, const Event& event, Place place) {
  calendar::Parameters list;
  for (const auto& [owner, text] : event.parameters)
    if (place_of(owner) == place) list.emplace(owner, text);
  if (place == Place::series) {
    if (!list.empty()) out.set(kSeriesParameters, owners_to_json(list));
    return;
  }
  Json title = Json::object();
  put_parameters(title, calendar::split_parameters(calendar::parameters_of(event, "title")), title_members());
  if (const Json* locale = title.find("locale")) out.set("locale", *locale);
  Json owners = owners_to_json(list);
  if (const Json* rest = title.find(kParameters)) owners.set("title", *rest);
  if (!owners.members()->empty()) out.set(kParameters, std::move(owners));
}

// Everything but uid, recurrence and overrides: what a series and one of its occurrences both have.
Json body(const Event& event) {
  Json out = Json::object();
  out.set("@type", "Event").set("uid", event.uid);
  if (event.sequence != 0) out.set("sequence", event.sequence);
  if (event.created) out.set("created", to_rfc3339(*event.created));
  if (event.updated) out.set("updated", to_rfc3339(*event.updated));
  if (event.stamp) out.set(kStamp, to_rfc3339(*event.stamp));
  set_text(out, "title", event.title);
  set_text(out, "description", event.description);
  put_when(out, event);
  put_places(out, event);
  Json::Object keywords;
  for (const std::string& category : event.categories) keywords.emplace_back(category, true);
  if (!keywords.empty()) out.set("keywords", std::move(keywords));
  set_text(out, "color", event.colour);
  set_text(out, "status", event.status);
  if (!event.visibility.empty())
    out.set("privacy", event.visibility == "confidential" ? "secret" : event.visibility);
  set_text(out, "freeBusyStatus", event.show_as);
  if (event.priority) out.set("priority", *event.priority);
  put_people(out, event);
  put_reminders(out, event);
  if (!event.parameters.empty()) put_owners(out, event, Place::body);
  put_unknown(out, event);
  return out;
}

// What is said once of a series and of all its occurrences.
bool is_bookkeeping(std::string_view member) {
  return member == "uid" || member == "sequence" || member == "created" || member == "updated" ||
         member == kStamp;
}

// The members in which one occurrence differs from its series.
Json patch_of(const Json& master, const Json& instance, calendar::LocalTime slot) {
  Json patch = Json::object();
  for (const auto& [name, value] : *instance.members()) {
    const Json* before = master.find(name);
    // An occurrence starts at its own slot unless the patch says otherwise, wherever the series starts.
    if (name == "start") {
      if (*value.string() != calendar::to_string(slot)) patch.set(name, value);
      continue;
    }
    if (is_bookkeeping(name)) continue;
    if (!before || before->dump() != value.dump()) patch.set(to_pointer(name), value);
  }
  for (const auto& [name, value] : *master.members())
    if (!is_bookkeeping(name) && !instance.find(name)) patch.set(to_pointer(name), Json());
  return patch;
}

// What an occurrence says of its own history where the series says something else; null where it says nothing.
void put_bookkeeping(Json& patch, const calendar::Bookkeeping& own, const calendar::Bookkeeping& series) {
  const auto moment = [&](const char* name, std::optional<Instant> its, std::optional<Instant> of_series) {
    if (its != of_series) patch.set(name, its ? Json(to_rfc3339(*its)) : Json());
  };
  if (own.sequence != series.sequence)
    patch.set("sequence", own.sequence != 0 ? Json(std::int64_t{own.sequence}) : Json());
  moment("created", own.created, series.created);
  moment("updated", own.updated, series.updated);
  moment(kStamp, own.stamp, series.stamp);
}

// A series without what an override does not touch, and its members.
struct Reduced {
  Event series;
  Json members;
};

void put_overrides(Json& out, const Event& event) {
  std::map<calendar::LocalTime, Json> patches;
  for (const calendar::ExtraDate& extra : event.recurrence.extra_dates) {
    Json patch = Json::object();
    if (extra.duration) patch.set("duration", calendar::to_string(*extra.duration));
    patches[extra.start] = std::move(patch);
  }
  std::map<Groups, Reduced> reduced;
  for (const auto& [slot, change] : event.overrides) {
    // What is put in the place of an RDATE's own entry has to say that there was one, and how long it was.
    std::optional<Json> added;
    if (const auto extra = patches.find(slot); extra != patches.end()) {
      const Json* duration = extra->second.find("duration");
      added = duration ? *duration : Json(true);
    }
    if (change.excluded) {
      patches[slot] = Json::object().set("excluded", true);
      if (added) patches[slot].set(kAdded, *added);
      continue;
    }
    const Groups groups = groups_of(event, change);
    auto [held, is_new] = reduced.try_emplace(groups);
    if (is_new) {
      held->second.series = only(event, groups);
      held->second.members = body(held->second.series);
    }
    const auto instance = instance_of(held->second.series, slot, change);
    Json patch = instance ? patch_of(held->second.members, body(*instance), slot) : Json::object();
    if (change.own) put_bookkeeping(patch, *change.own, event);
    // One that would read as an RDATE has to say that it is none.
    const bool looks_added =
        patch.members()->empty() || (patch.members()->size() == 1 && patch.find("duration"));
    if (added)
      patch.set(kAdded, *added);
    else if (looks_added)
      patch.set("start", calendar::to_string(slot));
    patches[slot] = std::move(patch);
  }
  Json::Object overrides;
  for (auto& [slot, patch] : patches) overrides.emplace_back(calendar::to_string(slot), std::move(patch));
  if (!overrides.empty()) out.set("recurrenceOverrides", std::move(overrides));
}

}  // namespace

Json to_json(const Event& event, const calendar::ZoneSource& zones) {
  Json out = body(event);
  const auto put_rules = [&](const char* name, const std::vector<calendar::Rule>& rules) {
    if (rules.empty()) return;
    Json array = Json::array();
    for (const calendar::Rule& rule : rules) array.push(rule_to_json(rule, event.when, zones));
    out.set(name, std::move(array));
  };
  put_rules("recurrenceRules", event.recurrence.rules);
  put_rules("excludedRecurrenceRules", event.recurrence.exclusion_rules);
  put_overrides(out, event);
  if (!event.parameters.empty()) put_owners(out, event, Place::series);
  return out;
}

std::string write(const std::vector<Event>& events, const calendar::ZoneSource& zones,
                  const std::vector<std::string>& properties,
                  const std::vector<calendar::Unknown>& components) {
  Json entries = Json::array();
  for (const Event& event : events) entries.push(to_json(event, zones));
  Json group = Json::object().set("@type", "Group");
  set_text(group, "title", name_in(properties));
  if (!properties.empty()) {
    Json lines = Json::array();
    for (const std::string& line : properties) lines.push(line);
    group.set(kLines, std::move(lines));
  }
  if (!components.empty()) {
    Json list = Json::array();
    for (const calendar::Unknown& component : components) {
      Json lines = Json::array();
      for (const std::string& line : component.lines) lines.push(line);
      list.push(std::move(lines));
    }
    group.set(kComponents, std::move(list));
  }
  return group.set("entries", std::move(entries)).dump(2) + "\n";
}

}  // namespace kalends::jscalendar
