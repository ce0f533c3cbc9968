// The promises of the clock, chance and the log.
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <set>
#include <string>
#include <thread>

#include "system/clock.h"
#include "system/log.h"
#include "system/random.h"
#include "system/stop.h"

namespace kalends::system {
namespace {

TEST(SystemClock, AStopBeforeOrDuringASleepEndsIt) {
  StopFlag stop;
  SystemClock clock(stop);
  std::thread stopper([&] { stop.request(); });
  clock.sleep_ms(3'600'000);  // the test would not end if the stop were missed
  stopper.join();
  clock.sleep_ms(3'600'000);
  EXPECT_TRUE(stop.requested());
}

TEST(SystemClock, SleepsAtLeastAsLongAsAsked) {
  StopFlag stop;
  SystemClock clock(stop);
  const auto before = std::chrono::steady_clock::now();
  clock.sleep_ms(3);
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(3));
  clock.sleep_ms(0);
  clock.sleep_ms(-5);
}

StopFlag* signalled = nullptr;

TEST(StopFlag, MayBeSetFromASignalHandler) {
  StopFlag stop;
  signalled = &stop;
  auto previous = std::signal(SIGUSR1, [](int) { signalled->request(); });
  std::raise(SIGUSR1);
  std::signal(SIGUSR1, previous);
  EXPECT_TRUE(stop.requested());
}

TEST(SystemRandom, DoesNotRepeat) {
  SystemRandom random;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.next());
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(StderrLog, KeepsLevelsApartAndEachMessageOnOneLine) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  StderrLog log(ports::Level::warning, ends[1]);
  log.write(ports::Level::info, "not shown");
  log.write(ports::Level::error, "two\nlines \x1b[31m");
  ::close(ends[1]);
  std::string text(200, '\0');
  const ssize_t got = ::read(ends[0], text.data(), text.size());
  ::close(ends[0]);
  ASSERT_GT(got, 0);
  EXPECT_EQ(text.substr(0, static_cast<std::size_t>(got)), "error: two lines  [31m\n");
}

}  // namespace
}  // namespace kalends::system
