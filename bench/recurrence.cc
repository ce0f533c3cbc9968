// How fast rules expand and how fast wall-clock times become instants. items/s are occurrences.
#include <benchmark/benchmark.h>

#include "calendar/occurrences.h"
#include "calendar/when_text.h"
#include "system/zone_files.h"

namespace {

using namespace kalends::calendar;

const char* const kRules[] = {
    "FREQ=DAILY",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
    "FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR",
    "FREQ=HOURLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9,10,11",
    "FREQ=SECONDLY",
};

// The first 10,000 starts.
void expand_rule(benchmark::State& state) {
  Rule rule = *parse_rule(kRules[state.range(0)]);
  state.SetLabel(kRules[state.range(0)]);
  LocalTime start = *parse_local_time("2001-01-05T09:00:00");
  std::int64_t items = 0;
  for (auto _ : state) {
    int count = 0;
    std::int64_t sum = 0;
    auto done = expand(rule, start, TimeKind::floating, nullptr, start, [&](LocalTime time) {
      sum += time.seconds;
      return ++count < 10'000;
    });
    benchmark::DoNotOptimize(sum);
    benchmark::DoNotOptimize(done);
    items += count;
  }
  state.SetItemsProcessed(items);
}
BENCHMARK(expand_rule)->DenseRange(0, std::size(kRules) - 1);

Event series(const char* zone, const char* rule) {
  Event event;
  event.when = *parse_when(std::string("zoned 2001-01-05T09:00:00 PT1H ") + zone);
  event.recurrence.rules = {*parse_rule(rule)};
  return event;
}

// Occurrences with their instants over forty years.
void occurrences_of_forty_years(benchmark::State& state) {
  kalends::system::ZoneFiles zones;
  Event event = series("Europe/Berlin", kRules[state.range(0)]);
  state.SetLabel(kRules[state.range(0)]);
  Range range{parse_local_time("2001-01-01T00:00:00")->seconds,
              parse_local_time("2041-01-01T00:00:00")->seconds};
  std::int64_t items = 0;
  for (auto _ : state) {
    auto found = occurrences(event, range, zones, *zones.find("UTC"));
    items += static_cast<std::int64_t>(found->size());
  }
  state.SetItemsProcessed(items);
}
BENCHMARK(occurrences_of_forty_years)->DenseRange(0, 2);

// One week of an endless weekly series, twenty-five years on: what a calendar asks for all day. items/s are events.
void one_week_of_a_series(benchmark::State& state) {
  kalends::system::ZoneFiles zones;
  Event event = series("Europe/Berlin", "FREQ=WEEKLY;BYDAY=MO,WE,FR");
  Range range{parse_local_time("2026-03-02T00:00:00")->seconds,
              parse_local_time("2026-03-09T00:00:00")->seconds};
  for (auto _ : state) benchmark::DoNotOptimize(occurrences(event, range, zones, *zones.find("UTC")));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(one_week_of_a_series);

void zone_to_utc(benchmark::State& state) {
  kalends::system::ZoneFiles zones;
  const Zone* berlin = zones.find("Europe/Berlin");
  std::int64_t base =
      parse_local_time(state.range(0) == 0 ? "2026-01-01T00:00:00" : "2060-01-01T00:00:00")->seconds;
  std::int64_t step = 0;
  for (auto _ : state) benchmark::DoNotOptimize(berlin->to_utc({base + (step += 3601) % 300'000'000}));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(zone_to_utc)->Arg(0)->Arg(1);

}  // namespace

BENCHMARK_MAIN();
