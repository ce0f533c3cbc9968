// An access token out of the configuration, as providers ask for one.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "app/config.h"
#include "ports/tokens.h"

namespace kalends::app {

// Asks its source when a token is first needed. When the token is refused it asks once more, for what stands in a file or
// comes from a command may have been renewed there; the same token again is unauthorized. Of all that share `asking`, one
// at a time asks.
class SecretTokens : public ports::Tokens {
 public:
  SecretTokens(std::optional<Secret> secret, std::mutex& asking)
      : secret_(std::move(secret)), asking_(asking) {}

  Result<std::string> bearer() override;
  Result<std::string> renewed(std::string_view refused) override;

 private:
  std::optional<Secret> secret_;
  std::mutex& asking_;
  std::optional<std::string> resolved_;
};

}  // namespace kalends::app
