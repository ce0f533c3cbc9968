// Where a connection's access token comes from. Who refreshes it, and how, is not the provider's matter: it asks, and when
// the other side refuses what it got, it asks once more.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace kalends::ports {

class Tokens {
 public:
  virtual ~Tokens() = default;

  // An access token that is valid as far as is known. unauthorized, with what to do, when there is none to be had.
  virtual Result<std::string> bearer() = 0;

  // Another one, after the other side answered 401 to `refused`. unauthorized, with the reason and what to do, when only
  // signing in again can help.
  virtual Result<std::string> renewed(std::string_view refused) = 0;
};

// One token that nobody renews: out of a configuration, or of a test.
class FixedToken : public Tokens {
 public:
  explicit FixedToken(std::string token) : token_(std::move(token)) {}

  Result<std::string> bearer() override { return token_; }
  Result<std::string> renewed(std::string_view) override {
    return fail(ErrorKind::unauthorized,
                "the access token was not accepted and nothing renews it; give a new one");
  }

 private:
  std::string token_;
};

}  // namespace kalends::ports
