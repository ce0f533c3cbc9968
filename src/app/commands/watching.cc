#include "app/commands/watching.h"
namespace kalends::app {
Exit keep_watching(Desk&, Wiring&, const Config&) { return Exit::failed; }
}  // namespace kalends::app
