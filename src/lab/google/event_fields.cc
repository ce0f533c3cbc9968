#include "lab/google/event_fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "lab/cloud/json_merge.h"
#include "lab/google/recurrence.h"

namespace kalends::lab::google {
namespace {

constexpr std::size_t kMaxTitle = 1024;
constexpr std::size_t kMaxText = 8192;

struct Words {
  std::string_view member;
  std::string_view usual;  // left out
  std::vector<std::string_view> others;
};

const std::vector<Words>& closed_words() {
  static const std::vector<Words> kWords = {
      {"status", "confirmed", {"tentative", "cancelled"}},
      {"transparency", "opaque", {"transparent"}},
      {"visibility", "default", {"public", "private", "confidential"}},
      {"eventType", "default", {"birthday", "focusTime", "fromGmail", "outOfOffice", "workingLocation"}},
  };
  return kWords;
}

Outcome<void> take_texts(const Json& wanted, Json& out) {
  for (const char* name : {"summary", "description", "location", "colorId", "eventLabelId"}) {
    const Json* value = wanted.find(name);
    if (value == nullptr || value->is_null()) continue;
    if (value->string() == nullptr) return invalid(fmt::format("Invalid value for: {}", name));
    const std::size_t most = std::string_view(name) == "description" ? kMaxText : kMaxTitle;
    if (value->string()->size() > most) return invalid(fmt::format("The {} is too long.", name));
    if (!value->string()->empty()) out.set(name, *value);
  }
  if (const std::string colour = text_of(out, "colorId"); !colour.empty()) {
    const auto number = parse_integer(colour);
    if (!number || *number < 1 || *number > 11) return invalid("Invalid color id value.");
  }
  return {};
}

Outcome<void> take_words(const Json& wanted, Json& out) {
  for (const Words& words : closed_words()) {
    const Json* value = wanted.find(words.member);
    if (value == nullptr || value->is_null()) continue;
    if (value->string() == nullptr) return invalid(fmt::format("Invalid value for: {}", words.member));
    if (value->string()->empty() || *value->string() == words.usual) continue;
    if (std::ranges::find(words.others, *value->string()) == words.others.end())
      return invalid(fmt::format("Invalid {} value.", words.member));
    out.set(std::string(words.member), *value);
  }
  return {};
}

Outcome<void> take_times(const Json& wanted, const FieldRules& rules, Json& out) {
  const Json* lines = wanted.find("recurrence");
  if (lines != nullptr && lines->items() != nullptr && !lines->items()->empty())
    out.set("recurrence", *lines);
  else if (lines != nullptr && !lines->is_null() && lines->items() == nullptr)
    return invalid("Invalid recurrence rule.");
  const bool series = out.find("recurrence") != nullptr;
  const Moment start =
      TRY(read_moment(wanted.find("start"), "start", rules.zones, rules.calendar_zone, series));
  const Moment end = TRY(read_moment(wanted.find("end"), "end", rules.zones, rules.calendar_zone, series));
  if (start.all_day != end.all_day)
    return invalid("Start and end times must either both be date or both be dateTime.");
  if (end.utc < start.utc || (start.all_day && end.utc == start.utc))
    return refuse(400, "timeRangeEmpty", "The specified time range is empty.");
  out.set("start", held(start, rules.zones)).set("end", held(end, rules.zones));
  if (series) TRY_VOID(series_of(out, rules.zones));
  return {};
}

Outcome<void> take_flags(const Json& wanted, Json& out) {
  struct Flag {
    const char* name;
    bool usual;
  };
  for (const Flag flag :
       {Flag{"guestsCanInviteOthers", true}, Flag{"guestsCanSeeOtherGuests", true},
        Flag{"guestsCanModify", false}, Flag{"anyoneCanAddSelf", false}, Flag{"endTimeUnspecified", false},
        Flag{"privateCopy", false}, Flag{"attendeesOmitted", false}}) {
    Json value = TRY(normal_flag(wanted, flag.name, flag.usual));
    if (!value.is_null()) out.set(flag.name, std::move(value));
  }
  return {};
}

// The reason for refusing an event of that type which does not take one whole day; "" where any time will do.
std::string one_day_only(const std::string& type) {
  if (type == "workingLocation") return "malformedWorkingLocationEvent";
  if (type == "birthday") return "invalid";
  return "";
}

// Special kinds of events carry an object of their own, which is kept as it came.
Outcome<void> take_type(const Json& wanted, const Json& before, Json& out) {
  const std::string type = text_of(out, "eventType");
  const std::string old = text_of(before, "eventType");
  if (before.find("start") != nullptr && type != old)
    return refuse(400, "eventTypeRestriction", "The event type cannot be changed.");
  if (type == "fromGmail" && before.find("start") == nullptr)
    return refuse(400, "eventTypeRestriction", "Events of this type cannot be created.");
  for (const char* name : {"workingLocationProperties", "outOfOfficeProperties", "focusTimeProperties",
                           "birthdayProperties", "source", "gadget"}) {
    const Json* value = wanted.find(name);
    if (value != nullptr && value->members() != nullptr && !value->members()->empty()) out.set(name, *value);
  }
  const std::string one_day = one_day_only(type);
  if (one_day.empty()) return {};
  const std::string from = text_of(*out.find("start"), "date");
  const std::string to = text_of(*out.find("end"), "date");
  const bool timed = from.empty();
  if (timed && type == "workingLocation") return {};
  if (timed || calendar::parse_date(to)->days != calendar::parse_date(from)->days + 1)
    return refuse(400, one_day, fmt::format("An event of type {} takes exactly one day.", type));
  return {};
}

using Normal = Outcome<Json> (*)(const Json&);

Outcome<void> take_part(const Json& wanted, const char* name, Normal normal, Json& out) {
  const Json* value = wanted.find(name);
  if (value == nullptr || value->is_null()) return {};
  Json taken = TRY(normal(*value));
  if (!taken.is_null()) out.set(name, std::move(taken));
  return {};
}

// The same text as a service may give it back.
void rewrite_texts(Json& out) {
  for (const char* name : {"summary", "location"}) {
    const std::string text = text_of(out, name);
    if (text.empty()) continue;
    const std::string kept(trim(text));
    if (kept.empty())
      out = without(out, name);
    else
      out.set(name, kept);
  }
  const std::string description = text_of(out, "description");
  if (description.empty()) return;
  std::vector<std::string> lines;
  for (const auto line : split(description, '\n')) lines.emplace_back(line);
  out.set("description", join(lines, "<br>"));
}

// The same rules in another spelling: the parts in reverse, and the start of the week said.
void rewrite_rules(Json& out) {
  const Json* lines = out.find("recurrence");
  if (lines == nullptr) return;
  Json rewritten = Json::array();
  for (const Json& line : *lines->items()) {
    const std::string& text = *line.string();
    if (!text.starts_with("RRULE:") || text.find("WKST") != std::string::npos) {
      rewritten.push(line);
      continue;
    }
    std::vector<std::string> parts;
    for (const auto part : split(std::string_view(text).substr(6), ';'))
      parts.insert(parts.begin(), std::string(part));
    parts.emplace_back("WKST=MO");
    rewritten.push("RRULE:" + join(parts, ";"));
  }
  out.set("recurrence", std::move(rewritten));
}

void keep(const Json& before, const char* name, Json& out) {
  if (const Json* value = before.find(name)) out.set(name, *value);
}

}  // namespace

Outcome<Json> normal_flag(const Json& wanted, std::string_view name, bool usual) {
  const Json* value = wanted.find(name);
  if (value == nullptr || value->is_null()) return Json();
  if (value->boolean() == nullptr) return invalid(fmt::format("Invalid value for: {}", name));
  return *value->boolean() == usual ? Json() : *value;
}

Outcome<Json> normal_fields(const Json& wanted, const Json& before, const FieldRules& rules) {
  if (wanted.members() == nullptr) return refuse(400, "parseError", "Parse Error");
  Json out = Json::object();
  TRY_VOID(take_texts(wanted, out));
  TRY_VOID(take_words(wanted, out));
  TRY_VOID(take_times(wanted, rules, out));
  TRY_VOID(take_flags(wanted, out));
  TRY_VOID(take_type(wanted, before, out));
  TRY_VOID(take_part(wanted, "attendees", normal_attendees, out));
  TRY_VOID(take_part(wanted, "reminders", normal_reminders, out));
  TRY_VOID(take_part(wanted, "extendedProperties", normal_extended_properties, out));
  if (rules.conferences) {
    TRY_VOID(take_part(wanted, "conferenceData", normal_conference, out));
  } else {
    keep(before, "conferenceData", out);
  }
  if (rules.attachments) {
    TRY_VOID(take_part(wanted, "attachments", normal_attachments, out));
  } else {
    keep(before, "attachments", out);
  }
  keep(before, "locked", out);
  if (rules.rewrites_text) rewrite_texts(out);
  if (rules.rewrites_rules) rewrite_rules(out);
  return out;
}

}  // namespace kalends::lab::google
