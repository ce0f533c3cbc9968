// Threads of which one runs at a time: at each point where another could come in between, the next is picked by seed.
// So a run is repeated exactly, and what two threads can do to each other is tried in many orders. They are fibers of one
// thread of the system, which hand over without asking it, so that a busy machine does not slow them down.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/error.h"
#include "lab/sim/chance.h"
#include "ports/executor.h"

namespace kalends::lab {

class Scheduler : public ports::Executor {
 public:
  Scheduler();
  ~Scheduler() override;
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // From here on the order follows from this.
  void seed(std::uint64_t seed) { chance_ = Chance(seed); }

  void run(std::vector<ports::Task> tasks) override;
  // Nothing inside is a point where another thread could come in.
  void alone(const std::function<void()>& work) override;

  // A point where another thread may come in. Outside of run() nothing happens.
  void pause();
  std::size_t points() const { return points_; }      // passed so far
  std::size_t switches() const { return switches_; }  // of them, where another thread went on

 private:
  struct Fiber;

  static void live(unsigned high, unsigned low);  // of a Fiber's address
  enum class Return : std::uint8_t { later, never };
  void hand_over(Fiber& from, Fiber& to, Return back = Return::later);
  std::size_t pick() { return ready_[chance_.below(ready_.size())]; }

  Chance chance_;
  std::unique_ptr<Fiber> caller_;  // of run(), always from the same thread
  std::vector<std::unique_ptr<Fiber>> workers_;
  std::vector<std::size_t> ready_;  // the workers of this batch that have not ended
  std::size_t current_ = kNobody;   // whose turn it is
  int alone_ = 0;
  std::size_t points_ = 0, switches_ = 0;

  static constexpr std::size_t kNobody = static_cast<std::size_t>(-1);
};

}  // namespace kalends::lab
