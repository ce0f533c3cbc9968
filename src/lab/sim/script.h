// What may happen in the safety phase, one step at a time, and what the person says to held work.
#pragma once

#include "lab/sim/history.h"
#include "lab/sim/people.h"
#include "lab/sim/world.h"

namespace kalends::lab {

class Script {
 public:
  Script(World& world, People& people) : world_(world), people_(people) {}

  void step(const Step& step);
  // Everything works again: faults off, calendars back, readable and reachable.
  void calm_down();
  // Answers all held work that waits; gives how many there were.
  int answer_held();
  Cycle cycle();

 private:
  void faulty_cycle();
  void doomed_cycle();
  void watched_cycle();
  void act();
  void jump();
  void let_days_pass();
  void fill_disk();
  void undo();
  void answer_conflicts();
  void change_rules();
  void paged_cycle();
  void pushes();
  void empty_and_refill();
  void vanish_for_a_while();
  void roll_server_back();
  void mend(Place& place);
  void spoil();
  bool approves(const engine::HeldView& held);
  bool wrote(const engine::HeldView& held) const;
  Place& any_place() { return *world_.places[world_.chance.below(world_.places.size())]; }

  World& world_;
  People& people_;
  bool first_ = true;
};

}  // namespace kalends::lab
