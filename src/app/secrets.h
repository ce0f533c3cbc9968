// Passwords and tokens: fetched from where the configuration says, at the moment a server first asks for them, kept in
// memory only. One calendar whose secret is missing fails alone, and commands that reach no server ask for none.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "app/config.h"
#include "base/error.h"
#include "ports/http.h"

namespace kalends::app {

// The secret itself: a variable's value, a file's first line, a command's first line of output. unauthorized, with
// what to do, when it is missing or empty. The message never holds the secret.
Result<std::string> resolve(const Secret& secret);

// Where the secret comes from, for a person: "the variable WORK_PASSWORD".
std::string describe(const Secret& secret);

// Hands requests on; those that carry credentials get the secret, which is resolved once, on the first of them. Of all
// that share `asking`, one at a time asks for its secret: a command may want a person at the terminal.
class SigningHttp : public ports::Http {
 public:
  SigningHttp(ports::Http& inner, std::optional<Secret> secret, std::mutex& asking)
      : inner_(inner), secret_(std::move(secret)), asking_(asking) {}

  Result<ports::HttpResponse> send(const ports::HttpRequest& request) override;
  std::unique_ptr<ports::Exchange> begin(ports::HttpRequest request) override;

 private:
  ports::Http& inner_;
  std::optional<Secret> secret_;
  std::mutex& asking_;
  std::optional<std::string> resolved_;
};

}  // namespace kalends::app
