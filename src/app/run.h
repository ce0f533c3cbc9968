// The whole program behind main.
#pragma once

namespace kalends::app {

// Parses the command line, runs the command and gives the process's exit code.
int run(int argc, const char* const* argv);

}  // namespace kalends::app
