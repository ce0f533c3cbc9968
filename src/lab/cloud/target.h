// What a request asks for: the path of its URL in parts, and its query. RFC 3986.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kalends::lab {

struct Target {
  std::vector<std::string> path;                           // decoded; "/a/b%40c/" is {"a", "b@c"}
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in their order

  const std::string* find(std::string_view name) const;  // the last one of that name, or nullptr
  std::vector<std::string> all(std::string_view name) const;
};

// Reads an absolute URL or a path with query; nothing for a broken percent escape or one that is no UTF-8.
std::optional<Target> parse_target(std::string_view url);

// "+" is a blank only where the text is a query's.
enum class Plus : std::uint8_t { plus, blank };
std::optional<std::string> percent_decode(std::string_view text, Plus plus = Plus::plus);
std::string percent_encode(std::string_view text);  // all but unreserved characters

}  // namespace kalends::lab
