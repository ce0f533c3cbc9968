// What happened in a run, line by line: printed with --trace, and compared between two runs of one seed.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"

namespace kalends::lab {

class Trace {
 public:
  template <class... Args>
  void say(fmt::format_string<Args...> form, Args&&... args) {
    lines_.push_back(fmt::format(form, std::forward<Args>(args)...));
  }
  const std::vector<std::string>& lines() const { return lines_; }
  std::string digest() const {
    std::string all;
    for (const auto& line : lines_) all += line + "\n";
    return sha256(all).hex();
  }

 private:
  std::vector<std::string> lines_;
};

}  // namespace kalends::lab
