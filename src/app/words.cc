#include "app/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "app/moments.h"
#include "base/text.h"
#include "calendar/parameters.h"
#include "calendar/slots.h"
#include "calendar/when_text.h"

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

std::string why_of(const Move& move) {
  std::string why = printable(move.why);
  const bool says_fields = move.kind == Move::Kind::update || move.kind == Move::Kind::conflict;
  if (says_fields && !move.fields.empty()) {
    const std::string fields = printable(join(move.fields, ", "));
    why = why.empty() ? fields : fmt::format("{}: {}", fields, why);
  }
  // A calendar's own sentence may end with a full stop; ours goes on.
  if (!move.error.empty()) {
    std::string error = printable(move.error);
    while (error.ends_with('.')) error.pop_back();
    why += fmt::format("{}it is tried again after: {}", why.empty() ? "" : "; ", error);
  }
  return why;
}

std::string when_of(const Move& move, const calendar::Zone& zone) {
  return move.when ? time_words(*move.when, zone) : "";
}

// Moves of one kind in one calendar.
struct Group {
  std::vector<const Move*> moves;
  const Move& first() const { return *moves.front(); }
  // Held work of one kind has one reason, and copies have one origin: it is told once.
  bool has_one_reason() const {
    return std::ranges::all_of(moves, [&](const Move* move) { return why_of(*move) == why_of(first()); });
  }
};

std::vector<Group> groups_of(const std::vector<const Move*>& moves) {
  std::vector<Group> groups;
  for (const Move* move : moves) {
    const auto same = [&](const Group& group) {
      const Move& other = group.first();
      return other.calendar == move->calendar && other.kind == move->kind &&
             other.error.empty() == move->error.empty();
    };
    const auto found = std::ranges::find_if(groups, same);
    if (found == groups.end())
      groups.push_back({{move}});
    else
      found->moves.push_back(move);
  }
  std::ranges::sort(groups, {}, [](const Group& group) {
    return std::tuple(group.first().calendar.value, group.first().kind, group.first().error.empty());
  });
  return groups;
}

void print_groups(Console& console, const calendar::Zone& zone, const std::vector<Group>& groups, bool done,
                  bool all) {
  const std::size_t share = std::max<std::size_t>(4, kMovesShown / groups.size());
  for (const Group& group : groups) {
    const bool one_reason = group.has_one_reason();
    const std::string why = one_reason ? why_of(group.first()) : "";
    console.line(fmt::format("{}: {} {}{}{}{}", console.ink(Ink::bold, group.first().calendar.value),
                             group.moves.size(), done ? "" : "to ", verb_words(console, group.first(), done),
                             why.empty() ? "" : ", ", why));
    // One line more than the share is no reason to hide it.
    const std::size_t shown = all || group.moves.size() <= share + 1 ? group.moves.size() : share;
    Table table({"  WHEN", "EVENT", "WHY"});
    for (std::size_t i = 0; i < shown; ++i) {
      const Move& move = *group.moves[i];
      table.row({"  " + when_of(move, zone), title_words(move.title, 44), one_reason ? "" : why_of(move)});
    }
    table.drop_empty_columns();
    table.print_rows(console);
    if (shown < group.moves.size())
      console.line(console.ink(Ink::dim, fmt::format("  and {} more", group.moves.size() - shown)));
  }
}

void print_table(Console& console, const calendar::Zone& zone, const std::vector<const Move*>& moves,
                 bool done) {
  Table table({"CALENDAR", done ? "DID" : "WILL", "WHEN", "EVENT", "WHY"});
  for (const Move* move : moves)
    table.row({move->calendar.value, verb_words(console, *move, done), when_of(*move, zone),
               title_words(move->title, 44), why_of(*move)});
  if (table.empty()) return;
  table.drop_empty_columns();
  table.print(console);
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

void print_rejected(Console& console, const engine::RunReport& report) {
  if (report.first_runs_rejected == 0) return;
  console.line(console.ink(Ink::yellow, report.first_runs_rejected == 1
                                            ? "A first run that you rejected is not done: "
                                            : fmt::format("{} first runs that you rejected are not done: ",
                                                          report.first_runs_rejected)) +
               "kalends held --all");
}

// What is left alone is not in sync, however quiet the run was.
void print_unreadable(Console& console, const engine::RunReport& report) {
  for (const engine::CalendarCounts& c : report.calendars)
    if (c.unreadable > 0)
      console.line(console.ink(Ink::yellow, fmt::format("{} in \"{}\" cannot be read and {} left alone: ",
                                                        counted(c.unreadable, "item"), c.calendar.value,
                                                        c.unreadable == 1 ? "is" : "are")) +
                   "kalends status");
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

std::string time_words(const engine::EventTime& time, const calendar::Zone& zone) {
  const calendar::LocalTime start = zone.to_local(time.start_utc);
  std::string words = start_words(start, time.all_day);
  if (time.repeats) words += " repeats";
  return words;
}

std::string title_words(std::string_view title, std::size_t columns) {
  return trim(title).empty() ? "(no title)" : shortened(title, columns);
}

std::string field_words(std::string_view path) {
  std::string slot(calendar::slot_of(path));
  const std::string inside = std::string("overrides/") + slot;
  if (slot.empty()) return path == "life" ? "the event itself" : printable(calendar::path_words(path));
  std::string at = slot.substr(0, 16);
  std::ranges::replace(at, 'T', ' ');
  if (path.size() <= inside.size()) return fmt::format("the occurrence of {}", printable(at));
  return fmt::format("{} on {}", printable(calendar::path_words(path.substr(inside.size() + 1))),
                     printable(at));
}

std::string value_words(std::string_view path, const std::optional<std::string>& value) {
  if (!value) return "(nothing)";
  const std::string_view field = path.substr(path.rfind('/') == path.npos ? 0 : path.rfind('/') + 1);
  if (field == "when")
    if (const auto when = calendar::parse_when(*value)) return describe(*when);
  if (field == "recurrence") {
    std::vector<std::string> words;
    for (const std::string_view line : split(*value, '\n')) {
      const auto rule = calendar::parse_rule(line.starts_with("RRULE:") ? line.substr(6) : line);
      words.push_back(rule ? describe(*rule) : std::string(line));
    }
    return shortened(join(words, "; "), 70);
  }
  return shortened(*value, 70);
}

void print_moves(Console& console, const calendar::Zone& zone, const std::vector<Move>& moves, bool done,
                 bool all) {
  std::vector<const Move*> told;
  for (const Move& move : moves)
    if (all || move.kind != Move::Kind::pull) told.push_back(&move);
  std::ranges::sort(told, {}, [](const Move* move) {
    return std::tuple(move->when ? move->when->start_utc : 0, std::string_view(move->title),
                      std::string_view(move->calendar.value), move);
  });
  if (told.size() <= kMovesShown + 1) return print_table(console, zone, told, done);
  print_groups(console, zone, groups_of(told), done, all);
}

void print_report(Console& console, const calendar::Zone& zone, const engine::RunReport& report, bool all) {
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
    const bool waits = report.held_waiting > 0 || report.conflicts_open > 0 || report.first_runs_rejected > 0;
    const bool left_alone =
        std::ranges::any_of(report.calendars, [](const auto& c) { return c.unreadable > 0; });
    console.line(!done        ? "Nothing to do: sync would change nothing."
                 : waits      ? "Nothing was done."
                 : left_alone ? "Nothing to do: everything that can be read is in sync."
                              : "Nothing to do: everything is in sync.");
  } else {
    std::string what = fmt::format("{} in calendars", counted(writes, "change"));
    if (failed > 0) what += fmt::format(", {} failed", failed);
    if (held > 0) what += fmt::format(", {} held", held);
    console.line(console.ink(
        Ink::bold, done ? fmt::format("Run {}: {}, {} read.", report.run, what, counted(reads, "edit"))
                        : fmt::format("The plan: {}, {} to read.", what, counted(reads, "edit"))));
    print_moves(console, zone, report.moves, done, all);
  }
  if (!done) console.line(fmt::format("{} will be sent.", counted(report.messages_sent, "message")));
  if (done && report.messages_sent > 0)
    console.line(fmt::format("{} sent, as you approved.", counted(report.messages_sent, "message")));
  print_unreadable(console, report);
  print_rejected(console, report);
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
  console.line(fmt::format("{} {} in {}: {}, {} since {}",
                           console.ink(Ink::bold, fmt::format("#{}", held.id)), held.kind,
                           held.calendar.value, counted(static_cast<std::size_t>(held.count), "change"),
                           held.state, on_the_wall(held.at, zone)));
  console.line("   " + printable(held.reason));
  print_moves(console, zone, held.work, false, all);
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
