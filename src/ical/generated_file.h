// Calendar files drawn from a seed, as clients write them and as they should not. Tests only.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace kalends::ical::testing {

// Draws files with every property of RFC 5545 and 7986, odd parameters, folds at any octet, line ends in any mixture, a
// byte order mark, blank lines, unknown and nested components, and time zones by all the names they go by.
class FileSource {
 public:
  explicit FileSource(std::uint64_t seed);

  // A calendar with one event for each uid, each with its overrides.
  std::string file(const std::vector<std::string>& uids);

  int number(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }
  bool chance(int percent) { return number(1, 100) <= percent; }
  template <class List>
  auto pick(const List& list) {
    return list[static_cast<std::size_t>(number(0, static_cast<int>(std::size(list)) - 1))];
  }

 private:
  void line(std::string_view text);
  void property(std::string_view name, std::string_view value);
  void time(std::string_view name, int day, int hour);
  void zone();
  void event(const std::string& uid);
  void override_at(const std::string& uid, int day);
  void fields();
  void people();
  void alarm();
  void unknown_component(int depth);
  std::string params();
  std::string text();
  std::string line_end();

  std::mt19937_64 random_;
  std::string out_;
  int line_ends_ = 0;   // CRLF, LF, or any
  int time_style_ = 0;  // of the file's events
  bool odd_folds_ = false;
};

}  // namespace kalends::ical::testing
