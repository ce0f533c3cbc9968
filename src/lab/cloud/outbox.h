// Messages that a simulated provider would have sent to people. What a test counts: every one of them must have been
// wished by a person.
#pragma once

#include <string>
#include <vector>

#include "base/instant.h"

namespace kalends::lab {

struct Mail {
  Instant at;
  std::string kind;  // "invitation", "update", "cancellation", "reply"
  std::string from;  // the address of the account that wrote
  std::string to;
  std::string calendar;
  std::string event;  // its id at the provider
  std::string title;
  std::string client;  // who held the token that the write was made with
  bool operator==(const Mail&) const = default;
};

// A notification that a simulated provider would have posted to a subscriber's address.
struct Notice {
  Instant at;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

}  // namespace kalends::lab
