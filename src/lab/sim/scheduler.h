// Threads of which one runs at a time: at each point where another could come in between, the next is picked by seed.
// So a run is repeated exactly, and what two threads can do to each other is tried in many orders.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

#include "base/error.h"
#include "lab/sim/chance.h"
#include "ports/executor.h"

namespace kalends::lab {

class Scheduler : public ports::Executor {
 public:
  Scheduler() : chance_(0) {}
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
  // A thread that waits for its turn, and gives it back.
  struct Worker {
    std::binary_semaphore turn{0};
    std::function<void()> work;
    std::jthread thread;
  };

  void live(Worker& worker);
  std::size_t pick() { return ready_[chance_.below(ready_.size())]; }

  Chance chance_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::size_t> ready_;  // the workers of this batch that have not ended
  std::size_t current_ = kNobody;   // whose turn it is
  int alone_ = 0;
  std::binary_semaphore ended_{0};
  bool over_ = false;
  std::size_t points_ = 0, switches_ = 0;

  static constexpr std::size_t kNobody = static_cast<std::size_t>(-1);
};

}  // namespace kalends::lab
