// One cycle as a command makes it: with the question that a first run asks, and told to whoever reads.
#pragma once

#include "app/commands/commands.h"

namespace kalends::app {

// Runs a cycle. When a first run waits and a person sits at the terminal, shows its plan, asks, and on a yes runs the
// cycle that was asked for; that cycle's report is the result.
Result<engine::RunReport> run_cycle(Desk& desk, Wiring& wiring);

// Prints the report, or the failure, and gives the exit code for it.
Exit tell(Desk& desk, const Result<engine::RunReport>& report);

}  // namespace kalends::app
