#include "merge/state.h"

#include <gtest/gtest.h>

#include <random>

namespace kalends::merge {
namespace {

EventState random_state(std::mt19937& random) {
  static const char* paths[] = {"title", "when", "categories/a", "life"};
  static const char* replicas[] = {"a", "b", "c"};
  EventState state;
  for (int i = 0; i < 6; ++i) {
    std::optional<std::string> value;
    if (random() % 4 != 0) value = std::string(1, static_cast<char>('p' + random() % 5));
    // Each replica's dots are its own: a different value never has the same dot, as in one hub.
    std::string replica = replicas[random() % 3];
    replica += std::to_string(random() % 1000000);
    state.write(paths[random() % 4], value, replica, static_cast<std::int64_t>(random() % 4));
  }
  return state;
}

TEST(State, JoinIsCommutativeAssociativeIdempotent) {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    EventState a = random_state(random), b = random_state(random), c = random_state(random);
    EXPECT_EQ(join(a, b), join(b, a));
    EXPECT_EQ(join(join(a, b), c), join(a, join(b, c)));
    EXPECT_EQ(join(a, a), a);
  }
}

TEST(State, ALaterWriteWinsEvenWhenItsClockIsBehind) {
  EventState first;
  first.write("title", "old", "a", 1000);
  EventState second = first;
  second.write("title", "new", "b", 10);
  EXPECT_EQ(join(first, second).value("title"), "new");
  EXPECT_EQ(join(second, first).value("title"), "new");
}

TEST(State, ARemovalIsRememberedAgainstAnOlderValue) {
  EventState first;
  first.write("location", "Room 1", "a", 10);
  EventState second = first;
  second.write("location", std::nullopt, "b", 20);
  EXPECT_EQ(join(first, second).value("location"), std::nullopt);
  EXPECT_TRUE(join(first, second).facts().empty());
}

TEST(State, IsReadBackFromItsBytes) {
  std::mt19937 random(3);
  for (int i = 0; i < 200; ++i) {
    EventState state = random_state(random);
    std::string bytes = encode(state);
    auto back = decode_state(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, state);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) EXPECT_FALSE(decode_state(bytes.substr(0, cut)));
  }
}

}  // namespace
}  // namespace kalends::merge
