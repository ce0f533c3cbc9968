// The scanner. One pass; a line that is not folded costs no copy.
#include "ical/line.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ical/runs.h"

namespace kalends::ical {

namespace {

constexpr std::size_t kMaxWarnings = 200;

// Well-formed sequences as they are, every other byte as the Latin-1 character it most likely was.
std::string from_latin1(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 4);
  for (std::size_t i = 0; i < bytes.size();) {
    auto byte = static_cast<unsigned char>(bytes[i]);
    std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    if (is_utf8(bytes.substr(i, length)) && i + length <= bytes.size()) {
      out += bytes.substr(i, length);
      i += length;
    } else {
      out += static_cast<char>(0xC0 | byte >> 6);
      out += static_cast<char>(0x80 | (byte & 0x3F));
      ++i;
    }
  }
  return out;
}

// Values that are dates, so that a colon in an unquoted TZID ("(UTC+01:00) Berlin") is not taken for the end of it.
bool is_date_property(std::string_view name) {
  return name == "DTSTART" || name == "DTEND" || name == "RECURRENCE-ID" || name == "EXDATE" ||
         name == "RDATE";
}

// Where the value begins in `text`, whose name ends at `from`; npos when there is no colon.
std::size_t value_start(std::string_view text, std::string_view name, std::size_t from) {
  if (text[from] == ':') return from + 1;
  bool quoted = false;
  std::size_t at = std::string_view::npos;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == ':' && !quoted) {
      at = i;
      break;
    }
  }
  if (at == std::string_view::npos) at = text.find(':', from);
  if (at == std::string_view::npos) return at;
  bool digit_follows = at + 1 < text.size() && text[at + 1] >= '0' && text[at + 1] <= '9';
  if (at != from && is_date_property(name)) {
    std::size_t last = text.rfind(':');
    bool long_value = text.size() - at > 8 && digit_follows && text[at + 5] >= '0' && text[at + 5] <= '9';
    if (last > at && !long_value && text.size() - last > 8) at = last;
  }
  return at + 1;
}

// Properties that hold prose, where clients forget to escape line ends.
bool holds_prose(std::string_view name) {
  return name == "DESCRIPTION" || name == "SUMMARY" || name == "LOCATION" || name == "COMMENT" ||
         name == "CONTACT" || (name.starts_with("X-") && !name.starts_with("X-KALENDS-"));
}

bool is_component_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_name_char);
}

// Components of a calendar that never stand within one another. RFC 5545 section 3.6.
bool stands_alone(std::string_view name) {
  return name == "VEVENT" || name == "VTODO" || name == "VJOURNAL" || name == "VFREEBUSY" ||
         name == "VTIMEZONE";
}

class Scanner {
 public:
  Scanner(std::string_view text, const Limits& limits) : limits_(limits) { document_.text = text; }

  Result<Document> run() {
    std::string_view text = document_.text;
    if (text.size() > limits_.max_bytes)
      return fail(ErrorKind::invalid,
                  fmt::format("line 1, column 1: the text has {} bytes, more than the {} allowed",
                              text.size(), limits_.max_bytes));
    if (text.starts_with("\xEF\xBB\xBF")) {
      document_.prefix = text.substr(0, 3);
      at_ = 3;
    }
    document_.lines.reserve(text.size() / 32 + 1);
    while (at_ < text.size()) TRY_VOID(take_line());
    if (document_.components.empty())
      return fail(ErrorKind::invalid,
                  "line 1, column 1: this is no iCalendar text: it should begin with BEGIN:VCALENDAR");
    if (!open_.empty()) {
      const Component& inner = document_.components[open_.back()];
      return fail(
          ErrorKind::invalid,
          fmt::format("line {}, column 1: the text ends before END:{} (begun at line {}): it was cut off",
                      number_, inner.name, document_.lines[inner.begin].number));
    }
    return std::move(document_);
  }

 private:
  void warn(std::size_t number, std::string_view what) {
    if (document_.warnings.size() < kMaxWarnings)
      document_.warnings.push_back(fmt::format("line {}: {}", number, what));
  }

  // The end of the physical line at `from` without its line end; `next` is set behind that.
  std::size_t physical_end(std::size_t from, std::size_t& next) const {
    std::string_view text = document_.text;
    std::size_t end = text.find('\n', from);
    std::size_t stop = end == std::string_view::npos ? text.size() : end;
    next = end == std::string_view::npos ? text.size() : end + 1;
    std::size_t cr = text.substr(from, stop - from).find('\r');
    if (cr == std::string_view::npos) return stop;
    cr += from;
    std::size_t run = cr;
    while (run < stop && text[run] == '\r') ++run;
    if (run != stop || end == std::string_view::npos) next = cr + 1;
    return cr;
  }

  Result<void> take_line() {
    std::string_view text = document_.text;
    std::size_t first = at_;
    std::size_t number = number_;
    std::size_t next = 0;
    std::size_t end = physical_end(at_, next);
    ++number_;
    std::string_view content = text.substr(first, end - first);
    TRY_VOID(check_length(content.size(), number));
    if (next < text.size() && (text[next] == ' ' || text[next] == '\t')) {
      std::string& unfolded = document_.arena.emplace_back();
      unfolded.reserve(4 * content.size());
      unfolded = content;
      while (next < text.size() && (text[next] == ' ' || text[next] == '\t')) {
        std::size_t from = next + 1;
        end = physical_end(from, next);
        ++number_;
        unfolded += text.substr(from, end - from);
        TRY_VOID(check_length(unfolded.size(), number));
      }
      content = unfolded;
    }
    at_ = next;
    return add(text.substr(first, next - first), content, number);
  }

  Result<void> check_length(std::size_t size, std::size_t number) const {
    if (size <= limits_.max_line_bytes) return {};
    return fail(ErrorKind::invalid,
                fmt::format("line {}, column {}: the line is longer than the {} bytes allowed", number,
                            limits_.max_line_bytes + 1, limits_.max_line_bytes));
  }

  Result<void> add(std::string_view raw, std::string_view content, std::size_t number) {
    if (!is_ascii(content) && !is_utf8(content)) {
      content = document_.arena.emplace_back(from_latin1(content));
      warn(number, "this is not UTF-8; it is read as Latin-1");
    }
    Line line{raw, content, {}, {}, {}, number, open_.empty() ? kNone : open_.back()};
    std::size_t skip = 0;
    while (skip < content.size() && (content[skip] == ' ' || content[skip] == '\t')) ++skip;
    if (skip == content.size()) {
      line.text = {};
      document_.lines.push_back(line);
      return {};
    }
    line.text = content.substr(skip);
    if (!split_line(line)) return add_stray(line);
    if (line.name == "BEGIN") return begin(line);
    if (line.name == "END") return end_of(line);
    if (open_.empty()) warn_outside(number);
    document_.lines.push_back(line);
    return {};
  }

  void warn_outside(std::size_t number) {
    if (!warned_outside_) warn(number, "text outside of any component is ignored");
    warned_outside_ = true;
  }

  // Fills name, params and value; false when this is no content line.
  bool split_line(Line& line) {
    std::size_t end = 0;
    bool lower = false;
    while (end < line.text.size() && is_name_char(line.text[end])) {
      lower = lower || (line.text[end] >= 'a' && line.text[end] <= 'z');
      ++end;
    }
    if (end == 0 || end == line.text.size() || (line.text[end] != ':' && line.text[end] != ';')) return false;
    line.name = line.text.substr(0, end);
    if (lower) line.name = document_.arena.emplace_back(to_upper(line.name));
    std::size_t value = value_start(line.text, line.name, end);
    if (value == std::string_view::npos) {
      line.name = {};
      return false;
    }
    line.params = line.text.substr(end, value - 1 - end);
    line.value = line.text.substr(value);
    return true;
  }

  // A line without a name continues the text before it, when that is prose: its line end was not escaped.
  Result<void> add_stray(const Line& line) {
    auto& lines = document_.lines;
    std::size_t last = lines.size();
    while (last > 0 && lines[last - 1].name.empty()) --last;
    bool continues = last > 0 && !open_.empty() && lines[last - 1].owner == open_.back() &&
                     holds_prose(lines[last - 1].name);
    if (!continues) {
      warn(line.number, "this is no content line; it is ignored");
      lines.push_back(line);
      lines.back().name = {};
      return {};
    }
    lines.resize(last);
    Line& before = lines.back();
    if (growing_ == nullptr || growing_->data() != before.text.data()) {
      growing_ = &document_.arena.emplace_back(before.text);
      warn(line.number, "a line end in a text is not escaped; the text is taken to go on");
    }
    std::size_t params = before.params.empty() ? 0 : before.params.data() - before.text.data();
    std::size_t value = before.value.data() - before.text.data();
    std::size_t name = is_within(before.name, before.text) ? 1 : 0;
    *growing_ += "\n";
    *growing_ += line.text;
    TRY_VOID(check_length(growing_->size(), before.number));
    before.text = *growing_;
    if (name != 0) before.name = before.text.substr(0, before.name.size());
    if (params != 0) before.params = before.text.substr(params, before.params.size());
    before.value = before.text.substr(value);
    auto from = static_cast<std::size_t>(before.raw.data() - document_.text.data());
    auto end = static_cast<std::size_t>(line.raw.data() - document_.text.data()) + line.raw.size();
    before.raw = document_.text.substr(from, end - from);
    return {};
  }

  static bool is_within(std::string_view inner, std::string_view outer) {
    return std::less_equal<>()(outer.data(), inner.data()) &&
           std::less<>()(inner.data(), outer.data() + outer.size());
  }

  Result<void> begin(Line line) {
    if (!is_component_name(
            trim(line.value))) {  // one that swallowed its next line, say, by a fold that is none
      warn(line.number, "this BEGIN names no component; it is ignored");
      line.name = {};
      document_.lines.push_back(line);
      return {};
    }
    if (open_.size() >= static_cast<std::size_t>(limits_.max_depth))
      return fail(ErrorKind::invalid,
                  fmt::format("line {}, column 1: components are nested more than {} deep", line.number,
                              limits_.max_depth));
    if (document_.components.size() >= limits_.max_components)
      return fail(ErrorKind::invalid, fmt::format("line {}, column 1: there are more than {} components",
                                                  line.number, limits_.max_components));
    std::string_view name = component_name(line.value);
    if (stands_alone(name)) close_unended(line.number);
    std::size_t index = document_.components.size();
    document_.components.push_back({name, document_.lines.size(), 0, open_.empty() ? kNone : open_.back()});
    open_.push_back(index);
    line.owner = index;
    document_.lines.push_back(line);
    return {};
  }

  Result<void> end_of(Line line) {
    std::string_view name = component_name(line.value);
    auto match = std::find_if(open_.rbegin(), open_.rend(),
                              [&](std::size_t c) { return document_.components[c].name == name; });
    if (match == open_.rend()) {
      warn(line.number, fmt::format("END:{} has no BEGIN; it is ignored", name));
      line.name = {};
      document_.lines.push_back(line);
      return {};
    }
    while (document_.components[open_.back()].name != name) close_innermost(line.number);
    line.owner = open_.back();
    document_.components[open_.back()].end = document_.lines.size();
    document_.lines.push_back(line);
    open_.pop_back();
    return {};
  }

  // The innermost open component ends here, though its END is missing.
  void close_innermost(std::size_t number) {
    Component& component = document_.components[open_.back()];
    warn(number, fmt::format("END:{} is missing", component.name));
    component.end = document_.lines.size();
    component.closed = false;
    open_.pop_back();
  }

  // An event that begins within another, or within an alarm, shows that an END is missing: none may hide the other.
  void close_unended(std::size_t number) {
    auto outer = std::ranges::find_if(open_, [&](std::size_t c) {
      std::string_view name = document_.components[c].name;
      return stands_alone(name) || name == "VALARM" || name == "STANDARD" || name == "DAYLIGHT";
    });
    for (auto n = open_.end() - outer; n > 0; --n) close_innermost(number);
  }

  std::string_view component_name(std::string_view value) {
    value = trim(value);
    bool lower = std::ranges::any_of(value, [](char c) { return c >= 'a' && c <= 'z'; });
    return lower ? std::string_view(document_.arena.emplace_back(to_upper(value))) : value;
  }

  Limits limits_;
  Document document_;
  std::size_t at_ = 0;
  std::size_t number_ = 1;
  std::vector<std::size_t> open_;
  std::string* growing_ = nullptr;
  bool warned_outside_ = false;
};

}  // namespace

std::string_view Document::line_end(std::size_t line) const {
  for (std::size_t i : {line, std::size_t{0}}) {
    if (i >= lines.size()) continue;
    std::string_view raw = lines[i].raw;
    if (raw.ends_with("\r\n")) return "\r\n";
    if (raw.ends_with('\n')) return "\n";
    if (raw.ends_with('\r')) return "\r";
  }
  return "\r\n";
}

Result<Document> scan(std::string_view text, const Limits& limits) { return Scanner(text, limits).run(); }

bool next_param(std::string_view params, std::size_t& at, std::string_view& name, std::string_view& raw) {
  while (at < params.size()) {
    if (params[at] == ';') ++at;
    std::size_t end = at;
    bool quoted = false;
    while (end < params.size() && (quoted || params[end] != ';')) {
      if (params[end] == '"') quoted = !quoted;
      ++end;
    }
    std::string_view one = params.substr(at, end - at);
    at = end;
    std::size_t equals = one.find('=');
    name = trim(one.substr(0, equals));
    raw = equals == std::string_view::npos ? std::string_view() : one.substr(equals + 1);
    if (!name.empty()) return true;
  }
  return false;
}

void each_param(std::string_view params, const std::function<void(std::string, std::string_view)>& visit) {
  std::string_view name;
  std::string_view raw;
  for (std::size_t at = 0; next_param(params, at, name, raw);) visit(to_upper(name), raw);
}

std::optional<std::string> param(std::string_view params, std::string_view name) {
  std::string_view found;
  std::string_view raw;
  for (std::size_t at = 0; next_param(params, at, found, raw);)
    if (equal_ignoring_case(found, name)) return decode_param(raw);
  return std::nullopt;
}

std::string decode_param(std::string_view raw) {
  raw = trim(raw);
  if (raw.size() >= 2 && raw.front() == '"' && raw.back() == '"' &&
      raw.substr(1, raw.size() - 2).find('"') == std::string_view::npos)
    raw = raw.substr(1, raw.size() - 2);
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char next = raw[i] == '^' && i + 1 < raw.size() ? raw[i + 1] : '\0';
    if (next == 'n' || next == '^' || next == '\'') {
      out += next == 'n' ? '\n' : next == '^' ? '^' : '"';
      ++i;
    } else {
      out += raw[i];
    }
  }
  return out;
}

}  // namespace kalends::ical
