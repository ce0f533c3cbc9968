// Push channels: what is told when something changes.
#include "lab/google/service.h"

namespace kalends::lab::google {

void announce(Service&, const Calendar&) {}

}  // namespace kalends::lab::google
