// Single values of iCalendar: text, dates, durations. Reading is lenient where clients are careless; printing is strict.
// RFC 5545 section 3.3.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "calendar/time.h"

namespace kalends::ical {

// TEXT, section 3.3.11. Unescaping drops control characters; escaping does too, and makes every line end "\n".
std::string unescape_text(std::string_view value);
std::string escape_text(std::string_view text);
// One line without control characters, what may stand in a file: a line end becomes "\n" as two characters.
std::string clean_line(std::string_view text);
// The parts of a list of TEXT, still escaped: "a,b\,c" gives two.
std::vector<std::string_view> split_texts(std::string_view value);

// A DATE or DATE-TIME as it stands. Section 3.3.4 and 3.3.5; ISO 8601 with dashes and missing seconds are taken too.
struct Moment {
  enum class Kind : std::uint8_t { date, local, utc } kind = Kind::date;
  calendar::LocalTime time;
  bool operator==(const Moment&) const = default;
};
std::optional<Moment> parse_moment(std::string_view text);
std::string print_moment(const Moment& moment);  // "20260302", "20260302T090000", "20260302T090000Z"

// DURATION, section 3.3.6, and odd forms of it: "PT1H30", "P0DT0H30M0S", "-P15M", lower case.
std::optional<calendar::Duration> parse_loose_duration(std::string_view text);

std::optional<Instant> parse_utc(std::string_view text);  // also a local time, read as UTC
std::string print_utc(Instant at);                        // whole seconds
Moment moment_of(Instant at);                             // the same, as a moment

// A parameter's value for output: RFC 6868 escapes, in quotes where they are needed.
std::string encode_param(std::string_view value);

inline constexpr std::size_t kFoldAt = 75;  // octets, without the line end
// Where a line is cut whose next part begins at `from` and may have `fits` octets: never inside a character of UTF-8.
inline std::size_t fold_point(std::string_view line, std::size_t from, std::size_t fits) {
  std::size_t cut = fits;
  while (cut > fits - 4 && (static_cast<unsigned char>(line[from + cut]) & 0xC0) == 0x80) --cut;
  return from + cut;
}
// `line` folded after 75 octets, never inside a UTF-8 sequence, with its line end. Section 3.1.
void append_folded(std::string& out, std::string_view line, std::string_view line_end);

}  // namespace kalends::ical
