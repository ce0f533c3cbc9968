// What a calendar or file cannot hold of an event, told field by field from what it would make of the facts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "calendar/facts.h"

namespace kalends::app {

// One field that is not written, or not as it was.
struct Dropped {
  std::string field;  // "attendees", "when"; what the fields of a link are called, and "parameters"
  std::string what;   // in words: "2 attendees"
};

struct Loss {
  std::vector<Dropped> dropped;  // one entry a field
  // Why the event would stand there on days or at times on which it does not take place, as the end of a sentence: "its
  // further dates (RDATE)"; "" when all its dates are right.
  std::string wrong_dates;
};

// `shown` is Provider::project() of `facts`, and not empty.
Loss loss_of(const calendar::Facts& facts, const calendar::Facts& shown);

// "2 attendees, 1 reminder and the location".
std::string in_words(const std::vector<Dropped>& dropped);

}  // namespace kalends::app
