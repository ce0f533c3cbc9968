#include "lab/sim/people.h"

#include <algorithm>
#include <array>

#include "calendar/time.h"
#include "lab/sim/series.h"

namespace kalends::lab {
namespace {

using calendar::Facts;

constexpr std::int32_t kFirstDay = 20'500;  // days since 1970-01-01: in February 2026

std::string day(int n) { return calendar::to_string(calendar::Date{kFirstDay + n}); }

// What the calendar would show of one value, given by somebody else.
std::optional<std::string> as_shown(const Place& place, const std::string& path, const std::string& value) {
  Facts one;
  one.set(path, value);
  const Facts shown = provider::project_inside(place.server->profile(), one);
  const auto* found = shown.find(path);
  return found ? std::optional(*found) : std::nullopt;
}

// Whether what is shown there is that edit's value, as it was given or as its calendar keeps it.
bool shows(const Place& place, const Edit& edit, const std::string& shown) {
  for (const auto& value : {edit.value, edit.given})
    if (value && (shown == *value || as_shown(place, edit.path, *value) == shown)) return true;
  return false;
}

// The time of another event's value, on the same day.
std::string at_time(const std::string& date, int minute, int length) {
  return fmt::format("zoned {}T{:02}:{:02}:00 PT{}M Europe/Berlin", date, 7 + minute / 60 % 12, minute % 60,
                     length);
}

}  // namespace

void People::note_new(Place& place, const Facts& kept, const Facts& given) {
  auto& known = world_.ledger.events[day_of(kept)];
  known.origins.insert(place.id);
  known.made_at.insert(place.id);
  known.scheduled = known.scheduled || kept.find("organizer");
  note_values(place, kept, given);
}

// One value entered in two calendars, or brought from one to another, is one value, though each keeps it in its own
// words: who replaces the one form has seen the other.
void People::note_values(Place& place, const Facts& kept_, const Facts& given_) {
  const Facts kept = by_date(kept_), given = by_date(given_);
  for (const auto& [path, value] : kept) {
    if (value == "changed") continue;  // of itself it says nothing
    const auto* entered = given.find(path);
    world_.ledger.edits.push_back({static_cast<int>(world_.ledger.edits.size()), day_of(kept), place.id, path,
                                   value, world_.clock.peek(),
                                   entered ? std::optional(*entered) : std::nullopt});
  }
}

// What somebody gave of which this place shows `seen`.
std::string People::as_first_given(const Place& place, const std::string& date, const std::string& path,
                                   const std::string& seen) const {
  for (const auto& edit : world_.ledger.edits)
    if (edit.day == date && edit.path == by_date(path) && edit.value && shows(place, edit, seen))
      return edit.given.value_or(*edit.value);
  return seen;
}

// What a person replaces was seen by that person, whoever gave it.
void People::supersede(Place& place, const Facts& seen_, const std::string& path) {
  const Facts seen = by_date(seen_);
  for (auto& edit : world_.ledger.edits) {
    if (edit.superseded || edit.day != day_of(seen) || edit.path != path) continue;
    const auto* shown = seen.find(path);
    if (!edit.value) {
      edit.superseded = edit.superseded || !shown;
      continue;
    }
    const auto expected = as_shown(place, path, *edit.value);
    if ((shown && shows(place, edit, *shown)) || (!shown && !expected)) edit.superseded = true;
  }
}

// Deleting an event takes back all that one saw of it, and what the calendar could not have shown though it was there.
void People::supersede_all(Place& place, const Facts& seen_) {
  const Facts seen = by_date(seen_);
  // Other rules may hold now than when it is carried on.
  const bool passes_on = crosses(place, day_of(seen)) || world_.ledger.links_changed;
  for (auto& edit : world_.ledger.edits) {
    if (edit.superseded || edit.day != day_of(seen)) continue;
    if (!passes_on && edit.calendar != place.id) continue;
    const auto expected = edit.value ? as_shown(place, edit.path, *edit.value) : std::nullopt;
    const auto* shown = seen.find(edit.path);
    const bool visible = edit.value && shown && shows(place, edit, *shown);
    // What one entered in two places one knows, though one of them does not show it.
    const bool known = edit.number < world_.last_read[edit.calendar] ||
                       world_.ledger.events[day_of(seen)].made_at.contains(place.id);
    const bool hidden = !expected && known;
    if (visible || hidden || !edit.value) edit.superseded = true;
  }
}

bool People::crosses(const Place& place, const std::string& date) {
  const auto expected = expected_places(world_.topology, world_.ledger.events[date].origins);
  const auto found = expected.find(place.id);
  return found != expected.end() &&
         (found->second.origin || (found->second.crossing && !found->second.masked));
}

// All that is otherwise now than it was.
void People::note_edits(Place& place, const provider::Stored& item) {
  const auto* now = place.server->find(item.id);
  if (!now) return;
  for (const auto& change : calendar::difference(by_date(item.facts), by_date(now->facts)))
    if (change.after != "changed") note_edit(place, item, change.path, change.after);
}

void People::note_edit(Place& place, const provider::Stored& item, const std::string& path,
                       const std::optional<std::string>& value) {
  auto& known = world_.ledger.events[day_of(item.facts)];
  if (known.by_hand && world_.last_whole_cycle.ms == 0 &&
      (path == "title" || path == "when" || path == "recurrence")) {
    ++known.duplicates;  // equal no more before anybody compared
    known.by_hand = false;
  }
  // What a lost answer left is told by its contents where no mark is kept; two fields changed, it is told by nothing.
  auto& touched = touched_[{place.id, item.id}];
  if (touched.since != world_.last_whole_cycle) touched = {world_.last_whole_cycle, {}};
  touched.fields.insert(std::string(calendar::field_of(path)));
  if (touched.fields.size() == 2 && !place.server->profile().keeps_marks) ++known.duplicates;
  supersede(place, item.facts, path);
  world_.ledger.edits.push_back({static_cast<int>(world_.ledger.edits.size()), day_of(item.facts), place.id,
                                 path, value, world_.clock.peek()});
}

std::string People::draw_when(const std::string& date) {
  ++values_;
  return at_time(date, values_ % 700, 15 + values_ % 70);
}

Facts People::draw_event(const Place& place) {
  auto& chance = world_.chance;
  const std::string date = day(days_++);
  Facts facts;
  facts.set("title", fresh("meeting"));
  if (chance.percent(20))
    facts.set("when", fmt::format("all-day {} P{}D", date, chance.between(1, 3)));
  else
    facts.set("when", at_time(date, chance.between(0, 700), chance.between(15, 90)));
  if (chance.percent(50)) facts.set("description", fresh("about"));
  if (chance.percent(30)) facts.set("location", fresh("room"));
  if (chance.percent(20)) facts.set(fmt::format("categories/{}", fresh("kind")), "1");
  if (days_ % 5 == 0) facts.set("unknown/X-NOTE", "X-NOTE:" + date);
  if (chance.percent(30) && place.server->profile().schedules) {
    facts.set("organizer", "address=mailto:me@example.org");
    facts.set("attendees/mailto:ann@example.org", "name=Ann");
  }
  series_.draw(facts);
  return facts;
}

void People::create(Place& place) {
  const Facts facts = draw_event(place);
  const auto id = place.server->put(facts, fmt::format("uid-{}", day_of(facts)));
  const Facts kept = place.server->find(id)->facts;
  note_new(place, kept, facts);
  world_.trace.say("person makes {} \"{}\" at {}", day_of(kept), kept.get("title"), place.id.value);
}

// The same event, entered twice before anything was synced: by import (the same uid) or by hand (equal contents).
void People::create_in_two_places() {
  Place& first = any_place();
  Place& second = any_place();
  if (&first == &second) return create(first);
  Facts facts = draw_event(first);
  facts.erase("organizer");
  facts.erase_under("attendees/");
  const auto uid = fmt::format("uid-{}", day_of(facts));
  const bool both_keep = first.server->profile().keeps_uids && second.server->profile().keeps_uids;
  const auto one = first.server->put(facts, uid);
  note_new(first, first.server->find(one)->facts, facts);
  if (both_keep && world_.chance.percent(50)) facts.set("title", fresh("meeting"));
  const auto other = second.server->put(facts, both_keep ? uid : std::string());
  note_new(second, second.server->find(other)->facts, facts);
  // Contents that one of them could not keep alike are two events to anybody who looks.
  if (!both_keep &&
      (first.server->find(one)->facts.get("title") != second.server->find(other)->facts.get("title") ||
       first.server->find(one)->facts.get("recurrence") !=
           second.server->find(other)->facts.get("recurrence") ||
       first.server->find(one)->facts.get("when") != second.server->find(other)->facts.get("when")))
    ++world_.ledger.events[day_of(facts)].duplicates;
  auto& known = world_.ledger.events[day_of(facts)];
  known.by_hand = !both_keep;
  if (!are_tied(world_.topology, first.id, second.id)) ++known.duplicates;
  // Where things only flow one way, what they flow to holds a copy from now on.
  const auto leads = [&](const Place& from, const Place& to) {
    const auto places = expected_places(world_.topology, {from.id});
    const auto found = places.find(to.id);
    return found != places.end() && !found->second.masked;
  };
  if (known.duplicates == 0 && !leads(second, first)) known.origins.erase(second.id);
  if (known.duplicates == 0 && !leads(first, second)) known.origins.erase(first.id);
  world_.trace.say("person has {} \"{}\" at {} and {}", day_of(facts), facts.get("title"), first.id.value,
                   second.id.value);
}

void People::settle_in() { world_.chance.percent(25) ? create_in_two_places() : create(any_place()); }

void People::edit(Place& place, const provider::Stored& item, bool with_occurrences) {
  auto& chance = world_.chance;
  // Beside an item that cannot be read our copy may stand; who changes that makes it another one.
  for (const auto& other : place.server->list())
    if (other.spoilt && item.mark && other.id != item.id && day_of(other.facts) == day_of(item.facts))
      ++world_.ledger.events[day_of(item.facts)].duplicates;
  if (item.facts.find("recurrence") && chance.percent(45) && with_occurrences && series_.edit(place, item))
    return;
  const auto title = fresh(chance.percent(10) ? "a title that is longer than some calendars like" : "title");
  std::string path;
  std::optional<std::string> value;
  switch (chance.below(7)) {
    case 0:
    case 1:
      path = "title";
      value = chance.percent(15) ? title + "  " : title;
      break;
    case 2:
      path = "description";
      if (chance.percent(75)) value = fresh("about");
      break;
    case 3:
      path = "location";
      if (chance.percent(75)) value = fresh("room");
      break;
    case 4:
    case 5:
      path = "when";
      value = draw_when(day_of(item.facts));
      break;
    default:
      path = "categories/" + fresh("kind");
      value = "1";
      break;
  }
  // Where nothing crosses the slots of a series that is moved would stay when its time is written over.
  if (path == "when" && item.facts.find("recurrence") && !crosses(place, day_of(item.facts))) return;
  place.server->edit(item.id, [&](Facts& facts) {
    if (path == "when") return series_.move(facts, *value);
    value ? facts.set(path, *value) : void(facts.erase(path));
  });
  note_edits(place, item);
  world_.trace.say("person changes {} at {}: {} = {}", day_of(item.facts), place.id.value, path,
                   value.value_or("nothing"));
}

void People::edit_offline(Place& place, const provider::Stored& item) {
  const auto taken = offline_.extract(std::pair(place.id, item.id));
  if (taken.empty()) {
    offline_[{place.id, item.id}] = item.facts;
    return;
  }
  Facts stale = taken.mapped();
  stale.set("location", fresh("room"));
  place.server->edit(item.id, [&](Facts& facts) { facts = stale; });
  world_.trace.say("person comes back with an old copy of {} at {}", day_of(item.facts), place.id.value);
  const auto first = world_.ledger.edits.size();
  note_edits(place, item);
  // What the old copy brings back unmeant is what this calendar had agreed on. Nobody can tell that it was otherwise for a
  // moment, and who saw it elsewhere and replaced it is not answered by it.
  for (auto n = first; n < world_.ledger.edits.size(); ++n) {
    Edit& back = world_.ledger.edits[n];
    back.superseded =
        back.path != "location" && std::ranges::any_of(world_.ledger.edits, [&](const Edit& other) {
          // Nor was what cannot be read there read with the rest.
          const bool unread = item.spoilt || other.number >= world_.last_read[place.id];
          return other.day == back.day && other.path == back.path && other.calendar != place.id && unread &&
                 other.value != back.value;
        });
    // What was there before a write of ours that nobody heard of looks as if that write had never been made.
    for (const auto& write : place.server->writes()) {
      if (write.id != item.id || write.at <= world_.last_whole_cycle) continue;
      const Facts before = by_date(write.before);
      const auto* was = before.find(back.path);
      if ((was ? std::optional(*was) : std::nullopt) == back.value) back.superseded = true;
    }
  }
}

void People::remove(Place& place, const provider::Stored& item) {
  supersede_all(place, item.facts);
  place.server->erase(item.id);
  auto& known = world_.ledger.events[day_of(item.facts)];
  // Deleted before any sync it was never there: the event is at home where else a person entered it.
  if (!world_.ran) {
    for (const auto& other : world_.places)
      for (const auto& left : other->server->list())
        if (other->id != place.id && day_of(left.facts) == day_of(item.facts)) {
          known.origins.insert(other->id);
          known.origins.erase(place.id);
        }
  }
  known.deleted_at.insert(place.id);
  if (crosses(place, day_of(item.facts)) || world_.ledger.links_changed) known.deleted = true;
  world_.trace.say("person deletes {} at {}", day_of(item.facts), place.id.value);
}

// As a calendar program moves an event: deleted here, made there with all that the new place keeps, mark and uid too.
void People::move(Place& from, const provider::Stored& item) {
  Place& to = any_place();
  const auto date = day_of(item.facts);
  // To a place from which nothing comes back an event is given away, which is another matter.
  const auto places = expected_places(world_.topology, world_.ledger.events[date].origins);
  const auto there = places.find(to.id);
  // One of several that are the same cannot be told from the others when it is gone here.
  if (world_.ledger.events[date].duplicates > 0) return;
  if (&to == &from || !crosses(from, date) || there == places.end() || !crosses(to, date)) return;
  for (const auto& other : to.server->list())
    if (day_of(other.facts) == date) return;
  Facts given;
  for (const auto& [path, value] : item.facts) given.set(path, as_first_given(from, date, path, value));
  // What others had replaced already is no news because somebody carries it along.
  std::set<std::string> replaced;
  const Facts brought = by_date(item.facts);
  for (const auto& edit : world_.ledger.edits) {
    const auto* value = brought.find(edit.path);
    if (edit.day != date || !value || !edit.value || !shows(from, edit, *value)) continue;
    edit.superseded ? void(replaced.insert(edit.path)) : void(replaced.erase(edit.path));
  }
  const auto kept = to.server->put(item.facts, item.uid, item.mark);
  supersede_all(from, item.facts);
  from.server->erase(item.id);
  auto& known = world_.ledger.events[date];
  known.origins.insert(to.id);
  known.deleted = true;
  // Without mark and uid the moved one is told by equal contents alone, which another edit may have made unequal. Of an
  // event that was made in two places by hand each item has a uid of its own, and one of them is the event's.
  if (!item.mark && (!to.server->profile().keeps_uids || known.by_hand)) ++known.duplicates;
  // Nor tells anything what a lost answer left, where no mark is kept, once it is edited and elsewhere.
  const auto touched = touched_.find({from.id, item.id});
  if (touched != touched_.end() && touched->second.since == world_.last_whole_cycle &&
      !from.server->profile().keeps_marks)
    ++known.duplicates;
  const auto first = world_.ledger.edits.size();
  note_values(to, to.server->find(kept)->facts, given);
  for (auto n = first; n < world_.ledger.edits.size(); ++n)
    world_.ledger.edits[n].superseded = replaced.contains(world_.ledger.edits[n].path);
  world_.trace.say("person moves {} from {} to {}", date, from.id.value, to.id.value);
}

void People::duplicate(Place& place, const provider::Stored& item) {
  if (item.facts.find("recurrence")) return;
  place.server->duplicate(item.id);
  ++world_.ledger.events[day_of(item.facts)].duplicates;
  world_.trace.say("person copies {} at {}", day_of(item.facts), place.id.value);
}

// What is written on a condition is protected by the items that we saw. An occurrence that gets an item of its own
// meanwhile, unknown to its series, is not among them.
void People::edit_somewhere(Place& place) {
  const auto& profile = place.server->profile();
  const bool protects = profile.exceptions == ports::Exceptions::inside || profile.parts_touch;
  const auto items = place.server->list();
  if (!items.empty()) edit(place, world_.chance.one_of(items), protects);
}

void People::act() { act_at(any_place()); }

void People::act_at(Place& place) {
  const auto items = place.server->list();
  const auto roll = world_.chance.below(100);
  if (items.empty() || roll < 15) return create(place);
  const auto& item = world_.chance.one_of(items);
  if (roll < 74) return edit(place, item);
  if (roll < 80) return edit_offline(place, item);
  if (roll < 92) return remove(place, item);
  if (roll < 97) return move(place, item);
  duplicate(place, item);
}

void People::clear_out(Place& place) {
  const auto items = place.server->list();
  for (std::size_t i = 0; i < items.size(); i += 2) remove(place, items[i]);
}

void People::forget(Place& place, const provider::Snapshot& then) {
  const auto were = provider::MemoryServer::events_of(then);
  for (const auto& item : place.server->list()) {
    const auto old = std::ranges::find(were, item.id, &provider::Stored::id);
    if (old == were.end()) {
      supersede_all(place, item.facts);
      auto& known = world_.ledger.events[day_of(item.facts)];
      known.deleted_at.insert(place.id);
      known.deleted = known.deleted || crosses(place, day_of(item.facts));
    } else {
      for (const auto& change : calendar::difference(by_date(item.facts), by_date(old->facts)))
        supersede(place, item.facts, change.path);
    }
  }
}

void People::find_doubles(const Place& place) {
  std::map<std::string, int> items;
  for (const auto& item : place.server->list()) ++items[day_of(item.facts)];
  for (const auto& [date, count] : items) {
    auto& known = world_.ledger.events[date];
    known.duplicates = std::max(known.duplicates, count - 1);
  }
}

void People::tell_apart(const Place& place) {
  if (place.server->profile().keeps_marks || place.server->profile().keeps_uids) return;
  for (const auto& item : place.server->list()) {
    const auto date = day_of(item.facts);
    for (const auto& other : world_.places)
      for (const auto& left : other->server->list()) {
        if (day_of(left.facts) != date || other->id == place.id) continue;
        const bool alike =
            std::ranges::all_of(std::array{"title", "when", "recurrence"}, [&](const char* path) {
              const auto* value = item.facts.find(path);
              const auto* theirs = left.facts.find(path);
              return !value || !theirs || *value == *theirs || as_shown(place, path, *theirs) == *value;
            });
        if (alike) continue;
        ++world_.ledger.events[date].duplicates;
        break;
      }
  }
}

void People::find_home(const Place& place) {
  for (const auto& item : place.server->list()) {
    const auto date = day_of(item.facts);
    auto& known = world_.ledger.events[date];
    if (item.mark || !known.deleted) continue;  // a mark still says that it is our copy
    const bool at_origin = std::ranges::any_of(world_.places, [&](const auto& other) {
      return known.origins.contains(other->id) &&
             std::ranges::any_of(other->server->list(),
                                 [&](const auto& left) { return day_of(left.facts) == date; });
    });
    // What still says what its origins said is told by that.
    const bool alike = std::ranges::all_of(std::array{"title", "when", "recurrence"}, [&](const char* path) {
      const auto* value = item.facts.find(path);
      return !value || std::ranges::any_of(world_.ledger.edits, [&](const Edit& edit) {
        return edit.day == date && edit.path == path && known.origins.contains(edit.calendar) &&
               edit.value == *value;
      });
    });
    if (!at_origin && !alike) known.origins = {place.id};
  }
}

void People::excuse_since(const Place& place, Instant since) {
  for (auto& edit : world_.ledger.edits)
    if (edit.calendar == place.id && edit.at >= since) edit.excused = true;
}

}  // namespace kalends::lab
