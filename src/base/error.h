// Expected failures as values. Every function that can fail for a reason outside the program returns Result<T>;
// TRY hands a failure on. Bugs are not errors: they hit KALENDS_CHECK, which stays on in production.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>

namespace kalends {

// What kind of failure it is, and so what may be done about it; the retry policy is a table on this enum.
enum class ErrorKind : std::uint8_t {
  transient,     // may work when tried again: network trouble, 5xx, a busy server
  rate_limited,  // may work after Error::retry_after_ms
  unauthorized,  // credentials are missing, wrong or expired
  forbidden,     // known who we are, and not allowed
  not_found,     // the thing itself is not there
  stale,         // somebody else changed it first (412), or a cursor is dead
  invalid,       // the input is wrong; trying again cannot help
  unsupported,   // the other side cannot do this
  corrupt,       // our own data or the other side's answer is damaged
  cancelled,     // we were asked to stop
};

// One word for an ErrorKind, as it appears in JSON and logs.
const char* to_string(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::invalid;
  std::string message;  // a sentence for a person: what, where, what to do
  std::optional<std::int64_t> retry_after_ms;

  // The same error with "context: " in front of its message.
  Error within(const std::string& context) &&;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return std::unexpected(Error{kind, std::move(message), std::nullopt});
}

[[noreturn]] void check_failed(const char* file, int line, const char* what);

}  // namespace kalends

// `name` is a name that is declared, so it cannot stand in parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)

// The value of a Result, or an early return of its error from the enclosing function. May be nested.
#define TRY(expression) KALENDS_TRY_NAMED(expression, KALENDS_JOIN(kalends_try_, __COUNTER__))
#define KALENDS_JOIN(a, b) KALENDS_JOIN_AGAIN(a, b)
#define KALENDS_JOIN_AGAIN(a, b) a##b
#define KALENDS_TRY_NAMED(expression, name)                     \
  ({                                                            \
    auto name = (expression);                                   \
    if (!name) return std::unexpected(std::move(name).error()); \
    *std::move(name);                                           \
  })

// For Result<void>, where there is no value to take.
#define TRY_VOID(expression) KALENDS_TRY_VOID_NAMED(expression, KALENDS_JOIN(kalends_try_, __COUNTER__))
#define KALENDS_TRY_VOID_NAMED(expression, name)                \
  do {                                                          \
    auto name = (expression);                                   \
    if (!name) return std::unexpected(std::move(name).error()); \
  } while (false)

// NOLINTEND(bugprone-macro-parentheses)

#define KALENDS_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::kalends::check_failed(__FILE__, __LINE__, #condition))
