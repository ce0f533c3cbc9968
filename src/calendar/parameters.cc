#include "calendar/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/digest.h"
#include "base/text.h"
#include "calendar/when_text.h"

namespace kalends::calendar {

namespace {

constexpr std::string_view kSets[] = {"attachments", "categories", "conferences", "locations"};
constexpr std::string_view kRegisters[] = {"title", "description", "location",   "url",     "colour",
                                           "geo",   "status",      "visibility", "show_as", "priority"};
constexpr std::string_view kTimes[] = {"DTSTART", "DTEND", "RECURRENCE-ID"};
constexpr std::size_t kHashDigits = 16;

bool is_set(std::string_view field) { return std::ranges::find(kSets, field) != std::end(kSets); }
bool is_register(std::string_view field) {
  return std::ranges::find(kRegisters, field) != std::end(kRegisters);
}

// "title/;HASH": where the parameters of that value of the field are kept.
std::string path_of(std::string_view field, std::string_view value) {
  return fmt::format("{}/;{}", field, sha256(value).hex().substr(0, kHashDigits));
}

std::string time_text(std::string_view property, std::string_view when) {
  return fmt::format("{} {}", property, when);
}

// A path without its slot, and without the "-" of what an override takes away.
std::string_view inner_of(std::string_view path) {
  std::string_view slot = slot_of(path);
  if (slot.empty()) return path;
  path.remove_prefix(std::min(path.size(), std::string_view("overrides/").size() + slot.size() + 1));
  if (path.starts_with('-')) path.remove_prefix(1);
  return path;
}

// The lines of a recurrence and the slots that are excluded, as owners name them.
std::vector<std::string> lines_of(const Facts& facts) {
  std::vector<std::string> out;
  if (const std::string* recurrence = facts.find("recurrence"))
    for (std::string_view line : split(*recurrence, '\n')) out.emplace_back(line);
  for (const auto& [path, value] : facts)
    if (value == "excluded" && !slot_of(path).empty() && inner_of(path).empty())
      out.push_back(fmt::format("EXDATE:{}", slot_of(path)));
  return out;
}

// Calls visit(path, owner) for every place in which parameters of these facts' registers of that field may stand.
template <class Visit>
void each_place(const Facts& facts, std::string_view field, Visit visit) {
  const std::string* value = facts.find(field);
  if (field == "recurrence") {
    for (const std::string& line : lines_of(facts)) visit(path_of(field, line), "recurrence/" + line);
  } else if (field == "when" && value != nullptr) {
    for (std::string_view property : kTimes)
      visit(path_of(field, time_text(property, *value)), fmt::format("when/{}", property));
  } else if (value != nullptr && is_register(field)) {
    visit(path_of(field, *value), std::string(field));
  }
}

// The paths of parameters that belong to what the facts say; only fields that have any cost anything.
class Places {
 public:
  explicit Places(const Facts& facts) : facts_(facts) {}
  bool has(std::string_view path) {
    std::string_view field = field_of(path);
    if (fields_.emplace(field).second)
      each_place(facts_, field, [&](const std::string& place, const std::string&) { paths_.insert(place); });
    return paths_.contains(path);
  }

 private:
  const Facts& facts_;
  std::set<std::string, std::less<>> fields_;
  std::set<std::string, std::less<>> paths_;
};

// What an occurrence says of a register: the override's value, else the master's.
const std::string* shown_at(const Facts& facts, std::string_view slot_path, std::string_view field) {
  if (const std::string* own = facts.find(fmt::format("{}/{}", slot_path, field))) return own;
  if (facts.find(fmt::format("{}/-{}", slot_path, field)) != nullptr) return nullptr;
  return facts.find(field);
}

bool fits_override(const Facts& facts, std::string_view path) {
  const std::string_view slot = slot_of(path);
  const std::string_view slot_path = path.substr(0, std::string_view("overrides/").size() + slot.size());
  const std::string_view inner = inner_of(path);
  const std::string_view field = field_of(inner);
  // An override that is gone has none.
  if (facts.find(slot_path) == nullptr && facts.find(fmt::format("{}/{}", slot_path, field)) == nullptr)
    return false;
  if (field == "recurrence") return false;
  if (path[slot_path.size() + 1] == '-') {  // it takes away what it inherits, when it inherits the value
    return facts.find(fmt::format("{}/{}", slot_path, field)) == nullptr &&
           facts.find(fmt::format("{}/-{}", slot_path, field)) == nullptr && facts.find(inner) != nullptr;
  }
  const std::string* value = shown_at(facts, slot_path, field);
  if (value == nullptr) return false;
  Facts occurrence{{std::string(field), *value}};
  const auto time = parse_local_time(slot);
  if (field == "when" && time && facts.find(fmt::format("{}/when", slot_path)) == nullptr) {
    if (auto when = parse_when(*value)) {
      when->start = *time;
      occurrence.set("when", print_when(*when));
    }
  }
  return Places(occurrence).has(inner);
}

// The element's path when the event has it.
bool has_element(const Event& event, std::string_view owner) {
  const std::string_view field = field_of(owner);
  const std::string key = decode_key(owner.substr(field.size() + 1));
  const auto holds = [&](const std::vector<std::string>& list) {
    return std::ranges::find(list, key) != list.end();
  };
  if (field == "attachments") return holds(event.attachments);
  if (field == "categories") return holds(event.categories);
  if (field == "conferences") return holds(event.conferences);
  return field == "locations" && holds(event.more_locations);
}

bool has_line(const Event& event, std::string_view owner) {
  const auto& recurrence = event.recurrence;
  const auto rule = [&](std::string_view property) {
    return [&owner, property](const Rule& one) { return owner_of_rule(property, one) == owner; };
  };
  if (std::ranges::any_of(recurrence.rules, rule("RRULE"))) return true;
  if (std::ranges::any_of(recurrence.exclusion_rules, rule("EXRULE"))) return true;
  if (std::ranges::any_of(recurrence.extra_dates, [&](const auto& one) { return owner_of(one) == owner; }))
    return true;
  const std::string_view prefix = "recurrence/EXDATE:";
  if (!owner.starts_with(prefix)) return false;
  const auto slot = parse_local_time(owner.substr(prefix.size()));
  if (!slot) return false;
  const auto found = event.overrides.find(*slot);
  return found != event.overrides.end() && found->second.excluded;
}

bool has_register(const Event& event, std::string_view owner) {
  if (owner == "title") return !event.title.empty();
  if (owner == "description") return !event.description.empty();
  if (owner == "location") return !event.location.empty();
  if (owner == "url") return !event.url.empty();
  if (owner == "colour") return !event.colour.empty();
  if (owner == "geo") return !event.geo.empty();
  if (owner == "status") return !event.status.empty();
  if (owner == "visibility") return !event.visibility.empty();
  if (owner == "show_as") return !event.show_as.empty();
  if (owner == "priority") return event.priority.has_value();
  return owner == "uid" || owner == "sequence" || owner == "created" || owner == "updated" ||
         owner == "stamp";
}

bool has_owner(const Event& event, std::string_view owner) {
  const std::string_view field = field_of(owner);
  if (field.size() == owner.size()) return has_register(event, owner);
  if (field == "when") return std::ranges::find(kTimes, owner.substr(5)) != std::end(kTimes);
  return field == "recurrence" ? has_line(event, owner) : has_element(event, owner);
}

}  // namespace

std::string owner_of(const ExtraDate& extra) {
  std::string out = "recurrence/RDATE:" + to_string(extra.start);
  if (extra.duration) out += "/" + to_string(*extra.duration);
  return out;
}

std::string owner_of_exclusion(LocalTime slot) { return "recurrence/EXDATE:" + to_string(slot); }

std::string owner_of_rule(std::string_view property, const Rule& rule) {
  return fmt::format("recurrence/{}:{}", property, to_string(rule));
}

std::string owner_of_element(std::string_view field, std::string_view key) {
  return fmt::format("{}/{}", field, encode_key(key));
}

std::string join_parameters(ParameterList list) {
  const auto is_unfit = [](const auto& one) {
    const auto in_name = [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    };
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; };
    return one.first.empty() || !std::ranges::all_of(one.first, in_name) ||
           std::ranges::any_of(one.second, is_control);
  };
  std::erase_if(list, is_unfit);
  std::ranges::sort(list);
  std::string out;
  for (const auto& [name, value] : list) out += fmt::format(";{}={}", name, value);
  return out;
}

ParameterList split_parameters(std::string_view text) {
  ParameterList out;
  while (text.starts_with(';')) {
    text.remove_prefix(1);
    bool quoted = false;
    std::size_t end = 0;
    for (; end < text.size() && (quoted || text[end] != ';'); ++end) quoted ^= text[end] == '"';
    const std::string_view one = text.substr(0, end);
    const std::size_t equals = std::min(one.find('='), one.size());
    out.emplace_back(one.substr(0, equals), one.substr(std::min(one.size(), equals + 1)));
    text.remove_prefix(end);
  }
  return out;
}

const std::string& parameters_of(const Event& event, std::string_view owner) {
  static const std::string kNone;
  if (event.parameters.empty()) return kNone;
  auto it = event.parameters.find(owner);
  return it == event.parameters.end() ? kNone : it->second;
}

bool is_parameters(std::string_view path) {
  const std::size_t slash = path.rfind("/;");
  if (slash == std::string_view::npos) return false;
  const std::string_view inner = inner_of(path);
  const std::string_view field = field_of(inner);
  return inner.substr(field.size()).starts_with("/;") &&
         (is_register(field) || field == "when" || field == "recurrence");
}

std::string path_words(std::string_view path) {
  if (!is_parameters(path)) return std::string(path);
  return fmt::format("parameters of {}", path.substr(0, path.rfind("/;")));
}

void drop_stale_parameters(Facts& facts) {
  std::vector<std::string> stale;
  Places places(facts);
  for (const auto& [path, value] : facts) {
    if (!is_parameters(path)) continue;
    if (slot_of(path).empty() ? !places.has(path) : !fits_override(facts, path)) stale.push_back(path);
  }
  for (const std::string& path : stale) facts.erase(path);
}

void put_parameters(Facts& facts, const Event& event) {
  for (const auto& [owner, text] : event.parameters) {
    const std::string_view field = field_of(owner);
    const std::string_view rest = std::string_view(owner).substr(std::min(owner.size(), field.size() + 1));
    if (is_set(field)) {
      if (facts.find(owner) != nullptr) facts.set(owner, text);
    } else if (field == "recurrence") {
      facts.set(path_of(field, rest), text);
    } else if (field == "when") {
      facts.set(path_of(field, time_text(rest, facts.get("when"))), text);
    } else if (is_register(field)) {
      facts.set(path_of(field, facts.get(field)), text);
    }
  }
}

void take_parameters(Event& event, const Facts& facts) {
  std::set<std::string_view> fields;
  for (const auto& [path, value] : facts) {
    if (!slot_of(path).empty()) continue;
    if (is_parameters(path)) {
      fields.insert(field_of(path));
    } else if (value.starts_with(';') && is_set(field_of(path))) {
      event.parameters.insert_or_assign(path, value);
    }
  }
  for (std::string_view field : fields)
    each_place(facts, field, [&](const std::string& path, const std::string& owner) {
      if (const std::string* text = facts.find(path)) event.parameters.insert_or_assign(owner, *text);
    });
}

void prune_parameters(Event& event) {
  std::erase_if(event.parameters,
                [&](const auto& entry) { return entry.second.empty() || !has_owner(event, entry.first); });
  for (auto& entry : event.overrides) {
    Override& override = entry.second;
    const auto replaced = [&](const std::string& path) {
      const std::string_view field = field_of(path);
      return is_parameters(path) && (override.patch.find(field) != nullptr ||
                                     std::ranges::find(override.removed, field) != override.removed.end());
    };
    std::erase_if(override.removed, replaced);
  }
}

}  // namespace kalends::calendar
