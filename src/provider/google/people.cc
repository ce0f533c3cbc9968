// attendees and organizer. Every event of Google's has an organizer, the calendar itself; only one with guests says so here.
#include <algorithm>

#include "base/text.h"
#include "provider/google/codec.h"
#include "provider/google/json.h"

namespace kalends::provider::google {

namespace {

using calendar::Attendee;

constexpr std::string_view kMail = "mailto:";
constexpr std::size_t kMaxAttendees = 10'000;

// "mailto:Ann@example.org": the domain in lower case; "" for what is no address of mail.
std::string address_of(std::string_view email) {
  const auto at = email.rfind('@');
  if (at == std::string_view::npos || at == 0 || email.find_first_of(" \r\n\t") != std::string_view::npos)
    return {};
  return std::string(kMail) + std::string(email.substr(0, at)) + to_lower(email.substr(at));
}

std::string email_of(const Attendee& attendee) {
  if (!to_lower(attendee.address.substr(0, kMail.size())).starts_with(kMail)) return {};
  const std::string email = attendee.address.substr(kMail.size());
  return address_of(email).empty() ? std::string() : email;
}

Attendee read_attendee(const Json& member) {
  Attendee out;
  out.address = address_of(text_of(member, "email"));
  out.name = text_of(member, "displayName");
  if (is_true(member, "optional")) out.role = "optional";
  if (is_true(member, "resource")) out.kind = "resource";
  const std::string& response = text_of(member, "responseStatus");
  if (response == "accepted" || response == "declined" || response == "tentative")
    out.participation = response;
  return out;
}

Json attendee_json(const Attendee& attendee, const std::string& email, const Json& existing) {
  Json out = Json::object();
  for (const Json& old : items_of(existing, "attendees"))
    if (address_of(text_of(old, "email")) == address_of(email)) out = old;
  const bool known = out.find("email") != nullptr;
  out.set("email", email);
  if (known || !attendee.name.empty()) out.set("displayName", attendee.name);
  out.set("optional", attendee.role == "optional" || attendee.role == "informational");
  if (!known) out.set("resource", attendee.kind == "resource" || attendee.kind == "location");
  const std::string& answer = attendee.participation;
  const bool answered = answer == "accepted" || answer == "declined" || answer == "tentative";
  out.set("responseStatus", answered ? answer : "needsAction");
  return out;
}

}  // namespace

void read_people(const Json& event, calendar::Event& out) {
  for (const Json& member : items_of(event, "attendees")) {
    Attendee attendee = read_attendee(member);
    if (!attendee.address.empty() && out.attendees.size() < kMaxAttendees)
      out.attendees.push_back(std::move(attendee));
  }
  if (out.attendees.empty()) return;
  const Json& organizer = object_of(event, "organizer");
  Attendee host;
  host.address = address_of(text_of(organizer, "email"));
  host.name = text_of(organizer, "displayName");
  if (!host.address.empty()) out.organizer = std::move(host);
}

void write_people(const calendar::Event& event, const Json& existing, Json& body) {
  Json attendees = Json::array();
  for (const Attendee& attendee : event.attendees)
    if (const std::string email = email_of(attendee); !email.empty())
      attendees.push(attendee_json(attendee, email, existing));
  body.set("attendees", attendees.items()->empty() ? Json() : std::move(attendees));
}

}  // namespace kalends::provider::google
