// Content lines from values.
#include "ical/print.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "calendar/parameters.h"
#include "ical/params.h"
#include "ical/runs.h"

namespace kalends::ical {

using calendar::Attendee;
using calendar::LocalTime;
using calendar::TimeKind;

namespace {

bool is_name(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_name_char); }

// Whether `upper` is `text` in upper case.
bool is_upper_of(std::string_view upper, std::string_view text) {
  return std::ranges::equal(upper, text, [](char u, char c) {
    return u == (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  });
}

std::string_view role_word(std::string_view role) {
  if (role == "optional") return "OPT-PARTICIPANT";
  if (role == "informational") return "NON-PARTICIPANT";
  return role == "required" ? "REQ-PARTICIPANT" : role;
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

// The text behind an owner's name in a recurrence, "" when it has none.
std::string unread_of(const calendar::Parameters& unread, const std::string& owner,
                      std::string_view property) {
  auto it = unread.find(owner);
  return it == unread.end() ? std::string() : params_text(property, it->second);
}

// Whether a parameter's value needs neither quotes nor escapes; most do not.
bool stands_as_it_is(std::string_view raw) {
  return std::ranges::all_of(raw, [](char c) {
    return (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != ':' && c != ';') || c == '\t';
  });
}

}  // namespace

std::string param_text(std::string_view raw) {
  bool quoted = false;
  for (char c : raw) {
    if (c == '"') quoted = !quoted;
    bool breaks = !quoted && (c == ':' || c == ';');
    if (breaks || static_cast<unsigned char>(c) < 0x20) return encode_param(raw);
  }
  return quoted ? encode_param(raw) : std::string(raw);
}

bool is_calendar_property(std::string_view name) {
  return !name.empty() && name != "VERSION" && name != "PRODID" && name != "METHOD" && name != "BEGIN" &&
         name != "END" && !name.starts_with("X-KALENDS-");
}

bool is_unknown_name(std::string_view name) {
  static constexpr std::string_view kKnown[] = {
      // sorted
      "ATTACH",     "ATTENDEE",  "BEGIN",       "CATEGORIES", "CLASS",         "COLOR",
      "CONFERENCE", "CREATED",   "DESCRIPTION", "DTEND",      "DTSTAMP",       "DTSTART",
      "DURATION",   "END",       "EXDATE",      "EXRULE",     "GEO",           "LAST-MODIFIED",
      "LOCATION",   "ORGANIZER", "PRIORITY",    "RDATE",      "RECURRENCE-ID", "RRULE",
      "SEQUENCE",   "STATUS",    "SUMMARY",     "TRANSP",     "UID",           "URL"};
  static_assert(std::ranges::is_sorted(kKnown));
  if (name.starts_with("BEGIN:")) {
    std::string_view component = name.substr(6);
    return component != "VCALENDAR" && component != "VEVENT" && component != "VTIMEZONE";
  }
  if (name.starts_with("X-")) return !name.starts_with("X-KALENDS-");
  return !std::ranges::binary_search(kKnown, name);
}

bool is_property_line(std::string_view line, std::string_view name) {
  std::size_t end = 0;
  while (end < line.size() && line[end] != ':' && line[end] != ';') ++end;
  if (line.find(':', end) == std::string_view::npos) return false;
  if (line.find('\n') != std::string_view::npos || line.find('\r') != std::string_view::npos) return false;
  std::string_view found = line.substr(0, end);
  if (!name.empty()) return is_upper_of(name, found);
  return is_name(found) && !equal_ignoring_case(found, "BEGIN") && !equal_ignoring_case(found, "END");
}

void put_unknown(LineWriter& out, const calendar::Unknown& unknown) {
  if (!is_unknown_name(unknown.name)) return;
  bool component = unknown.name.starts_with("BEGIN:");
  if (component && !is_balanced(unknown.lines, unknown.name.substr(6))) return;
  for (const std::string& line : unknown.lines)
    if (component || is_property_line(line, unknown.name)) out.clean(line).end();
}

ContentLines unknown_lines(const calendar::Unknown& unknown) {
  ContentLines lines;
  LineWriter out(lines);
  put_unknown(out, unknown);
  return lines;
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

void put_attendee(LineWriter& out, std::string_view name, const Attendee& attendee) {
  out.raw(name);
  if (!attendee.name.empty()) out.raw(";CN=").parameter(attendee.name);
  if (attendee.kind != "individual")
    out.raw(";CUTYPE=").word(attendee.kind == "location" ? "ROOM" : attendee.kind);
  if (attendee.role != "required") out.raw(";ROLE=").word(role_word(attendee.role));
  if (attendee.participation != "needs-action") out.raw(";PARTSTAT=").word(attendee.participation);
  if (attendee.rsvp) out.raw(";RSVP=TRUE");
  for (const auto& [key, value] : attendee.parameters)
    if (is_name(key)) {
      out.raw(";").raw(key).raw("=");
      if (stands_as_it_is(value)) {
        out.raw(value);
      } else {
        out.clean(param_text(value));
      }
    }
  out.raw(":").clean(attendee.address).end();
}

std::string attendee_line(std::string_view name, const Attendee& attendee) {
  ContentLines lines;
  LineWriter out(lines);
  put_attendee(out, name, attendee);
  return std::move(lines.front());
}

std::string attachment_line(const std::string& uri, std::string_view params) {
  std::size_t comma = uri.find(',');
  std::string_view head = std::string_view(uri).substr(0, comma);
  const std::string own = params_text("ATTACH", params);
  if (!head.starts_with("data:") || !head.ends_with(";base64") || comma == std::string::npos)
    return clean_line("ATTACH" + own + ":" + uri);
  std::string_view type = head.substr(5, head.size() - 5 - 7);
  std::string out = "ATTACH" + own;
  if (!type.empty() && !param(own, "FMTTYPE")) out += fmt::format(";FMTTYPE={}", encode_param(type));
  if (!param(own, "ENCODING")) out += ";ENCODING=BASE64";
  if (!param(own, "VALUE")) out += ";VALUE=BINARY";
  return clean_line(out + ":" + uri.substr(comma + 1));
}

std::string conference_line(const std::string& uri, std::string_view params) {
  return clean_line("CONFERENCE;VALUE=URI" + params_text("CONFERENCE", params) + ":" + uri);
}

void put_time_params(LineWriter& out, TimeKind kind, std::string_view zone) {
  if (kind == TimeKind::all_day) {
    out.raw(";VALUE=DATE");
  } else if (kind == TimeKind::zoned && zone != "Etc/UTC") {
    out.raw(";TZID=").parameter(zone);
  }
}

std::string time_params(TimeKind kind, const std::string& zone) {
  if (kind == TimeKind::all_day) return ";VALUE=DATE";
  if (kind == TimeKind::floating || zone == "Etc/UTC") return "";
  return ";TZID=" + encode_param(zone);
}

Moment time_moment(TimeKind kind, std::string_view zone, LocalTime time) {
  if (kind == TimeKind::all_day) return {Moment::Kind::date, time};
  bool utc = kind == TimeKind::zoned && zone == "Etc/UTC";
  return {utc ? Moment::Kind::utc : Moment::Kind::local, time};
}

std::string time_value(TimeKind kind, const std::string& zone, LocalTime time) {
  return print_moment(time_moment(kind, zone, time));
}

std::string rule_line(std::string_view property, const calendar::Rule& rule,
                      const calendar::Parameters& unread) {
  const std::string params = unread_of(unread, calendar::owner_of_rule(property, rule), property);
  return clean_line(fmt::format("{}{}:{}", property, params, to_string(rule)));
}

void put_recurrence(LineWriter& out, const calendar::Recurrence& recurrence, const calendar::When& when,
                    const std::string& params, const calendar::Parameters& unread) {
  const auto put_rule = [&](std::string_view property, const calendar::Rule& rule) {
    if (unread.empty()) {
      out.raw(property).raw(":").clean(to_string(rule)).end();
    } else {
      out.line(rule_line(property, rule, unread));
    }
  };
  for (const auto& rule : recurrence.rules) put_rule("RRULE", rule);
  for (const auto& rule : recurrence.exclusion_rules) put_rule("EXRULE", rule);
  for (const auto& extra : recurrence.extra_dates) {
    std::string start = time_value(when.kind, when.zone, extra.start);
    const std::string own = unread_of(unread, calendar::owner_of(extra), "RDATE");
    if (extra.duration && when.kind != TimeKind::all_day) {
      out.line(fmt::format("RDATE;VALUE=PERIOD{}{}:{}/{}", params, own, start, to_string(*extra.duration)));
    } else {
      out.line(fmt::format("RDATE{}{}:{}", params, own, start));
    }
  }
}

ContentLines recurrence_lines(const calendar::Recurrence& recurrence, const calendar::When& when,
                              const std::string& params, const calendar::Parameters& unread) {
  ContentLines lines;
  LineWriter out(lines);
  put_recurrence(out, recurrence, when, params, unread);
  return lines;
}

std::string transparency_word(std::string_view show_as) {
  return show_as == "free" ? "TRANSPARENT" : "OPAQUE";
}

}  // namespace kalends::ical
