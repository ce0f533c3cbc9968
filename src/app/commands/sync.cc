// sync and plan: one cycle, made or only meant.
#include <fmt/format.h>

#include "app/commands/cycle.h"
#include "app/commands/watching.h"
#include "app/views_json.h"
#include "app/words.h"

namespace kalends::app {

Result<engine::RunReport> run_cycle(Desk& desk, Wiring& wiring) {
  const bool yes = desk.invocation.yes;
  engine::RunReport report = TRY(wiring.engine().sync({.yes = yes}));
  desk.progress.clear();
  if (yes || report.held_waiting == 0 || desk.console.json() || !desk.console.interactive()) return report;

  std::vector<engine::HeldView> held = TRY(wiring.engine().held());
  std::erase_if(held, [](const engine::HeldView& view) { return view.kind != "first_run"; });
  if (held.empty()) return report;
  for (const engine::HeldView& view : held)
    print_held(desk.console, view, desk.machine.local_zone(), desk.invocation.all);
  desk.console.line();
  if (desk.console.confirm("This is the first run. Make these changes?"))
    return wiring.engine().sync({.yes = true});
  desk.console.line("Nothing was written. \"kalends sync\" asks again; \"kalends sync --yes\" answers yes.");
  report.moves.clear();  // they were just shown
  return report;
}

Exit tell(Desk& desk, const Result<engine::RunReport>& report) {
  desk.progress.clear();
  if (!report) return desk.console.fail(report.error());
  const calendar::Zone& zone = desk.machine.local_zone();
  if (desk.console.json()) desk.console.answer(to_json(*report, zone));
  print_report(desk.console, zone, *report, desk.invocation.all);
  return exit_of(*report);
}

Exit run_sync(Desk& desk) {
  const bool watch = desk.invocation.watch;
  const auto work = [&](Wiring& wiring, const Config& config) {
    note_missing_links(desk, config);
    return watch ? keep_watching(desk, wiring, config) : tell(desk, run_cycle(desk, wiring));
  };
  return with_wiring(desk, Access::write, work, watch ? Belief::settled : Belief::at_once);
}

Exit run_plan(Desk& desk) {
  return with_wiring(desk, Access::trial, [&](Wiring& wiring, const Config& config) {
    note_missing_links(desk, config);
    return tell(desk, wiring.engine().plan());
  });
}

}  // namespace kalends::app
