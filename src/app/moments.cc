#include "app/moments.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "base/instant.h"
#include "base/text.h"

namespace kalends::app {
namespace {

constexpr std::array kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

std::string clock_of(calendar::LocalTime time) {
  const int second = calendar::second_of_day(time);
  return fmt::format("{:02}:{:02}", second / 3600, second / 60 % 60);
}

std::string day_of(calendar::LocalTime time) {
  const calendar::Date date = calendar::date_of(time);
  return fmt::format("{} {}", kDays[static_cast<std::size_t>(calendar::weekday(date))],
                     calendar::to_string(date));
}

}  // namespace

Result<std::int64_t> parse_moment(const std::string& text, const calendar::Zone& zone) {
  const std::string_view given = trim(text);
  if (const auto date = calendar::parse_date(given)) return zone.to_utc(calendar::at(*date));
  if (const auto instant = parse_rfc3339(given)) return instant->ms / 1000;
  if (const auto local = calendar::parse_local_time(given)) return zone.to_utc(*local);
  return fail(
      ErrorKind::invalid,
      fmt::format("\"{}\" is no time; write 2026-03-01, 2026-03-01T09:00 or 2026-03-01T09:00:00+01:00.",
                  text));
}

Result<calendar::Range> parse_range(const std::string& from, const std::string& to,
                                    const calendar::Zone& zone) {
  const calendar::Range range{TRY(parse_moment(from, zone)), TRY(parse_moment(to, zone))};
  if (range.from_utc >= range.to_utc)
    return fail(ErrorKind::invalid,
                fmt::format("There is no time from {} to {}: the end is not included.", from, to));
  return range;
}

std::string rfc3339_in(std::int64_t utc_seconds, const calendar::Zone& zone) {
  const std::int32_t offset = zone.offset_at(utc_seconds);
  const std::int32_t away = std::abs(offset);
  // Offsets before standard time have seconds, which RFC 3339 cannot write: the minute is told, the instant kept.
  const std::int32_t minutes = away / 60;
  const std::int32_t written = (offset < 0 ? -1 : 1) * minutes * 60;
  return fmt::format("{}{}{:02}:{:02}", calendar::to_string(calendar::LocalTime{utc_seconds + written}),
                     offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

std::string start_words(calendar::LocalTime start, bool all_day) {
  return all_day ? day_of(start) : fmt::format("{} {}", day_of(start), clock_of(start));
}

std::string when_words(const calendar::Occurrence& occurrence, const calendar::Zone& zone) {
  const calendar::LocalTime start = zone.to_local(occurrence.start_utc);
  const calendar::LocalTime end = zone.to_local(occurrence.end_utc);
  if (occurrence.when.kind == calendar::TimeKind::all_day) {
    const calendar::Date first = calendar::date_of(occurrence.start);
    const std::int64_t days = occurrence.when.duration.days;
    if (days <= 1) return day_of(occurrence.start) + "  all day";
    const calendar::Date last{first.days + static_cast<std::int32_t>(days) - 1};
    return fmt::format("{}  to {}", day_of(occurrence.start), day_of(calendar::at(last)));
  }
  if (start == end) return fmt::format("{}  {}", day_of(start), clock_of(start));
  if (calendar::date_of(start) == calendar::date_of(end))
    return fmt::format("{}  {}-{}", day_of(start), clock_of(start), clock_of(end));
  return fmt::format("{}  {} to {} {}", day_of(start), clock_of(start), day_of(end), clock_of(end));
}

}  // namespace kalends::app
