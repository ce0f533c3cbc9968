// sync and plan: one cycle, made or only meant.
#include <fmt/format.h>

#include <algorithm>

#include "app/commands/commands.h"
#include "app/commands/watching.h"
#include "app/views_json.h"
#include "app/words.h"

namespace kalends::app {
namespace {

// The question that a first run waits with: shows its plan, and on a yes runs the cycle that was asked for.
Result<engine::RunReport> ask_first_run(Desk& desk, Wiring& wiring, engine::RunReport report) {
  std::vector<engine::HeldView> held = TRY(wiring.engine().held());
  std::erase_if(held, [](const engine::HeldView& view) { return view.kind != "first_run"; });
  if (held.empty()) return report;
  for (const engine::HeldView& view : held) print_held(desk.console, view, desk.machine.local_zone(), false);
  desk.console.line();
  if (!desk.console.confirm("This is the first run. Make these changes?")) {
    desk.console.line(
        "Nothing was written. \"kalends sync\" asks again; \"kalends sync --yes\" answers yes.");
    return report;
  }
  TerminalProgress progress;
  return wiring.engine().sync({.yes = true});
}

Exit tell(Desk& desk, const Result<engine::RunReport>& report) {
  if (!report) return desk.console.fail(report.error());
  desk.console.answer(to_json(*report));
  print_report(desk.console, *report, desk.invocation.all);
  return exit_of(*report);
}

Exit sync_once(Desk& desk, Wiring& wiring) {
  Result<engine::RunReport> report = wiring.engine().sync({.yes = desk.invocation.yes});
  const bool may_ask = desk.console.interactive() && !desk.console.json() && !desk.invocation.yes;
  if (report && report->held_waiting > 0 && may_ask) report = ask_first_run(desk, wiring, std::move(*report));
  return tell(desk, report);
}

}  // namespace

Exit run_sync(Desk& desk) {
  TerminalProgress progress;
  const auto work = [&](Wiring& wiring, const Config& config) {
    if (config.links.empty())
      desk.console.note("The configuration has no [[link]], so nothing is copied between calendars.");
    return desk.invocation.watch ? keep_watching(desk, wiring, config) : sync_once(desk, wiring);
  };
  return with_wiring(desk, Access::write, work, &progress);
}

Exit run_plan(Desk& desk) {
  TerminalProgress progress;
  const auto work = [&](Wiring& wiring, const Config&) { return tell(desk, wiring.engine().plan()); };
  return with_wiring(desk, Access::write, work, &progress);
}

}  // namespace kalends::app
