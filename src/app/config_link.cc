#include "app/config_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "app/config_section.h"
#include "base/pattern.h"
#include "base/text.h"
#include "sync/lens.h"

namespace kalends::app {
namespace {

// Fields that a copy can do without. The time is what a copy is for, so it is not among them.
const std::vector<std::string> kDroppable = {
    "title",      "description", "location",  "locations",  "conferences", "attachments",
    "categories", "colour",      "status",    "visibility", "priority",    "url",
    "geo",        "organizer",   "attendees", "reminders",  "unknown"};

// A regular expression, or nothing and a problem.
std::optional<std::string> pattern(Section& section, const std::string& key) {
  auto text = section.text(key);
  if (!text) return std::nullopt;
  if (const auto compiled = Pattern::compile(*text); !compiled) {
    section.complain(key, compiled.error().message +
                              "; write it in RE2's syntax, with a backslash before a sign that stands for "
                              "itself, and in single quotes, which keep backslashes.");
    return std::nullopt;
  }
  return text;
}

// A list of names. An empty one would let everything through, which nobody means who writes it.
std::vector<std::string> read_names(Section& section, const std::string& key) {
  auto names = section.texts(key);
  if (!names) return {};
  if (names->empty() || std::ranges::any_of(*names, [](const std::string& name) { return name.empty(); }))
    section.complain(
        key,
        fmt::format("\"{}\" needs names that are not empty; leave the line out to let all through.", key));
  return *std::move(names);
}

sync::Filter read_filter(Section& link) {
  sync::Filter filter;
  const TomlEntry* entry = link.entry("filter");
  if (!entry) return filter;
  if (!entry->value.table()) {
    link.complain("filter",
                  fmt::format("\"filter\" should be a table like {{ all_day = false }}, and this is {}.",
                              entry->value.kind()));
    return filter;
  }
  Section section(*entry->value.table(), entry->value.place, "filter",
                  {"title", "attendee", "category", "time", "all_day", "busy", "past_days", "future_days"},
                  link.problems());
  filter.title = pattern(section, "title");
  filter.attendee = pattern(section, "attendee");
  if (const TomlEntry* category = section.entry("category"); category && category->value.string())
    filter.category = pattern(section, "category");
  else if (category != nullptr)
    filter.categories = read_names(section, "category");
  filter.time = pattern(section, "time");
  filter.all_day = section.boolean("all_day");
  filter.busy = section.boolean("busy");
  filter.past_days = section.days("past_days");
  filter.future_days = section.days("future_days");
  return filter;
}

// A misspelt placeholder would be written into every copy.
void check_template(Section& section, std::string_view text) {
  static const std::vector<std::string> kPlaceholders = {"{calendar}", "{title}"};
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) return;
    const std::string found(text.substr(at, end - at + 1));
    if (std::ranges::find(kPlaceholders, found) == kPlaceholders.end())
      section.complain("title",
                       fmt::format("\"{}\" is no placeholder{}", found, suggestion(found, kPlaceholders)));
  }
}

sync::Privacy read_privacy(Section& link) {
  sync::Privacy privacy;
  const TomlEntry* entry = link.entry("privacy");
  if (!entry) return privacy;
  if (entry->value.string()) {
    privacy.mask = link.word("privacy", {"full", "busy"}) == "busy";
    return privacy;
  }
  if (!entry->value.table()) {
    link.complain(
        "privacy",
        fmt::format("\"privacy\" should be \"full\", \"busy\" or a table like {{ title = \"Busy\" }}, "
                    "and this is {}.",
                    entry->value.kind()));
    return privacy;
  }
  Section section(*entry->value.table(), entry->value.place, "privacy", {"mask", "title", "drop"},
                  link.problems());
  privacy.mask = section.boolean("mask").value_or(false);
  privacy.title = section.text("title");
  if (privacy.title) check_template(section, *privacy.title);
  privacy.drop = section.texts("drop").value_or(std::vector<std::string>{});
  for (const std::string& field : privacy.drop)
    if (std::ranges::find(kDroppable, field) == kDroppable.end())
      section.complain("drop", fmt::format("\"{}\" is no field that a copy can drop{}", field,
                                           suggestion(field, kDroppable)));
  return privacy;
}

// Registers: a field has one value, so that of two edits one must lose.
const std::vector<std::string> kRegisters = {"when",     "title",  "description", "location",
                                             "url",      "status", "show_as",     "visibility",
                                             "priority", "colour", "geo",         "organizer"};
// Sets: two edits meet only where they are about the same element.
const std::vector<std::string> kSets = {"attendees",   "reminders",   "categories", "locations",
                                        "conferences", "attachments", "overrides",  "unknown"};

// The policy that stands under `key`; nothing, with a problem, when it is none.
std::optional<sync::Policy> read_policy(Section& section, const std::string& key,
                                        const std::vector<CalendarId>& calendars) {
  using Kind = sync::Policy::Kind;
  const auto text = section.text(key);
  if (!text) return std::nullopt;
  if (*text == "newest") return sync::Policy{};
  if (*text == "hub") return sync::Policy{Kind::hub, {}};
  if (*text == "both") return sync::Policy{Kind::both, {}};
  if (*text == "ask") return sync::Policy{Kind::ask, {}};
  if (text->starts_with("prefer:")) {
    const CalendarId preferred(text->substr(7));
    if (std::ranges::find(calendars, preferred) != calendars.end())
      return sync::Policy{Kind::prefer, preferred};
    std::vector<std::string> choices;
    for (const CalendarId& id : calendars) choices.push_back("prefer:" + id.value);
    section.complain(key, fmt::format("\"{}\" prefers a calendar that this link does not tie{}", *text,
                                      suggestion(*text, choices)));
    return std::nullopt;
  }
  section.complain(key, fmt::format("\"{}\" is no way to settle a conflict{}", *text,
                                    suggestion(*text, {"newest", "prefer:ID", "hub", "both", "ask"})));
  return std::nullopt;
}

// Keeping both makes the losing version an event of its own, which shows a difference only in a register.
bool can_keep_both(Section& section, const std::string& field) {
  if (field == "organizer") {
    section.complain(field,
                     "\"both\" makes the other version an event of its own, which invites nobody and has no "
                     "organizer; choose newest, prefer:ID, hub or ask for the organizer.");
    return false;
  }
  if (std::ranges::find(kSets, field) == kSets.end()) return true;
  section.complain(
      field, fmt::format("\"{}\" is a set: what both sides add is kept anyway, and one element is no event "
                         "that could be kept twice; choose newest, prefer:ID, hub or ask for it.",
                         field));
  return false;
}

sync::Policies read_conflict(Section& link, const std::vector<CalendarId>& calendars) {
  sync::Policies out;
  const TomlEntry* entry = link.entry("conflict");
  if (!entry) return out;
  if (entry->value.string()) {
    out.rest = read_policy(link, "conflict", calendars).value_or(sync::Policy{});
    return out;
  }
  if (!entry->value.table()) {
    link.complain("conflict", fmt::format("\"conflict\" should be a text like \"newest\" or a table like "
                                          "{{ default = \"newest\", title = \"ask\" }}, and this is {}.",
                                          entry->value.kind()));
    return out;
  }
  std::vector<std::string> fields = kRegisters;
  fields.insert(fields.end(), kSets.begin(), kSets.end());
  std::vector<std::string> keys = fields;
  keys.insert(keys.end(), {"default", "recurrence"});
  Section section(*entry->value.table(), entry->value.place, "conflict", keys, link.problems());
  out.rest = read_policy(section, "default", calendars).value_or(sync::Policy{});
  for (const std::string& field : fields) {
    const auto policy = read_policy(section, field, calendars);
    if (!policy || (policy->kind == sync::Policy::Kind::both && !can_keep_both(section, field))) continue;
    out.fields.insert_or_assign(field, *policy);
  }
  // A rule without its start means something else, so the two have one policy.
  const auto recurrence = read_policy(section, "recurrence", calendars);
  if (recurrence && *recurrence != sync::policy_of(out, "when"))
    section.complain(
        "recurrence",
        "The time and the recurrence of an event are decided together: leave \"recurrence\" out, "
        "and \"when\" settles both.");
  return out;
}

std::vector<CalendarId> read_ids(Section& link, const Config& config) {
  std::vector<CalendarId> ids;
  if (!link.has("calendars")) {
    link.complain(link.place(), "[[link]] needs calendars, a list of at least two ids.");
    return ids;
  }
  const auto names = link.texts("calendars");
  if (!names) return ids;
  for (const std::string& name : *names) {
    const CalendarId id(name);
    if (!config.calendar(id))
      link.complain("calendars", fmt::format("There is no calendar \"{}\"{}", name,
                                             suggestion(name, config.calendar_names())));
    if (std::ranges::find(ids, id) != ids.end())
      link.complain("calendars", fmt::format("\"{}\" stands twice in this link.", name));
    else
      ids.push_back(id);
  }
  if (ids.size() < 2) link.complain("calendars", "A link ties at least two calendars.");
  return ids;
}

void read_direction(Section& section, const Config& config, sync::Link& link) {
  const auto direction = section.word("direction", {"two-way", "one-way"});
  const auto from = section.text("from");
  if (direction == "one-way") link.direction = sync::Direction::one_way;
  if (link.direction == sync::Direction::two_way) {
    // A misspelt direction has been told already; "from" is then most likely right.
    if (section.has("from") && direction.has_value() == section.has("direction"))
      section.complain("from",
                       "\"from\" belongs to a one-way link; add direction = \"one-way\" or leave it out.");
    return;
  }
  if (!from) {
    if (!section.has("from"))
      section.complain("direction", "A one-way link needs from = \"ID\", the calendar it starts at.");
    return;
  }
  link.from = CalendarId(*from);
  std::vector<std::string> names;
  bool writable = false;
  for (const CalendarId& id : link.calendars) {
    names.push_back(id.value);
    const CalendarConfig* calendar = config.calendar(id);
    if (id != link.from && (!calendar || calendar->writable())) writable = true;
  }
  if (std::ranges::find(names, *from) == names.end())
    section.complain(
        "from", fmt::format("\"{}\" is not among this link's calendars{}", *from, suggestion(*from, names)));
  else if (!writable && names.size() > 1)
    section.complain("from", "Nothing can be written where this link leads: feeds are read-only.");
}

// A name that stays the same when links are added or moved about: "work+notes", "work>notes".
std::string name_of(const sync::Link& link, const std::vector<sync::Link>& others) {
  std::vector<std::string> ids;
  for (const CalendarId& id : link.calendars)
    if (id != link.from) ids.push_back(id.value);
  std::string name = join(ids, "+");
  if (link.direction == sync::Direction::one_way) name = link.from.value + ">" + name;
  std::string free = name;
  for (int n = 2; std::ranges::find(others, LinkId(free), &sync::Link::id) != others.end(); ++n)
    free = fmt::format("{}#{}", name, n);
  return free;
}

}  // namespace

void read_link(const TomlValue& value, Config& config, std::vector<Problem>& problems) {
  Section section(*value.table(), value.place, "[[link]]",
                  {"id", "calendars", "direction", "from", "conflict", "privacy", "filter"}, problems);
  sync::Link link;
  link.calendars = read_ids(section, config);
  read_direction(section, config, link);
  link.conflict = read_conflict(section, link.calendars);
  link.privacy = read_privacy(section);
  link.filter = read_filter(section);
  const auto id = section.text("id");
  link.id = LinkId(id ? *id : name_of(link, config.links));
  if (id && std::ranges::find(config.links, link.id, &sync::Link::id) != config.links.end())
    section.complain("id", fmt::format("The id \"{}\" is taken by another link.", *id));
  config.links.push_back(std::move(link));
}

}  // namespace kalends::app
