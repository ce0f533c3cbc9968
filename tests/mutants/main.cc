// Proves that the tests find bugs: switches each deliberate bug on in turn and runs the suites, cheapest first, until one
// fails. A bug that no suite finds is a failure, and so is a suite that fails without any bug.
//
//   test_mutants [--seeds=N]           every bug, until the first suite finds it
//   test_mutants --only=NAME           that one
//   test_mutants --all                 every bug against every suite, as a table
//   test_mutants --list                what each bug breaks
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "registry.h"
#include "suite.h"

namespace kalends::mutants {
namespace {

constexpr int kDefaultSeeds = 150;

struct Options {
  std::string only;
  int seeds = kDefaultSeeds;
  bool all = false;
  bool list = false;
};

std::optional<Options> read(int count, char** arguments) {
  Options out;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--all") {
      out.all = true;
    } else if (argument == "--list") {
      out.list = true;
    } else if (argument.starts_with("--only=")) {
      out.only = argument.substr(7);
    } else if (argument.starts_with("--seeds=")) {
      const auto seeds = parse_integer(argument.substr(8));
      if (!seeds || *seeds < 1 || *seeds > 1'000'000) return std::nullopt;
      out.seeds = static_cast<int>(*seeds);
    } else {
      return std::nullopt;
    }
  }
  return out;
}

// Whether the suites pass as the code stands: a suite that always fails finds every bug.
bool all_is_well(const std::vector<Suite>& all, int seeds, double& cpu_s) {
  bool well = true;
  for (const Suite& suite : all) {
    if (suite.name == "exhaustive") continue;  // run by test_sync; here only for bugs that nothing else finds
    const Verdict verdict = run(suite, Mutant::none, seeds);
    cpu_s += verdict.cpu_s;
    if (!verdict.killed_by) continue;
    fmt::print("{} fails without any bug: {}\n", suite.name, *verdict.killed_by);
    well = false;
  }
  return well;
}

int run_all(const Options& options) {
  const std::vector<Suite> all = suites();
  double cpu_s = 0;
  if (!all_is_well(all, options.seeds, cpu_s)) return 1;
  std::map<std::string, int> kills;
  int tried = 0, survived = 0;
  for (const Entry& entry : registry()) {
    if (!options.only.empty() && options.only != entry.name) continue;
    ++tried;
    bool found = false;
    for (const Suite& suite : all) {
      if (found && !options.all) break;
      const Verdict verdict = run(suite, entry.mutant, options.seeds);
      cpu_s += verdict.cpu_s;
      if (options.all || verdict.killed_by)
        fmt::print("{:36} {:11} {:6.2f} s  {}\n", entry.name, suite.name, verdict.cpu_s,
                   verdict.killed_by.value_or("-").substr(0, 160));
      if (verdict.killed_by && (!found || options.all)) ++kills[suite.name];
      found = found || verdict.killed_by;
      std::fflush(stdout);
    }
    if (found) continue;
    ++survived;
    fmt::print("{:36} SURVIVED   {}\n", entry.name, entry.breaks);
  }
  for (const Suite& suite : all) fmt::print("{} found {}\n", suite.name, kills[suite.name]);
  fmt::print("{} of {} deliberate bugs were found, {:.0f} CPU seconds\n", tried - survived, tried, cpu_s);
  return survived == 0 && tried > 0 ? 0 : 1;
}

}  // namespace
}  // namespace kalends::mutants

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  ::setenv("RC_PARAMS", "seed=1", 0);  // properties try the same cases each time
  const auto options = kalends::mutants::read(count, arguments);
  if (!options) {
    fmt::print(stderr, "usage: {} [--seeds=N] [--only=NAME] [--all] | --list\n", arguments[0]);
    return 2;
  }
  if (options->list) {
    for (const auto& entry : kalends::mutants::registry()) fmt::print("{:36} {}\n", entry.name, entry.breaks);
    return 0;
  }
  return kalends::mutants::run_all(*options);
}
