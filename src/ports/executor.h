// How the engine lets independent work run at the same time. The real one has threads (system/threads.h); a simulation
// has one that lets a single thread run at a time and picks the next by seed.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace kalends::ports {

// Work that needs nothing of the other tasks of its batch but what it does `alone`.
struct Task {
  std::string server;  // tasks with the same one are held to a few at a time; "" = no such limit
  std::function<void()> work;
};

class Executor {
 public:
  virtual ~Executor() = default;
  // Runs all of them, in any order and several at once, and returns when the last has ended.
  virtual void run(std::vector<Task> tasks) = 0;
  // Runs `work` here and now while no other task is in such a section. Not to be nested.
  virtual void alone(const std::function<void()>& work) = 0;
};

// One task after the other, in their order, on the caller's thread.
class InTurn : public Executor {
 public:
  void run(std::vector<Task> tasks) override {
    for (const Task& task : tasks) task.work();
  }
  void alone(const std::function<void()>& work) override { work(); }
};

}  // namespace kalends::ports
