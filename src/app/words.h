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
// A value of a conflict or change for one line; "(nothing)" when it is absent.
std::string value_words(const std::optional<std::string>& value);

// A table of moves; `done` says whether they were made or are meant.
void print_moves(Console& console, const std::vector<engine::Move>& moves, bool done, bool all);
// What a cycle did (run > 0) or would do.
void print_report(Console& console, const engine::RunReport& report, bool all);
void print_held(Console& console, const engine::HeldView& held, const calendar::Zone& zone, bool all);

// failed when something failed, waiting when a person is asked, else done.
Exit exit_of(const engine::RunReport& report);

}  // namespace kalends::app
