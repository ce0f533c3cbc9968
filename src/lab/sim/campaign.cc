#include "lab/sim/campaign.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "lab/sim/history.h"
#include "lab/sim/shrink.h"

namespace kalends::lab {
namespace {

struct OfSeed {
  Failed failed;
  std::vector<std::string> trace;
  std::uint64_t steps = 0, points = 0;
};

OfSeed run_seed(const Campaign& campaign, std::uint64_t seed) {
  OfSeed out;
  out.failed.seed = seed;
  History history = draw_history(seed, campaign.steps);
  if (campaign.keep) history = history.only(*campaign.keep);
  Outcome first = run(history, campaign.flaw);
  const Outcome again = run(history, campaign.flaw);
  out.steps = 2 * history.steps.size();
  out.points = first.points + again.points;
  out.failed.failures = first.failures;
  if (first.digest != again.digest) out.failed.failures.push_back("replay: the same seed ran differently");
  if (campaign.shrink && !first.failures.empty())
    out.failed.kept = shrink(history, first.failures.front(),
                             [&](const History& part) { return run(part, campaign.flaw); });
  if (campaign.trace) out.trace = std::move(first.trace);
  return out;
}

}  // namespace

Tally run_campaign(const Campaign& campaign,
                   const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  const auto began = std::chrono::steady_clock::now();
  Tally tally;
  std::map<std::uint64_t, OfSeed> ended;
  std::mutex mutex;
  std::uint64_t next = 0;
  const auto work = [&] {
    for (;;) {
      std::uint64_t seed = 0;
      {
        const std::lock_guard lock(mutex);
        if (next == campaign.seeds || (campaign.stop && campaign.stop())) return;
        seed = campaign.from + next++;
      }
      OfSeed one = run_seed(campaign, seed);
      const std::lock_guard lock(mutex);
      ++tally.seeds;
      tally.steps += one.steps;
      tally.points += one.points;
      if (!one.failed.failures.empty() || campaign.trace) ended.emplace(seed, std::move(one));
      if (progress)
        progress(tally.seeds, static_cast<std::uint64_t>(std::ranges::count_if(ended, [](const auto& each) {
                   return !each.second.failed.failures.empty();
                 })));
    }
  };
  {
    const std::size_t cores = std::max<std::size_t>(1, std::thread::hardware_concurrency());
    const std::size_t size =
        std::min<std::size_t>(campaign.threads > 0 ? campaign.threads : cores, campaign.seeds);
    std::vector<std::jthread> others;
    for (std::size_t n = 1; n < size; ++n) others.emplace_back(work);
    work();
  }
  for (auto& [seed, one] : ended) {
    if (!one.failed.failures.empty()) tally.failed.push_back(std::move(one.failed));
    std::ranges::move(one.trace, std::back_inserter(tally.trace));
  }
  tally.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return tally;
}

}  // namespace kalends::lab
