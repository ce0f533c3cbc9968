// Any bytes as kalends.toml: a configuration, or problems that each have a sentence and a place inside the text.
#include "app/config.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kalends;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = app::parse_config(text, "kalends.toml", "/desk",
                                        [](std::string_view zone) { return zone == "Etc/UTC"; });
  if (config) {
    for (const app::CalendarConfig& calendar : config->calendars)
      KALENDS_CHECK(!calendar.id.empty() && !calendar.provider.empty() &&
                    config->calendar(calendar.id) == &calendar);
    return 0;
  }
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  KALENDS_CHECK(!config.error().empty());
  for (const app::Problem& problem : config.error()) {
    KALENDS_CHECK(!problem.message.empty());
    KALENDS_CHECK(problem.place.line >= 1 && problem.place.line <= lines + 1 && problem.place.column >= 1);
  }
  return 0;
}
