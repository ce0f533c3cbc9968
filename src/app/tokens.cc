#include "app/tokens.h"

#include <fmt/format.h>

#include "app/secrets.h"

namespace kalends::app {

Result<std::string> SecretTokens::bearer() {
  if (!secret_)
    return fail(ErrorKind::unauthorized, "no token is configured; add token = { file = \"PATH\" }");
  if (!resolved_) {
    const std::lock_guard lock(asking_);
    resolved_ = TRY(resolve(*secret_));
  }
  return *resolved_;
}

Result<std::string> SecretTokens::renewed(std::string_view refused) {
  resolved_.reset();
  auto token = TRY(bearer());
  if (token != refused) return token;
  return fail(
      ErrorKind::unauthorized,
      fmt::format("the access token from {} was not accepted; it may have run out: put a new one there",
                  describe(*secret_)));
}

}  // namespace kalends::app
