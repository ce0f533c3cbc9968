#include "app/run.h"

#include <fmt/format.h>

#include <exception>

#include "app/cli.h"
#include "app/commands/commands.h"

namespace kalends::app {
namespace {

Exit dispatch(Desk& desk) {
  switch (desk.invocation.command) {
    case Command::sync: return run_sync(desk);
    case Command::plan: return run_plan(desk);
    case Command::status: return run_status(desk);
    case Command::conflicts: return run_conflicts(desk);
    case Command::resolve: return run_resolve(desk);
    case Command::held: return run_held(desk);
    case Command::approve:
    case Command::reject: return run_decide(desk);
    case Command::log: return run_log(desk);
    case Command::undo: return run_undo(desk);
    case Command::why: return run_why(desk);
    case Command::events: return run_events(desk);
    case Command::occurrences: return run_occurrences(desk);
    case Command::import: return run_import(desk);
    case Command::export_: return run_export(desk);
    case Command::convert: return run_convert(desk);
    case Command::doctor: return run_doctor(desk);
    case Command::backup: return run_backup(desk);
    case Command::restore: return run_restore(desk);
    case Command::verify: return run_verify(desk);
    case Command::lab: return desk.invocation.subject == "serve" ? serve_lab(desk) : run_lab(desk);
    case Command::completion: return run_completion(desk);
  }
  return Exit::usage;
}

}  // namespace

int run(int argc, const char* const* argv) {
  const Parsed parsed = parse_command_line(argc, argv);
  Console console(parsed.json);
  if (!parsed.invocation) {
    if (parsed.mistaken) return static_cast<int>(console.fail(Exit::usage, "usage", parsed.text));
    fmt::print("{}\n", parsed.text);
    return 0;
  }
  // Nothing of ours throws; this is for the standard library out of memory or disk.
  try {
    Machine machine;
    TerminalProgress progress;
    Desk desk{*parsed.invocation, console, machine, progress};
    return static_cast<int>(dispatch(desk));
  } catch (const std::exception& error) {
    return static_cast<int>(
        console.fail(Exit::failed, "corrupt", fmt::format("Something broke: {}.", error.what())));
  }
}

}  // namespace kalends::app
