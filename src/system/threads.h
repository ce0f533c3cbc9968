// Tasks on real threads, which live as long as their batch does: work that waits for servers, where a thread's making
// costs nothing beside the waiting.
#pragma once

#include <cstddef>
#include <mutex>

#include "ports/executor.h"

namespace kalends::system {

class Threads : public ports::Executor {
 public:
  // At most `at_once` tasks run at a time, and of those with the same server at most `per_server`; both at least 1.
  Threads(std::size_t at_once, std::size_t per_server);

  // What a task throws ends the batch early and is thrown again here.
  void run(std::vector<ports::Task> tasks) override;
  void alone(const std::function<void()>& work) override;

 private:
  std::size_t at_once_;
  std::size_t per_server_;
  std::mutex alone_;
};

}  // namespace kalends::system
