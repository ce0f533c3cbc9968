// libical's answers for the oracle test. A case is "CASE LIMIT HORIZON ZONE" and a VCALENDAR with one event without a
// zone. Prints "WALL/UTC" of each start, in order, each once (icalcomponent_foreach_recurrence() does not filter
// repeats, says its documentation); the instant is what libical's zone of that name, which it reads from the system's
// zone files, gives the time. A rule that never matches again keeps libical busy until the year 2582: a
// case that takes more than kPatience of processor time is answered "error too slow".
#include <libical/ical.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr int kPatience_us = 4'000;
constexpr int kTooSlow = 3;  // exit code

void take(icalcomponent*, struct icaltime_span* span, void* data) {
  static_cast<std::set<long long>*>(data)->insert(static_cast<long long>(span->start));
}

std::string shown(long long start, icaltimezone* zone) {
  icaltimetype wall =
      icaltime_from_timet_with_zone(static_cast<time_t>(start), 0, icaltimezone_get_utc_timezone());
  wall.zone = nullptr;
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d/%lld", wall.year, wall.month, wall.day,
                wall.hour, wall.minute, wall.second,
                zone == nullptr ? start : static_cast<long long>(icaltime_as_timet_with_zone(wall, zone)));
  return text;
}

struct Case {
  std::size_t limit = 0;
  long long horizon = 0;
  std::string zone;
  std::string text;
};

std::string answer(const Case& one) {
  icalcomponent* calendar = icalparser_parse_string(one.text.c_str());
  if (calendar == nullptr) return "error not parsed";
  icalcomponent* event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
  std::string out;
  if (event == nullptr || icalcomponent_count_errors(event) != 0) {
    out = "error a property is refused";
  } else {
    std::set<long long> starts;
    icaltimetype from = icalcomponent_get_dtstart(event);
    icaltime_adjust(&from, -400, 0, 0, 0);
    icaltimetype to = icaltime_from_timet_with_zone(static_cast<time_t>(one.horizon + 86400 * 4), 0,
                                                    icaltimezone_get_utc_timezone());
    icalcomponent_foreach_recurrence(event, from, to, take, &starts);
    icaltimezone* zone = icaltimezone_get_builtin_timezone(one.zone.c_str());
    std::size_t count = 0;
    for (long long start : starts) {
      if (start >= one.horizon || count++ == one.limit) break;
      out += (out.empty() ? "" : " ") + shown(start, zone);
    }
  }
  icalcomponent_free(calendar);
  return out;
}

std::vector<Case> read_cases() {
  std::vector<Case> cases;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream head(line);
    std::string word;
    Case one;
    head >> word >> one.limit >> one.horizon >> one.zone;
    while (std::getline(std::cin, line)) {
      one.text += line + "\n";
      if (line == "END:VCALENDAR") break;
    }
    cases.push_back(std::move(one));
  }
  return cases;
}

// Zones that are read here need not be read by every child.
void load_zones(const std::vector<Case>& cases) {
  std::set<std::string> names;
  for (const Case& one : cases) names.insert(one.zone);
  for (const std::string& name : names) {
    icaltimezone* zone = icaltimezone_get_builtin_timezone(name.c_str());
    if (zone == nullptr) continue;
    for (int year : {1900, 2020, 2200}) {
      icaltimetype time = icaltime_null_time();
      time.year = year;
      time.month = time.day = 1;
      icaltimezone_get_utc_offset(zone, &time, nullptr);
    }
  }
}

void give_up(int) { _exit(kTooSlow); }

// Answers from `*next` on, which it moves along, and ends the process.
[[noreturn]] void answer_all(const std::vector<Case>& cases, volatile std::size_t* next) {
  std::signal(SIGVTALRM, give_up);
  for (; *next < cases.size(); *next = *next + 1) {
    itimerval patience{{0, 0}, {0, kPatience_us}};
    setitimer(ITIMER_VIRTUAL, &patience, nullptr);
    const std::string line = answer(cases[*next]) + "\n";
    itimerval none{};
    setitimer(ITIMER_VIRTUAL, &none, nullptr);
    if (write(1, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(1);
  }
  _exit(0);
}

}  // namespace

// Children do the work; one that is stuck ends itself, and the next goes on behind that case.
int main() {
  icaltimezone_set_tzid_prefix("");
  icalerror_set_errors_are_fatal(false);
  const std::vector<Case> cases = read_cases();
  load_zones(cases);
  void* shared =
      mmap(nullptr, sizeof(std::size_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return 1;
  auto* next = static_cast<volatile std::size_t*>(shared);
  while (*next < cases.size()) {
    const pid_t child = fork();
    if (child == 0) answer_all(cases, next);
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0) return 1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    const bool slow = WIFEXITED(status) && WEXITSTATUS(status) == kTooSlow;
    const std::string line = slow ? "error too slow\n" : "error crashed\n";
    if (write(1, line.data(), line.size()) != static_cast<ssize_t>(line.size())) return 1;
    *next = *next + 1;
  }
}
