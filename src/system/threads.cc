#include "system/threads.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <optional>
#include <thread>
#include <utility>

namespace kalends::system {

namespace {

// The tasks of one batch and who works on them. Every member function is called by many threads.
class Batch {
 public:
  Batch(std::vector<ports::Task> tasks, std::size_t per_server)
      : waiting_(std::move(tasks)), per_server_(per_server) {}

  // Takes tasks, the first that its server's limit allows, until none is left.
  void work() {
    while (auto task = take()) {
      std::exception_ptr thrown;
      try {
        task->work();
      } catch (...) {
        thrown = std::current_exception();
      }
      end(*task, thrown);
    }
  }

  std::exception_ptr thrown() {
    const std::lock_guard lock(mutex_);
    return thrown_;
  }

 private:
  std::optional<ports::Task> take() {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (waiting_.empty()) return std::nullopt;
      const auto next = std::ranges::find_if(waiting_, [&](const ports::Task& task) {
        return task.server.empty() || busy_[task.server] < per_server_;
      });
      if (next != waiting_.end()) {
        ports::Task task = std::move(*next);
        waiting_.erase(next);
        ++busy_[task.server];
        return task;
      }
      ended_.wait(lock);
    }
  }

  void end(const ports::Task& task, std::exception_ptr thrown) {
    const std::lock_guard lock(mutex_);
    --busy_[task.server];
    if (thrown) {
      thrown_ = thrown;
      waiting_.clear();
    }
    ended_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable ended_;
  std::vector<ports::Task> waiting_;
  std::map<std::string, std::size_t> busy_;  // by server
  std::exception_ptr thrown_;
  std::size_t per_server_;
};

}  // namespace

Threads::Threads(std::size_t at_once, std::size_t per_server)
    : at_once_(std::max<std::size_t>(1, at_once)), per_server_(std::max<std::size_t>(1, per_server)) {}

void Threads::run(std::vector<ports::Task> tasks) {
  const std::size_t size = std::min(at_once_, tasks.size());
  Batch batch(std::move(tasks), per_server_);
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < size; ++i) others.emplace_back([&batch] { batch.work(); });
    batch.work();
  }
  if (auto thrown = batch.thrown()) std::rethrow_exception(thrown);
}

void Threads::alone(const std::function<void()>& work) {
  const std::lock_guard lock(alone_);
  work();
}

}  // namespace kalends::system
