// Recurrence with zones beside libical on the rules of recurrence_mix.txt: every occurrence of thirty years, each with its
// instant. Then what a calendar asks for all day, one week of a series, near its start and deep inside it. items/s are
// occurrences, or weeks.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <libical/ical.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "calendar/occurrences.h"
#include "calendar/wall_clock.h"
#include "calendar/when_text.h"
#include "system/zone_files.h"

namespace {

using namespace kalends::calendar;

struct Series {
  std::string zone, start, rule;
};

std::int64_t utc(const char* text) { return parse_local_time(text)->seconds; }

const Range kThirtyYears{utc("2001-01-01T00:00:00"), utc("2031-01-01T00:00:00")};

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(1);
}

std::vector<Series> mix() {
  std::ifstream in(KALENDS_SOURCE_DIR "/bench/recurrence_mix.txt");
  std::vector<Series> out;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    Series one;
    words >> one.zone >> one.start >> one.rule;
    out.push_back(one);
  }
  if (out.empty()) give_up("bench/recurrence_mix.txt holds no rules");
  return out;
}

Event event_of(const Series& series) {
  Event event;
  event.when = *parse_when(fmt::format("zoned {} PT1H {}", series.start, series.zone));
  event.recurrence.rules = {*parse_rule(series.rule)};
  return event;
}

// How many occurrences there are and the sum of their starts: what both implementations must agree on.
struct Sum {
  std::int64_t count = 0, seconds = 0;
  bool operator==(const Sum&) const = default;
};

// The same work as libical's iterator: each start of the rule, and its instant.
Sum sum_of(const Event& event, const kalends::system::ZoneFiles& zones) {
  Sum sum;
  const Zone* zone = zones.find(event.when.zone);
  WallClock clock(*zone);
  auto done = expand(event.recurrence.rules.front(), event.when.start, TimeKind::zoned, zone,
                     event.when.start, [&](LocalTime start) {
                       std::int64_t at = clock.to_utc(start.seconds);
                       if (at >= kThirtyYears.to_utc) return false;
                       ++sum.count;
                       sum.seconds += at;
                       return true;
                     });
  if (!done) give_up(done.error().message);
  return sum;
}

// More than that: whole occurrences in a list, with their ends, as the program gives them.
Sum sum_of_occurrences(const Event& event, const kalends::system::ZoneFiles& zones) {
  Sum sum;
  auto found = occurrences(event, kThirtyYears, zones, *zones.find("UTC"));
  if (!found) give_up(found.error().message);
  for (const Occurrence& one : *found) {
    ++sum.count;
    sum.seconds += one.start_utc;
  }
  return sum;
}

Sum sum_by_libical(const Series& series, icaltimezone* zone) {
  std::string start = series.start;
  std::erase_if(start, [](char c) { return c == '-' || c == ':'; });
  icaltimetype first = icaltime_from_string(start.c_str());
  icaltime_set_timezone(&first, zone);
  icalrecurrencetype rule = icalrecurrencetype_from_string(series.rule.c_str());
  icalrecur_iterator* iterator = icalrecur_iterator_new(rule, first);
  Sum sum;
  for (;;) {
    icaltimetype next = icalrecur_iterator_next(iterator);
    if (icaltime_is_null_time(next)) break;
    std::int64_t at = icaltime_as_timet_with_zone(next, zone);
    if (at >= kThirtyYears.to_utc) break;
    ++sum.count;
    sum.seconds += at;
  }
  icalrecur_iterator_free(iterator);
  return sum;
}

void by_kalends(benchmark::State& state, const Series& series) {
  kalends::system::ZoneFiles zones;
  Event event = event_of(series);
  std::int64_t count = sum_of(event, zones).count;
  for (auto _ : state) benchmark::DoNotOptimize(sum_of(event, zones));
  state.SetItemsProcessed(state.iterations() * count);
}

void whole_by_kalends(benchmark::State& state, const Series& series) {
  kalends::system::ZoneFiles zones;
  Event event = event_of(series);
  Sum sum = sum_of(event, zones);
  if (sum != sum_of_occurrences(event, zones)) state.SkipWithError("the two do not agree");
  for (auto _ : state) benchmark::DoNotOptimize(sum_of_occurrences(event, zones));
  state.SetItemsProcessed(state.iterations() * sum.count);
}

void by_libical(benchmark::State& state, const Series& series) {
  icaltimezone* zone = icaltimezone_get_builtin_timezone(series.zone.c_str());
  kalends::system::ZoneFiles zones;
  Sum sum = sum_by_libical(series, zone);
  if (sum != sum_of(event_of(series), zones)) state.SkipWithError("the two do not agree");
  for (auto _ : state) benchmark::DoNotOptimize(sum_by_libical(series, zone));
  state.SetItemsProcessed(state.iterations() * sum.count);
}

// One week, `years` after the series began.
void week(benchmark::State& state, const char* rule, int years) {
  kalends::system::ZoneFiles zones;
  Event event = event_of({"Europe/Berlin", "2001-01-05T09:00:00", rule});
  std::int64_t from = utc(fmt::format("{}-03-05T00:00:00", 2001 + years).c_str());
  Range range{from, from + 7 * 86400};
  const Zone& viewer = *zones.find("UTC");
  std::size_t found = occurrences(event, range, zones, viewer)->size();
  if (found == 0) state.SkipWithError("there is nothing in that week");
  for (auto _ : state) benchmark::DoNotOptimize(occurrences(event, range, zones, viewer));
  state.SetItemsProcessed(state.iterations());
}

}  // namespace

int main(int argc, char** argv) {
  for (const Series& series : mix()) {
    std::string name = series.zone + " " + series.rule;
    benchmark::RegisterBenchmark(("kalends " + name).c_str(), by_kalends, series);
    benchmark::RegisterBenchmark(("occurrences " + name).c_str(), whole_by_kalends, series);
    benchmark::RegisterBenchmark(("libical " + name).c_str(), by_libical, series);
  }
  for (const char* rule : {"FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=DAILY;COUNT=30000",
                           "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=9000", "FREQ=HOURLY;BYHOUR=9,17"})
    for (int years : {0, 25, 50})
      benchmark::RegisterBenchmark(fmt::format("week {} {}", years, rule).c_str(), week, rule, years);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
