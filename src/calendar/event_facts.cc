// Event <-> Facts. One small printer and reader per kind of value; every reader accepts what its printer
// gives, and what merging can make of it: an override's field without its "overrides/SLOT" means changed, an
// excluded slot has no fields, a value beats a "removed" of the same path.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "calendar/event.h"
#include "calendar/parameters.h"
#include "calendar/when_text.h"

namespace kalends::calendar {

namespace {

constexpr std::string_view kPresent = "1";  // the value of an element that is nothing but its key

std::unexpected<Error> refuse(std::string_view path, std::string_view why) {
  return fail(ErrorKind::invalid, fmt::format("the value of \"{}\" is not usable: {}", path, why));
}

// One line: backslashes and line ends escaped.
std::string escape_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

std::string unescape_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      out += text[i] == 'n' ? '\n' : text[i];
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string or_present(std::string value) { return value.empty() ? std::string(kPresent) : std::move(value); }

std::string print_attendee(const Attendee& attendee, bool with_address) {
  std::vector<std::string> lines;
  auto put = [&](std::string_view name, std::string_view value) {
    lines.push_back(fmt::format("{}={}", name, escape_line(value)));
  };
  if (with_address) put("address", attendee.address);
  if (!attendee.name.empty()) put("name", attendee.name);
  if (attendee.role != "required") put("role", attendee.role);
  if (attendee.participation != "needs-action") put("participation", attendee.participation);
  if (attendee.kind != "individual") put("kind", attendee.kind);
  if (attendee.rsvp) put("rsvp", "true");
  for (const auto& [name, value] : attendee.parameters) put(name, value);
  std::ranges::sort(lines);
  return or_present(join(lines, "\n"));
}

Result<Attendee> parse_attendee(std::string_view path, std::string address, std::string_view value) {
  Attendee attendee;
  attendee.address = std::move(address);
  if (value.empty() || value == kPresent) return attendee;
  for (std::string_view line : split(value, '\n')) {
    std::size_t at = line.find('=');
    if (at == 0 || at == std::string_view::npos) return refuse(path, "each line must read NAME=VALUE");
    std::string_view name = line.substr(0, at);
    std::string text = unescape_line(line.substr(at + 1));
    if (name == "address") {
      attendee.address = std::move(text);
    } else if (name == "name") {
      attendee.name = std::move(text);
    } else if (name == "role") {
      attendee.role = std::move(text);
    } else if (name == "participation") {
      attendee.participation = std::move(text);
    } else if (name == "kind") {
      attendee.kind = std::move(text);
    } else if (name == "rsvp") {
      attendee.rsvp = text == "true";
    } else {
      attendee.parameters.insert_or_assign(std::string(name), std::move(text));
    }
  }
  return attendee;
}

std::string print_recurrence(const Recurrence& recurrence) {
  std::vector<std::string> lines;
  lines.reserve(recurrence.rules.size() + recurrence.exclusion_rules.size() + recurrence.extra_dates.size());
  for (const Rule& rule : recurrence.rules) lines.push_back("RRULE:" + to_string(rule));
  for (const Rule& rule : recurrence.exclusion_rules) lines.push_back("EXRULE:" + to_string(rule));
  for (const ExtraDate& extra : recurrence.extra_dates) {
    std::string line = "RDATE:" + to_string(extra.start);
    if (extra.duration) line += "/" + to_string(*extra.duration);
    lines.push_back(std::move(line));
  }
  return join(lines, "\n");
}

Result<Recurrence> parse_recurrence(std::string_view value) {
  Recurrence recurrence;
  for (std::string_view line : split(value, '\n')) {
    std::size_t colon = line.find(':');
    std::string_view name = line.substr(0, colon);
    std::string_view rest = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (name == "RRULE") {
      recurrence.rules.push_back(TRY(parse_rule(rest)));
    } else if (name == "EXRULE") {
      recurrence.exclusion_rules.push_back(TRY(parse_rule(rest)));
    } else if (name == "RDATE") {
      std::size_t slash = rest.find('/');
      auto start = parse_local_time(rest.substr(0, slash));
      if (!start) return fail(ErrorKind::invalid, fmt::format("\"{}\" is no date and time", rest));
      ExtraDate extra{*start, std::nullopt};
      if (slash != std::string_view::npos) {
        extra.duration = parse_duration(rest.substr(slash + 1));
        if (!extra.duration)
          return fail(ErrorKind::invalid, fmt::format("\"{}\" has no readable duration", rest));
      }
      recurrence.extra_dates.push_back(extra);
    } else {
      return fail(ErrorKind::invalid, fmt::format("\"{}\" is no RRULE, EXRULE or RDATE", line));
    }
  }
  return recurrence;
}

// The key of a reminder: its trigger and action.
std::string reminder_key(const Reminder& reminder) {
  switch (reminder.anchor) {
    case Reminder::Anchor::start:
      return fmt::format("start {} {}", to_string(reminder.offset), reminder.action);
    case Reminder::Anchor::end: return fmt::format("end {} {}", to_string(reminder.offset), reminder.action);
    case Reminder::Anchor::absolute: break;
  }
  return fmt::format("absolute {} {}", to_rfc3339(reminder.at), reminder.action);
}

std::string print_reminder(const Reminder& reminder) {
  std::vector<std::string> lines;
  if (!reminder.description.empty()) lines.push_back("description=" + escape_line(reminder.description));
  for (const std::string& line : reminder.unknown) lines.push_back("line=" + escape_line(line));
  for (const auto& [property, text] : reminder.parameters)
    lines.push_back(fmt::format("parameters={}{}", property, escape_line(text)));
  return or_present(join(lines, "\n"));
}

// KEY is "ANCHOR TRIGGER ACTION", with a number behind it when an event has several of the same.
Result<Reminder> parse_reminder(std::string_view path, std::string_view key, std::string_view value) {
  auto words = split(key, ' ');
  if (words.size() < 3 || words.size() > 4)
    return refuse(path, "a reminder's key must read like \"start -PT15M display\"");
  Reminder reminder;
  reminder.action = words[2];
  if (words[0] == "absolute") {
    auto at = parse_rfc3339(words[1]);
    if (!at) return refuse(path, fmt::format("\"{}\" is no point in time", words[1]));
    reminder.anchor = Reminder::Anchor::absolute;
    reminder.at = *at;
  } else {
    if (words[0] != "start" && words[0] != "end")
      return refuse(path, "a reminder counts from \"start\" or \"end\", or is \"absolute\"");
    auto offset = parse_duration(words[1]);
    if (!offset) return refuse(path, fmt::format("\"{}\" is no duration", words[1]));
    reminder.anchor = words[0] == "start" ? Reminder::Anchor::start : Reminder::Anchor::end;
    reminder.offset = *offset;
  }
  if (value.empty() || value == kPresent) return reminder;
  for (std::string_view line : split(value, '\n')) {
    if (line.starts_with("description=")) {
      reminder.description = unescape_line(line.substr(12));
    } else if (line.starts_with("line=")) {
      reminder.unknown.push_back(unescape_line(line.substr(5)));
    } else if (line.starts_with("parameters=")) {
      const std::string text = unescape_line(line.substr(11));
      const std::size_t end = std::min(text.find(';'), text.size());
      reminder.parameters.insert_or_assign(text.substr(0, end), text.substr(end));
    } else {
      return refuse(path, "each line must start with description=, line= or parameters=");
    }
  }
  return reminder;
}

void put_set(Facts& facts, std::string_view field, const std::vector<std::string>& values) {
  for (const std::string& value : values)
    if (!value.empty()) facts.set(fmt::format("{}/{}", field, encode_key(value)), std::string(kPresent));
}

void put_reminders(Facts& facts, const std::vector<Reminder>& reminders) {
  for (const Reminder& reminder : reminders) {
    std::string key = "reminders/" + encode_key(reminder_key(reminder));
    std::string path = key;
    for (int n = 2; facts.find(path) != nullptr; ++n) path = fmt::format("{} {}", key, n);
    facts.set(path, print_reminder(reminder));
  }
}

void put_overrides(Facts& facts, const std::map<LocalTime, Override>& overrides) {
  for (const auto& [slot, override] : overrides) {
    std::string path = "overrides/" + to_string(slot);
    facts.set(path, override.excluded ? "excluded" : "changed");
    if (override.excluded) continue;
    for (const std::string& removed : override.removed)
      facts.set(fmt::format("{}/-{}", path, removed), "removed");
    for (const auto& [inner, value] : override.patch) {
      facts.set(fmt::format("{}/{}", path, inner), value);
      facts.erase(fmt::format("{}/-{}", path, inner));
    }
  }
}

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, value) != words.end();
}

// Reads one register; false when `path` names none.
Result<bool> read_register(Event& event, std::string_view path, std::string_view value) {
  auto text = [&](std::string& field) {
    field = value;
    return true;
  };
  auto word = [&](std::string& field, std::initializer_list<std::string_view> words) -> Result<bool> {
    if (!is_one_of(value, words)) return refuse(path, fmt::format("\"{}\" is not a word it can be", value));
    return text(field);
  };
  if (path == "title") return text(event.title);
  if (path == "description") return text(event.description);
  if (path == "location") return text(event.location);
  if (path == "url") return text(event.url);
  if (path == "colour") return text(event.colour);
  if (path == "geo") return text(event.geo);
  if (path == "status") return word(event.status, {"confirmed", "tentative", "cancelled"});
  if (path == "visibility") return word(event.visibility, {"public", "private", "confidential"});
  if (path == "show_as") return word(event.show_as, {"busy", "free"});
  if (path == "priority") {
    auto number = parse_integer(value);
    if (!number || *number < 0 || *number > 9) return refuse(path, "a priority is a number from 0 to 9");
    event.priority = static_cast<int>(*number);
    return true;
  }
  if (path == "when") {
    auto when = parse_when(value);
    if (!when) return refuse(path, when.error().message);
    event.when = *std::move(when);
    return true;
  }
  if (path == "recurrence") {
    auto recurrence = parse_recurrence(value);
    if (!recurrence) return refuse(path, recurrence.error().message);
    event.recurrence = *std::move(recurrence);
    return true;
  }
  if (path == "organizer") {
    event.organizer = TRY(parse_attendee(path, "", value));
    return true;
  }
  return false;
}

// Reads one element of a keyed set; false when `path` names none. Parameters of a register are read with the value that
// they belong to; see take_parameters.
Result<bool> read_element(Event& event, std::string_view path, std::string_view value) {
  std::string_view field = field_of(path);
  if (field.size() == path.size()) return false;
  if (is_parameters(path)) return true;
  std::string key = decode_key(path.substr(field.size() + 1));
  if (field == "categories") {
    event.categories.push_back(std::move(key));
  } else if (field == "conferences") {
    event.conferences.push_back(std::move(key));
  } else if (field == "attachments") {
    event.attachments.push_back(std::move(key));
  } else if (field == "locations") {
    event.more_locations.push_back(std::move(key));
  } else if (field == "attendees") {
    event.attendees.push_back(TRY(parse_attendee(path, std::move(key), value)));
  } else if (field == "reminders") {
    event.reminders.push_back(TRY(parse_reminder(path, key, value)));
  } else if (field == "unknown") {
    Unknown unknown{std::move(key), {}};
    for (std::string_view line : split(value, '\n')) unknown.lines.emplace_back(line);
    event.unknown.push_back(std::move(unknown));
  } else if (field == "zones") {
    event.zones.insert_or_assign(std::move(key), std::string(value));
  } else {
    return false;
  }
  return true;
}

// Reads a path of the master or, relative to its slot, of an override.
Result<void> read_field(Event& event, std::string_view path, std::string_view value) {
  if (TRY(read_register(event, path, value))) return {};
  if (TRY(read_element(event, path, value))) return {};
  return fail(ErrorKind::invalid, fmt::format("\"{}\" is no field of an event", path));
}

Result<void> read_override(Event& event, std::string_view path, const std::string& value) {
  std::string_view slot_text = slot_of(path);
  auto slot = parse_local_time(slot_text);
  if (!slot)
    return fail(ErrorKind::invalid,
                fmt::format("\"{}\" names no slot: write it like 2026-03-02T09:00:00", path));
  if (is_parameters(path) && !event.overrides.contains(*slot)) return {};  // of an override that is gone
  Override& override = event.overrides[*slot];
  std::string_view inner = path.substr(std::string_view("overrides/").size() + slot_text.size());
  if (inner.empty()) {
    if (value != "excluded" && value != "changed")
      return refuse(path, "an override is \"excluded\" or \"changed\"");
    override.excluded = value == "excluded";
    return {};
  }
  inner.remove_prefix(1);
  if (override.excluded) return {};
  if (inner.starts_with('-')) {
    override.removed.emplace_back(inner.substr(1));
    return {};
  }
  if (inner == "recurrence" || inner.starts_with("overrides/"))
    return fail(ErrorKind::invalid, fmt::format("\"{}\": an occurrence cannot repeat", path));
  Event scratch;
  auto read = read_field(scratch, inner, value);
  if (!read) return std::unexpected(std::move(read.error()).within(std::string(path)));
  override.patch.set(inner, value);
  return {};
}

// Sorts by `key`, values of the same key in the order they stood.
template <class T, class Key>
void sort_by(std::vector<T>& values, Key key) {
  std::vector<std::pair<std::string, std::size_t>> order;
  order.reserve(values.size());
  for (const T& value : values) order.emplace_back(key(value), order.size());
  if (std::ranges::is_sorted(order)) return;
  std::ranges::sort(order);
  std::vector<T> sorted;
  sorted.reserve(values.size());
  for (const auto& [text, index] : order) sorted.push_back(std::move(values[index]));
  values = std::move(sorted);
}

// Sorts by `key` and keeps the first of each.
template <class T, class Key>
void sort_unique(std::vector<T>& values, Key key) {
  if (values.size() < 2) return;
  sort_by(values, key);
  auto same = [&](const T& a, const T& b) { return key(a) == key(b); };
  values.erase(std::unique(values.begin(), values.end(), same), values.end());
}

void normalise_unknown(std::vector<Unknown>& unknown) {
  std::erase_if(unknown, [](const Unknown& u) { return u.lines.empty(); });
  if (unknown.size() < 2) return;
  sort_by(unknown, [](const Unknown& u) { return encode_key(u.name); });
  if (std::ranges::adjacent_find(unknown, {}, &Unknown::name) == unknown.end()) return;
  std::vector<Unknown> merged;
  for (Unknown& u : unknown) {
    if (!merged.empty() && merged.back().name == u.name) {
      merged.back().lines.insert(merged.back().lines.end(), std::make_move_iterator(u.lines.begin()),
                                 std::make_move_iterator(u.lines.end()));
    } else {
      merged.push_back(std::move(u));
    }
  }
  unknown = std::move(merged);
}

}  // namespace

std::optional<Instant> last_change(const Event& event) {
  std::optional<Instant> latest = event.updated;
  for (const auto& [slot, change] : event.overrides)
    if (change.own) latest = std::max(latest, change.own->updated);
  return latest;
}

void normalise(Event& event) {
  auto key = [](const std::string& text) { return encode_key(text); };
  for (auto* list : {&event.categories, &event.conferences, &event.attachments, &event.more_locations}) {
    std::erase(*list, "");
    sort_unique(*list, key);
  }
  sort_unique(event.attendees, [](const Attendee& a) { return encode_key(a.address); });
  sort_unique(event.reminders,
              [](const Reminder& r) { return encode_key(reminder_key(r)) + '\n' + print_reminder(r); });
  normalise_unknown(event.unknown);
  std::ranges::sort(event.recurrence.extra_dates);
  auto repeats = std::ranges::unique(event.recurrence.extra_dates);
  event.recurrence.extra_dates.erase(repeats.begin(), repeats.end());
  prune_parameters(event);
}

Facts to_facts(const Event& original) {
  Event event = original;
  normalise(event);
  Facts facts;
  auto put = [&](std::string_view path, const std::string& value) {
    if (!value.empty()) facts.set(path, value);
  };
  put_set(facts, "attachments", event.attachments);
  for (const Attendee& attendee : event.attendees)
    facts.set("attendees/" + encode_key(attendee.address), print_attendee(attendee, false));
  put_set(facts, "categories", event.categories);
  put("colour", event.colour);
  put_set(facts, "conferences", event.conferences);
  put("description", event.description);
  put("geo", event.geo);
  put("location", event.location);
  put_set(facts, "locations", event.more_locations);
  if (event.organizer) facts.set("organizer", print_attendee(*event.organizer, true));
  put_overrides(facts, event.overrides);
  if (event.priority) facts.set("priority", fmt::format("{}", *event.priority));
  put("recurrence", print_recurrence(event.recurrence));
  put_reminders(facts, event.reminders);
  put("show_as", event.show_as);
  put("status", event.status);
  put("title", event.title);
  for (const Unknown& unknown : event.unknown)
    facts.set("unknown/" + encode_key(unknown.name), join(unknown.lines, "\n"));
  put("url", event.url);
  put("visibility", event.visibility);
  facts.set("when", print_when(event.when));
  for (const auto& [tzid, text] : event.zones) facts.set("zones/" + encode_key(tzid), text);
  put_parameters(facts, event);
  return facts;
}

Result<Event> from_facts(const Facts& facts) {
  Event event;
  if (facts.find("when") == nullptr)
    return fail(ErrorKind::invalid,
                "\"when\" is missing: an event needs a time, like \"all-day 2026-03-02 P1D\"");
  for (const auto& [path, value] : facts) {
    if (path.starts_with("overrides/")) {
      TRY_VOID(read_override(event, path, value));
    } else {
      TRY_VOID(read_field(event, path, value));
    }
  }
  for (auto& entry : event.overrides) {
    Override& override = entry.second;
    if (override.excluded) {
      override.patch = {};
      override.removed.clear();
    }
    const Facts& patch = override.patch;
    std::erase_if(override.removed,
                  [&patch](const std::string& path) { return patch.find(path) != nullptr; });
  }
  take_parameters(event, facts);
  normalise(event);
  return event;
}

}  // namespace kalends::calendar
