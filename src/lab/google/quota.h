// How many requests a minute the service answers, for the whole project and for each of its users.
#pragma once

#include "lab/google/service.h"

namespace kalends::lab::google {

// Counts one request of that account; 403 or 429 with usageLimits when a minute's worth is spent.
Outcome<void> spend(Service& service, const std::string& account);

}  // namespace kalends::lab::google
