// The [[link]] tables of the configuration.
#pragma once

#include <vector>

#include "app/config.h"
#include "app/toml.h"

namespace kalends::app {

// Reads one table and appends its link to config.links; what is wrong goes to `problems`. The calendars must be read.
void read_link(const TomlValue& value, Config& config, std::vector<Problem>& problems);

}  // namespace kalends::app
