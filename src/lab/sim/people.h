// The people of a simulation: they make, change, move, copy and delete events at their calendars, mid-cycle too, and
// the ledger notes what they did and what they had in front of them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lab/sim/series_people.h"
#include "lab/sim/world.h"

namespace kalends::lab {

class People {
 public:
  explicit People(World& world) : world_(world) {}

  // Puts in what somebody had before any sync, some of it in two places.
  void settle_in();
  // One thing that some person does now.
  void act();
  // The same at that calendar.
  void act_at(Place& place);
  // One edit at that calendar.
  void edit_somewhere(Place& place);
  // Notes what a person took back: its values are replaced by somebody who saw them, and given anew are those before.
  void note_undone(const Undone& undone);
  // Notes what a person said to writes that send mail.
  void note_mail(const engine::HeldView& held, bool approved);
  // Deletes half of a calendar.
  void clear_out(Place& place);
  // Notes that the calendar lost what was done there since that moment.
  void excuse_since(const Place& place, Instant since);
  // Notes what nobody can tell from a person's doing when the calendar goes back to `then`: items that are there no
  // longer, and values that are the old ones again (only several of these at once look like a restored server).
  void forget(Place& place, const provider::Snapshot& then);
  // Notes that what came back is another event to anybody who looks, where neither mark nor uid tells that it is the same
  // and what it says was changed elsewhere meanwhile.
  void tell_apart(const Place& place);
  // Notes that what the calendar has back from a backup, and no place where it was made has any more, is at home there
  // when nothing tells that it is the same event.
  void find_home(const Place& place);
  // Notes that a copy which had given way to a person's own item is back beside it: by then nothing tells whose it is.
  void find_doubles(const Place& place);

 private:
  calendar::Facts draw_event(const Place& place);
  void create(Place& place);
  void create_in_two_places();
  void edit(Place& place, const provider::Stored& item, bool with_occurrences = true);
  void remove(Place& place, const provider::Stored& item);
  // Somebody goes offline with what is there now, and comes back with one edit of it, sent as a whole.
  void edit_offline(Place& place, const provider::Stored& item);
  void move(Place& from, const provider::Stored& item);
  void duplicate(Place& place, const provider::Stored& item);
  // `given` is what the person entered or brought along, `kept` what the calendar made of it.
  void note_new(Place& place, const calendar::Facts& kept, const calendar::Facts& given);
  void note_values(Place& place, const calendar::Facts& kept, const calendar::Facts& given);
  std::string as_first_given(const Place& place, const std::string& day, const std::string& path,
                             const std::string& seen) const;
  void note_edits(Place& place, const provider::Stored& item);
  void note_edit(Place& place, const provider::Stored& item, const std::string& path,
                 const std::optional<std::string>& value);
  void supersede(Place& place, const calendar::Facts& seen, const std::string& path);
  void supersede_all(Place& place, const calendar::Facts& seen);
  bool crosses(const Place& place, const std::string& day);
  Place& any_place() { return *world_.places[world_.chance.below(world_.places.size())]; }
  std::string fresh(const char* kind) { return fmt::format("{} {}", kind, ++values_); }
  std::string draw_when(const std::string& date);

  friend class SeriesPeople;

  World& world_;
  SeriesPeople series_{world_, *this};
  std::map<std::pair<CalendarId, RemoteId>, calendar::Facts> offline_;  // what somebody took along
  struct Touched {
    Instant since;
    std::set<std::string> fields;
  };
  std::map<std::pair<CalendarId, RemoteId>, Touched> touched_;  // since the last whole cycle
  int days_ = 0;
  int values_ = 0;
};

}  // namespace kalends::lab
