// A regular expression that cannot run away: RE2 syntax, matched anywhere in the text, ignoring case, in linear time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace kalends {

class Pattern {
 public:
  // invalid, with the reason, when the expression is malformed or too large.
  static Result<Pattern> compile(const std::string& expression);
  bool matches(std::string_view text) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace kalends
