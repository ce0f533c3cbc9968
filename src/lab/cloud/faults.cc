#include "lab/cloud/faults.h"

namespace kalends::lab {

std::optional<Fault> FaultPlan::strike(std::string_view method, std::string_view url) {
  for (auto it = faults_.begin(); it != faults_.end(); ++it) {
    if (!it->method.empty() && it->method != method) continue;
    if (!it->part.empty() && url.find(it->part) == std::string_view::npos) continue;
    if (it->skip > 0) {
      --it->skip;
      continue;
    }
    Fault out = *it;
    if (it->times > 0 && --it->times == 0) faults_.erase(it);
    return out;
  }
  return std::nullopt;
}

}  // namespace kalends::lab
