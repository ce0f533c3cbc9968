#include "ical/params.h"

#include <algorithm>

#include "base/text.h"
#include "calendar/parameters.h"
#include "ical/print.h"
#include "ical/runs.h"
#include "ical/value.h"

namespace kalends::ical {

namespace {

bool is_time(std::string_view property) {
  return property == "DTSTART" || property == "DTEND" || property == "RECURRENCE-ID" || property == "RDATE" ||
         property == "EXDATE";
}

bool is(std::string_view name, std::string_view upper) { return equal_ignoring_case(name, upper); }

// Whether reading takes the parameter in and writing makes it, whatever it says.
bool is_own(std::string_view property, std::string_view name, bool inline_data) {
  if (is_time(property)) {
    if (is(name, "TZID") || is(name, "VALUE")) return true;
    return property == "RECURRENCE-ID" && is(name, "RANGE");
  }
  if (property == "TRIGGER") return is(name, "VALUE") || is(name, "RELATED");
  if (property == "CONFERENCE" || property == "DURATION") return is(name, "VALUE");
  return inline_data && (is(name, "VALUE") || is(name, "ENCODING") || is(name, "FMTTYPE"));
}

// The type of a property's value when no VALUE says otherwise, for those that keep theirs.
std::string_view own_type(std::string_view property) {
  if (property == "URL" || property == "ATTACH") return "URI";
  if (property == "PRIORITY" || property == "SEQUENCE") return "INTEGER";
  if (property == "GEO") return "FLOAT";
  if (property == "RRULE" || property == "EXRULE") return "RECUR";
  if (property == "DTSTAMP" || property == "CREATED" || property == "LAST-MODIFIED") return "DATE-TIME";
  return "TEXT";
}

bool is_inline(const Line& line) {
  if (line.name != "ATTACH") return false;
  auto encoding = param(line.params, "ENCODING");
  return encoding && is(*encoding, "BASE64");
}

// Calls visit(name, value, whether it is unread) for each parameter, as they stand.
template <class Visit>
void each_of(const Line& line, Visit visit) {
  const bool inline_data = is_inline(line);
  std::string_view name;
  std::string_view raw;
  for (std::size_t at = 0; next_param(line.params, at, name, raw);) {
    const bool says_own_type = is(name, "VALUE") && is(trim(raw), own_type(line.name));
    visit(name, raw, !says_own_type && !is_own(line.name, name, inline_data));
  }
}

bool is_name(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_name_char); }

}  // namespace

std::string unread_params(const Line& line) {
  calendar::ParameterList out;
  each_of(line, [&](std::string_view name, std::string_view raw, bool unread) {
    if (unread) out.emplace_back(to_upper(name), param_text(clean_line(raw)));
  });
  return out.empty() ? std::string() : calendar::join_parameters(std::move(out));
}

std::string read_params(const Line& line) {
  std::string out;
  each_of(line, [&](std::string_view name, std::string_view raw, bool unread) {
    if (!unread) out += ";" + std::string(name) + "=" + std::string(raw);
  });
  return out;
}

void put_params(LineWriter& out, std::string_view property, std::string_view params) {
  std::string_view name;
  std::string_view raw;
  for (std::size_t at = 0; next_param(params, at, name, raw);)
    if (is_name(name) && !is_own(property, name, false))
      out.raw(";").raw(name).raw("=").clean(param_text(raw));
}

std::string params_text(std::string_view property, std::string_view params) {
  if (params.empty()) return {};
  std::vector<std::string> lines;
  LineWriter out(lines);
  put_params(out, property, params);
  out.end();
  return std::move(lines.front());
}

void put_name(LineWriter& out, std::string_view name, std::string_view params) {
  if (params.empty()) {
    out.raw(name);
    return;
  }
  name.remove_suffix(1);
  out.raw(name);
  put_params(out, name, params);
  out.raw(":");
}

}  // namespace kalends::ical
