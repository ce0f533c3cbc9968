// What happened: log, undo, why.
#include <fmt/format.h>

#include <algorithm>

#include "app/commands/commands.h"
#include "app/views_json.h"
#include "app/words.h"
#include "base/text.h"
#include "calendar/parameters.h"

namespace kalends::app {
namespace {

constexpr std::size_t kRunsShown = 20;

std::string fields_of(const engine::WriteView& write) {
  std::vector<std::string> fields;
  for (const calendar::Change& change : write.changes) {
    std::string field(change.path == "life" ? "" : calendar::field_of(change.path));
    if (field.empty()) continue;
    if (std::ranges::find(fields, field) == fields.end()) fields.push_back(std::move(field));
  }
  return printable(join(fields, ", "));
}

// What a person decided with undo or resolve is of the kind "person".
std::string kind_words(const engine::WriteView& write) {
  if (write.kind == "adopt") return "matched";
  if (write.kind == "part") return "parted";
  if (write.kind == "person") return "by hand";
  if (write.kind == "pull") return "read";
  return write.kind.ends_with('e') ? write.kind + "d" : write.kind;
}

// A change that was read stands where it was made, one made by hand in no calendar.
std::string where_words(const engine::WriteView& write) {
  if (write.calendar != "hub") return write.calendar;
  return write.kind == "pull" ? write.from : "";
}

std::string deed_words(const engine::WriteView& write) {
  if (write.state == "done") return kind_words(write);
  return fmt::format("{} {}", write.kind, write.state == "failed" ? "failed" : "begun");
}

enum class Runs : std::uint8_t { one, many };

void print_writes(Desk& desk, const std::vector<engine::WriteView>& writes, Runs runs) {
  Table table({"WRITE", "RUN", "WHERE", "DID", "EVENT", "FIELDS", "WHY"});
  for (const engine::WriteView& write : writes)
    table.row({fmt::format("w{}", write.id), runs == Runs::many ? std::to_string(write.run) : "",
               where_words(write), deed_words(write), title_words(write.title, 40),
               shortened(fields_of(write), 30), printable(write.why)});
  if (table.empty()) return;
  table.drop_empty_columns();
  table.print(desk.console);
}

std::string summary(const engine::RunView& run) {
  std::map<std::string, std::size_t> kinds;
  for (const engine::WriteView& write : run.writes) ++kinds[deed_words(write)];
  std::vector<std::string> parts;
  for (const auto& [kind, count] : kinds) parts.push_back(fmt::format("{} {}", count, kind));
  return parts.empty() ? "nothing to do" : join(parts, ", ");
}

Exit log_of_run(Desk& desk, Wiring& wiring, std::int64_t number) {
  const auto run = wiring.engine().log_run(number);
  if (!run) return desk.console.fail(run.error());
  desk.console.answer(named("runs", std::vector{*run}));
  desk.console.line(fmt::format("Run {}, {}, {}", run->id, run->kind,
                                on_the_wall(run->started, desk.machine.local_zone())));
  print_writes(desk, run->writes, Runs::one);
  if (run->writes.empty()) desk.console.line("It wrote nothing.");
  return Exit::done;
}

void print_lineage(Desk& desk, const engine::Lineage& lineage) {
  Console& console = desk.console;
  const calendar::Zone& zone = desk.machine.local_zone();
  console.line(console.ink(Ink::bold, fmt::format("\"{}\"", title_words(lineage.title, 70))) +
               (lineage.alive ? "" : " (deleted)"));
  console.line(fmt::format("id {}", lineage.event.value));
  Table places({"PLACE", "ROLE", "LINK", "WHY", "WHERE"});
  for (const engine::PlaceLineage& place : lineage.places) {
    std::string why = printable(place.why);
    if (!place.not_shown.empty())
      why += fmt::format(" Not shown there: {}.", printable(join(place.not_shown, ", ")));
    places.row({place.calendar.value, place.role, place.link, why, printable(place.remote)});
  }
  if (!places.empty()) {
    places.drop_empty_columns();
    places.print(console);
  }
  console.line();
  Table fields({"FIELD", "VALUE", "FROM", "LINK", "RUN", "RUN AT"});
  for (const engine::FieldLineage& field : lineage.fields)
    fields.row({shortened(field_words(field.path), 32), shortened(value_words(field.path, field.value), 48),
                field.from == "person" ? "you" : field.from, field.link, std::to_string(field.run),
                field.run_at ? on_the_wall(*field.run_at, zone) : ""});
  if (!fields.empty()) {
    fields.drop_empty_columns();
    fields.print(console);
  }
  console.line();
  print_writes(desk, lineage.history, Runs::many);
}

}  // namespace

Exit run_log(Desk& desk) {
  std::int64_t number = 0;
  if (!desk.invocation.subject.empty()) {
    const auto given = number_of(desk, desk.invocation.subject, "run");
    if (!given) return given.error();
    number = *given;
  }
  return with_wiring(desk, Access::read, [&](Wiring& wiring, const Config&) {
    if (number > 0) return log_of_run(desk, wiring, number);
    const auto runs = wiring.engine().log(kRunsShown);
    if (!runs) return desk.console.fail(runs.error());
    desk.console.answer(named("runs", *runs));
    Table table({"RUN", "KIND", "STARTED", "DID"});
    for (const engine::RunView& run : *runs)
      table.row({std::to_string(run.id), run.kind, on_the_wall(run.started, desk.machine.local_zone()),
                 run.ended ? summary(run) : summary(run) + " (cut off)"});
    if (table.empty())
      desk.console.line("No run yet.");
    else
      table.print(desk.console);
    return Exit::done;
  });
}

Exit run_undo(Desk& desk) {
  const std::string& subject = desk.invocation.subject;
  const bool is_write = subject.size() > 1 && (subject[0] == 'w' || subject[0] == 'W');
  const auto number = number_of(desk, is_write ? subject.substr(1) : subject,
                                is_write ? "write" : "run (or write, like w12)");
  if (!number) return number.error();
  return with_wiring(desk, Access::write, [&](Wiring& wiring, const Config&) {
    const auto report = is_write ? wiring.engine().undo_write(*number) : wiring.engine().undo_run(*number);
    if (!report) return desk.console.fail(report.error());
    // Taking back means on every side, so the cycle that carries it out follows at once.
    std::optional<engine::RunReport> carried;
    if (report->restored > 0) {
      auto cycle = wiring.engine().sync({});
      if (!cycle) return desk.console.fail(cycle.error());
      carried = *std::move(cycle);
    }
    Json answer = Json::object();
    answer.set("run", report->run).set("restored", report->restored).set("kept", texts(report->kept));
    if (carried) answer.set("sync", to_json(*carried, desk.machine.local_zone()));
    desk.console.answer(answer);
    desk.console.line(report->restored == 0 ? "Nothing was left to take back."
                                            : fmt::format("Took back {} as run {}.",
                                                          counted(report->restored, "change"), report->run));
    for (const std::string& kept : report->kept) desk.console.line(printable(kept));
    if (!carried) return Exit::done;
    print_report(desk.console, desk.machine.local_zone(), *carried, desk.invocation.all);
    return exit_of(*carried);
  });
}

Exit run_why(Desk& desk) {
  return with_wiring(desk, Access::read, [&](Wiring& wiring, const Config&) {
    const auto lineages = wiring.engine().why(desk.invocation.subject);
    if (!lineages) return desk.console.fail(lineages.error());
    desk.console.answer(named("lineages", *lineages));
    for (std::size_t i = 0; i < lineages->size(); ++i) {
      if (i > 0) desk.console.line();
      print_lineage(desk, (*lineages)[i]);
    }
    return Exit::done;
  });
}

}  // namespace kalends::app
