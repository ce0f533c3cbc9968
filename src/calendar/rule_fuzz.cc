// Any bytes as a recurrence rule: a sentence or a rule whose text reads back as the same rule, and whose starts ascend, end
// within the steps allowed, and are the same from wherever the look begins. The first byte chooses the event's time.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "calendar/occurrences.h"
#include "calendar/test_zone.h"

namespace {

using namespace kalends;
using namespace kalends::calendar;

constexpr std::size_t kStarts = 200;
constexpr ExpansionLimits kLimits{kStarts, 200'000};

struct Starts {
  std::vector<LocalTime> times;
  bool whole = false;  // neither refused nor cut
};

Starts starts_from(const Rule& rule, LocalTime start, TimeKind kind, const Zone& zone, LocalTime not_before) {
  Starts out;
  const auto result = expand(
      rule, start, kind, &zone, not_before,
      [&](LocalTime at) {
        out.times.push_back(at);
        return out.times.size() < kStarts;
      },
      kLimits);
  KALENDS_CHECK(result || !result.error().message.empty());
  out.whole = result.has_value();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const OnlyUtc zones;
  if (size == 0) return 0;
  const auto kind = static_cast<TimeKind>(data[0] % 3);
  const LocalTime start = *parse_local_time(kind == TimeKind::all_day ? "2024-02-29T00:00:00"
                                            : data[0] % 2 != 0        ? "2024-02-29T09:30:15"
                                                                      : "1999-12-31T23:59:59");
  const auto rule = parse_rule({reinterpret_cast<const char*>(data + 1), size - 1});
  if (!rule) {
    KALENDS_CHECK(!rule.error().message.empty());
    return 0;
  }
  const auto again = parse_rule(to_string(*rule));
  KALENDS_CHECK(again && *again == *rule && to_string(*again) == to_string(*rule));
  KALENDS_CHECK(!describe(*rule).empty());

  const Starts all = starts_from(*rule, start, kind, zones.utc(), start);
  for (std::size_t i = 1; i < all.times.size(); ++i) KALENDS_CHECK(all.times[i - 1] < all.times[i]);
  if (!all.whole || all.times.size() < 2) return 0;
  const std::size_t half = all.times.size() / 2;
  const Starts later = starts_from(*rule, start, kind, zones.utc(), all.times[half]);
  if (!later.whole) return 0;
  for (std::size_t i = half; i < all.times.size(); ++i)
    KALENDS_CHECK(i - half < later.times.size() && later.times[i - half] == all.times[i]);
  return 0;
}
