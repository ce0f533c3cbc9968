// Any bytes as JSCalendar: a sentence, or events that are the same after being written and read again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "calendar/test_zone.h"
#include "jscalendar/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kalends;
  static const calendar::OnlyUtc zones;
  const auto reading = jscalendar::read({reinterpret_cast<const char*>(data), size}, zones);
  if (!reading) {
    KALENDS_CHECK(!reading.error().message.empty());
    return 0;
  }
  for (const auto& event : reading->events) {
    const std::string once = jscalendar::write({event}, zones);
    const auto back = jscalendar::read(once, zones);
    KALENDS_CHECK(back && back->events.size() == 1 && back->warnings.empty());
    KALENDS_CHECK(calendar::to_facts(back->events.front()) == calendar::to_facts(event));
    KALENDS_CHECK(jscalendar::write(back->events, zones) == once);
  }
  return 0;
}
