// What people did and saw, kept apart from everything the engine knows: the truth that the checkers compare with.
//
// Events are told apart by the day they start on: every event gets a day of its own and no edit moves it off that day,
// and no calendar, mask or rewriting hides it. So the ledger never has to trust an id that the engine gave.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "calendar/facts.h"
#include "engine/views.h"

namespace kalends::lab {

// The day of an event, "2026-03-02"; "" when the facts have no time.
std::string day_of(const calendar::Facts& facts);

// One value that a person gave or took away.
struct Edit {
  int number = 0;
  std::string day;
  CalendarId calendar;
  std::string path;
  std::optional<std::string> value;  // as their calendar kept it; none: they removed it
  Instant at;
  std::optional<std::string> given = std::nullopt;  // before their calendar rewrote it, where that differs
  bool superseded = false;  // a person who saw it put something else in its place, or deleted the event
  bool excused = false;     // the calendar itself lost it before anybody could see it
};

struct Known {
  std::set<CalendarId> origins;        // where people made it
  std::set<CalendarId> made_at;        // where people ever made it
  int duplicates = 0;                  // further items people made of it by copying
  bool undone = false;                 // a person took back a run that touched it
  std::set<CalendarId> taken_back_at;  // where a person took our copy back
  bool deleted = false;                // a person deleted it somewhere
  std::set<CalendarId> deleted_at;
  bool by_hand = false;    // made in two places, with nothing but equal contents to say that it is one
  bool untold = false;     // made in two places, of which one did not tell it when the other one's was read
  bool scheduled = false;  // it has an organizer and attendees
};

// Writes that a person took back, and the hub's events just before and just after, with merge::kLife for those alive.
struct Undone {
  engine::RunView run;  // of its writes those that were taken back
  std::map<EventId, calendar::Facts> before, after;
  std::vector<std::string> kept = {};  // what the person was told that it stays
  Instant at = {};
};

// A write that a person let a calendar send mail about.
struct ApprovedMail {
  CalendarId calendar;
  std::string day;
  engine::Move::Kind kind = engine::Move::Kind::update;
  std::set<std::string> fields;  // that it writes
  std::string reason;            // the sentence that names who gets mail
  Instant at;
};

struct Ledger {
  std::vector<Edit> edits;
  std::map<std::string, Known> events;               // by day
  std::vector<engine::ConflictView> conflicts;       // of stores that were put back since
  std::map<EventId, std::string> days_of_conflicts;  // of their events
  std::set<CalendarId> rolled_back;                  // calendars that were restored from a backup
  std::set<CalendarId> emptied;                      // calendars that were empty for a while
  std::set<std::pair<CalendarId, RemoteId>> told;    // items that a look was told of, ever
  bool store_restored = false;
  bool links_changed = false;
  std::vector<Undone> undone;
  std::vector<ApprovedMail> mail;
};

}  // namespace kalends::lab
