// One function for each command: it does the work, prints the answer and gives the exit code.
#pragma once

#include <functional>

#include "app/cli.h"
#include "app/config.h"
#include "app/console.h"
#include "app/machine.h"
#include "app/wiring.h"

namespace kalends::app {

struct Desk {
  const Invocation& invocation;
  Console& console;
  Machine& machine;
  TerminalProgress& progress;
};

Exit run_sync(Desk& desk);
Exit run_plan(Desk& desk);
Exit run_status(Desk& desk);
Exit run_conflicts(Desk& desk);
Exit run_resolve(Desk& desk);
Exit run_held(Desk& desk);
Exit run_decide(Desk& desk);  // approve and reject
Exit run_log(Desk& desk);
Exit run_undo(Desk& desk);
Exit run_why(Desk& desk);
Exit run_events(Desk& desk);
Exit run_occurrences(Desk& desk);
Exit run_import(Desk& desk);
Exit run_export(Desk& desk);
Exit run_convert(Desk& desk);
Exit run_doctor(Desk& desk);
Exit run_backup(Desk& desk);
Exit run_restore(Desk& desk);
Exit run_verify(Desk& desk);
Exit run_lab(Desk& desk);
Exit serve_lab(Desk& desk);  // lab serve
Exit run_completion(Desk& desk);

// The configuration, or its problems told and exit code 2.
std::expected<Config, Exit> load_config(Desk& desk);

// Loads the configuration, wires it and calls `work`; what fails on the way is told.
Exit with_wiring(Desk& desk, Access access, const std::function<Exit(Wiring&, const Config&)>& work,
                 Belief belief = Belief::at_once);

// Says so where no link ties calendars together; sync, plan and status have nothing to tell then.
void note_missing_links(Desk& desk, const Config& config);

// The id of a configured calendar, or exit code 2 with the nearest right spelling.
std::expected<CalendarId, Exit> calendar_named(Desk& desk, const Config& config, const std::string& name);

// A positive number of a person's making ("12", "#12"), or exit code 2.
std::expected<std::int64_t, Exit> number_of(Desk& desk, const std::string& text, const std::string& what);

}  // namespace kalends::app
