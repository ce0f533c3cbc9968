// Small pure functions on text. Bytes are UTF-8 unless said otherwise.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kalends {

std::string_view trim(std::string_view text);  // ASCII white space off both ends
std::vector<std::string_view> split(std::string_view text, char separator);  // "a,,b" gives three parts
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string to_lower(std::string_view text);                       // ASCII letters only
std::string to_upper(std::string_view text);                       // ASCII letters only
bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII letters only
std::optional<long long> parse_integer(std::string_view text);     // whole text, decimal, optional sign

// Whether the bytes are well-formed UTF-8 (Unicode 15, table 3-7).
bool is_utf8(std::string_view bytes);
// The same text with every ill-formed byte replaced by U+FFFD.
std::string repair_utf8(std::string_view bytes);

// The candidate nearest to `word` by edit distance, when it is near enough to be a likely misspelling.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace kalends
