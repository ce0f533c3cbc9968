// Expands rules for the oracle test: reads lines "KIND START LIMIT NOT-BEFORE RRULE" (KIND all-day or floating,
// NOT-BEFORE a time or "-") and prints for each line its first LIMIT starts, parted by blanks, or "error ...".
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>

#include "calendar/occurrences.h"

namespace {

using namespace kalends::calendar;

std::string answer(const std::string& line) {
  std::istringstream in(line);
  std::string kind, start_text, not_before_text, rule_text;
  std::size_t limit = 0;
  in >> kind >> start_text >> limit >> not_before_text >> rule_text;
  auto start = parse_local_time(start_text);
  auto rule = parse_rule(rule_text);
  if (!start || !rule) return "error " + (rule ? "start" : rule.error().message);
  LocalTime not_before = not_before_text == "-" ? *start : parse_local_time(not_before_text).value_or(*start);
  TimeKind time_kind = kind == "all-day" ? TimeKind::all_day : TimeKind::floating;
  std::string out;
  std::size_t count = 0;
  auto visit = [&](LocalTime time) {
    if (count == limit) return false;
    if (count++ != 0) out += ' ';
    out += to_string(time);
    return count < limit;
  };
  auto done = expand(*rule, *start, time_kind, nullptr, not_before, visit);
  return done ? out : "error " + done.error().message;
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) std::puts(answer(line).c_str());
}
