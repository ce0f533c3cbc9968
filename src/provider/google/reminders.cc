// reminders: minutes before the start, at most five, by popup or mail. `useDefault` is a choice of the calendar and not of
// the event: it reads as no reminders, and an update that does not speak of reminders leaves it.
#include <algorithm>
#include <set>

#include "provider/google/codec.h"
#include "provider/google/json.h"

namespace kalends::provider::google {

namespace {

constexpr std::int64_t kMaxMinutes = 40'320;
constexpr std::size_t kMaxReminders = 5;
constexpr std::int64_t kMinutesOfDay = 1'440;

using calendar::Reminder;

// A reminder that Google can hold: its minutes before the start and its way; nothing for any other.
std::optional<std::pair<std::int64_t, std::string>> held(const Reminder& reminder) {
  if (reminder.anchor != Reminder::Anchor::start) return std::nullopt;
  const std::int64_t seconds = -(reminder.offset.days * 86400 + reminder.offset.seconds);
  if (seconds < 0 || seconds > kMaxMinutes * 60) return std::nullopt;
  return std::pair((seconds + 59) / 60, std::string(reminder.action == "email" ? "email" : "popup"));
}

}  // namespace

void read_reminders(const Json& event, calendar::Event& out) {
  const Json& reminders = object_of(event, "reminders");
  if (is_true(reminders, "useDefault")) return;
  for (const Json& one : items_of(reminders, "overrides")) {
    const Json* member = one.find("minutes");
    const std::int64_t* minutes = member ? member->integer() : nullptr;
    if (!minutes || *minutes < 0 || *minutes > kMaxMinutes) continue;
    Reminder reminder;
    if (*minutes > 0 && *minutes % kMinutesOfDay == 0)
      reminder.offset.days = -(*minutes / kMinutesOfDay);
    else
      reminder.offset.seconds = -*minutes * 60;
    reminder.action = text_of(one, "method") == "email" ? "email" : "display";
    if (std::ranges::find(out.reminders, reminder) == out.reminders.end())
      out.reminders.push_back(std::move(reminder));
  }
}

void write_reminders(const calendar::Event& event, Json& body) {
  std::set<std::pair<std::int64_t, std::string>> wanted;
  for (const Reminder& reminder : event.reminders)
    if (auto one = held(reminder)) wanted.insert(*std::move(one));
  Json overrides = Json::array();
  for (const auto& [minutes, method] : wanted) {
    if (overrides.items()->size() == kMaxReminders) break;
    Json one = Json::object();
    one.set("method", method).set("minutes", minutes);
    overrides.push(std::move(one));
  }
  Json reminders = Json::object();
  reminders.set("useDefault", false).set("overrides", std::move(overrides));
  body.set("reminders", std::move(reminders));
}

}  // namespace kalends::provider::google
