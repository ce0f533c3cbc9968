// The simulation as a test program: as many seeds as the ordinary run takes, and failures with the command that replays
// them.
//
//   test_sim [--seeds=N] [--from=N]
#include <fmt/format.h>

#include <cstdio>
#include <string_view>

#include "base/text.h"
#include "lab/sim/campaign.h"

namespace {

constexpr std::size_t kShownFailures = 8;

}  // namespace

int main(int count, char** arguments) {
  kalends::lab::Campaign campaign;
  campaign.seeds = 2'000;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    const auto at = argument.find('=');
    const auto number =
        at == std::string_view::npos ? std::nullopt : kalends::parse_integer(argument.substr(at + 1));
    if (number && argument.starts_with("--seeds=")) {
      campaign.seeds = static_cast<std::uint64_t>(*number);
    } else if (number && argument.starts_with("--from=")) {
      campaign.from = static_cast<std::uint64_t>(*number);
    } else {
      fmt::print(stderr, "usage: {} [--seeds=N] [--from=N]\n", arguments[0]);
      return 2;
    }
  }
  const auto tally = kalends::lab::run_campaign(campaign);
  for (const auto& failed : tally.failed) {
    fmt::print("seed {} failed; replay it with: kalends lab run --seed {} --trace\n", failed.seed,
               failed.seed);
    for (std::size_t n = 0; n < failed.failures.size() && n < kShownFailures; ++n)
      fmt::print("  {}\n", failed.failures[n]);
    if (failed.failures.size() > kShownFailures)
      fmt::print("  and {} more\n", failed.failures.size() - kShownFailures);
  }
  fmt::print(
      "{} of {} seeds passed, each run twice, in {:.1f} s: {:.0f} seeds/s, {:.0f} steps/s, {:.0f} points of "
      "switching/s\n",
      tally.seeds - tally.failed.size(), tally.seeds, tally.seconds,
      static_cast<double>(tally.seeds) / tally.seconds, static_cast<double>(tally.steps) / tally.seconds,
      static_cast<double>(tally.points) / tally.seconds);
  return tally.failed.empty() ? 0 : 1;
}
