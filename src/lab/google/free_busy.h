// The freebusy resource: when calendars are taken.
#pragma once

#include "lab/google/service.h"

namespace kalends::lab::google {

// What a calendar refuses stands beside it inside of a 200.
Outcome<Answer> query_free_busy(Service& service, const Call& call);

}  // namespace kalends::lab::google
