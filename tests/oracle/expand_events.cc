// Our own answers for the oracle test. Reads cases from standard input: a line "CASE LIMIT HORIZON" (HORIZON: UTC
// seconds, not included) and a VCALENDAR with one event. Prints one line for each: its first LIMIT occurrences as
// "WALL/UTC/SECONDS" (the wall clock of its own time, the instant, the length), parted by blanks, or "error ...".
// Each answer is asked for again from its middle on, which takes other ways through the code, and must be the same.
//
// expand_events --zones NAME...: prints a calendar with a VTIMEZONE for each, as we write them.
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>

#include "calendar/occurrences.h"
#include "ical/text.h"
#include "ical/zone_text.h"
#include "system/zone_files.h"

namespace {

using namespace kalends;
using calendar::Occurrence;

constexpr std::int64_t kBeginning = -62'135'596'800;  // the year 1

const system::ZoneFiles& zones() {
  static const system::ZoneFiles files;
  return files;
}

std::string shown(const Occurrence& o) {
  return calendar::to_string(o.start) + "/" + std::to_string(o.start_utc) + "/" +
         std::to_string(o.end_utc - o.start_utc);
}

Result<std::vector<Occurrence>> expand(const calendar::Event& event, std::int64_t from, std::int64_t to,
                                       std::size_t limit) {
  const ical::EventZones known(zones(), event);
  calendar::ExpansionLimits limits{.max_occurrences = limit,
                                   .when_full = calendar::ExpansionLimits::WhenFull::stop,
                                   .cancelled = calendar::ExpansionLimits::Cancelled::left_out};
  return calendar::occurrences(event, {from, to}, known, *zones().find("Etc/UTC"), limits);
}

std::string answer(const std::string& text, std::size_t limit, std::int64_t horizon) {
  auto reading = ical::read(text, zones());
  if (!reading) return "error " + reading.error().message;
  if (reading->events.size() != 1)
    return "error " + (reading->broken.empty() ? "no event" : reading->broken[0].reason);
  const calendar::Event& event = reading->events[0].event;
  auto all = expand(event, kBeginning, horizon, limit);
  if (!all) return "error " + all.error().message;
  std::string out;
  for (const Occurrence& o : *all) out += (out.empty() ? "" : " ") + shown(o);
  if (all->size() < 2) return out;
  const std::size_t middle = all->size() / 2;
  const std::int64_t from = (*all)[middle].start_utc;
  auto rest = expand(event, from, horizon, limit);
  if (!rest) return "error from the middle on: " + rest.error().message;
  std::erase_if(*rest, [&](const Occurrence& o) { return o.start_utc < from; });
  std::size_t first = middle;
  while (first > 0 && (*all)[first - 1].start_utc == from) --first;
  for (std::size_t i = first; i < all->size(); ++i)
    if (i - first >= rest->size() || (*rest)[i - first] != (*all)[i])
      return "error from the middle on there is another answer than from the start: " + out;
  return out;
}

int print_zones(int count, char** names) {
  std::string out = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n";
  for (int i = 0; i < count; ++i) {
    const calendar::Zone* zone = zones().find(names[i]);
    if (zone == nullptr) return 1;
    for (const std::string& line : ical::zone_lines(*zone, names[i], -6'000'000'000)) out += line + "\r\n";
  }
  std::fputs((out + "END:VCALENDAR\r\n").c_str(), stdout);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count > 1 && std::string(words[1]) == "--zones") return print_zones(count - 2, words + 2);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream head(line);
    std::string word;
    std::size_t limit = 0;
    std::int64_t horizon = 0;
    head >> word >> limit >> horizon;
    std::string text;
    while (std::getline(std::cin, line)) {
      text += line + "\n";
      if (line == "END:VCALENDAR") break;
    }
    std::puts(answer(text, limit, horizon).c_str());
  }
}
