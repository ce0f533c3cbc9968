// Reminders: a trigger relative to the start or the end, or an instant; display, e-mail or sound.
#include "ical/alarm.h"

#include "base/text.h"
#include "ical/params.h"
#include "ical/print.h"
#include "ical/value.h"

namespace kalends::ical {

using calendar::Reminder;

namespace {

bool read_trigger(Reminder& reminder, const Line& line) {
  auto related = param(line.params, "RELATED");
  if (auto moment = parse_moment(line.value)) {
    if (moment->kind != Moment::Kind::utc) return false;
    reminder.anchor = Reminder::Anchor::absolute;
    reminder.at = Instant{moment->time.seconds * 1000};
    return true;
  }
  auto offset = parse_loose_duration(line.value);
  if (!offset) return false;
  reminder.offset = *offset;
  reminder.anchor =
      related && equal_ignoring_case(*related, "END") ? Reminder::Anchor::end : Reminder::Anchor::start;
  return true;
}

bool is_known_action(std::string_view action) {
  return action == "display" || action == "email" || action == "audio";
}

}  // namespace

std::optional<Reminder> read_alarm(const Document& document, std::size_t component) {
  Reminder reminder;
  reminder.action.clear();
  bool expressible = true;
  bool trigger = false;
  bool description = false;
  document.each_child(component, [&](std::size_t) { expressible = false; });
  const auto keep = [&](const Line& line) {
    if (line.params.empty()) return;
    if (std::string params = unread_params(line); !params.empty())
      reminder.parameters.emplace(line.name, std::move(params));
  };
  document.each_line(component, [&](std::size_t i) {
    const Line& line = document.lines[i];
    if (line.name == "TRIGGER" && !trigger) {
      trigger = true;
      keep(line);
      expressible = expressible && read_trigger(reminder, line);
    } else if (line.name == "ACTION" && reminder.action.empty()) {
      reminder.action = to_lower(trim(line.value));
      keep(line);
    } else if (line.name == "DESCRIPTION" && !description) {
      description = true;
      keep(line);
      reminder.description = unescape_text(line.value);
    } else {
      reminder.unknown.push_back(clean_line(line.text));
    }
  });
  if (!expressible || !trigger || !is_known_action(reminder.action)) return std::nullopt;
  return reminder;
}

void put_alarm(LineWriter& out, const Reminder& reminder) {
  out.line("BEGIN:VALARM");
  const auto put_own = [&](std::string_view property) -> LineWriter& {
    if (reminder.parameters.empty()) return out.raw(":");
    if (auto it = reminder.parameters.find(std::string(property)); it != reminder.parameters.end())
      put_params(out, property, it->second);
    return out.raw(":");
  };
  out.raw("ACTION");
  put_own("ACTION").raw(to_upper(reminder.action)).end();
  out.raw("TRIGGER");
  switch (reminder.anchor) {
    case Reminder::Anchor::start: put_own("TRIGGER").raw(to_string(reminder.offset)).end(); break;
    case Reminder::Anchor::end:
      out.raw(";RELATED=END");
      put_own("TRIGGER").raw(to_string(reminder.offset)).end();
      break;
    case Reminder::Anchor::absolute:
      out.raw(";VALUE=DATE-TIME");
      put_own("TRIGGER").utc(reminder.at).end();
      break;
  }
  // DISPLAY and EMAIL require a description; an empty one says that there is none.
  if (!reminder.description.empty() || reminder.action != "audio") {
    out.raw("DESCRIPTION");
    put_own("DESCRIPTION").text(reminder.description).end();
  }
  for (const std::string& line : reminder.unknown)
    if (is_property_line(line, "")) out.clean(line).end();
  out.line("END:VALARM");
}

std::vector<std::string> alarm_lines(const Reminder& reminder) {
  std::vector<std::string> lines;
  LineWriter out(lines);
  put_alarm(out, reminder);
  return lines;
}

}  // namespace kalends::ical
