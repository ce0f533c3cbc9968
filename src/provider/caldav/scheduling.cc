// Reads addresses straight from facts: it must hold for facts that are half merged, and costs no parse of an event.
#include "provider/caldav/scheduling.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "base/text.h"

namespace kalends::provider {

namespace {

using calendar::Facts;

// The value of "name=value" among lines, "" when it is not there.
std::string line_value(std::string_view lines, std::string_view name) {
  for (const auto line : split(lines, '\n'))
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == '=')
      return std::string(line.substr(name.size() + 1));
  return "";
}

// The path below an override's slot, or the whole path for one of the master.
std::string_view within_slot(std::string_view path) {
  const auto slot = calendar::slot_of(path);
  if (slot.empty()) return path;
  const std::size_t head = std::string_view("overrides/").size() + slot.size() + 1;
  return path.size() > head ? path.substr(head) : std::string_view();
}

bool is_field(std::string_view path, std::string_view field) {
  return calendar::field_of(within_slot(path)) == field;
}

// Every organizer of the master and of overrides, lower case.
std::set<std::string> organizers(const Facts& facts) {
  std::set<std::string> found;
  for (const auto& [path, value] : facts)
    if (is_field(path, "organizer"))
      if (auto address = to_lower(line_value(value, "address")); !address.empty()) found.insert(address);
  return found;
}

struct Attending {
  bool served_by_client = true;          // in every place where they stand
  std::set<std::string> participations;  // "PATH=answer" for each of these places
};

std::map<std::string, Attending> attendees(const Facts& facts) {
  std::map<std::string, Attending> found;
  for (const auto& [path, value] : facts) {
    const auto inner = within_slot(path);
    if (calendar::field_of(inner) != "attendees" || inner.size() <= std::string_view("attendees/").size())
      continue;
    const auto key = calendar::decode_key(inner.substr(std::string_view("attendees/").size()));
    Attending& attending = found[to_lower(key)];
    const auto agent = to_upper(line_value(value, "SCHEDULE-AGENT"));
    attending.served_by_client = attending.served_by_client && (agent == "CLIENT" || agent == "NONE");
    attending.participations.insert(path + "=" + line_value(value, "participation"));
  }
  return found;
}

// Whether an answer other than "none yet" stands there.
bool has_answered(const Attending& attending) {
  return std::any_of(attending.participations.begin(), attending.participations.end(),
                     [](const std::string& p) { return !p.ends_with('=') && !p.ends_with("=needs-action"); });
}

// A change that concerns others: reminders are a person's own.
bool concerns_others(const calendar::Change& change) { return !is_field(change.path, "reminders"); }

// An attendee who takes slots out, or alters their own line in one, declines or answers that occurrence.
bool touches_overrides(const calendar::Change& change) {
  return change.path.starts_with("overrides/") && concerns_others(change);
}

class Audience {
 public:
  Audience(const SchedulingPlace& place, const Facts& before, const Facts& after)
      : place_(place), before_(attendees(before)), after_(attendees(after)), organizers_(organizers(before)) {
    for (auto& address : organizers(after)) organizers_.insert(address);
  }

  bool may_be_owner(const std::string& address) const {
    if (!place_.owner_known) return true;
    return std::find(place_.owner_addresses.begin(), place_.owner_addresses.end(), address) !=
           place_.owner_addresses.end();
  }
  bool is_owner(const std::string& address) const { return place_.owner_known && may_be_owner(address); }

  bool organizes() const { return std::any_of(organizers_.begin(), organizers_.end(), owner_test()); }

  std::set<std::string> guests() const {
    std::set<std::string> guests;
    for (const auto* side : {&before_, &after_})
      for (const auto& [address, attending] : *side)
        if (!is_owner(address) && !served_by_client(address)) guests.insert(address);
    return guests;
  }

  std::set<std::string> foreign_organizers() const {
    std::set<std::string> found;
    for (const auto& address : organizers_)
      if (!is_owner(address)) found.insert(address);
    return found;
  }

  bool attends() const {
    for (const auto* side : {&before_, &after_})
      for (const auto& [address, attending] : *side)
        if (may_be_owner(address)) return true;
    return false;
  }

  bool own_answer_changes() const {
    for (const auto* side : {&before_, &after_})
      for (const auto& [address, attending] : *side)
        if (may_be_owner(address) && answers(before_, address) != answers(after_, address)) return true;
    return false;
  }

  bool own_answer_stands() const {
    return std::any_of(after_.begin(), after_.end(), [this](const auto& entry) {
      return may_be_owner(entry.first) && has_answered(entry.second);
    });
  }

 private:
  std::function<bool(const std::string&)> owner_test() const {
    return [this](const std::string& address) { return may_be_owner(address); };
  }
  bool served_by_client(const std::string& address) const {
    const auto agent = [&](const std::map<std::string, Attending>& side) {
      const auto found = side.find(address);
      return found == side.end() || found->second.served_by_client;
    };
    return agent(before_) && agent(after_);
  }
  static std::set<std::string> answers(const std::map<std::string, Attending>& side,
                                       const std::string& address) {
    const auto found = side.find(address);
    return found == side.end() ? std::set<std::string>() : found->second.participations;
  }

  const SchedulingPlace& place_;
  std::map<std::string, Attending> before_, after_;
  std::set<std::string> organizers_;
};

// Whether a write by somebody who attends is one that answers the invitation.
bool answers_organizer(const SchedulingPlace& place, ports::WriteKind kind, const Audience& audience,
                       const std::vector<calendar::Change>& changes) {
  switch (kind) {
    case ports::WriteKind::create: return audience.own_answer_stands();
    case ports::WriteKind::remove: return !place.keeps_schedule_reply;
    case ports::WriteKind::update: break;
  }
  return audience.own_answer_changes() || std::any_of(changes.begin(), changes.end(), touches_overrides);
}

}  // namespace

std::vector<std::string> scheduling_recipients(const SchedulingPlace& place, ports::WriteKind kind,
                                               const Facts& before, const Facts& after) {
  if (!place.auto_schedule) return {};
  const Audience audience(place, before, after);
  const auto changes = calendar::difference(before, after);
  std::set<std::string> told;
  const bool others =
      kind == ports::WriteKind::remove || std::any_of(changes.begin(), changes.end(), concerns_others);
  if (others && audience.organizes()) told = audience.guests();
  if (audience.attends() && answers_organizer(place, kind, audience, changes))
    for (auto& address : audience.foreign_organizers()) told.insert(address);
  return {told.begin(), told.end()};
}

}  // namespace kalends::provider
