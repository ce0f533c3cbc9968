#include "lab/sim/scheduler.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace kalends::lab {
namespace {

// The order in which three threads come to their points.
std::string order_of(std::uint64_t seed) {
  Scheduler scheduler;
  scheduler.seed(seed);
  std::string order;
  std::vector<ports::Task> tasks;
  for (const char name : {'a', 'b', 'c'})
    tasks.push_back({"", [&, name] {
                       for (int i = 0; i < 4; ++i) {
                         order += name;
                         scheduler.pause();
                       }
                     }});
  scheduler.run(tasks);
  return order;
}

TEST(Scheduler, OneSeedIsOneOrderAndAnotherIsAnother) {
  std::set<std::string> orders;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    orders.insert(order_of(seed));
    EXPECT_EQ(order_of(seed), order_of(seed));
    EXPECT_EQ(order_of(seed).size(), 12u);
  }
  EXPECT_GT(orders.size(), 15u);
}

TEST(Scheduler, NobodyComesInBetweenWhatIsDoneAlone) {
  Scheduler scheduler;
  scheduler.seed(7);
  bool inside = false;
  std::vector<ports::Task> tasks(4, {"", [&] {
                                       for (int i = 0; i < 20; ++i)
                                         scheduler.alone([&] {
                                           EXPECT_FALSE(inside);
                                           inside = true;
                                           scheduler.pause();
                                           inside = false;
                                         });
                                     }});
  scheduler.run(tasks);
  EXPECT_GT(scheduler.switches(), 20u);
  scheduler.pause();  // nobody's turn: nothing happens
}

}  // namespace
}  // namespace kalends::lab
