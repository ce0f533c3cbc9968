// Events drawn from a seed, for properties that must hold for every event. Tests only.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "calendar/event.h"

namespace kalends::ical::testing {

// Draws events that a calendar could hold: normal, with values in every field now and then, and text full of the
// characters that formats trip over.
class EventSource {
 public:
  explicit EventSource(std::uint64_t seed) : random_(seed) {}

  calendar::Event event();
  // Another event near `event`: some of its fields drawn anew.
  calendar::Event changed(const calendar::Event& event);
  int number(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }
  bool chance(int percent) { return number(1, 100) <= percent; }

 private:
  std::string text(int longest);
  std::string word();
  calendar::When when();
  calendar::Recurrence recurrence(const calendar::When& when);
  calendar::Attendee attendee();
  calendar::Reminder reminder();
  void draw_field(calendar::Event& event, int field);
  void draw_parameters(calendar::Event& event);
  void draw_overrides(calendar::Event& event);

  std::mt19937_64 random_;
};

}  // namespace kalends::ical::testing
