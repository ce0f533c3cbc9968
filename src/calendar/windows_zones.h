// The table behind iana_from_windows and windows_from_iana.
#pragma once

#include <span>
#include <string_view>

namespace kalends::calendar {

struct ZoneNames {
  std::string_view key;
  std::string_view value;
};

// Both ascend by the lower-case key. The second knows every alias of a zone.
std::span<const ZoneNames> windows_to_iana();
std::span<const ZoneNames> iana_to_windows();

}  // namespace kalends::calendar
