#include "base/error.h"

#include <cstdio>
#include <cstdlib>

namespace kalends {

const char* to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::transient: return "transient";
    case ErrorKind::rate_limited: return "rate_limited";
    case ErrorKind::unauthorized: return "unauthorized";
    case ErrorKind::forbidden: return "forbidden";
    case ErrorKind::not_found: return "not_found";
    case ErrorKind::stale: return "stale";
    case ErrorKind::invalid: return "invalid";
    case ErrorKind::unsupported: return "unsupported";
    case ErrorKind::corrupt: return "corrupt";
    case ErrorKind::cancelled: return "cancelled";
  }
  return "invalid";
}

Error Error::within(const std::string& context) && {
  return Error{kind, context + ": " + message, retry_after_ms};
}

void check_failed(const char* file, int line, const char* what) {
  std::fprintf(stderr, "kalends: internal check failed at %s:%d: %s\n", file, line, what);
  std::abort();
}

}  // namespace kalends
