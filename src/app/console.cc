#include "app/console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "base/text.h"

namespace kalends::app {
namespace {

// The code point that starts at `at` in well-formed UTF-8, and how many bytes it takes.
std::pair<char32_t, std::size_t> code_point(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  if (byte(0) < 0x80) return {byte(0), 1};
  const std::size_t length = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  char32_t value = byte(0) & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) value = (value << 6) | (byte(i) & 0x3fu);
  return {value, length};
}

bool steers(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e || c == 0x200f || c == 0x61c || c == 0x2028 ||
         c == 0x2029 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

// The columns that a terminal gives a character: two for East Asian wide ones and emoji, none for marks on the one before.
std::size_t columns_of(char32_t c) {
  const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  if (within(0x300, 0x36f) || within(0x200b, 0x200d) || within(0xfe00, 0xfe0f)) return 0;
  const bool wide = within(0x1100, 0x115f) || within(0x2e80, 0x303e) || within(0x3041, 0xa4cf) ||
                    within(0xac00, 0xd7a3) || within(0xf900, 0xfaff) || within(0xfe30, 0xfe6f) ||
                    within(0xff00, 0xff60) || within(0xffe0, 0xffe6) || within(0x1f300, 0x1f64f) ||
                    within(0x1f680, 0x1f6ff) || within(0x1f900, 0x1faff) || within(0x20000, 0x3fffd);
  return wide ? 2 : 1;
}

// The columns of `text` in a terminal, escape sequences for colours left out.
std::size_t width(std::string_view any) {
  const std::string text = repair_utf8(any);
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\033') {
      while (i < text.size() && text[i] != 'm') ++i;
      ++i;
      continue;
    }
    const auto [c, length] = code_point(text, i);
    columns += columns_of(c);
    i += length;
  }
  return columns;
}

// Lines of at most so many columns, broken at spaces; a word that is longer stays whole.
std::vector<std::string> wrapped(const std::string& text, std::size_t columns) {
  std::vector<std::string> lines;
  for (const std::string_view word : split(text, ' ')) {
    const bool joins = !lines.empty() && width(lines.back()) + 1 + width(word) <= columns;
    if (joins)
      lines.back().append(" ").append(word);
    else if (!word.empty())
      lines.emplace_back(word);
  }
  return lines;
}

}  // namespace

std::string printable(std::string_view text) {
  const std::string sound = repair_utf8(text);
  std::string out;
  for (std::size_t i = 0; i < sound.size();) {
    const auto [c, length] = code_point(sound, i);
    if (steers(c))
      out += ' ';
    else
      out.append(sound, i, length);
    i += length;
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t columns) {
  const std::string clean = printable(text);
  std::size_t seen = 0;
  for (std::size_t i = 0; i < clean.size();) {
    const std::size_t length = code_point(clean, i).second;
    if (++seen == columns && i + length < clean.size()) return clean.substr(0, i) + "\u2026";
    i += length;
  }
  return clean;
}

Console::Console(bool json)
    : json_(json),
      in_terminal_(isatty(STDIN_FILENO) != 0),
      out_terminal_(isatty(STDOUT_FILENO) != 0),
      colours_(false) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  colours_ =
      out_terminal_ && !json && !(no_color && *no_color) && terminal && std::string_view(terminal) != "dumb";
}

std::size_t Console::columns() const {
  winsize size{};
  if (!out_terminal_ || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

void Console::line(std::string_view text) {
  if (json_) return;
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

void Console::flush() { std::fflush(stdout); }

void Console::answer(const Json& object) {
  if (!json_) return;
  const std::string text = object.dump() + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void Console::note(std::string_view text) {
  std::fflush(stdout);
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fputc('\n', stderr);
}

std::string Console::ink(Ink ink, std::string_view text) const {
  if (!colours_ || ink == Ink::plain) return std::string(text);
  const int code = ink == Ink::bold     ? 1
                   : ink == Ink::dim    ? 2
                   : ink == Ink::green  ? 32
                   : ink == Ink::yellow ? 33
                                        : 31;
  return fmt::format("\033[{}m{}\033[0m", code, text);
}

Exit Console::fail(const Error& error) {
  return fail(Exit::failed, kalends::to_string(error.kind), error.message);
}

Exit Console::fail(Exit code, std::string_view kind, std::string_view message, Json details) {
  if (json_) {
    Json error = Json::object();
    error.set("kind", kind).set("message", message);
    if (!details.is_null()) error.set("problems", std::move(details));
    answer(Json::object().set("error", std::move(error)));
  } else {
    for (const std::string_view part : split(message, '\n')) note("kalends: " + printable(part));
  }
  return code;
}

bool Console::confirm(std::string_view question) {
  std::fflush(stdout);
  fmt::print(stderr, "{} [y/N] ", question);
  std::fflush(stderr);
  std::string reply;
  if (!std::getline(std::cin, reply)) return false;
  reply = to_lower(trim(reply));
  return reply == "y" || reply == "yes";
}

std::vector<std::size_t> Table::widths(std::size_t first) const {
  std::vector<std::size_t> out(1);
  for (std::size_t r = first; r < rows_.size(); ++r) {
    const auto& cells = rows_[r];
    out.resize(std::max(out.size(), cells.size()));
    for (std::size_t i = 0; i < cells.size(); ++i) out[i] = std::max(out[i], width(cells[i]));
  }
  return out;
}

void Table::drop_empty_columns() {
  const auto says_nothing = [](const std::string& cell) {
    return cell.empty() || cell == "0" || cell == "-";
  };
  for (std::size_t column = rows_.front().size(); column-- > 1;) {
    bool any = false;
    for (std::size_t r = 1; r < rows_.size(); ++r)
      any = any || (column < rows_[r].size() && !says_nothing(rows_[r][column]));
    if (any) continue;
    for (auto& cells : rows_)
      if (column < cells.size()) cells.erase(cells.begin() + static_cast<std::ptrdiff_t>(column));
  }
}

void Table::print_from(Console& console, std::size_t first) const {
  constexpr std::size_t kNarrowest = 10;  // of a column that is cut
  constexpr std::size_t kReadable = 28;   // of a last column that is broken into lines beside the others
  constexpr std::size_t kIndent = 4;
  std::vector<std::size_t> wide = widths(first);
  const std::size_t last = wide.size() - 1;
  const std::size_t room = console.columns();
  const auto before_last = [&] {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < last; ++i) sum += wide[i] + 2;
    return sum;
  };
  const bool fits = room == 0 || before_last() + wide[last] <= room;
  const bool beside = fits || before_last() + kReadable <= room;
  while (!beside && before_last() > room + 2) {
    const auto widest = std::max_element(wide.begin(), wide.begin() + static_cast<std::ptrdiff_t>(last));
    if (*widest <= kNarrowest) break;
    --*widest;
  }
  const std::string indent(beside ? before_last() : kIndent, ' ');
  for (std::size_t r = first; r < rows_.size(); ++r) {
    std::string text;
    for (std::size_t i = 0; i < rows_[r].size() && (i < last || fits); ++i) {
      std::string cell = rows_[r][i];
      if (i < last && width(cell) > wide[i]) cell = shortened(cell, wide[i]);
      text += r == 0 ? console.ink(Ink::dim, cell) : cell;
      if (i < last) text += std::string(wide[i] - std::min(wide[i], width(cell)) + 2, ' ');
    }
    std::vector<std::string> more;
    if (!fits && rows_[r].size() > last && (r > 0 || beside))
      more = wrapped(rows_[r][last], room - indent.size());
    if (beside && !more.empty()) {
      text += r == 0 ? console.ink(Ink::dim, more.front()) : more.front();
      more.erase(more.begin());
    }
    while (text.ends_with(' ')) text.pop_back();
    console.line(text);
    for (const std::string& line : more) console.line(indent + line);
  }
}

TerminalProgress::TerminalProgress() : terminal_(isatty(STDERR_FILENO) != 0) {}

void TerminalProgress::clear() {
  if (drawn_) fmt::print(stderr, "\r\033[K");
  drawn_ = false;
}

void TerminalProgress::update(std::string_view what, std::size_t done, std::size_t of) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || (done != of && now - last_ < std::chrono::milliseconds(100))) return;
  last_ = now;
  drawn_ = true;
  const std::string words = shortened(what, 60);
  if (of > 0)
    fmt::print(stderr, "\r\033[K{} {}/{}", words, done, of);
  else
    fmt::print(stderr, "\r\033[K{} {}", words, done);
  std::fflush(stderr);
}

}  // namespace kalends::app
