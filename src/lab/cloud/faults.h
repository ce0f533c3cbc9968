// Accidents on the way between a client and a simulated provider, planned by a test or through the control API.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kalends::lab {

struct Fault {
  enum class Kind : std::uint8_t {
    none,            // only the delay
    refuse,          // an answer of that status and reason; nothing was done
    timeout_before,  // no answer; nothing was done
    timeout_after,   // no answer; it was done
    damage,          // the answer breaks off in the middle
  } kind = Kind::none;
  std::string method;  // whom it strikes: "" = any
  std::string part;    // of the URL; "" = any
  int status = 503;
  std::string reason;
  std::optional<std::int64_t> retry_after_s;
  std::int64_t delay_ms = 0;
  int skip = 0;   // so many matching requests pass before it
  int times = 1;  // it strikes so many; negative: for ever
};

// Faults in the order in which they were planned; the first that matches strikes.
class FaultPlan {
 public:
  void add(Fault fault) { faults_.push_back(std::move(fault)); }
  void clear() { faults_.clear(); }
  std::size_t size() const { return faults_.size(); }  // those that have not struck for the last time

  std::optional<Fault> strike(std::string_view method, std::string_view url);

 private:
  std::vector<Fault> faults_;
};

}  // namespace kalends::lab
