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

// What a side says: its value, or what it did where another edited the event.
std::string side_words(const engine::ConflictView& conflict, const engine::ConflictSide& side) {
  if (side.deleted) return "(deleted)";
  const bool edit_won = std::ranges::any_of(conflict.sides, &engine::ConflictSide::deleted);
  if (edit_won && (conflict.path == "life" || !side.value)) return "(edited)";
  return value_words(conflict.path, side.value);
}

// "hub" stands for a value that is nobody's.
std::string who_words(const std::string& who) {
  return who == "person" ? "you" : who == "hub" ? "others" : who;
}

void print_takes(Console& console, const engine::ConflictView& conflict) {
  for (const std::string& take : conflict.takes)
    console.line(fmt::format("    kalends resolve {} --take {}{}", conflict.id, take,
                             take == "both" ? "    keeps the other as an event of its own"
                             : take == "hub"
                                 ? "    takes the value that is not " + conflict.takes.front() + "'s"
                                 : ""));
}

void print_conflict(Desk& desk, const engine::ConflictView& conflict) {
  Console& console = desk.console;
  const calendar::Zone& zone = desk.machine.local_zone();
  const std::string state = conflict.open
                                ? "waits for you"
                                : fmt::format("settled: {} won{}", who_words(conflict.winner),
                                              conflict.policy.empty() ? "" : ", " + conflict.policy);
  console.line(fmt::format("{} {} of \"{}\"{}: {}", console.ink(Ink::bold, fmt::format("#{}", conflict.id)),
                           field_words(conflict.path), title_words(conflict.title, 60),
                           conflict.when ? ", " + time_words(*conflict.when, zone) : "", state));
  Table table({"", "WHO", "VALUE", "EDITED"});
  const bool deletion = std::ranges::any_of(conflict.sides, &engine::ConflictSide::deleted);
  if (!deletion || conflict.base) table.row({" ", "before", value_words(conflict.path, conflict.base), ""});
  for (const engine::ConflictSide& side : conflict.sides)
    table.row(
        {" ", who_words(side.who), side_words(conflict, side), side.at ? on_the_wall(*side.at, zone) : ""});
  table.print(console);
  print_takes(console, conflict);
}

// Where they are, and what to do.
void print_unreadable(Console& console, const engine::CalendarStatus& c) {
  if (c.unreadable == 0) return;
  console.line(fmt::format(
      "{}: {} cannot be read and {} left alone until corrected there; \"kalends doctor\" says why:",
      c.calendar.value, counted(c.unreadable, "item"), c.unreadable == 1 ? "is" : "are"));
  for (const std::string& item : c.unreadable_items) console.line("  " + printable(item));
  if (c.unreadable > c.unreadable_items.size())
    console.line(fmt::format("  and {} more", c.unreadable - c.unreadable_items.size()));
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
    Table table({"CALENDAR", "HEALTH", "IN SYNC AS OF", "EVENTS", "TO DO", "HELD", "CONFLICTS", "UNREADABLE",
                 "ADDRESS"});
    bool waits = false;
    for (const engine::CalendarStatus& c : status->calendars) {
      waits = waits || c.held > 0 || c.conflicts > 0;
      table.row({c.calendar.value, health_words(desk.console, c.health),
                 c.in_sync_as_of ? on_the_wall(*c.in_sync_as_of, zone) : "never", std::to_string(c.events),
                 std::to_string(c.pending), std::to_string(c.held), std::to_string(c.conflicts),
                 std::to_string(c.unreadable), printable(c.address)});
    }
    table.drop_empty_columns();
    table.print(desk.console);
    for (const engine::CalendarStatus& c : status->calendars) {
      if (!c.error.empty()) desk.console.line(fmt::format("{}: {}", c.calendar.value, printable(c.error)));
      print_unreadable(desk.console, c);
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
    desk.console.answer(named("conflicts", *conflicts, desk.machine.local_zone()));
    for (const engine::ConflictView& conflict : *conflicts) print_conflict(desk, conflict);
    if (conflicts->empty())
      desk.console.line(desk.invocation.all ? "There was no conflict." : "No conflict waits.");
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
    desk.console.answer(named("conflicts", *conflicts, desk.machine.local_zone()));
    desk.console.line(fmt::format("Conflict {} is settled with {}. The next \"kalends sync\" carries it out.",
                                  *id,
                                  take == engine::Take::both ? "both values"
                                  : name == "hub"            ? "the other value"
                                                             : "the value of " + name));
    return Exit::done;
  });
}

Exit run_held(Desk& desk) {
  return with_wiring(desk, Access::read, [&](Wiring& wiring, const Config&) {
    const auto held = wiring.engine().held(!desk.invocation.all);
    if (!held) return desk.console.fail(held.error());
    desk.console.answer(named("held", *held, desk.machine.local_zone()));
    for (const engine::HeldView& view : *held)
      print_held(desk.console, view, desk.machine.local_zone(), desk.invocation.all);
    if (held->empty()) {
      desk.console.line("Nothing is held.");
    } else {
      desk.console.line();
      const auto waits = [](const engine::HeldView& view) { return view.state == "waiting"; };
      const auto waiting = std::ranges::find_if(*held, waits);
      const bool only_one = std::ranges::count_if(*held, waits) == 1;
      const std::string id = only_one ? std::to_string(waiting->id) : "ID";
      if (waiting != held->end())
        desk.console.line(
            fmt::format("\"kalends approve {0}\" has it done, \"kalends reject {0}\" refuses it.", id));
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
    desk.console.answer(named("held", *held, desk.machine.local_zone()));
    const std::string kind = held->empty() ? "" : held->front().kind;
    const bool deletion = kind == "mass_delete" || kind == "emptied" || kind == "shared_delete";
    desk.console.line(
        approve ? fmt::format("Approved. The next \"kalends sync\" does the work of {}.", *id)
        : deletion
            ? fmt::format("Rejected. The next \"kalends sync\" writes what was deleted to \"{}\" again.",
                          held->front().calendar.value)
            : fmt::format("Rejected. The work of {} will not be done.", *id));
    return Exit::done;
  });
}

}  // namespace kalends::app
