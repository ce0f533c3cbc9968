// Whole files in and out, bounded and atomic.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace kalends::app {

// A file's bytes; "-" is standard input. not_found or invalid (too large, empty), with the reason.
Result<std::string> read_file(const std::string& path, std::size_t max_bytes = 64u << 20);

// Writes a file so that a reader finds the old or the new one, never half of it; "-" is standard output. The file keeps
// its mode; a link stays one, and what it leads to is written. invalid for what is there and no file.
Result<void> write_file(const std::string& path, std::string_view bytes);

}  // namespace kalends::app
