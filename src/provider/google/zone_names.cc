#include "provider/google/zone_names.h"

#include <algorithm>

#include "calendar/windows_zones.h"
#include "ical/text.h"

namespace kalends::provider::google {

namespace {

constexpr char kUtc[] = "Etc/UTC";
constexpr std::int64_t kYear = 366 * 86400;

// Whether both show the same hours in the year after `from_utc`.
bool keeps_hours(const calendar::Zone& zone, const calendar::Zone& other, std::int64_t from_utc) {
  if (zone.offset_at(from_utc) != other.offset_at(from_utc)) return false;
  return std::ranges::equal(
      zone.transitions_between(from_utc, from_utc + kYear),
      other.transitions_between(from_utc, from_utc + kYear),
      [](const auto& a, const auto& b) { return a.at == b.at && a.offset == b.offset; });
}

}  // namespace

std::string plain_zone(std::string_view name) {
  if (name == "UTC" || name == "GMT" || name == "Etc/GMT" || name == "Z") return kUtc;
  return std::string(name);
}

const calendar::Zone* zone_named(const std::string& name, const calendar::ZoneSource& zones) {
  return name.empty() ? nullptr : zones.find(plain_zone(name));
}

std::string iana_zone(const std::string& zone, const calendar::Event& event, calendar::LocalTime start,
                      const calendar::ZoneSource& zones) {
  if (const calendar::Zone* known = zone_named(zone, zones)) return plain_zone(known->name());
  const auto own = event.zones.find(zone);
  if (own != event.zones.end())
    if (const auto described = ical::zone_of(own->second))
      for (const auto& [windows, name] : calendar::windows_to_iana()) {
        const calendar::Zone* known = zones.find(name);
        if (known && keeps_hours(*described, *known, start.seconds)) return std::string(name);
      }
  return calendar::iana_from_tzid(zone, zones).value_or(kUtc);
}

}  // namespace kalends::provider::google
