#include "jscalendar/members.h"

#include <fmt/format.h>

#include "calendar/facts.h"

namespace kalends::jscalendar {
namespace {

constexpr std::string_view kStart = "JSPROP;JSPTR=\"";

// TEXT as RFC 5545 section 3.3.11 escapes it.
std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == ',' || c == ';') out += '\\';
    out += c;
  }
  return out;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    ++i;
    out += text[i] == 'n' || text[i] == 'N' ? '\n' : text[i];
  }
  return out;
}

// The series' facts as its occurrence at `slot` has them when nothing is overridden.
calendar::Facts facts_at(const calendar::Event& series, calendar::LocalTime slot) {
  calendar::Event event = series;
  event.recurrence = {};
  event.overrides.clear();
  event.when.start = slot;
  std::erase_if(event.parameters, [](const auto& entry) { return entry.first.starts_with("when/"); });
  return calendar::to_facts(event);
}

}  // namespace

std::string quote_parameter(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '^': out += "^^"; break;
      case '"': out += "^'"; break;
      case '\n': out += "^n"; break;
      default: out += c;
    }
  }
  return out;
}

std::string unquote_parameter(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '^' && (next == '^' || next == '\'' || next == 'n')) {
      out += next == '^' ? '^' : next == 'n' ? '\n' : '"';
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

Result<calendar::Event> instance_of(const calendar::Event& series, calendar::LocalTime slot,
                                    const calendar::Override& change) {
  calendar::Facts facts = facts_at(series, slot);
  for (const std::string& path : change.removed) facts.erase(path);
  for (const auto& [path, value] : change.patch) facts.set(path, value);
  calendar::Event event = TRY(calendar::from_facts(facts));
  event.uid = series.uid;
  return event;
}

calendar::Override override_of(const calendar::Event& series, calendar::LocalTime slot,
                               const calendar::Event& instance) {
  calendar::Override change;
  calendar::Event bare = instance;
  bare.recurrence = {};
  bare.overrides.clear();
  for (const calendar::Change& difference :
       calendar::difference(facts_at(series, slot), calendar::to_facts(bare))) {
    if (difference.after)
      change.patch.set(difference.path, *difference.after);
    else
      change.removed.push_back(difference.path);
  }
  return change;
}

void keep_bookkeeping(const calendar::Bookkeeping& series, const calendar::Bookkeeping& own,
                      calendar::Override& change) {
  if (own != series) change.own = own;
}

std::string text(const Json& object, std::string_view name) {
  const Json* value = object.find(name);
  return value && value->string() ? *value->string() : "";
}

bool is_line(const std::string& line) {
  return !line.empty() && line.find_first_of("\r\n") == std::string::npos;
}

std::string to_pointer(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

std::string from_pointer(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const char next = i + 1 < token.size() ? token[i + 1] : '\0';
    if (token[i] == '~' && (next == '0' || next == '1')) {
      out += next == '0' ? '~' : '/';
      ++i;
    } else {
      out += token[i];
    }
  }
  return out;
}

std::string name_in(const std::vector<std::string>& properties) {
  for (const char* wanted : {"NAME", "X-WR-CALNAME"})
    for (const std::string& line : properties)
      if (line.starts_with(wanted) && line.find_first_of(":;") == std::string_view(wanted).size()) {
        bool quoted = false;
        for (std::size_t i = 0; i < line.size(); ++i) {
          if (line[i] == '"') quoted = !quoted;
          if (line[i] == ':' && !quoted) return unescape(std::string_view(line).substr(i + 1));
        }
      }
  return {};
}

std::string line_of_name(std::string_view name) { return "NAME:" + escape(name); }

std::string line_of_member(const std::string& name, const Json& value) {
  return fmt::format("{}{}\":{}", kStart, quote_parameter(name), escape(value.dump()));
}

std::optional<std::pair<std::string, Json>> member_of_line(std::string_view line) {
  if (!line.starts_with(kStart)) return std::nullopt;
  const std::size_t end = line.find("\":", kStart.size());
  if (end == std::string_view::npos) return std::nullopt;
  std::string name = unquote_parameter(line.substr(kStart.size(), end - kStart.size()));
  auto value = parse_json(unescape(line.substr(end + 2)));
  if (!value) return std::nullopt;
  return std::pair{std::move(name), std::move(*value)};
}

}  // namespace kalends::jscalendar
