#include "lab/sim/scheduler.h"

#include <algorithm>
#include <utility>

namespace kalends::lab {

// Every hand-over goes through a semaphore, so that what one thread wrote the next one sees.
Scheduler::~Scheduler() {
  over_ = true;
  for (auto& worker : workers_) worker->turn.release();
}

void Scheduler::live(Worker& worker) {
  for (;;) {
    worker.turn.acquire();
    if (over_) return;
    std::exchange(worker.work, nullptr)();
    std::erase(ready_, current_);
    if (ready_.empty()) {
      current_ = kNobody;
      ended_.release();
    } else {
      current_ = pick();
      workers_[current_]->turn.release();
    }
  }
}

void Scheduler::run(std::vector<ports::Task> tasks) {
  KALENDS_CHECK(current_ == kNobody);
  if (tasks.empty()) return;
  while (workers_.size() < tasks.size()) {
    auto& worker = *workers_.emplace_back(std::make_unique<Worker>());
    worker.thread = std::jthread([this, &worker] { live(worker); });
  }
  for (std::size_t n = 0; n < tasks.size(); ++n) {
    workers_[n]->work = std::move(tasks[n].work);
    ready_.push_back(n);
  }
  current_ = pick();
  workers_[current_]->turn.release();
  ended_.acquire();
}

void Scheduler::pause() {
  if (current_ == kNobody || alone_ > 0) return;
  ++points_;
  if (ready_.size() == 1) return;
  const std::size_t here = current_;
  const std::size_t next = pick();
  if (next == here) return;
  ++switches_;
  current_ = next;
  workers_[next]->turn.release();
  workers_[here]->turn.acquire();
}

void Scheduler::alone(const std::function<void()>& work) {
  pause();
  ++alone_;
  work();
  --alone_;
  pause();
}

}  // namespace kalends::lab
