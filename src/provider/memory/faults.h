// What goes wrong between us and a simulated calendar, drawn from a seed: the same seed and calls give the same faults.
#pragma once

#include <cstdint>

#include "base/error.h"

namespace kalends::provider {

enum class Call : std::uint8_t { changes, get, create, update, remove };

enum class Fault : std::uint8_t {
  none,
  unreachable,   // fails before anything happened: transient
  rate_limited,  // fails before anything happened: rate_limited, with a time to wait
  unauthorized,  // fails before anything happened
  lost_answer,  // the write was made, and its answer never came: transient. A reading fails as unreachable does
};

class Faults {
 public:
  Faults() = default;  // no faults
  // `per_mille` of the calls fail; which and how follows from the seed.
  Faults(std::uint64_t seed, std::uint32_t per_mille) : state_(seed), per_mille_(per_mille) {}

  void set_rate(std::uint32_t per_mille) { per_mille_ = per_mille; }
  void force_next(Fault fault) { forced_ = fault; }  // of the next call, once
  Fault draw();

 private:
  std::uint64_t next();

  std::uint64_t state_ = 0;
  std::uint32_t per_mille_ = 0;
  Fault forced_ = Fault::none;
};

// The error that a caller sees of that fault.
Error error_of(Fault fault);

}  // namespace kalends::provider
