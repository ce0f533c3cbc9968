// Push channels: watch and stop, and what is posted when something changes.
#pragma once

#include "lab/google/service.h"

namespace kalends::lab::google {

// `calendar` is "" for the account's list of calendars.
Outcome<Answer> watch(Service& service, const Call& call, const std::string& calendar);
Outcome<Answer> stop_channel(Service& service, const Call& call);

}  // namespace kalends::lab::google
