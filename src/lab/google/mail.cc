#include "lab/google/mail.h"

#include <map>

#include "lab/cloud/json_merge.h"

namespace kalends::lab::google {
namespace {

enum class Whom : std::uint8_t { all, outsiders, nobody };

Outcome<Whom> whom(const Call& call) {
  if (const auto* text = call.parameter("sendUpdates")) {
    if (*text == "all") return Whom::all;
    if (*text == "externalOnly") return Whom::outsiders;
    if (*text == "none") return Whom::nobody;
    return invalid_parameter("sendUpdates", "Invalid value for: sendUpdates");
  }
  return TRY(flag(call, "sendNotifications", true)) ? Whom::all : Whom::nobody;
}

// The answers of the guests, by address; without the one whose copy this is.
std::map<std::string, std::string> guests(const std::optional<Json>& fields, const Calendar& calendar) {
  std::map<std::string, std::string> out;
  const Json* attendees = fields ? fields->find("attendees") : nullptr;
  if (attendees == nullptr || text_of(*fields, "status") == "cancelled") return out;
  for (const Json& one : *attendees->items())
    if (text_of(one, "email") != calendar.id) out[text_of(one, "email")] = text_of(one, "responseStatus");
  return out;
}

std::string own_answer(const std::optional<Json>& fields, const Calendar& calendar) {
  const Json* attendees = fields ? fields->find("attendees") : nullptr;
  if (attendees != nullptr)
    for (const Json& one : *attendees->items())
      if (text_of(one, "email") == calendar.id) return text_of(one, "responseStatus");
  return "";
}

// What guests see of an event: the rest is each one's own.
Json common(const Json& fields) {
  Json out = fields;
  for (const char* name :
       {"reminders", "colorId", "extendedProperties", "transparency", "visibility", "attendees"})
    out = without(out, name);
  return out;
}

}  // namespace

Outcome<void> send_mail(Service& service, const Call& call, const Calendar& calendar,
                        const Written& written) {
  const Whom to = TRY(whom(call));
  if (to == Whom::nobody) return {};
  const std::string title = text_of(written.after ? *written.after : *written.before, "summary");
  const auto send = [&](const std::string& kind, const std::string& address) {
    if (address.empty() || (to == Whom::outsiders && service.state.accounts.contains(address))) return;
    service.outbox.push_back(
        {service.now(), kind, call.account, address, calendar.id, written.id, title, call.client});
  };
  const std::string organizer = text_of(written.organizer, "email");
  if (organizer != calendar.id) {
    if (own_answer(written.before, calendar) != own_answer(written.after, calendar)) send("reply", organizer);
    return {};
  }
  const auto before = guests(written.before, calendar);
  const auto after = guests(written.after, calendar);
  const bool moved =
      written.before && written.after && !same(common(*written.before), common(*written.after));
  for (const auto& [address, answer] : after) {
    if (!before.contains(address))
      send("invitation", address);
    else if (moved)
      send("update", address);
  }
  for (const auto& [address, answer] : before)
    if (!after.contains(address)) send("cancellation", address);
  return {};
}

}  // namespace kalends::lab::google
