// Names of zones: Windows and IANA both ways, and what the TZIDs of other programs mean.
#include <algorithm>

#include "base/text.h"
#include "calendar/windows_zones.h"
#include "calendar/zone.h"

namespace kalends::calendar {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool less_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, {}, lower, lower);
}

std::optional<std::string_view> look_up(std::span<const ZoneNames> table, std::string_view key) {
  auto it = std::ranges::lower_bound(table, key, less_ignoring_case, &ZoneNames::key);
  if (it == table.end() || less_ignoring_case(key, it->key)) return std::nullopt;
  return it->value;
}

std::optional<std::string> known_name(std::string_view name, const ZoneSource& zones) {
  if (const Zone* zone = zones.find(name)) return zone->name();
  auto iana = iana_from_windows(name);
  if (iana && zones.find(*iana) != nullptr) return std::string(*iana);
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> iana_from_windows(std::string_view windows_name) {
  return look_up(windows_to_iana(), windows_name);
}

std::optional<std::string_view> windows_from_iana(std::string_view iana_name) {
  return look_up(iana_to_windows(), iana_name);
}

std::optional<std::string> iana_from_tzid(std::string_view tzid, const ZoneSource& zones) {
  std::string_view name = trim(tzid);
  if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"'))
    name = name.substr(1, name.size() - 2);
  if (name.empty() || name.size() > 200) return std::nullopt;
  if (auto known = known_name(name, zones)) return known;
  // "/vendor.example/20050126_1/Europe/Berlin" and "tzone://Microsoft/Utc": the zone is what follows some slash.
  if (!name.starts_with('/') && name.find("://") == std::string_view::npos) return std::nullopt;
  for (std::size_t slash = name.find('/'); slash != std::string_view::npos;
       slash = name.find('/', slash + 1)) {
    std::string_view rest = name.substr(slash + 1);
    if (rest.empty() || rest.starts_with('/')) continue;
    if (auto known = known_name(rest, zones)) return known;
  }
  return std::nullopt;
}

}  // namespace kalends::calendar
