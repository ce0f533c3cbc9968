#include "sync/lens.h"

#include <algorithm>

#include "base/mutation.h"
#include "base/text.h"
#include "calendar/parameters.h"

namespace kalends::sync {

namespace {

// What tells when a person is busy and nothing else.
bool is_time(std::string_view field) {
  return field == "when" || field == "recurrence" || field == "show_as" || field == "status" ||
         field == "zones";
}

bool drops(const Privacy& privacy, std::string_view field) {
  if (field.empty()) return false;
  if (std::ranges::find(privacy.drop, field) != privacy.drop.end()) return true;
  return privacy.mask && !is_time(field) && field != "title";
}

bool hides_field(const Privacy& privacy, std::string_view field) {
  return drops(privacy, field) || (field == "title" && (privacy.mask || privacy.title));
}

// Parameters hide with the field that has them; where only the time may be seen, nobody knows what those of a time say.
bool hides(const Privacy& privacy, std::string_view path) {
  if (hides_field(privacy, innermost_field(path))) return true;
  return privacy.mask && calendar::is_parameters(path) && !is_on(Mutant::lens_shows_parameters);
}

std::string fill_template(std::string_view text, std::string_view calendar, std::string_view title) {
  std::string out;
  while (!text.empty()) {
    if (text.starts_with("{calendar}")) {
      out += calendar;
      text.remove_prefix(10);
    } else if (text.starts_with("{title}")) {
      out += title;
      text.remove_prefix(7);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

// A slot whose every visible difference is hidden would be an override that says nothing, which tells that something
// is there; a cancelled one is simply not there for somebody who may only see the time.
void close_slots(calendar::Facts& facts) {
  std::vector<std::string> slots;
  for (const auto& [path, value] : facts)
    if (!calendar::slot_of(path).empty() && innermost_field(path).empty()) slots.push_back(path);
  if (is_on(Mutant::lens_shows_hidden_slots)) return;
  for (const std::string& slot : slots) {
    if (facts.get(slot) == "excluded") continue;
    bool any = false;
    for (const auto& [path, value] : facts)
      any = any || (path.size() > slot.size() && path.starts_with(slot + "/"));
    if (facts.get(slot + "/status") == "cancelled") {
      facts.erase_under(slot + "/");
      facts.set(slot, "excluded");
    } else if (!any) {
      facts.erase(slot);
    }
  }
}

calendar::Facts apply(const Privacy& privacy, const std::string& calendar, const calendar::Facts& facts) {
  calendar::Facts out;
  for (const auto& [path, value] : facts) {
    std::string_view field = innermost_field(path);
    if (drops(privacy, field)) continue;
    // A title of its own tells more than the time does; the master's is written anew below.
    if (field == "title" && hides(privacy, path) && path != "title") continue;
    if (calendar::is_parameters(path) && hides(privacy, path)) continue;
    out.set(path, value);
  }
  if (privacy.mask || privacy.title) {
    out.set("title", fill_template(privacy.title.value_or("Busy"), calendar, facts.get("title")));
    close_slots(out);
  } else if (!privacy.drop.empty()) {
    close_slots(out);
  }
  return out;
}

// A person's lines (see facts.h) without those that tell whether they answered and what became of the message.
std::vector<std::string_view> without_answer(std::string_view value) {
  std::vector<std::string_view> lines = split(value, '\n');
  std::erase_if(lines, [](std::string_view line) {
    return line.starts_with("participation=") || line.starts_with("rsvp=") || line.starts_with("SCHEDULE-") ||
           line == "1" || line.empty();
  });
  return lines;
}

}  // namespace

bool is_people(std::string_view field) { return field == "attendees" || field == "organizer"; }

std::string_view innermost_field(std::string_view path) {
  std::string_view slot = calendar::slot_of(path);
  if (slot.empty()) return calendar::field_of(path);
  std::string_view rest = path.substr(std::string_view("overrides/").size() + slot.size());
  if (rest.empty()) return {};
  rest.remove_prefix(1);
  if (rest.starts_with('-')) rest.remove_prefix(1);
  return calendar::field_of(rest);
}

const Policy& policy_of(const Policies& policies, std::string_view path) {
  std::string_view field = innermost_field(path);
  if (field.empty()) field = "overrides";
  if (field == "recurrence" || field == "zones") field = "when";
  auto own = policies.fields.find(field);
  return own != policies.fields.end() ? own->second : policies.rest;
}

calendar::Facts without_people(const calendar::Facts& facts) {
  calendar::Facts out;
  for (const auto& [path, value] : facts)
    if (!is_people(innermost_field(path))) out.set(path, value);
  if (out.size() != facts.size()) close_slots(out);
  return out;
}

bool is_edit(std::string_view path, const std::optional<std::string>& before,
             const std::optional<std::string>& after) {
  if (before == after) return false;
  if (!before || !after || !is_people(innermost_field(path))) return true;
  return without_answer(*before) != without_answer(*after);
}

bool Lens::masked() const {
  return std::ranges::any_of(masks, [](const Privacy& privacy) { return !privacy.full(); });
}

calendar::Facts through(const Lens& lens, const calendar::Facts& hub) {
  if (lens.role == Role::origin) return hub;
  calendar::Facts out = is_on(Mutant::lens_shows_people) ? hub : without_people(hub);
  if (is_on(Mutant::lens_drops_unknown)) out.erase_under("unknown/");
  for (const Privacy& privacy : lens.masks) {
    if (is_on(Mutant::lens_forgets_first_mask) && &privacy != &lens.masks.back()) continue;
    if (!privacy.full()) out = apply(privacy, lens.origin, out);
  }
  return out;
}

bool may_pull(const Lens& lens, std::string_view path) {
  if (lens.role == Role::origin) return true;
  if (!lens.pullable) return false;
  std::string_view field = innermost_field(path);
  if (is_people(field)) return false;
  for (const Privacy& privacy : lens.masks)
    if (hides(privacy, path) && !is_on(Mutant::lens_pulls_what_it_hides)) return false;
  return true;
}

bool may_pull_deletion(const Lens& lens) {
  bool masked = lens.masked() && !is_on(Mutant::lens_pulls_masked_deletion);
  return lens.role == Role::origin || (lens.pullable && !masked);
}

}  // namespace kalends::sync
