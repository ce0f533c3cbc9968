#include "app/commands/watching.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/commands/cycle.h"
#include "app/words.h"
#include "system/watch.h"

namespace kalends::app {
namespace {

// An editor saves in several steps: a sync waits until the folder was quiet for this long, but not for ever.
constexpr std::int64_t kQuietMs = 200;
constexpr int kMostQuietWaits = 3;

class Watcher {
 public:
  Watcher(Desk& desk, Wiring& wiring, const Config& config) : desk_(desk), wiring_(wiring) {
    for (const CalendarConfig& calendar : config.calendars)
      if (calendar.provider == "obsidian") folders_.push_back(calendar.path);
  }

  Exit run() {
    watch();
    Exit last = cycle(true);
    while (!failed_ && !desk_.machine.stop().requested()) {
      wait();
      if (!desk_.machine.stop().requested()) last = cycle(false);
    }
    if (!failed_) desk_.console.line("Stopped.");
    return last;
  }

 private:
  Exit cycle(bool first) {
    const Result<engine::RunReport> report = run_cycle(desk_, wiring_);
    next_poll_ = now() + desk_.invocation.interval_s * 1000;
    // The engine fails as a whole only when the store does; a calendar that fails is in the report and tried again.
    failed_ = !report.has_value();
    const bool silent =
        report && report->quiet() && report->warnings.empty() && exit_of(*report) == Exit::done;
    if (silent && !first && !desk_.console.json()) return Exit::done;
    if (!first)
      desk_.console.line("\n" +
                         desk_.console.ink(Ink::dim, on_the_wall({now()}, desk_.machine.local_zone())));
    const Exit exit = tell(desk_, report);
    if (first && !failed_)
      desk_.console.line(fmt::format("Watching; every {} s the rest is looked at. Ctrl-C ends it.",
                                     desk_.invocation.interval_s));
    std::fflush(stdout);
    return exit;
  }

  // Opens the watch on all vault folders; without one they are polled like the rest.
  void watch() {
    if (folders_.empty()) return;
    auto opened = system::FolderWatch::open(folders_, desk_.machine.stop());
    if (opened)
      watch_ = std::move(*opened);
    else
      desk_.console.note("warning: " + opened.error().message);
  }

  void wait() {
    // The clock may be set while we wait; no jump makes the wait longer than one interval.
    std::int64_t left = std::clamp<std::int64_t>(next_poll_ - now(), 0, desk_.invocation.interval_s * 1000);
    if (wiring_.is_waiting()) left = std::min(left, kSettleMs);
    if (!watch_) {
      desk_.machine.clock().sleep_ms(left);
      watch();
      return;
    }
    auto wake = watch_->wait(left);
    for (int i = 0; i < kMostQuietWaits && wake && *wake == system::Wake::changed; ++i)
      wake = watch_->wait(kQuietMs);
    if (wake) return;
    desk_.console.note("warning: " + wake.error().message);
    watch_ = nullptr;
  }

  std::int64_t now() { return desk_.machine.clock().now().ms; }

  Desk& desk_;
  Wiring& wiring_;
  std::vector<std::string> folders_;
  std::unique_ptr<system::FolderWatch> watch_;
  std::int64_t next_poll_ = 0;
  bool failed_ = false;
};

}  // namespace

Exit keep_watching(Desk& desk, Wiring& wiring, const Config& config) {
  return Watcher(desk, wiring, config).run();
}

}  // namespace kalends::app
