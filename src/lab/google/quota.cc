#include "lab/google/quota.h"

#include <algorithm>

namespace kalends::lab::google {
namespace {

constexpr std::int64_t kMinute = 60'000;

bool is_spent(std::vector<Instant>& calls, Instant now, std::int64_t most) {
  const auto old = std::ranges::find_if(calls, [&](Instant at) { return at.ms > now.ms - kMinute; });
  calls.erase(calls.begin(), old);
  return static_cast<std::int64_t>(calls.size()) >= most;
}

std::unexpected<Refusal> over(const Service& service, const char* reason) {
  return std::unexpected(Refusal{service.habits.over_limit_is_429 ? 429 : 403, reason,
                                 "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'.",
                                 "usageLimits"});
}

}  // namespace

Outcome<void> spend(Service& service, const std::string& account) {
  const Instant now = service.now();
  auto& project = service.spent[""];
  auto& user = service.spent[account];
  if (is_spent(project, now, service.habits.requests_per_minute_project))
    return over(service, "rateLimitExceeded");
  if (is_spent(user, now, service.habits.requests_per_minute_user))
    return over(service, "userRateLimitExceeded");
  project.push_back(now);
  user.push_back(now);
  return {};
}

}  // namespace kalends::lab::google
