// How text is written so that every YAML reader, 1.1 or 1.2, gives the same text back, on one line.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"
#include "provider/obsidian/frontmatter.h"

namespace kalends::provider::obsidian {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Words that a reader takes for a boolean, a null or a number without digits.
bool is_reserved(std::string_view text) {
  static constexpr std::array<std::string_view, 17> kWords = {"true",  "false", "yes",  "no", "on",   "off",
                                                              "y",     "n",     "null", "~",  ".inf", ".nan",
                                                              "-.inf", "+.inf", "<<",   "=",  "nan"};
  return std::ranges::any_of(kWords, [&](std::string_view word) { return equal_ignoring_case(text, word); });
}

// Numbers, dates and times all start with a digit, a sign or a dot and hold nothing but these characters.
bool resembles_number(std::string_view text) {
  if (!is_digit(text.front()) && text.front() != '-' && text.front() != '+' && text.front() != '.')
    return false;
  return std::ranges::all_of(text, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
           std::string_view("xXoO_+-.:,TtZz ").find(c) != std::string_view::npos;
  });
}

// Line ends that YAML knows beyond the control characters, and the byte order mark: U+0085, U+2028, U+2029, U+FEFF.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kEscaped = {
    {{"\xC2\x85", "\\x85"},
     {"\xE2\x80\xA8", "\\u2028"},
     {"\xE2\x80\xA9", "\\u2029"},
     {"\xEF\xBB\xBF", "\\uFEFF"}}};

bool has_special(std::string_view text) {
  if (std::ranges::any_of(text, [](char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F; }))
    return true;
  // C1 controls are not printable in YAML; their lead byte with a second byte below 0xA0.
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '\xC2' && static_cast<std::uint8_t>(text[i + 1]) < 0xA0) return true;
  }
  // The Full Calendar plugin cuts a note at every "---".
  if (text.find("---") != std::string_view::npos) return true;
  return std::ranges::any_of(
      kEscaped, [&](const auto& pair) { return text.find(pair.first) != std::string_view::npos; });
}

bool is_plain_safe(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
  if (std::string_view("-?:,[]{}#&*!|>'\"%@`").find(text.front()) != std::string_view::npos) return false;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos) return false;
  if (text.back() == ':' || text.starts_with("...")) return false;
  return !is_reserved(text) && !resembles_number(text) && !has_special(text);
}

std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    std::string_view rest = text.substr(i);
    auto escape =
        std::ranges::find_if(kEscaped, [&](const auto& pair) { return rest.starts_with(pair.first); });
    if (escape != kEscaped.end()) {
      out += escape->second;
      i += escape->first.size() - 1;
    } else if (byte == 0xC2 && rest.size() > 1 && static_cast<std::uint8_t>(rest[1]) < 0xA0) {
      out += fmt::format("\\x{:02X}", static_cast<std::uint8_t>(rest[1]));
      ++i;
    } else if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text[i];
    } else if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F || rest.starts_with("---")) {
      out += fmt::format("\\x{:02X}", byte);
    } else {
      out += text[i];
    }
  }
  return out + '"';
}

std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + '\'';
}

char quotes_of(std::string_view old) {
  return !old.empty() && (old.front() == '"' || old.front() == '\'') ? old.front() : '\0';
}

}  // namespace

std::string spell_text(std::string_view text, std::string_view old) {
  const char quotes = quotes_of(old);
  if (quotes == '\'' && !has_special(text)) return single_quoted(text);
  if (quotes == '"' || !is_plain_safe(text)) return double_quoted(text);
  return std::string(text);
}

std::string spell_time(std::string_view text, std::string_view old) {
  const char quotes = quotes_of(old);
  if (quotes == '\'') return single_quoted(text);
  // "null" had no quotes because it was no text; it says nothing about how a time is written here.
  if (quotes == '\0' && !old.empty() && is_digit(old.front())) return std::string(text);
  return double_quoted(text);
}

std::string spell_word(std::string_view text, std::string_view old) {
  const char quotes = quotes_of(old);
  if (quotes == '\'') return single_quoted(text);
  if (quotes == '"') return double_quoted(text);
  return std::string(text);
}

}  // namespace kalends::provider::obsidian
