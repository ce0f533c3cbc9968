// The simulation as a program.
//
//   test_sim [--seeds=N] [--from=N]     runs N seeds, each twice; exit 1 when one fails
//   test_sim --seed=N [--trace]         runs that one, and prints what happened
#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "lab/sim/run.h"

namespace {

constexpr long long kDefaultSeeds = 300;
constexpr int kShownFailures = 8;

std::optional<long long> number(std::string_view argument, std::string_view name) {
  return argument.starts_with(name) ? kalends::parse_integer(argument.substr(name.size())) : std::nullopt;
}

bool run_one(const char* program, std::uint64_t seed, bool trace) {
  auto first = kalends::lab::run(seed);
  const auto again = kalends::lab::run(seed);
  if (first.digest != again.digest) first.failures.push_back("replay: the same seed ran differently");
  if (trace)
    for (const auto& line : first.trace) fmt::print("{}\n", line);
  if (first.failures.empty()) return true;
  fmt::print("seed {} failed; replay it with: {} --seed={} --trace\n", seed, program, seed);
  int shown = 0;
  for (const auto& failure : first.failures) {
    if (++shown > kShownFailures) break;
    fmt::print("  {}\n", failure);
  }
  if (first.failures.size() > kShownFailures)
    fmt::print("  and {} more\n", first.failures.size() - kShownFailures);
  return false;
}

}  // namespace

int main(int count, char** arguments) {
  long long seeds = kDefaultSeeds, from = 1;
  bool trace = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--trace") {
      trace = true;
    } else if (const auto one = number(argument, "--seed=")) {
      from = *one;
      seeds = 1;
    } else if (const auto many = number(argument, "--seeds=")) {
      seeds = *many;
    } else if (const auto start = number(argument, "--from=")) {
      from = *start;
    } else {
      fmt::print(stderr, "usage: {} [--seeds=N] [--from=N] | --seed=N [--trace]\n", arguments[0]);
      return 2;
    }
  }
  long long failed = 0;
  for (long long seed = from; seed < from + seeds; ++seed)
    if (!run_one(arguments[0], static_cast<std::uint64_t>(seed), trace)) ++failed;
  fmt::print("{} of {} seeds passed\n", seeds - failed, seeds);
  return failed == 0 ? 0 : 1;
}
