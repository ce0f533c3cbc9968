// Reports in words, for a person at a terminal.
#pragma once

#include <string>
#include <vector>

#include "app/console.h"
#include "calendar/zone.h"
#include "engine/views.h"

namespace kalends::app {

// About how many moves a report lists unless everything is asked for.
inline constexpr std::size_t kMovesShown = 14;
// And how many errors.
inline constexpr std::size_t kErrorsShown = 10;

// "1 event", "3 events".
std::string counted(std::size_t n, std::string_view one, std::string_view many = "");
// A moment on the wall of `zone`: "2026-03-01 09:00".
std::string on_the_wall(Instant at, const calendar::Zone& zone);
// When an event begins, on the wall of `zone`: "Mon 2026-03-02 09:00", "Mon 2026-03-02" for an all-day one, and
// "repeats" behind it for a series.
std::string time_words(const engine::EventTime& time, const calendar::Zone& zone);
// A title for a cell; "(no title)" for a blank one.
std::string title_words(std::string_view title, std::size_t columns);
// A path for a person: "title", "title on 2026-03-09 09:00" for that of one occurrence.
std::string field_words(std::string_view path);
// The value at a path for one line: times and rules in words; "(nothing)" when it is absent.
std::string value_words(std::string_view path, const std::optional<std::string>& value);

// Moves by date; `done` says whether they were made or are meant. Many are told calendar by calendar, the first few of
// each kind unless `all` is asked for.
void print_moves(Console& console, const calendar::Zone& zone, const std::vector<engine::Move>& moves,
                 bool done, bool all);
// What a cycle did (run > 0) or would do.
void print_report(Console& console, const calendar::Zone& zone, const engine::RunReport& report, bool all);
void print_held(Console& console, const engine::HeldView& held, const calendar::Zone& zone, bool all);

// failed when something failed, waiting when a person is asked, else done.
Exit exit_of(const engine::RunReport& report);

}  // namespace kalends::app
