#include "app/words.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace kalends::app {
namespace {

using engine::Move;

struct Verb {
  const char* meant;
  const char* done;
  Ink ink;
};

Verb verb_of(Move::Kind kind) {
  switch (kind) {
    case Move::Kind::pull: return {"read", "read", Ink::dim};
    case Move::Kind::create: return {"create", "created", Ink::green};
    case Move::Kind::update: return {"update", "updated", Ink::plain};
    case Move::Kind::remove: return {"remove", "removed", Ink::red};
    case Move::Kind::adopt: return {"match", "matched", Ink::plain};
    case Move::Kind::conflict: return {"conflict", "conflict", Ink::yellow};
    case Move::Kind::hold: return {"hold", "held", Ink::yellow};
  }
  return {"", "", Ink::plain};
}

std::string verb_words(const Console& console, const Move& move, bool done) {
  const Verb verb = verb_of(move.kind);
  // Whether anything came of it may be unknown, after an answer that was lost.
  if (done && !move.error.empty()) return console.ink(Ink::red, fmt::format("{} failed", verb.meant));
  return console.ink(verb.ink, done ? verb.done : verb.meant);
}

std::vector<std::string> row_of(const Console& console, const Move& move, bool done) {
  std::string why = printable(move.why);
  if (move.kind == Move::Kind::update && !move.fields.empty()) {
    const std::string fields = printable(join(move.fields, ", "));
    why = why.empty() ? fields : fmt::format("{}: {}", fields, why);
  }
  // A calendar's own sentence may end with a full stop; ours goes on.
  if (!move.error.empty()) {
    std::string error = printable(move.error);
    while (error.ends_with('.')) error.pop_back();
    why += fmt::format("{}it is tried again after: {}", why.empty() ? "" : "; ", error);
  }
  return {move.calendar.value, verb_words(console, move, done), shortened(move.title, 44), why};
}

void print_waiting(Console& console, const engine::RunReport& report) {
  // What only a plan would hold is listed nowhere.
  if (report.run == 0 && report.held_waiting > 0)
    console.line(console.ink(Ink::yellow, fmt::format("{} of held work would wait for you.",
                                                      counted(report.held_waiting, "piece"))));
  if (report.run > 0 && report.held_waiting > 0)
    console.line(console.ink(Ink::yellow, report.held_waiting == 1
                                              ? "1 piece of held work waits for you: "
                                              : fmt::format("{} pieces of held work wait for you: ",
                                                            report.held_waiting)) +
                 "kalends held");
  if (report.conflicts_open > 0)
    console.line(
        console.ink(Ink::yellow, report.conflicts_open == 1
                                     ? "1 conflict waits for you: "
                                     : fmt::format("{} conflicts wait for you: ", report.conflicts_open)) +
        "kalends conflicts");
}

// What was seen and done in each calendar that was looked at.
void print_counts(Console& console, const engine::RunReport& report) {
  Table table({"CALENDAR", "SEEN", "READ", "CREATED", "UPDATED", "REMOVED", ""});
  for (const engine::CalendarCounts& c : report.calendars)
    table.row({c.calendar.value, std::to_string(c.seen), std::to_string(c.pulled), std::to_string(c.created),
               std::to_string(c.updated), std::to_string(c.removed),
               c.failed > 0 ? console.ink(Ink::red, fmt::format("{} failed", c.failed)) : ""});
  if (!table.empty()) table.print(console);
}

}  // namespace

std::string counted(std::size_t n, std::string_view one, std::string_view many) {
  if (n == 1) return fmt::format("1 {}", one);
  return many.empty() ? fmt::format("{} {}s", n, one) : fmt::format("{} {}", n, many);
}

std::string on_the_wall(Instant at, const calendar::Zone& zone) {
  const std::int64_t seconds = at.ms >= 0 ? at.ms / 1000 : -((-at.ms + 999) / 1000);
  std::string text = calendar::to_string(zone.to_local(seconds));
  text = text.substr(0, text.size() - 3);
  std::ranges::replace(text, 'T', ' ');
  return text;
}

std::string value_words(const std::optional<std::string>& value) {
  if (!value) return "(nothing)";
  return shortened(*value, 70);
}

void print_moves(Console& console, const std::vector<Move>& moves, bool done, bool all) {
  // Moves of one kind in one calendar for one reason stand together, and only the first few of many are listed.
  struct Group {
    std::vector<const Move*> moves;
  };
  std::vector<Group> groups;
  for (const Move& move : moves) {
    if (move.kind == Move::Kind::pull && !all) continue;
    const auto same = [&](const Group& group) {
      const Move& other = *group.moves.front();
      return other.calendar == move.calendar && other.kind == move.kind && other.why == move.why &&
             other.error.empty() == move.error.empty();
    };
    const auto found = std::ranges::find_if(groups, same);
    if (found == groups.end())
      groups.push_back({{&move}});
    else
      found->moves.push_back(&move);
  }
  const std::size_t share = std::max<std::size_t>(4, kMovesShown / std::max<std::size_t>(1, groups.size()));
  Table table({"CALENDAR", done ? "DID" : "WILL", "EVENT", "WHY"});
  for (const Group& group : groups) {
    // One line more than the share is no reason to hide it.
    const std::size_t shown = all || group.moves.size() <= share + 1 ? group.moves.size() : share;
    for (std::size_t i = 0; i < shown; ++i) {
      std::vector<std::string> row = row_of(console, *group.moves[i], done);
      // Held work of one kind has one reason, and it is long.
      if (i > 0 && group.moves[i]->kind == Move::Kind::hold) row.back().clear();
      table.row(std::move(row));
    }
    if (shown == group.moves.size()) continue;
    const Move& first = *group.moves.front();
    table.row({first.calendar.value, verb_words(console, first, done),
               console.ink(Ink::dim, fmt::format("and {} more", group.moves.size() - shown)), ""});
  }
  if (!table.empty()) table.print(console);
}

void print_report(Console& console, const engine::RunReport& report, bool all) {
  const bool done = report.run > 0;
  const auto count = [&](Move::Kind kind) {
    return static_cast<std::size_t>(std::ranges::count(report.moves, kind, &Move::kind));
  };
  const std::size_t reads = count(Move::Kind::pull);
  const std::size_t failed = static_cast<std::size_t>(
      std::ranges::count_if(report.moves, [](const Move& move) { return !move.error.empty(); }));
  const std::size_t writes =
      count(Move::Kind::create) + count(Move::Kind::update) + count(Move::Kind::remove) - failed;
  const std::size_t held = count(Move::Kind::hold);
  if (report.moves.empty() && report.errors.empty()) {
    const bool waits = report.held_waiting > 0 || report.conflicts_open > 0;
    console.line(!done   ? "Nothing to do: sync would change nothing."
                 : waits ? "Nothing was done."
                         : "Nothing to do: everything is in sync.");
  } else {
    std::string what = fmt::format("{} in calendars", counted(writes, "change"));
    if (failed > 0) what += fmt::format(", {} failed", failed);
    if (held > 0) what += fmt::format(", {} held", held);
    console.line(console.ink(
        Ink::bold, done ? fmt::format("Run {}: {}, {} read.", report.run, what, counted(reads, "edit"))
                        : fmt::format("The plan: {}, {} to read.", what, counted(reads, "edit"))));
    print_moves(console, report.moves, done, all);
    console.line();
    print_counts(console, report);
  }
  if (!done) console.line(fmt::format("{} will be sent.", counted(report.messages_sent, "message")));
  if (done && report.messages_sent > 0)
    console.line(fmt::format("{} sent, as you approved.", counted(report.messages_sent, "message")));
  print_waiting(console, report);
  for (const std::string& warning : report.warnings) console.note("warning: " + printable(warning));
  // A calendar that could not be read stands among the errors already.
  const auto told = [&](const engine::CalendarCounts& c) {
    return std::ranges::any_of(report.errors, [&](const std::string& e) { return e.ends_with(c.error); });
  };
  for (const engine::CalendarCounts& c : report.calendars)
    if (!c.error.empty() && !told(c))
      console.note(fmt::format("kalends: {}: {}", c.calendar.value, printable(c.error)));
  // A full disk fails thousands of writes in one way.
  const std::size_t shown =
      all || report.errors.size() <= kErrorsShown + 1 ? report.errors.size() : kErrorsShown;
  for (std::size_t i = 0; i < shown; ++i) console.note("kalends: " + printable(report.errors[i]));
  if (shown < report.errors.size())
    console.note(fmt::format("kalends: and {} more; \"kalends log {}\" lists every write",
                             report.errors.size() - shown, report.run));
}

void print_held(Console& console, const engine::HeldView& held, const calendar::Zone& zone, bool all) {
  console.line(fmt::format("{} {} in {}, {}, {} since {}",
                           console.ink(Ink::bold, fmt::format("#{}", held.id)), held.kind,
                           held.calendar.value, counted(static_cast<std::size_t>(held.count), "change"),
                           held.state, on_the_wall(held.at, zone)));
  console.line("   " + printable(held.reason));
  print_moves(console, held.work, false, all);
}

Exit exit_of(const engine::RunReport& report) {
  const auto failed = [](const engine::CalendarCounts& c) { return c.failed > 0 || !c.error.empty(); };
  if (!report.errors.empty() || std::ranges::any_of(report.calendars, failed)) return Exit::failed;
  const auto waits = [](const Move& move) { return move.kind == Move::Kind::hold; };
  if (report.held_waiting > 0 || report.conflicts_open > 0 || std::ranges::any_of(report.moves, waits))
    return Exit::waiting;
  return Exit::done;
}

}  // namespace kalends::app
