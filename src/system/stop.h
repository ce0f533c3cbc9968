// A request to stop that a signal handler may make and that waiting code can wait for.
#pragma once

#include <atomic>

namespace kalends::system {

// Set once, never taken back. Every member is safe in a signal handler and from any thread.
class StopFlag {
 public:
  StopFlag();
  ~StopFlag();
  StopFlag(const StopFlag&) = delete;
  StopFlag& operator=(const StopFlag&) = delete;

  void request() noexcept;
  bool requested() const noexcept { return requested_.load(std::memory_order_relaxed); }
  // Becomes readable when a stop is requested, and stays so; for poll(2).
  int descriptor() const noexcept { return descriptor_; }

 private:
  std::atomic<bool> requested_{false};
  int descriptor_;
};

}  // namespace kalends::system
