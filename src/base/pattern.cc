#include "base/pattern.h"

#include <re2/re2.h>

namespace kalends {

struct Pattern::Compiled {
  explicit Compiled(const std::string& expression, const RE2::Options& options) : re(expression, options) {}
  RE2 re;
};

Result<Pattern> Pattern::compile(const std::string& expression) {
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto compiled = std::make_shared<Compiled>(expression, options);
  if (!compiled->re.ok())
    return fail(ErrorKind::invalid,
                "\"" + expression + "\" is no regular expression: " + compiled->re.error());
  Pattern pattern;
  pattern.compiled_ = std::move(compiled);
  return pattern;
}

bool Pattern::matches(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), compiled_->re);
}

}  // namespace kalends
