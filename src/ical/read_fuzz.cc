// Whatever the bytes are: no crash, facts that read back, a patch without a change that changes no byte, and a patch
// with one that shows it.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "calendar/test_zone.h"
#include "ical/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kalends;
  static const calendar::OnlyUtc zones;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto reading = ical::read(text, zones, ical::Limits{1u << 18, 1u << 12, 1000, 8});
  if (!reading) return 0;
  for (const auto& one : reading->events) {
    auto facts = calendar::to_facts(one.event);
    auto back = calendar::from_facts(facts);
    KALENDS_CHECK(back && calendar::to_facts(*back) == facts);
    KALENDS_CHECK(ical::read(ical::write({one.event}, zones, {}), zones).has_value());
    if (reading->events.size() != 1 || !reading->broken.empty()) continue;
    auto same = ical::patch(text, facts, facts, zones, Instant{});
    KALENDS_CHECK(!same || *same == text);
    auto changed = facts;
    changed.set("title", "Neu");
    auto patched = ical::patch(text, facts, changed, zones, Instant{});
    if (!patched) continue;
    auto again = ical::read(*patched, zones);
    KALENDS_CHECK(again && again->events.size() == 1 && again->events[0].event.title == "Neu");
  }
  return 0;
}
