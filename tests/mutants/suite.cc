#include "suite.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <utility>

#include "base/error.h"
#include "lab/sim/run.h"
#include "registry.h"

namespace kalends::mutants {
namespace {

constexpr rlim_t kCpuSeconds = 60;
constexpr unsigned kSeconds = 600;  // for one that sleeps; the machine may be busy
constexpr rlim_t kMemoryBytes = 4ull << 30;

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

void say(int pipe, const std::string& line) {
  static_cast<void>(::write(pipe, line.data(), line.size()) < 0);
}

// Sends the first failure through the pipe, as one line.
class Reporter : public testing::EmptyTestEventListener {
 public:
  explicit Reporter(int pipe) : pipe_(pipe) {}

 private:
  void OnTestStart(const testing::TestInfo& test) override {
    name_ = fmt::format("{}.{}", test.test_suite_name(), test.name());
  }
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed() || std::exchange(told_, true)) return;
    say(pipe_, fmt::format("{}: {}", name_, first_line(result.message())));
  }

  int pipe_;
  std::string name_;
  bool told_ = false;
};

int run_tests(const std::string& filter, int pipe) {
  GTEST_FLAG_SET(filter, filter);
  GTEST_FLAG_SET(fail_fast, true);
  testing::UnitTest::GetInstance()->listeners().Append(new Reporter(pipe));
  return RUN_ALL_TESTS();
}

int run_simulation(int seeds, int pipe) {
  for (int seed = 1; seed <= seeds; ++seed) {
    const auto outcome = lab::run(lab::draw_history(static_cast<std::uint64_t>(seed)));
    if (outcome.failures.empty()) continue;
    say(pipe, fmt::format("seed {}: {}", seed, first_line(outcome.failures.front())));
    return 1;
  }
  return 0;
}

[[noreturn]] void be_the_child(const Suite& suite, Mutant mutant, int seeds, int pipe) {
  const rlimit cpu{kCpuSeconds, kCpuSeconds};
  const rlimit memory{kMemoryBytes, kMemoryBytes};
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CPU, &cpu);
  ::setrlimit(RLIMIT_AS, &memory);
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::alarm(kSeconds);
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO})
    if (std::FILE* nowhere = std::fopen("/dev/null", "w")) ::dup2(::fileno(nowhere), stream);
  switch_on(mutant);
  const int result = suite.filter.empty() ? run_simulation(seeds, pipe) : run_tests(suite.filter, pipe);
  ::_exit(result == 0 ? 0 : 1);
}

std::string read_all(int pipe) {
  std::string out;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(pipe, buffer.data(), buffer.size())) > 0;)
    out.append(buffer.data(), static_cast<std::size_t>(got));
  return out;
}

std::string how_it_ended(int status) {
  if (!WIFSIGNALED(status)) return "a test failed";
  const int signal = WTERMSIG(status);
  return signal == SIGXCPU || signal == SIGALRM || signal == SIGKILL
             ? "it does not end"
             : fmt::format("it dies of signal {}", signal);
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::string name_of_file(const testing::TestInfo& test) {
  const std::string_view file = test.file();
  if (file.find("/exhaustive_") != std::string_view::npos) return "exhaustive";
  if (file.find("/scenarios/") != std::string_view::npos) return "scenarios";
  if (file.find("/engine/") != std::string_view::npos) return "engine";
  return "units";
}

}  // namespace

std::vector<Suite> suites() {
  std::vector<Suite> out;
  for (const char* name : {"units", "scenarios", "engine", "simulation", "exhaustive"})
    out.push_back({name, ""});
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& group = *all.GetTestSuite(i);
    if (group.total_test_count() == 0) continue;
    const std::string name = name_of_file(*group.GetTestInfo(0));
    for (Suite& suite : out)
      if (suite.name == name) suite.filter += std::string(group.name()) + ".*:";
  }
  for (const Suite& suite : out) KALENDS_CHECK(suite.filter.empty() == (suite.name == "simulation"));
  return out;
}

Verdict run(const Suite& suite, Mutant mutant, int seeds) {
  std::array<int, 2> ends{};
  KALENDS_CHECK(::pipe(ends.data()) == 0);
  std::fflush(nullptr);
  const pid_t child = ::fork();
  KALENDS_CHECK(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    be_the_child(suite, mutant, seeds, ends[1]);
  }
  ::close(ends[1]);
  const std::string said = read_all(ends[0]);
  ::close(ends[0]);
  int status = 0;
  rusage used{};
  KALENDS_CHECK(::wait4(child, &status, 0, &used) == child);
  Verdict out;
  out.cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    out.killed_by = said.empty() ? how_it_ended(status) : said;
  return out;
}

}  // namespace kalends::mutants
