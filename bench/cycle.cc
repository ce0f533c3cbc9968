// Whole cycles over many events that did not change, and plans with few that did. Each command is one process, so that
// its peak memory is its own; it prints one line of JSON.
//
//   bench_cycle build FILE CALENDARS EVENTS         makes the store, in sync
//   bench_cycle idle FILE CALENDARS EVENTS [whole]  a cycle without news; `whole`: each look lists every event
//   bench_cycle plan FILE CALENDARS EVENTS CHANGED  the plan for CHANGED edits in the first calendar
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "still_fleet.h"
#include "store/sqlite/store.h"

namespace {

using namespace kalends;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

long peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::strtol(line.c_str() + 6, nullptr, 10);
  return 0;
}

// How long one call took, and what it read.
struct Cost {
  double wall = 0, cpu = 0;
  std::uint64_t statements = 0, rows = 0;
};

template <class Call>
Cost cost_of(store::SqliteStore& store, Call call) {
  auto before = store.work();
  auto start = std::chrono::steady_clock::now();
  double cpu = cpu_seconds();
  call();
  Cost cost;
  cost.cpu = cpu_seconds() - cpu;
  cost.wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  cost.statements = store.work().statements - before.statements;
  cost.rows = store.work().rows - before.rows;
  return cost;
}

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(1);
}

void report(const char* what, std::vector<Cost> costs, std::size_t moves) {
  std::ranges::sort(costs, {}, &Cost::cpu);
  const Cost& median = costs[costs.size() / 2];
  fmt::print(
      "{{\"what\": \"{}\", \"wall_s\": {:.4f}, \"cpu_s\": {:.4f}, \"statements\": {}, \"rows\": {}, "
      "\"moves\": {}, \"peak_mib\": {:.1f}}}\n",
      what, median.wall, median.cpu, median.statements, median.rows, moves,
      static_cast<double>(peak_kib()) / 1024);
}

// Some calendars at a time: the memory of a first sync grows with the events that are new in it.
void build(bench::Fleet& fleet, store::SqliteStore& store) {
  constexpr std::size_t kAtOnce = 100;
  auto& calendars = fleet.calendars();
  auto engine = fleet.engine(store);
  for (auto& calendar : calendars) calendar->show(false);
  std::vector<Cost> costs;
  for (std::size_t from = 0; from < calendars.size(); from += kAtOnce) {
    for (std::size_t i = from; i < std::min(from + kAtOnce, calendars.size()); ++i) calendars[i]->show(true);
    costs.push_back(cost_of(store, [&] {
      auto report = engine.sync({true});
      if (!report) give_up(report.error().message);
      if (!report->errors.empty()) give_up(report->errors.front());
    }));
  }
  Cost all;
  for (const Cost& cost : costs) {
    all.cpu += cost.cpu;
    all.wall += cost.wall;
  }
  report("build", {all}, 0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) give_up("usage: bench_cycle build|idle|plan FILE CALENDARS EVENTS [whole|CHANGED]");
  std::string command = argv[1];
  bench::FleetShape shape;
  shape.calendars = std::strtoul(argv[3], nullptr, 10);
  shape.events = std::strtoul(argv[4], nullptr, 10);
  shape.delta = argc < 6 || std::string_view(argv[5]) != "whole";
  auto store = store::SqliteStore::open(argv[2]);
  if (!store) give_up(store.error().message);
  bench::Fleet fleet(shape);
  if (command == "build") {
    build(fleet, **store);
    return 0;
  }
  std::vector<Cost> costs;
  std::size_t moves = 0;
  if (command == "plan")
    fleet.calendars().front()->change(argc < 6 ? 100 : std::strtoul(argv[5], nullptr, 10));
  auto engine = fleet.engine(**store);
  for (int i = 0; i < (command == "plan" ? 21 : 5); ++i) {
    costs.push_back(cost_of(**store, [&] {
      auto result = command == "plan" ? engine.plan() : engine.sync({});
      if (!result) give_up(result.error().message);
      if (!result->errors.empty()) give_up(result->errors.front());
      moves = result->moves.size();
    }));
  }
  report(command.c_str(), costs, moves);
}
