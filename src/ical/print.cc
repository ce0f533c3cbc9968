// Content lines from values.
#include "ical/print.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace kalends::ical {

using calendar::Attendee;
using calendar::LocalTime;
using calendar::TimeKind;

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

// A parameter's value as it stood, when it can stand again; encoded anew otherwise.
std::string param_text(std::string_view raw) {
  bool quoted = false;
  for (char c : raw) {
    if (c == '"') quoted = !quoted;
    bool breaks = !quoted && (c == ':' || c == ';');
    if (breaks || static_cast<unsigned char>(c) < 0x20) return encode_param(raw);
  }
  return quoted ? encode_param(raw) : std::string(raw);
}

std::string role_word(std::string_view role) {
  if (role == "optional") return "OPT-PARTICIPANT";
  if (role == "informational") return "NON-PARTICIPANT";
  return role == "required" ? "REQ-PARTICIPANT" : to_upper(role);
}

std::string plain_word(std::string_view text) {
  std::string out = to_upper(text);
  std::erase_if(out, [](char c) { return !is_name({&c, 1}); });
  return out;
}

// Component lines that nest properly, start with BEGIN:`name` and end with the END of it.
bool is_balanced(const std::vector<std::string>& lines, std::string_view name) {
  std::vector<std::string> open;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string_view line = lines[i];
    if (equal_ignoring_case(line.substr(0, 6), "BEGIN:")) {
      std::string inner = to_upper(trim(line.substr(6)));
      if (open.empty() && inner != name) return false;
      bool reserved = inner == "VCALENDAR" || inner == "VEVENT" || (inner == "VTIMEZONE" && inner != name);
      if (!is_name(inner) || reserved) return false;
      open.push_back(inner);
    } else if (equal_ignoring_case(line.substr(0, 4), "END:")) {
      if (open.empty() || open.back() != to_upper(trim(line.substr(4)))) return false;
      open.pop_back();
    } else if (open.empty() || !is_property_line(line, "")) {
      return false;
    }
  }
  return open.empty();
}

}  // namespace

bool is_unknown_name(std::string_view name) {
  static constexpr std::string_view kKnown[] = {
      "ATTACH",     "ATTENDEE",  "BEGIN",       "CATEGORIES", "CLASS",         "COLOR",
      "CONFERENCE", "CREATED",   "DESCRIPTION", "DTEND",      "DTSTAMP",       "DTSTART",
      "DURATION",   "END",       "EXDATE",      "EXRULE",     "GEO",           "LAST-MODIFIED",
      "LOCATION",   "ORGANIZER", "PRIORITY",    "RDATE",      "RECURRENCE-ID", "RRULE",
      "SEQUENCE",   "STATUS",    "SUMMARY",     "TRANSP",     "UID",           "URL"};
  if (name.starts_with("BEGIN:")) {
    std::string_view component = name.substr(6);
    return component != "VCALENDAR" && component != "VEVENT" && component != "VTIMEZONE";
  }
  return !name.starts_with("X-KALENDS-") && std::ranges::find(kKnown, name) == std::end(kKnown);
}

std::string clean_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t') {
      out += c;
    }
  }
  return out;
}

bool is_property_line(std::string_view line, std::string_view name) {
  std::size_t end = line.find_first_of(":;");
  if (end == std::string_view::npos || line.find(':') == std::string_view::npos) return false;
  std::string found = to_upper(line.substr(0, end));
  if (line.find_first_of("\r\n") != std::string_view::npos) return false;
  if (!name.empty()) return found == name;
  return is_name(found) && found != "BEGIN" && found != "END";
}

ContentLines unknown_lines(const calendar::Unknown& unknown) {
  ContentLines out;
  if (!is_unknown_name(unknown.name)) return out;
  if (unknown.name.starts_with("BEGIN:")) {
    if (is_balanced(unknown.lines, unknown.name.substr(6)))
      for (const std::string& line : unknown.lines) out.push_back(clean_line(line));
    return out;
  }
  for (const std::string& line : unknown.lines)
    if (is_property_line(line, unknown.name)) out.push_back(clean_line(line));
  return out;
}

ContentLines embedded_zone_lines(const std::string& text) {
  ContentLines lines;
  for (std::string_view line : split(text, '\n')) {
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!line.empty()) lines.emplace_back(line);
  }
  if (!is_balanced(lines, "VTIMEZONE")) return {};
  for (std::string& line : lines) line = clean_line(line);
  return lines;
}

std::string attendee_line(std::string_view name, const Attendee& attendee) {
  std::string out(name);
  auto put = [&](std::string_view key, std::string_view value) { out += fmt::format(";{}={}", key, value); };
  if (!attendee.name.empty()) put("CN", encode_param(attendee.name));
  if (attendee.kind != "individual")
    put("CUTYPE", attendee.kind == "location" ? "ROOM" : plain_word(attendee.kind));
  if (attendee.role != "required") put("ROLE", plain_word(role_word(attendee.role)));
  if (attendee.participation != "needs-action") put("PARTSTAT", plain_word(attendee.participation));
  if (attendee.rsvp) put("RSVP", "TRUE");
  for (const auto& [key, value] : attendee.parameters)
    if (is_name(key)) put(key, param_text(value));
  return clean_line(out + ":" + attendee.address);
}

std::string attachment_line(const std::string& uri) {
  std::size_t comma = uri.find(',');
  std::string_view head = std::string_view(uri).substr(0, comma);
  if (!head.starts_with("data:") || !head.ends_with(";base64") || comma == std::string::npos)
    return clean_line("ATTACH:" + uri);
  std::string_view type = head.substr(5, head.size() - 5 - 7);
  std::string out = "ATTACH";
  if (!type.empty()) out += fmt::format(";FMTTYPE={}", encode_param(type));
  out += ";ENCODING=BASE64;VALUE=BINARY:";
  return clean_line(out + uri.substr(comma + 1));
}

std::string conference_line(const std::string& uri) { return clean_line("CONFERENCE;VALUE=URI:" + uri); }

std::string time_params(TimeKind kind, const std::string& zone) {
  if (kind == TimeKind::all_day) return ";VALUE=DATE";
  if (kind == TimeKind::floating || zone == "Etc/UTC") return "";
  return ";TZID=" + encode_param(zone);
}

std::string time_value(TimeKind kind, const std::string& zone, LocalTime time) {
  if (kind == TimeKind::all_day) return print_moment({Moment::Kind::date, time});
  bool utc = kind == TimeKind::zoned && zone == "Etc/UTC";
  return print_moment({utc ? Moment::Kind::utc : Moment::Kind::local, time});
}

ContentLines recurrence_lines(const calendar::Recurrence& recurrence, const calendar::When& when,
                              const std::string& params) {
  ContentLines out;
  for (const auto& rule : recurrence.rules) out.push_back(clean_line("RRULE:" + to_string(rule)));
  for (const auto& rule : recurrence.exclusion_rules) out.push_back(clean_line("EXRULE:" + to_string(rule)));
  for (const auto& extra : recurrence.extra_dates) {
    std::string start = time_value(when.kind, when.zone, extra.start);
    if (extra.duration && when.kind != TimeKind::all_day) {
      out.push_back(fmt::format("RDATE;VALUE=PERIOD{}:{}/{}", params, start, to_string(*extra.duration)));
    } else {
      out.push_back(fmt::format("RDATE{}:{}", params, start));
    }
  }
  return out;
}

std::string transparency_word(std::string_view show_as) {
  return show_as == "free" ? "TRANSPARENT" : "OPAQUE";
}

}  // namespace kalends::ical
