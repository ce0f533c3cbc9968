#include "system/threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>

namespace kalends::system {
namespace {

TEST(Threads, EveryTaskRunsOnceAndAllHaveEndedWhenRunReturns) {
  Threads threads(4, 2);
  std::vector<int> ran(100, 0);
  std::vector<ports::Task> tasks;
  for (int& each : ran) tasks.push_back({each % 2 ? "a" : "", [&each] { ++each; }});
  threads.run(std::move(tasks));
  for (const int each : ran) EXPECT_EQ(each, 1);
  threads.run({});
}

// Each waits for the others, which would never end if they did not run at the same time.
TEST(Threads, TasksRunAtTheSameTime) {
  Threads threads(3, 3);
  std::latch all(3);
  std::vector<ports::Task> tasks(3, {"one", [&] { all.arrive_and_wait(); }});
  threads.run(std::move(tasks));
}

TEST(Threads, OneServerIsNotAskedByMoreThanAllowed) {
  Threads threads(8, 2);
  std::atomic<int> now = 0, most = 0;
  std::vector<ports::Task> tasks(40, {"one", [&] {
                                        const int here = ++now;
                                        int seen = most;
                                        while (here > seen && !most.compare_exchange_weak(seen, here)) {
                                        }
                                        std::this_thread::yield();
                                        --now;
                                      }});
  threads.run(std::move(tasks));
  EXPECT_LE(most, 2);
}

TEST(Threads, OnlyOneTaskIsAlone) {
  Threads threads(8, 8);
  int count = 0;  // no atomic: the promise is what makes it right
  std::vector<ports::Task> tasks(200, {"", [&] { threads.alone([&] { ++count; }); }});
  threads.run(std::move(tasks));
  EXPECT_EQ(count, 200);
}

TEST(Threads, WhatATaskThrowsArrivesAtTheCaller) {
  Threads threads(2, 2);
  std::vector<ports::Task> tasks(10, {"", [] { throw std::runtime_error("broken"); }});
  EXPECT_THROW(threads.run(std::move(tasks)), std::runtime_error);
}

}  // namespace
}  // namespace kalends::system
