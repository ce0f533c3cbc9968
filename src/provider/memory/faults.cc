#include "provider/memory/faults.h"

#include <array>
#include <utility>

namespace kalends::provider {
namespace {

constexpr std::array kKinds{Fault::unreachable, Fault::unreachable, Fault::rate_limited, Fault::lost_answer,
                            Fault::lost_answer, Fault::lost_answer, Fault::unauthorized};
constexpr std::int64_t kRetryAfterMs = 1'000;

}  // namespace

// SplitMix64: small, and the same everywhere.
std::uint64_t Faults::next() {
  std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

Fault Faults::draw() {
  if (forced_ != Fault::none) return std::exchange(forced_, Fault::none);
  if (per_mille_ == 0 || next() % 1000 >= per_mille_) return Fault::none;
  return kKinds[next() % kKinds.size()];
}

Error error_of(Fault fault) {
  switch (fault) {
    case Fault::rate_limited:
      return {ErrorKind::rate_limited, "the simulated calendar asks to wait", kRetryAfterMs};
    case Fault::unauthorized:
      return {ErrorKind::unauthorized, "the simulated calendar refuses the password", std::nullopt};
    case Fault::lost_answer:
      return {ErrorKind::transient, "the simulated calendar gave no answer in time", std::nullopt};
    default: return {ErrorKind::transient, "the simulated calendar cannot be reached", std::nullopt};
  }
}

}  // namespace kalends::provider
