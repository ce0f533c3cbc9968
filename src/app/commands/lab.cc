// The engine's own proof: the simulation, by seed.
#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/words.h"
#include "base/text.h"
#include "lab/sim/campaign.h"

namespace kalends::app {
namespace {

constexpr std::size_t kShownFailures = 8;

std::optional<std::set<std::size_t>> read_steps(const std::string& text) {
  std::set<std::size_t> out;
  for (const auto part : split(text, ',')) {
    const auto number = parse_integer(trim(part));
    if (!number || *number < 1) return std::nullopt;
    out.insert(static_cast<std::size_t>(*number));
  }
  return out;
}

std::string listed(const std::set<std::size_t>& steps) { return fmt::format("{}", fmt::join(steps, ",")); }

// What to type to see it again.
std::string replay(const Invocation& invocation, const lab::Failed& failed) {
  std::string out = fmt::format("kalends lab run --seed {}", failed.seed);
  if (invocation.steps > 0) out += fmt::format(" --steps {}", invocation.steps);
  if (failed.kept)
    out += " --keep " + listed(*failed.kept);
  else if (!invocation.keep.empty())
    out += " --keep " + invocation.keep;
  return out + " --trace";
}

void tell(Desk& desk, const lab::Failed& failed) {
  desk.console.line(fmt::format("Seed {} failed.", failed.seed));
  for (std::size_t n = 0; n < failed.failures.size() && n < kShownFailures; ++n)
    desk.console.line("  " + printable(failed.failures[n]));
  if (failed.failures.size() > kShownFailures)
    desk.console.line(fmt::format("  and {} more", failed.failures.size() - kShownFailures));
  if (failed.kept) desk.console.line(fmt::format("  {} are enough.", counted(failed.kept->size(), "step")));
  desk.console.line("  Replay: " + replay(desk.invocation, failed));
}

Json to_json(const Invocation& invocation, const lab::Tally& tally) {
  const auto per_second = [&](std::uint64_t count) {
    return static_cast<std::int64_t>(static_cast<double>(count) / tally.seconds);
  };
  Json failures = Json::array();
  for (const auto& failed : tally.failed) {
    Json entry = Json::object();
    entry.set("seed", static_cast<std::int64_t>(failed.seed));
    Json sentences = Json::array();
    for (const auto& sentence : failed.failures) sentences.push(sentence);
    entry.set("failures", std::move(sentences)).set("replay", replay(invocation, failed));
    if (failed.kept) {
      Json kept = Json::array();
      for (const std::size_t step : *failed.kept) kept.push(step);
      entry.set("kept", std::move(kept));
    }
    failures.push(std::move(entry));
  }
  Json out = Json::object();
  out.set("seeds", static_cast<std::int64_t>(tally.seeds))
      .set("steps", static_cast<std::int64_t>(tally.steps))
      .set("points", static_cast<std::int64_t>(tally.points))
      .set("seconds", tally.seconds)
      .set("seeds_per_second", per_second(tally.seeds))
      .set("steps_per_second", per_second(tally.steps))
      .set("points_per_second", per_second(tally.points))
      .set("failed", std::move(failures));
  if (invocation.trace) {
    Json trace = Json::array();
    for (const auto& line : tally.trace) trace.push(line);
    out.set("trace", std::move(trace));
  }
  return out;
}

}  // namespace

Exit run_lab(Desk& desk) {
  const Invocation& invocation = desk.invocation;
  lab::Campaign campaign;
  campaign.from = static_cast<std::uint64_t>(invocation.seed > 0 ? invocation.seed : invocation.first_seed);
  campaign.seeds = invocation.seed > 0 ? 1 : static_cast<std::uint64_t>(invocation.seeds);
  campaign.steps = static_cast<std::size_t>(invocation.steps);
  campaign.shrink = invocation.shrink;
  campaign.trace = invocation.trace;
  if (!invocation.keep.empty()) {
    campaign.keep = read_steps(invocation.keep);
    if (!campaign.keep)
      return desk.console.fail(
          Exit::usage, "usage",
          fmt::format("--keep takes numbers of steps like 3,7,12, not \"{}\".", printable(invocation.keep)));
  }
  campaign.stop = [&] { return desk.machine.stop().requested(); };
  const lab::Tally tally = lab::run_campaign(campaign, [&](std::uint64_t done, std::uint64_t failed) {
    desk.progress.update(failed > 0 ? fmt::format("{} failed, seeds run", failed) : "seeds run", done,
                         campaign.seeds);
  });
  desk.progress.clear();
  if (campaign.keep && tally.steps == 0 && tally.seeds > 0)
    return desk.console.fail(
        Exit::usage, "usage",
        fmt::format(
            "--keep {} names no step of the history of seed {}; \"kalends lab run --seed {} --trace\" "
            "shows its steps.",
            invocation.keep, invocation.seed, invocation.seed));
  desk.console.answer(to_json(invocation, tally));
  for (const auto& line : tally.trace) desk.console.line(printable(line));
  for (const auto& failed : tally.failed) tell(desk, failed);
  const auto per_second = [&](std::uint64_t count) { return static_cast<double>(count) / tally.seconds; };
  desk.console.line(
      fmt::format("{} of {} passed, each run twice, in {:.1f} s: {:.0f} seeds, {:.0f} steps and {:.0f} "
                  "points of switching per second.",
                  tally.seeds - tally.failed.size(), counted(tally.seeds, "seed"), tally.seconds,
                  per_second(tally.seeds), per_second(tally.steps), per_second(tally.points)));
  if (tally.seeds < campaign.seeds) desk.console.note("Stopped before all seeds were run.");
  return tally.failed.empty() && tally.seeds == campaign.seeds ? Exit::done : Exit::failed;
}

}  // namespace kalends::app
