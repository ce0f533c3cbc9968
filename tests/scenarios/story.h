// One .scn file: commands in, the same commands with what came of them out. The format is in README.md.
#pragma once

#include <string>

#include "base/error.h"

namespace kalends::sync {

// The story told anew: every line of `text` that is no output, each followed by the output it gives now.
// invalid, naming the line, when a command cannot be read.
Result<std::string> tell(const std::string& text);

}  // namespace kalends::sync
