// The members of an event that are lists and objects: attendees, reminders, extended properties, conferences, attachments.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/digest.h"
#include "base/text.h"
#include "lab/cloud/json_merge.h"
#include "lab/google/event_fields.h"

namespace kalends::lab::google {
namespace {

constexpr std::size_t kMaxAttendees = 2000;
constexpr std::size_t kMaxReminders = 5;
constexpr std::int64_t kMaxReminderMinutes = 40'320;  // four weeks
constexpr std::size_t kMaxProperties = 300;
constexpr std::size_t kMaxPropertyKey = 44;
constexpr std::size_t kMaxPropertyValue = 1024;
constexpr std::size_t kMaxPropertyBytes = 32 * 1024;
constexpr std::size_t kMaxAttachments = 25;

bool is_address(const std::string& text) {
  const std::size_t at = text.find('@');
  return at != std::string::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string::npos &&
         text.find_first_of(" <>,;\"\r\n") == std::string::npos;
}

Outcome<Json> normal_attendee(const Json& wanted) {
  if (wanted.members() == nullptr) return invalid("Invalid value for: attendees");
  const std::string email = to_lower(text_of(wanted, "email"));
  if (email.empty()) return required("Missing attendee email.");
  if (!is_address(email)) return invalid("Invalid attendee email.");
  Json out = Json::object();
  out.set("email", email);
  for (const char* name : {"displayName", "comment"})
    if (const std::string text = text_of(wanted, name); !text.empty()) out.set(name, text);
  for (const char* name : {"optional", "resource"})
    if (is_true(wanted, name)) out.set(name, true);
  if (const Json* more = wanted.find("additionalGuests"); more != nullptr && more->integer() != nullptr) {
    if (*more->integer() < 0) return invalid("Invalid value for: additionalGuests");
    if (*more->integer() > 0) out.set("additionalGuests", *more);
  }
  std::string answer = text_of(wanted, "responseStatus");
  if (answer.empty()) answer = "needsAction";
  static const std::set<std::string> kAnswers = {"needsAction", "declined", "tentative", "accepted"};
  if (!kAnswers.contains(answer)) return invalid("Invalid attendee response status.");
  return out.set("responseStatus", answer);
}

Outcome<Json> normal_override(const Json& wanted) {
  const std::string method = text_of(wanted, "method");
  const Json* minutes = wanted.find("minutes");
  if (method != "email" && method != "popup") return invalid("Invalid reminder method.");
  if (minutes == nullptr || minutes->integer() == nullptr) return required("Missing reminder minutes.");
  if (*minutes->integer() < 0 || *minutes->integer() > kMaxReminderMinutes)
    return invalid("Invalid reminder minutes.");
  return Json::object().set("method", method).set("minutes", *minutes);
}

}  // namespace

Outcome<Json> normal_attendees(const Json& wanted) {
  if (wanted.items() == nullptr) return invalid("Invalid value for: attendees");
  if (wanted.items()->size() > kMaxAttendees) return invalid("Too many attendees.");
  Json out = Json::array();
  std::set<std::string> seen;
  for (const Json& one : *wanted.items()) {
    Json attendee = TRY(normal_attendee(one));
    if (seen.insert(text_of(attendee, "email")).second) out.push(std::move(attendee));
  }
  return seen.empty() ? Json() : out;
}

Outcome<Json> normal_reminders(const Json& wanted) {
  if (wanted.members() == nullptr) return invalid("Invalid value for: reminders");
  const Json* use = wanted.find("useDefault");
  const bool use_default = use != nullptr && use->boolean() != nullptr && *use->boolean();
  Json overrides = Json::array();
  std::set<std::string> seen;
  if (const Json* list = wanted.find("overrides"); list != nullptr && !list->is_null()) {
    if (list->items() == nullptr) return invalid("Invalid value for: reminders.overrides");
    for (const Json& one : *list->items()) {
      Json override = TRY(normal_override(one));
      if (seen.insert(override.dump()).second) overrides.push(std::move(override));
    }
  }
  if (use_default && !seen.empty())
    return refuse(400, "cannotUseDefaultRemindersAndSpecifyOverride",
                  "Cannot specify both default reminders and overrides at the same time.");
  if (seen.size() > kMaxReminders) return invalid("Too many reminder overrides.");
  if (use_default) return Json();
  Json out = Json::object();
  out.set("useDefault", false);
  if (!seen.empty()) out.set("overrides", std::move(overrides));
  return out;
}

Outcome<Json> normal_extended_properties(const Json& wanted) {
  if (wanted.members() == nullptr) return invalid("Invalid value for: extendedProperties");
  Json out = Json::object();
  std::size_t count = 0;
  std::size_t bytes = 0;
  for (const char* side : {"private", "shared"}) {
    const Json* properties = wanted.find(side);
    if (properties == nullptr || properties->is_null()) continue;
    if (properties->members() == nullptr)
      return invalid(fmt::format("Invalid value for: extendedProperties.{}", side));
    Json kept = Json::object();
    for (const auto& [key, value] : *properties->members()) {
      if (value.is_null()) continue;
      if (value.string() == nullptr) return invalid("Invalid value for: extendedProperties");
      if (key.empty() || key.size() > kMaxPropertyKey) return invalid("Invalid extended property name.");
      if (value.string()->size() > kMaxPropertyValue)
        return invalid("Extended property values are too long.");
      kept.set(key, value);
      ++count;
      bytes += key.size() + value.string()->size();
    }
    if (!kept.members()->empty()) out.set(side, std::move(kept));
  }
  if (count > kMaxProperties || bytes > kMaxPropertyBytes)
    return invalid("The event has too many extended properties.");
  return count == 0 ? Json() : out;
}

Outcome<Json> normal_conference(const Json& wanted) {
  if (wanted.members() == nullptr) return invalid("Invalid conference data value.");
  const Json* request = wanted.find("createRequest");
  if (request == nullptr || request->is_null() || wanted.find("conferenceId") != nullptr) {
    if (wanted.members()->empty()) return Json();
    if (wanted.find("entryPoints") == nullptr && wanted.find("conferenceSolution") == nullptr &&
        request == nullptr)
      return invalid("Invalid conference data value.");
    return wanted;
  }
  const std::string id = text_of(*request, "requestId");
  if (id.empty()) return invalid("Invalid conference type value.");
  const Json* key = request->find("conferenceSolutionKey");
  const std::string type = key != nullptr ? text_of(*key, "type") : "";
  if (!type.empty() && type != "hangoutsMeet") return invalid("Invalid conference type value.");
  std::string code;
  for (const auto byte : sha256(id).bytes) code += static_cast<char>('a' + byte % 26);
  code = fmt::format("{}-{}-{}", code.substr(0, 3), code.substr(3, 4), code.substr(7, 3));
  Json out = Json::object();
  out.set(
      "createRequest",
      merge_patch(*request, Json::object()
                                .set("status", Json::object().set("statusCode", "success"))
                                .set("conferenceSolutionKey", Json::object().set("type", "hangoutsMeet"))));
  out.set("entryPoints", Json::array().push(Json::object()
                                                .set("entryPointType", "video")
                                                .set("uri", "https://meet.google.com/" + code)
                                                .set("label", "meet.google.com/" + code)));
  out.set("conferenceSolution", Json::object()
                                    .set("key", Json::object().set("type", "hangoutsMeet"))
                                    .set("name", "Google Meet")
                                    .set("iconUri", "https://meet.google.com/icon.png"));
  return out.set("conferenceId", code);
}

Outcome<Json> normal_attachments(const Json& wanted) {
  if (wanted.items() == nullptr) return invalid("Invalid value for: attachments");
  if (wanted.items()->size() > kMaxAttachments)
    return refuse(400, "tooManyAttachments", "The event has too many attachments.");
  for (const Json& one : *wanted.items())
    if (text_of(one, "fileUrl").empty()) return required("Missing attachment file URL.");
  return wanted.items()->empty() ? Json() : wanted;
}

}  // namespace kalends::lab::google
