#include "app/machine.h"

#include <fmt/format.h>

#include <atomic>
#include <csignal>

namespace kalends::app {
namespace {

// A signal handler can reach nothing but statics; set while a Machine lives.
std::atomic<system::StopFlag*> stop_of_the_process = nullptr;

void request_stop(int) {
  if (system::StopFlag* stop = stop_of_the_process.load()) stop->request();
}

}  // namespace

Machine::Machine() {
  local_ = zones_.find(system::system_zone_name());
  if (!local_) local_ = zones_.find("Etc/UTC");
  KALENDS_CHECK(local_ != nullptr);
  stop_of_the_process = &stop_;
  struct sigaction action{};
  action.sa_handler = request_stop;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

Machine::~Machine() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  stop_of_the_process = nullptr;
}

Result<const calendar::Zone*> Machine::zone(const std::string& name) const {
  if (name.empty()) return local_;
  if (const calendar::Zone* zone = zones_.find(name)) return zone;
  if (const auto iana = calendar::iana_from_windows(name))
    if (const calendar::Zone* zone = zones_.find(*iana)) return zone;
  return fail(ErrorKind::invalid, fmt::format("\"{}\" is no time zone; write it like Europe/Berlin.", name));
}

}  // namespace kalends::app
