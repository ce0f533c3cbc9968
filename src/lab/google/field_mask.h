// Partial responses: the `fields` parameter, "items(id,start/dateTime),nextPageToken".
#pragma once

#include <string_view>

#include "lab/google/answer.h"

namespace kalends::lab::google {

// What the mask leaves of the document; arrays are looked through. invalidParameter for a mask that cannot be read.
Outcome<Json> masked(const Json& document, std::string_view mask);

}  // namespace kalends::lab::google
