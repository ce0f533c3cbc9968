// The command line as a value: which command, with which options. The only file that knows the command line library is
// cli.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kalends::app {

enum class Command : std::uint8_t {
  sync,
  plan,
  status,
  conflicts,
  resolve,
  held,
  approve,
  reject,
  log,
  undo,
  why,
  events,
  occurrences,
  import,
  export_,
  convert,
  doctor,
  backup,
  restore,
  verify,
  lab,
  completion,
};

struct Invocation {
  Command command = Command::status;
  std::string config = "kalends.toml";
  bool json = false;

  bool watch = false;                  // sync
  bool yes = false;                    // sync, restore
  std::int64_t interval_s = 60;        // sync --watch
  bool all = false;                    // every line; closed conflicts; done held work
  std::string subject;                 // an id, a run, a title, a file, a shell
  std::string target;                  // convert's second file
  std::string take;                    // resolve
  std::string calendar;                // events, import, export
  std::int64_t seed = 0;               // lab: the one seed; 0 = many
  std::int64_t seeds = 100;            // lab
  std::int64_t first_seed = 1;         // lab
  std::int64_t steps = 0;              // lab; 0 = as many as the seed says
  std::string keep;                    // lab: numbers of steps, "3,7,12"
  bool trace = false;                  // lab
  std::string listen = "127.0.0.1:0";  // lab serve
  bool shrink = false;                 // lab
  std::string from, to, zone;          // events, occurrences
  std::int64_t limit = 0;              // occurrences; 0 for all
};

// What a parse gave: a command to run, or text to print and the exit code to leave with.
struct Parsed {
  std::optional<Invocation> invocation;
  std::string
      text;  // help or version for standard output; for a mistake, what is wrong with the command line
  bool mistaken = false;  // text is a mistake
  bool json = false;      // --json was given, even if the rest could not be read
};
Parsed parse_command_line(int argc, const char* const* argv);

// What shell completion needs to know of the command line.
struct Shape {
  struct Part {
    std::string name, summary;
    std::vector<std::string> options;  // long names, "--config"
  };
  std::vector<Part> commands;
};
Shape command_line_shape();

}  // namespace kalends::app
