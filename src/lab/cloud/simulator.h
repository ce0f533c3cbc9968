// What a simulated cloud provider is to everything around it: an object that answers one HTTP request at a time, from
// what it holds, its clock and its chance. It keeps no thread and opens no socket; calls come from one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ports/http.h"

namespace kalends::lab {

class Simulator {
 public:
  virtual ~Simulator() = default;

  // Credentials of the request stand in its Authorization header; header names are read without regard to case.
  virtual ports::HttpResponse handle(const ports::HttpRequest& request) = 0;

  // A refusal in this provider's own form, for faults that are injected from outside.
  virtual ports::HttpResponse refusal(int status, std::string_view reason,
                                      std::optional<std::int64_t> retry_after_s) const = 0;
};

// The value of a request's header, nullptr when it has none.
const std::string* header_of(const ports::HttpRequest& request, std::string_view name);

}  // namespace kalends::lab
