// What waits for a person: status, conflicts, resolve, held, approve, reject.
#include <fmt/format.h>

#include <algorithm>

#include "app/commands/commands.h"
#include "app/config_section.h"
#include "app/views_json.h"
#include "app/words.h"
#include "calendar/parameters.h"

namespace kalends::app {
namespace {

std::string health_words(const Console& console, const std::string& health) {
  const Ink ink = health == "ok" ? Ink::green : health == "failing" ? Ink::red : Ink::plain;
  return console.ink(ink, health);
}

void print_conflict(Desk& desk, const engine::ConflictView& conflict) {
  Console& console = desk.console;
  console.line(
      fmt::format("{} {} of \"{}\", {}", console.ink(Ink::bold, fmt::format("#{}", conflict.id)),
                  printable(calendar::path_words(conflict.path)), shortened(conflict.title, 60),
                  conflict.open ? "waits for you" : fmt::format("settled: {} won", conflict.winner)));
  Table table({"", "WHO", "VALUE", "EDITED"});
  table.row({" ", "before", value_words(conflict.base), ""});
  for (const engine::ConflictSide& side : conflict.sides)
    table.row({" ", side.who, value_words(side.value),
               side.at ? on_the_wall(*side.at, desk.machine.local_zone()) : ""});
  table.print(console);
}

Exit waiting_if(bool waits) { return waits ? Exit::waiting : Exit::done; }

}  // namespace

Exit run_status(Desk& desk) {
  return with_wiring(desk, Access::read, [&](Wiring& wiring, const Config& config) {
    note_missing_links(desk, config);
    const auto status = wiring.engine().status();
    if (!status) return desk.console.fail(status.error());
    Json answer = named("calendars", status->calendars);
    answer.set("last_run", status->last_run ? Json(*status->last_run) : Json());
    answer.set("last_run_at", status->last_run_at ? Json(to_rfc3339(*status->last_run_at)) : Json());
    desk.console.answer(answer);

    const calendar::Zone& zone = desk.machine.local_zone();
    Table table({"CALENDAR", "HEALTH", "IN SYNC AS OF", "EVENTS", "TO DO", "HELD", "CONFLICTS", "ADDRESS"});
    bool waits = false;
    for (const engine::CalendarStatus& c : status->calendars) {
      waits = waits || c.held > 0 || c.conflicts > 0;
      table.row({c.calendar.value, health_words(desk.console, c.health),
                 c.in_sync_as_of ? on_the_wall(*c.in_sync_as_of, zone) : "never", std::to_string(c.events),
                 std::to_string(c.pending), std::to_string(c.held), std::to_string(c.conflicts),
                 printable(c.address)});
    }
    table.print(desk.console);
    for (const engine::CalendarStatus& c : status->calendars) {
      if (!c.error.empty()) desk.console.line(fmt::format("{}: {}", c.calendar.value, printable(c.error)));
      if (c.unreadable > 0)
        desk.console.line(fmt::format("{}: {} cannot be read and {} left alone.", c.calendar.value,
                                      counted(c.unreadable, "item"), c.unreadable == 1 ? "is" : "are"));
    }
    if (status->last_run)
      desk.console.line(
          fmt::format("Last run: {}{}", *status->last_run,
                      status->last_run_at ? " at " + on_the_wall(*status->last_run_at, zone) : ""));
    else
      desk.console.line("No run yet: \"kalends plan\" shows what the first would do.");
    return waiting_if(waits);
  });
}

Exit run_conflicts(Desk& desk) {
  return with_wiring(desk, Access::read, [&](Wiring& wiring, const Config&) {
    const auto conflicts = wiring.engine().conflicts(!desk.invocation.all);
    if (!conflicts) return desk.console.fail(conflicts.error());
    desk.console.answer(named("conflicts", *conflicts));
    for (const engine::ConflictView& conflict : *conflicts) print_conflict(desk, conflict);
    if (conflicts->empty()) desk.console.line("No conflict waits.");
    if (std::ranges::any_of(*conflicts, &engine::ConflictView::open))
      desk.console.line("Settle one with \"kalends resolve ID --take CALENDAR|hub|both\".");
    return Exit::done;
  });
}

Exit run_resolve(Desk& desk) {
  const auto id = number_of(desk, desk.invocation.subject, "conflict");
  if (!id) return id.error();
  return with_wiring(desk, Access::write, [&](Wiring& wiring, const Config& config) {
    const std::string& name = desk.invocation.take;
    const engine::Take take = name == "hub"    ? engine::Take::hub
                              : name == "both" ? engine::Take::both
                                               : engine::Take::calendar;
    if (take == engine::Take::calendar)
      if (const auto calendar = calendar_named(desk, config, name); !calendar) return calendar.error();
    const CalendarId calendar(take == engine::Take::calendar ? name : "");
    if (const auto done = wiring.engine().resolve(*id, take, calendar); !done)
      return desk.console.fail(done.error());
    auto conflicts = wiring.engine().conflicts(false);
    if (!conflicts) return desk.console.fail(conflicts.error());
    std::erase_if(*conflicts, [&](const engine::ConflictView& view) { return view.id != *id; });
    desk.console.answer(named("conflicts", *conflicts));
    desk.console.line(fmt::format("Conflict {} is settled with {}. The next \"kalends sync\" carries it out.",
                                  *id, take == engine::Take::both ? "both values" : "the value of " + name));
    return Exit::done;
  });
}

Exit run_held(Desk& desk) {
  return with_wiring(desk, Access::read, [&](Wiring& wiring, const Config&) {
    const auto held = wiring.engine().held(!desk.invocation.all);
    if (!held) return desk.console.fail(held.error());
    desk.console.answer(named("held", *held));
    for (const engine::HeldView& view : *held)
      print_held(desk.console, view, desk.machine.local_zone(), desk.invocation.all);
    if (held->empty()) {
      desk.console.line("Nothing is held.");
    } else {
      desk.console.line();
      desk.console.line("\"kalends approve ID\" releases work, \"kalends reject ID\" refuses it.");
    }
    return Exit::done;
  });
}

Exit run_decide(Desk& desk) {
  const auto id = number_of(desk, desk.invocation.subject, "held work");
  if (!id) return id.error();
  const bool approve = desk.invocation.command == Command::approve;
  return with_wiring(desk, Access::write, [&](Wiring& wiring, const Config&) {
    const auto done = approve ? wiring.engine().approve(*id) : wiring.engine().reject(*id);
    if (!done) return desk.console.fail(done.error());
    auto held = wiring.engine().held(false);
    if (!held) return desk.console.fail(held.error());
    std::erase_if(*held, [&](const engine::HeldView& view) { return view.id != *id; });
    desk.console.answer(named("held", *held));
    desk.console.line(approve ? fmt::format("Approved. The next \"kalends sync\" does the work of {}.", *id)
                              : fmt::format("Rejected. The work of {} will not be done.", *id));
    return Exit::done;
  });
}

}  // namespace kalends::app
