#include <fmt/format.h>

#include "app/commands/commands.h"
#include "app/config_section.h"
#include "base/text.h"

namespace kalends::app {

std::expected<Config, Exit> load_config(Desk& desk) {
  const std::string& file = desk.invocation.config;
  auto config =
      read_config(file, [&](std::string_view name) { return desk.machine.zones().find(name) != nullptr; });
  if (config) return std::move(*config);
  Json problems = Json::array();
  for (const Problem& problem : config.error()) {
    Json entry = Json::object();
    entry.set("file", file).set("line", problem.place.line).set("column", problem.place.column);
    entry.set("message", problem.message);
    problems.push(std::move(entry));
  }
  return std::unexpected(
      desk.console.fail(Exit::usage, "configuration", to_string(file, config.error()), std::move(problems)));
}

Exit with_wiring(Desk& desk, Access access, const std::function<Exit(Wiring&, const Config&)>& work,
                 Belief belief) {
  const auto config = load_config(desk);
  if (!config) return config.error();
  const auto wiring = Wiring::make(*config, access, desk.machine, &desk.progress, belief);
  if (!wiring) return desk.console.fail(wiring.error());
  return work(**wiring, *config);
}

void note_missing_links(Desk& desk, const Config& config) {
  if (config.calendars.empty())
    desk.console.note(
        "warning: the configuration names no [[calendar]], so there is nothing to keep in sync");
  else if (config.links.empty())
    desk.console.note("warning: the configuration has no [[link]], so nothing is copied between calendars");
}

std::expected<CalendarId, Exit> calendar_named(Desk& desk, const Config& config, const std::string& name) {
  if (config.calendar(CalendarId(name))) return CalendarId(name);
  return std::unexpected(desk.console.fail(
      Exit::usage, "usage",
      fmt::format("There is no calendar \"{}\"{}", name, suggestion(name, config.calendar_names()))));
}

std::expected<std::int64_t, Exit> number_of(Desk& desk, const std::string& text, const std::string& what) {
  const auto number = parse_integer(text.starts_with('#') ? std::string_view(text).substr(1) : text);
  if (number && *number > 0) return *number;
  return std::unexpected(
      desk.console.fail(Exit::usage, "usage", fmt::format("\"{}\" is no {}; give its number.", text, what)));
}

}  // namespace kalends::app
