// `kalends lab serve`: the simulated cloud providers over HTTP, until it is asked to stop.
#include <fmt/format.h>

#include "app/commands/commands.h"
#include "lab/cloud/json_merge.h"
#include "lab/serve/lab_server.h"

namespace kalends::app {
namespace {

// How soon a change reaches whoever asked to be told.
constexpr std::int64_t kDeliverEveryMs = 20;

}  // namespace

Exit serve_lab(Desk& desk) {
  Machine& machine = desk.machine;
  lab::LabOptions options;
  options.listen = desk.invocation.listen;
  const auto server =
      lab::LabServer::start(options, machine.clock(), machine.random(), machine.zones(), machine.http());
  if (!server)
    return server.error().kind == ErrorKind::invalid
               ? desk.console.fail(Exit::usage, "usage", server.error().message)
               : desk.console.fail(server.error());
  const Json addresses = (*server)->addresses();
  desk.console.answer(addresses);
  for (const auto& [name, place] : *addresses.members()) {
    desk.console.line(fmt::format("{:<8} {}", name, lab::text_of(place, "url")));
    if (const std::string token = lab::text_of(place, "token"); !token.empty())
      desk.console.line(fmt::format("         {}, token {}", lab::text_of(place, "email"), token));
  }
  desk.console.line("Ctrl-C ends it; nothing is kept.");
  desk.console.flush();
  while (!machine.stop().requested()) {
    (*server)->deliver();
    machine.clock().sleep_ms(kDeliverEveryMs);
  }
  (*server)->stop();
  return Exit::done;
}

}  // namespace kalends::app
