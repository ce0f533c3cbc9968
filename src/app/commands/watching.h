// sync --watch: stay, and sync whenever there is reason to.
#pragma once

#include "app/commands/commands.h"

namespace kalends::app {

// Syncs now, then within a second of a change in a vault, and every --interval seconds for the rest, until the process
// is asked to stop. A note that went missing is believed to be deleted only after a while: tools rename and save by
// deleting and creating. Prints each report that says something; in JSON mode one object a line for every cycle.
Exit keep_watching(Desk& desk, Wiring& wiring, const Config& config);

}  // namespace kalends::app
