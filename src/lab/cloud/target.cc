#include "lab/cloud/target.h"

#include <fmt/format.h>

#include "base/text.h"
#include "lab/cloud/simulator.h"

namespace kalends::lab {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

const std::string* header_of(const ports::HttpRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers)
    if (equal_ignoring_case(key, name)) return &value;
  return nullptr;
}

const std::string* Target::find(std::string_view name) const {
  const std::string* found = nullptr;
  for (const auto& [key, value] : query)
    if (key == name) found = &value;
  return found;
}

std::vector<std::string> Target::all(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& [key, value] : query)
    if (key == name) out.push_back(value);
  return out;
}

std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::blank) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!is_utf8(out)) return std::nullopt;
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c))
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return out;
}

std::optional<Target> parse_target(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos && scheme < 8) {
    url.remove_prefix(scheme + 3);
    const std::size_t slash = url.find_first_of("/?#");
    url = slash == std::string_view::npos ? std::string_view("/") : url.substr(slash);
  }
  url = url.substr(0, url.find('#'));
  Target target;
  const std::size_t mark = url.find('?');
  for (const auto part : split(url.substr(0, mark), '/')) {
    if (part.empty()) continue;
    auto decoded = percent_decode(part);
    if (!decoded) return std::nullopt;
    target.path.push_back(std::move(*decoded));
  }
  if (mark == std::string_view::npos) return target;
  for (const auto part : split(url.substr(mark + 1), '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    auto name = percent_decode(part.substr(0, equals), Plus::blank);
    auto value = equals == std::string_view::npos ? std::optional<std::string>("")
                                                  : percent_decode(part.substr(equals + 1), Plus::blank);
    if (!name || !value) return std::nullopt;
    target.query.emplace_back(std::move(*name), std::move(*value));
  }
  return target;
}

}  // namespace kalends::lab
