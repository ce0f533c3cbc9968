// JSCalendar to events.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/text.h"
#include "jscalendar/groups.h"
#include "jscalendar/members.h"
#include "jscalendar/parameters.h"
#include "jscalendar/text.h"

namespace kalends::jscalendar {
namespace {

using calendar::Event;
using calendar::TimeKind;

std::unexpected<Error> refuse(std::string_view member, std::string_view why) {
  return fail(ErrorKind::invalid, fmt::format("The member \"{}\" {}.", member, why));
}

bool truth(const Json& object, std::string_view name) {
  const Json* value = object.find(name);
  return value && value->boolean() && *value->boolean();
}

// The values of a map member ("locations"), in order; nothing when it is none.
std::vector<std::pair<std::string, const Json*>> entries(const Json& object, std::string_view name) {
  std::vector<std::pair<std::string, const Json*>> out;
  const Json* map = object.find(name);
  if (!map || !map->members()) return out;
  for (const auto& [key, value] : *map->members()) out.emplace_back(key, &value);
  return out;
}

Result<void> read_when(const Json& object, Event& event) {
  const auto start = calendar::parse_local_time(text(object, "start"));
  if (!start) return refuse("start", "should be a local time like 2026-03-01T09:00:00");
  event.when.start = *start;
  event.when.zone = text(object, "timeZone");
  event.when.kind = event.when.zone.empty() ? TimeKind::floating : TimeKind::zoned;
  if (truth(object, "showWithoutTime") && calendar::second_of_day(*start) == 0) {
    event.when.kind = TimeKind::all_day;
    event.when.zone.clear();
  }
  if (const Json* given = object.find("duration")) {
    const auto duration = given->string() ? calendar::parse_duration(*given->string()) : std::nullopt;
    if (!duration || duration->days < 0 || duration->seconds < 0)
      return refuse("duration", "should be a length like PT1H30M");
    event.when.duration = *duration;
  }
  if (event.when.kind == TimeKind::all_day) {
    const std::int64_t days = event.when.duration.days + (event.when.duration.seconds + 86'399) / 86'400;
    event.when.duration = {std::max<std::int64_t>(days, 1), 0};
  }
  return {};
}

void read_places(const Json& object, Event& event) {
  const auto keep = [&](std::string_view owner, const Json& from, std::span<const Standard> standard) {
    if (std::string params = calendar::join_parameters(take_parameters(from, standard)); !params.empty())
      event.parameters.emplace(owner, std::move(params));
  };
  bool first = true;
  for (const auto& [key, place] : entries(object, "locations")) {
    if (text(*place, "relativeTo") == "end" && !text(*place, "timeZone").empty()) {
      event.when.end_zone = text(*place, "timeZone");
      continue;
    }
    if (first) {
      event.location = text(*place, "name");
      event.geo = text(*place, "coordinates");
      if (event.geo.starts_with("geo:")) event.geo.erase(0, 4);
      std::ranges::replace(event.geo, ',', ';');
      keep("location", *place, {});
    } else if (!text(*place, "name").empty()) {
      event.more_locations.push_back(text(*place, "name"));
      keep(calendar::owner_of_element("locations", event.more_locations.back()), *place, {});
    }
    first = false;
  }
  for (const auto& [key, place] : entries(object, "virtualLocations"))
    if (const std::string uri = text(*place, "uri"); !uri.empty()) {
      event.conferences.push_back(uri);
      keep(calendar::owner_of_element("conferences", uri), *place, virtual_location_members());
    }
  for (const auto& [key, link] : entries(object, "links")) {
    if (text(*link, "href").empty()) continue;
    const bool is_url = text(*link, "rel") == "describedby" && event.url.empty();
    (is_url ? event.url : event.attachments.emplace_back()) = text(*link, "href");
    keep(is_url ? "url" : calendar::owner_of_element("attachments", event.attachments.back()), *link,
         link_members());
  }
}

calendar::Attendee read_participant(const Json& object) {
  calendar::Attendee who;
  const Json* send = object.find("sendTo");
  who.address = send ? text(*send, "imip") : "";
  if (who.address.empty() && !text(object, "email").empty()) who.address = "mailto:" + text(object, "email");
  who.name = text(object, "name");
  if (const std::string kind = text(object, "kind"); !kind.empty()) who.kind = kind;
  if (const Json* roles = object.find("roles"))
    for (const char* role : {"optional", "informational", "chair"})
      if (truth(*roles, role)) who.role = role;
  if (const std::string status = text(object, "participationStatus"); !status.empty())
    who.participation = status;
  who.rsvp = truth(object, "expectReply");
  const bool own_email = "mailto:" + text(object, "email") == who.address;
  for (const auto& [name, value] :
       take_parameters(object, own_email ? participant_members().first(1) : participant_members()))
    who.parameters[name] = value;
  return who;
}

void read_people(const Json& object, Event& event) {
  for (const auto& [key, value] : entries(object, "participants")) {
    calendar::Attendee who = read_participant(*value);
    if (who.address.empty()) continue;
    const Json* roles = value->find("roles");
    if (roles && truth(*roles, "owner")) {
      event.organizer = who;
      if (truth(*roles, "attendee")) {  // the rest is what it says as an attendee
        event.organizer = calendar::Attendee{};
        event.organizer->address = who.address;
        event.organizer->name = who.name;
      }
    }
    if (!roles || truth(*roles, "attendee") || !truth(*roles, "owner"))
      event.attendees.push_back(std::move(who));
  }
  const Json* reply = object.find("replyTo");
  if (!event.organizer && reply && !text(*reply, "imip").empty()) {
    event.organizer = calendar::Attendee{};
    event.organizer->address = text(*reply, "imip");
  }
}

Result<void> read_reminders(const Json& object, Event& event) {
  for (const auto& [key, alert] : entries(object, "alerts")) {
    calendar::Reminder reminder;
    const Json* trigger = alert->find("trigger");
    if (!trigger) return refuse("alerts", "holds an alert without a trigger");
    if (trigger->find("when")) {
      const auto at = parse_rfc3339(text(*trigger, "when"));
      if (!at) return refuse("when", "should be a time in UTC like 2026-03-01T09:00:00Z");
      reminder.anchor = calendar::Reminder::Anchor::absolute;
      reminder.at = *at;
    } else {
      const auto offset = calendar::parse_duration(text(*trigger, "offset"));
      if (!offset) return refuse("offset", "should be a length like -PT15M");
      reminder.offset = *offset;
      if (text(*trigger, "relativeTo") == "end") reminder.anchor = calendar::Reminder::Anchor::end;
    }
    if (const std::string action = text(*alert, "action"); !action.empty()) reminder.action = action;
    reminder.description = text(*alert, kDescription);
    if (const Json* lines = alert->find(kLines); lines && lines->items())
      for (const Json& line : *lines->items())
        if (line.string() && is_line(*line.string())) reminder.unknown.push_back(*line.string());
    if (const Json* own = alert->find(kParameters)) {
      calendar::Parameters parameters;
      owners_from_json(*own, parameters);
      for (const char* property : {"ACTION", "DESCRIPTION", "TRIGGER"})
        if (const auto it = parameters.find(property); it != parameters.end())
          reminder.parameters.insert(*it);
    }
    event.reminders.push_back(std::move(reminder));
  }
  return {};
}

constexpr std::array kKnown = {"@type",
                               "uid",
                               "sequence",
                               "created",
                               "updated",
                               "title",
                               "description",
                               "start",
                               "timeZone",
                               "showWithoutTime",
                               "duration",
                               "locations",
                               "virtualLocations",
                               "links",
                               "keywords",
                               "color",
                               "status",
                               "privacy",
                               "freeBusyStatus",
                               "priority",
                               "replyTo",
                               "participants",
                               "alerts",
                               "recurrenceRules",
                               "excludedRecurrenceRules",
                               "recurrenceOverrides",
                               "recurrenceId",
                               "recurrenceIdTimeZone",
                               "excluded",
                               "kalends:lines",
                               "kalends:zones",
                               "kalends:stamp",
                               "kalends:parameters",
                               "kalends:seriesParameters",
                               "kalends:added"};

// Parameters that no place, link or participant has.
void read_parameters(const Json& object, Event& event) {
  const Json* ours = object.find(kParameters);
  if (ours) owners_from_json(*ours, event.parameters);
  event.parameters.erase("title");
  if (event.title.empty()) return;
  Json title = Json::object();
  if (const Json* locale = object.find("locale")) title.set("locale", *locale);
  if (const Json* rest = ours ? ours->find("title") : nullptr) title.set(kParameters, *rest);
  event.parameters.insert_or_assign("title",
                                    calendar::join_parameters(take_parameters(title, title_members())));
}

void read_unknown(const Json& object, Event& event) {
  const bool has_locale = calendar::parameters_of(event, "title").find(";LANGUAGE=") != std::string::npos;
  for (const auto& [name, lines] : entries(object, kLines)) {
    calendar::Unknown unknown{name, {}};
    if (lines->items())
      for (const Json& line : *lines->items())
        if (line.string() && is_line(*line.string())) unknown.lines.push_back(*line.string());
    if (!unknown.lines.empty()) event.unknown.push_back(std::move(unknown));
  }
  for (const auto& [name, zone] : entries(object, kZones))
    if (zone->string()) event.zones[name] = *zone->string();
  calendar::Unknown members{"JSPROP", {}};
  for (const auto& [name, value] : *object.members())
    if (std::ranges::find(kKnown, name) == kKnown.end() && !(has_locale && name == "locale"))
      members.lines.push_back(line_of_member(name, value));
  if (!members.lines.empty()) event.unknown.push_back(std::move(members));
}

// Everything but recurrence and overrides.
Result<Event> read_body(const Json& object) {
  Event event;
  event.uid = text(object, "uid");
  if (event.uid.empty()) return refuse("uid", "is missing");
  if (const Json* sequence = object.find("sequence"); sequence && sequence->integer())
    event.sequence =
        static_cast<std::int32_t>(std::clamp<std::int64_t>(*sequence->integer(), 0, 2'147'483'647));
  event.created = parse_rfc3339(text(object, "created"));
  event.updated = parse_rfc3339(text(object, "updated"));
  event.stamp = parse_rfc3339(text(object, kStamp));
  event.title = text(object, "title");
  event.description = text(object, "description");
  TRY_VOID(read_when(object, event));
  read_places(object, event);
  for (const auto& [name, value] : entries(object, "keywords")) event.categories.push_back(name);
  event.colour = text(object, "color");
  event.status = text(object, "status");
  event.visibility = text(object, "privacy");
  if (event.visibility == "secret") event.visibility = "confidential";
  event.show_as = text(object, "freeBusyStatus");
  if (const Json* priority = object.find("priority"); priority && priority->integer()) {
    if (*priority->integer() < 0 || *priority->integer() > 9)
      return refuse("priority", "should be from 0 to 9");
    event.priority = static_cast<int>(*priority->integer());
  }
  read_people(object, event);
  TRY_VOID(read_reminders(object, event));
  read_parameters(object, event);
  read_unknown(object, event);
  calendar::normalise(event);
  return event;
}

// RFC 8984 section 1.4.9: members of the patch are pointers into the object; null takes away. No pointer goes deeper than
// a document may.
Json patched(const Json& object, const Json& patch) {
  Json out = object;
  for (const auto& [pointer, value] : *patch.members()) {
    const std::size_t slash = pointer.find('/');
    const std::string name = from_pointer(pointer.substr(0, slash));
    Json changed = value;
    if (slash != std::string::npos) {
      const Json* inner = out.find(name);
      changed = patched(inner && inner->members() ? *inner : Json::object(),
                        Json::object().set(pointer.substr(slash + 1), value));
    }
    if (!changed.is_null()) {
      out.set(name, std::move(changed));
      continue;
    }
    Json rest = Json::object();
    for (const auto& [key, kept] : *out.members())
      if (key != name) rest.set(key, kept);
    out = std::move(rest);
  }
  return out;
}

// A series as its overrides are read with: without overrides, and with those members alone that one of them touches.
class SeriesObject {
 public:
  struct Reduced {
    Json object;
    Event series;
  };

  explicit SeriesObject(const Json& object) : object_(object) {}

  Result<const Reduced*> for_patch(const Json& patch) {
    Groups groups = 0;
    for (const auto& [pointer, value] : *patch.members()) {
      const std::string name = from_pointer(std::string_view(pointer).substr(0, pointer.find('/')));
      groups |= group_of_member(name);
      if (name == kParameters) groups |= kKeywords;
      // A language without a title is a member that nobody knows.
      if (name == "locale" || (name == "title" && object_.find("locale"))) groups |= kUnknown;
    }
    auto [held, is_new] = reduced_.try_emplace(groups);
    if (!is_new) return &held->second;
    Json::Object members;
    for (const auto& [name, value] : *object_.members())
      if (name != "recurrenceOverrides" && (group_of_member(name) & ~groups) == 0)
        members.emplace_back(name, value);
    held->second.object = Json(std::move(members));
    held->second.series = TRY(read_body(held->second.object));
    return &held->second;
  }

 private:
  const Json& object_;
  std::map<Groups, Reduced> reduced_;
};

// One entry of recurrenceOverrides.
Result<void> read_override(SeriesObject& object, const std::string& slot_text, const Json& patch,
                           Event& event) {
  const auto slot = calendar::parse_local_time(slot_text);
  if (!slot || !patch.members())
    return refuse("recurrenceOverrides", fmt::format("has a wrong entry \"{}\"", slot_text));
  for (const auto& [pointer, value] : *patch.members())
    if (std::ranges::count(pointer, '/') > kMaxJsonDepth)
      return refuse("recurrenceOverrides",
                    fmt::format("points more than {} members deep at \"{}\"", kMaxJsonDepth, slot_text));
  if (const std::string length = text(patch, kAdded); !length.empty() || truth(patch, kAdded))
    event.recurrence.extra_dates.push_back({*slot, calendar::parse_duration(length)});
  if (truth(patch, "excluded")) {
    event.overrides[*slot].excluded = true;
    return {};
  }
  const auto& members = *patch.members();
  const bool only_duration = members.size() == 1 && members.front().first == "duration";
  if (members.empty() || only_duration) {
    calendar::ExtraDate extra{*slot, std::nullopt};
    if (only_duration) extra.duration = calendar::parse_duration(text(patch, "duration"));
    event.recurrence.extra_dates.push_back(extra);
    return {};
  }
  const SeriesObject::Reduced& held = *TRY(object.for_patch(patch));
  Json moved = held.object;
  moved.set("start", slot_text);
  const Event instance = TRY(read_body(patched(moved, patch)));
  event.overrides[*slot] = override_of(held.series, *slot, instance);
  keep_bookkeeping(event, instance, event.overrides[*slot]);
  return {};
}

}  // namespace

Result<Event> from_json(const Json& object, const calendar::ZoneSource& zones) {
  if (!object.members()) return refuse("entries", "should hold objects");
  Event event = TRY(read_body(object));
  const auto read_rules = [&](const char* name, std::vector<calendar::Rule>& rules) -> Result<void> {
    const Json* array = object.find(name);
    if (!array) return {};
    if (!array->items()) return refuse(name, "should be a list");
    for (const Json& rule : *array->items()) rules.push_back(TRY(rule_from_json(rule, event.when, zones)));
    return {};
  };
  TRY_VOID(read_rules("recurrenceRules", event.recurrence.rules));
  TRY_VOID(read_rules("excludedRecurrenceRules", event.recurrence.exclusion_rules));
  const auto overrides = entries(object, "recurrenceOverrides");
  if (!overrides.empty()) {
    SeriesObject series(object);
    for (const auto& [slot, patch] : overrides) TRY_VOID(read_override(series, slot, *patch, event));
  }
  if (const Json* owners = object.find(kSeriesParameters)) owners_from_json(*owners, event.parameters);
  calendar::normalise(event);
  return event;
}

}  // namespace kalends::jscalendar
