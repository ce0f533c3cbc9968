// Text, words, sets, people, alarms and unknown lines of one component.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "calendar/parameters.h"
#include "ical/alarm.h"
#include "ical/params.h"
#include "ical/patch_part.h"

namespace kalends::ical {

using calendar::Event;
using calendar::owner_of_element;
using calendar::parameters_of;
using calendar::Reminder;

namespace {

bool contains(const std::vector<std::string>& values, const std::string& value) {
  return std::ranges::find(values, value) != values.end();
}

std::vector<std::string> added(const std::vector<std::string>& before,
                               const std::vector<std::string>& after) {
  std::vector<std::string> out;
  for (const std::string& value : after)
    if (!contains(before, value)) out.push_back(value);
  return out;
}

// Whether an owner's parameters stay as they are.
bool keeps_params(const PartEdit& edit, const Event& target, std::string_view owner) {
  return edit.part.event.parameters.empty() && target.parameters.empty()
             ? true
             : parameters_of(edit.part.event, owner) == parameters_of(target, owner);
}

void patch_registers(PartEdit& edit, const Event& target) {
  const Event& now = edit.part.event;
  const auto patch_text = [&](std::string_view name, std::string_view owner, const std::string& before,
                              const std::string& after) {
    if (before != after || !keeps_params(edit, target, owner))
      edit.set(name, clean_line(after), parameters_of(target, owner));
  };
  patch_text("SUMMARY", "title", escape_text(now.title), escape_text(target.title));
  patch_text("DESCRIPTION", "description", escape_text(now.description), escape_text(target.description));
  patch_text("COLOR", "colour", escape_text(now.colour), escape_text(target.colour));
  patch_text("URL", "url", now.url, target.url);
  patch_text("GEO", "geo", now.geo, target.geo);
  patch_text("STATUS", "status", to_upper(now.status), to_upper(target.status));
  patch_text("CLASS", "visibility", to_upper(now.visibility), to_upper(target.visibility));
  auto transparency = [](const std::string& word) { return word.empty() ? "" : transparency_word(word); };
  patch_text("TRANSP", "show_as", transparency(now.show_as), transparency(target.show_as));
  auto priority = [](const std::optional<int>& value) { return value ? fmt::format("{}", *value) : ""; };
  patch_text("PRIORITY", "priority", priority(now.priority), priority(target.priority));
}

// One property an element: those that `target` lacks go, those that `before` lacks come.
template <class Read, class Print>
void patch_list(PartEdit& edit, const Event& target_event, std::string_view field,
                const std::vector<std::size_t>& lines, const std::vector<std::string>& before,
                const std::vector<std::string>& target, Read read, Print print) {
  const auto owner = [&](const std::string& value) { return owner_of_element(field, value); };
  for (std::size_t i : lines) {
    const Line& line = edit.document().lines[i];
    const std::string value = read(line);
    if (value.empty()) continue;
    if (!contains(target, value)) {
      edit.editor.remove(i);
    } else if (!keeps_params(edit, target_event, owner(value))) {
      edit.editor.replace(i, with_value(line, line.value, parameters_of(target_event, owner(value))));
    }
  }
  for (const std::string& value : added(before, target))
    edit.editor.insert(edit.end_of_properties(), print(value, parameters_of(target_event, owner(value))));
}

void patch_locations(PartEdit& edit, const Event& target) {
  const Event& now = edit.part.event;
  auto lines = edit.lines("LOCATION");
  const std::string& params = parameters_of(target, "location");
  const auto print = [](const std::string& text, std::string_view own) {
    return "LOCATION" + params_text("LOCATION", own) + ":" + escape_text(text);
  };
  if (now.location != target.location || !keeps_params(edit, target, "location") ||
      (lines.empty() && !target.more_locations.empty())) {
    bool keep_place = !target.location.empty() || !target.more_locations.empty();
    if (lines.empty() && keep_place) {
      edit.editor.insert(edit.end_of_properties(), print(target.location, params));
    } else if (!lines.empty() && keep_place) {
      const Line& line = edit.document().lines[lines.front()];
      edit.editor.replace(lines.front(), with_value(line, escape_text(target.location), params));
    } else if (!lines.empty()) {
      edit.editor.remove(lines.front());
    }
  }
  if (!lines.empty()) lines.erase(lines.begin());
  patch_list(
      edit, target, "locations", lines, now.more_locations, target.more_locations,
      [](const Line& line) { return unescape_text(line.value); }, print);
}

// The categories that a line of those parameters has to take, as they stand in it.
std::string taken(std::map<std::string, std::string>& fresh, const std::string& params) {
  auto found = fresh.find(params);
  if (found == fresh.end()) return {};
  std::string out = std::move(found->second);
  fresh.erase(found);
  return out;
}

void patch_categories(PartEdit& edit, const Event& target) {
  const Event& now = edit.part.event;
  const auto owner = [](const std::string& name) { return owner_of_element("categories", name); };
  const auto stays = [&](const std::string& name) {
    return contains(now.categories, name) && keeps_params(edit, target, owner(name));
  };
  if (now.categories == target.categories && std::ranges::all_of(now.categories, stays)) return;
  std::map<std::string, std::string> fresh;  // by their parameters
  for (const std::string& category : target.categories) {
    if (stays(category)) continue;
    std::string& list = fresh[parameters_of(target, owner(category))];
    list += (list.empty() ? "" : ",") + escape_text(category);
  }
  for (std::size_t i : edit.lines("CATEGORIES")) {
    const Line& line = edit.document().lines[i];
    std::string value;
    bool dropped = false;
    for (std::string_view one : split_texts(line.value)) {
      std::string text(trim(unescape_text(one)));
      if (text.empty() || (contains(target.categories, text) && stays(text))) {
        value += (value.empty() ? "" : ",") + std::string(one);
      } else {
        dropped = true;
      }
    }
    const std::string params = unread_params(line);
    const std::string more = taken(fresh, params);
    if (!more.empty()) value += (value.empty() ? "" : ",") + more;
    if (value.empty()) {
      edit.editor.remove(i);
    } else if (dropped || !more.empty()) {
      edit.editor.replace(i, with_value(line, value, params));
    }
  }
  for (const auto& [params, list] : fresh)
    edit.editor.insert(edit.end_of_properties(),
                       "CATEGORIES" + params_text("CATEGORIES", params) + ":" + list);
}

void patch_people(PartEdit& edit, const Event& target) {
  const Event& now = edit.part.event;
  if (now.organizer != target.organizer) {
    std::vector<std::string> texts;
    if (target.organizer) texts.push_back(attendee_line("ORGANIZER", *target.organizer));
    edit.rewrite(edit.lines("ORGANIZER"), texts);
  }
  if (now.attendees == target.attendees) return;
  auto find = [](const std::vector<calendar::Attendee>& list, const std::string& address) {
    return std::ranges::find(list, address, &calendar::Attendee::address);
  };
  std::set<std::string> seen;
  for (std::size_t i : edit.lines("ATTENDEE")) {
    auto attendee = read_attendee(edit.document().lines[i]);
    auto wanted = find(target.attendees, attendee.address);
    if (wanted == target.attendees.end()) {
      edit.editor.remove(i);
    } else if (seen.insert(attendee.address).second && *wanted != attendee) {
      edit.editor.replace(i, attendee_line("ATTENDEE", *wanted));
    }
  }
  for (const auto& attendee : target.attendees)
    if (find(now.attendees, attendee.address) == now.attendees.end())
      edit.editor.insert(edit.end_of_properties(), attendee_line("ATTENDEE", attendee));
}

// Alarms that stay as they are keep their bytes; the others are written anew in the place of those that go.
void patch_reminders(PartEdit& edit, const Event& target) {
  if (edit.part.event.reminders == target.reminders) return;
  std::vector<Reminder> wanted = target.reminders;
  std::vector<std::size_t> leaving;
  edit.document().each_child(edit.component(), [&](std::size_t child) {
    if (edit.document().components[child].name != "VALARM") return;
    auto reminder = read_alarm(edit.document(), child);
    if (!reminder) return;
    auto it = std::ranges::find(wanted, *reminder);
    if (it == wanted.end()) {
      leaving.push_back(child);
    } else {
      wanted.erase(it);
    }
  });
  std::size_t place = edit.document().components[edit.component()].end;
  for (std::size_t i = 0; i < leaving.size(); ++i) {
    if (i < wanted.size())
      edit.editor.insert(edit.document().components[leaving[i]].begin, alarm_lines(wanted[i]));
    edit.editor.remove_component(leaving[i]);
  }
  for (std::size_t i = leaving.size(); i < wanted.size(); ++i)
    edit.editor.insert(place, alarm_lines(wanted[i]));
}

const calendar::Unknown* unknown_of(const Event& event, const std::string& name) {
  auto it = std::ranges::find(event.unknown, name, &calendar::Unknown::name);
  return it == event.unknown.end() ? nullptr : &*it;
}

void patch_unknown_component(PartEdit& edit, const calendar::Unknown& name,
                             const std::vector<std::string>& lines) {
  std::string component = name.name.substr(6);
  edit.document().each_child(edit.component(), [&](std::size_t child) {
    bool ours = edit.document().components[child].name == component;
    if (ours && component == "VALARM" && read_alarm(edit.document(), child)) ours = false;
    if (ours) edit.editor.remove_component(child);
  });
  edit.editor.insert(edit.document().components[edit.component()].end, lines);
}

void patch_unknown_lines(PartEdit& edit, const std::string& name, std::vector<std::string> wanted) {
  auto old = edit.lines(name);
  std::vector<std::string> now;
  now.reserve(old.size());
  for (std::size_t i : old) now.push_back(clean_line(edit.document().lines[i].text));
  // The same lines in front stay; from the first that differs on they are written anew, so that their order is right.
  std::size_t same = 0;
  while (same < now.size() && same < wanted.size() && now[same] == wanted[same]) ++same;
  old.erase(old.begin(), old.begin() + static_cast<std::ptrdiff_t>(same));
  wanted.erase(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(same));
  edit.rewrite(old, wanted);
}

void patch_unknown(PartEdit& edit, const Event& target) {
  const Event& now = edit.part.event;
  if (now.unknown == target.unknown) return;
  std::set<std::string> names;
  for (const auto* list : {&now.unknown, &target.unknown})
    for (const auto& unknown : *list)
      if (is_unknown_name(unknown.name)) names.insert(unknown.name);
  for (const std::string& name : names) {
    const auto* before = unknown_of(now, name);
    const auto* after = unknown_of(target, name);
    if (before != nullptr && after != nullptr && *before == *after) continue;
    std::vector<std::string> lines = after == nullptr ? std::vector<std::string>() : unknown_lines(*after);
    if (name.starts_with("BEGIN:")) {
      patch_unknown_component(edit, {name, {}}, lines);
    } else {
      patch_unknown_lines(edit, name, std::move(lines));
    }
  }
}

}  // namespace

std::vector<std::size_t> PartEdit::lines(std::string_view name) const {
  std::vector<std::size_t> out;
  document().each_line(component(), [&](std::size_t i) {
    if (document().lines[i].name == name) out.push_back(i);
  });
  return out;
}

std::size_t PartEdit::end_of_properties() const {
  std::size_t place = document().components[component()].end;
  document().each_child(
      component(), [&](std::size_t child) { place = std::min(place, document().components[child].begin); });
  // Properties that stand behind the first child still count; new ones come behind them.
  document().each_line(component(), [&](std::size_t i) {
    if (i > place) place = i + 1;
  });
  return place;
}

std::string with_value(const Line& line, std::string_view value, std::string_view params) {
  const std::string kept = unread_params(line) == params ? std::string(line.params)
                                                         : read_params(line) + params_text(line.name, params);
  return fmt::format("{}{}:{}", line.name, kept, value);
}

void PartEdit::set(std::string_view name, const std::string& value, std::string_view params) {
  auto old = lines(name);
  if (value.empty()) {
    for (std::size_t i : old) editor.remove(i);
  } else if (old.empty()) {
    editor.insert(end_of_properties(), fmt::format("{}{}:{}", name, params_text(name, params), value));
  } else {
    editor.replace(old.front(), with_value(document().lines[old.front()], value, params));
  }
}

void PartEdit::rewrite(const std::vector<std::size_t>& old, const std::vector<std::string>& texts) {
  editor.insert(old.empty() ? end_of_properties() : old.front(), texts);
  for (std::size_t i : old) editor.remove(i);
}

void patch_fields(PartEdit& edit, const Event& target) {
  const Event& now = edit.part.event;
  patch_registers(edit, target);
  patch_locations(edit, target);
  patch_categories(edit, target);
  patch_list(
      edit, target, "conferences", edit.lines("CONFERENCE"), now.conferences, target.conferences,
      [](const Line& line) { return clean_line(trim(line.value)); }, conference_line);
  patch_list(edit, target, "attachments", edit.lines("ATTACH"), now.attachments, target.attachments,
             read_attachment, attachment_line);
  patch_people(edit, target);
  patch_reminders(edit, target);
  patch_unknown(edit, target);
}

}  // namespace kalends::ical
