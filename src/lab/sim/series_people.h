// What people do with series: some occurrences are otherwise or do not take place, are moved, set back or deleted; "this
// and following" are changed or become a series of their own; the series ends earlier, repeats otherwise, or is moved
// with what was said of its occurrences, or without it, as calendar programs do either.
#pragma once

#include <string>

#include "lab/sim/world.h"

namespace kalends::lab {

class People;

class SeriesPeople {
 public:
  SeriesPeople(World& world, People& people) : world_(world), people_(people) {}

  // Makes some of the new events series, and says something of some of their occurrences.
  void draw(calendar::Facts& facts);
  // One edit of the series at that place; false when the item is none, and nothing was done.
  bool edit(Place& place, const provider::Stored& item);
  // What a new time means to the occurrences: their slots go along, or a program forgets what was said of them.
  void move(calendar::Facts& facts, const std::string& when);

 private:
  std::string change_one(calendar::Facts& facts, const std::string& slot);
  std::string change_following(calendar::Facts& facts, const std::vector<calendar::LocalTime>& slots,
                               std::size_t from);
  std::string change_rule(calendar::Facts& facts);
  bool split(Place& place, const provider::Stored& item, const std::vector<calendar::LocalTime>& slots);
  std::string fresh();

  World& world_;
  People& people_;
};

}  // namespace kalends::lab
