// iCalendar beside libical, on the same generated text: parsing to lines and components, which is what libical's parser
// gives; parsing on to whole events, which libical leaves to its caller; and writing. items/s are events.
#include <benchmark/benchmark.h>
#include <libical/ical.h>

#include <cstdio>
#include <cstdlib>

#include "ical/line.h"
#include "ical/text.h"
#include "many_events.h"
#include "system/zone_files.h"

namespace {

using namespace kalends;

constexpr int kEvents = 10'000;

const std::string& text() {
  static const std::string all = bench::many_events(kEvents);
  return all;
}

void count_events(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * kEvents);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text().size()));
}

void parse_components_kalends(benchmark::State& state) {
  for (auto _ : state) {
    auto document = ical::scan(text(), {});
    if (!document) state.SkipWithError(document.error().message.c_str());
    benchmark::DoNotOptimize(document);
  }
  count_events(state);
}
BENCHMARK(parse_components_kalends);

void parse_components_libical(benchmark::State& state) {
  for (auto _ : state) {
    icalcomponent* calendar = icalparser_parse_string(text().c_str());
    if (calendar == nullptr) state.SkipWithError("libical did not parse it");
    icalcomponent_free(calendar);
  }
  count_events(state);
}
BENCHMARK(parse_components_libical);

void parse_events_kalends(benchmark::State& state) {
  system::ZoneFiles zones;
  for (auto _ : state) {
    auto reading = ical::read(text(), zones);
    if (!reading || reading->events.size() != kEvents || !reading->broken.empty())
      state.SkipWithError("an event was not read");
    benchmark::DoNotOptimize(reading);
  }
  count_events(state);
}
BENCHMARK(parse_events_kalends);

void write_kalends(benchmark::State& state) {
  system::ZoneFiles zones;
  std::vector<calendar::Event> events;
  for (auto& one : ical::read(text(), zones)->events) events.push_back(std::move(one.event));
  for (auto _ : state) benchmark::DoNotOptimize(ical::write(events, zones, {}));
  count_events(state);
}
BENCHMARK(write_kalends);

void write_libical(benchmark::State& state) {
  icalcomponent* calendar = icalparser_parse_string(text().c_str());
  for (auto _ : state) {
    char* out = icalcomponent_as_ical_string_r(calendar);
    benchmark::DoNotOptimize(out);
    std::free(out);
  }
  icalcomponent_free(calendar);
  count_events(state);
}
BENCHMARK(write_libical);

}  // namespace

BENCHMARK_MAIN();
