// Telling: what happened to an event, to whom, when it takes place and because of whose change, in words for people.
// **A sentence names the calendar or the person, never the hub.**
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "calendar/when_text.h"
#include "engine/inner.h"
#include "ical/text.h"

namespace kalends::engine {

namespace {

constexpr std::string_view kPerson = "person";
constexpr std::string_view kEditWins = "an edit beats a deletion";
constexpr std::string_view kMayNot = "this place may not change it";

std::string quoted(std::string_view name) { return fmt::format("\"{}\"", name); }

// Who wrote what the push carries and the place does not show yet.
std::set<std::string> writers_of(const Planned& planned, const sync::PlacePlan& place) {
  std::set<std::string> out;
  for (const std::string& path : place.push->paths) {
    const merge::Cell* cell = planned.plan.hub.cell(path);
    const sync::Agreed* agreed = place.base.agreed(path);
    if (cell == nullptr || (agreed != nullptr && agreed->hub == cell->dot)) continue;
    out.insert(replica_name(cell->dot.replica));
  }
  out.erase(place.calendar.value);
  return out;
}

// What a person last decided about the event, as the trail has it.
Result<std::string> decision(Transaction& tx, const EventId& event) {
  std::string why = "decided by a person";
  for (const ports::WriteRow& row : TRY(tx.writes_of_event(event)))
    if (row.kind == kPerson) why = TRY(decode_write(row.blob)).why;
  return why;
}

std::string in_calendars(std::string_view deed, const std::set<std::string>& names) {
  std::vector<std::string> words;
  for (const std::string& name : names) words.push_back(quoted(name));
  return fmt::format("{} in {}", deed, join(words, " and "));
}

}  // namespace

std::optional<EventTime> Engine::Inner::time_of(const merge::EventState& state) const {
  const auto text = state.value("when");
  if (!text) return std::nullopt;
  const auto when = calendar::parse_when(*text);
  if (!when) return std::nullopt;
  const bool zoned = when->kind == calendar::TimeKind::zoned;
  const calendar::Zone* zone = zoned ? world.zones.find(when->zone) : &world.local_zone;
  std::optional<ical::EventZones> own;  // a zone that the event defines itself
  if (zone == nullptr) {
    const auto event = calendar::from_facts(state.facts());
    if (!event) return std::nullopt;
    own.emplace(world.zones, *event);
    zone = own->find(when->zone);
    if (zone == nullptr) return std::nullopt;
  }
  EventTime out;
  out.start_utc = zone->to_utc(when->start);
  out.end_utc = zone->to_utc({when->start.seconds + when->duration.days * 86'400}) + when->duration.seconds;
  out.all_day = when->kind == calendar::TimeKind::all_day;
  out.repeats = state.value("recurrence").has_value();
  return out;
}

Move Engine::Inner::move_of(Move::Kind kind, const Planned& planned, const CalendarId& calendar,
                            std::string why) const {
  Move move;
  move.kind = kind;
  move.event = planned.loaded.row.id;
  std::optional<std::string> title = planned.plan.hub.value("title");
  if (!title) title = planned.loaded.state.value("title");
  move.title = title.value_or("");
  move.calendar = calendar;
  move.why = std::move(why);
  move.when = time_of(planned.plan.hub);
  if (!move.when) move.when = time_of(planned.loaded.state);
  return move;
}

// The write that a place would get.
Result<Move> Engine::Inner::work_of(Transaction& tx, const Cycle& cycle, const Planned& planned,
                                    const sync::PlacePlan& place) const {
  Move move = move_of(move_kind(place.push->kind), planned, place.calendar,
                      TRY(reason_of(tx, cycle, planned, place)));
  if (place.push->kind != sync::Intent::Kind::create) move.fields = fields_of(place.push->paths);
  return move;
}

Result<std::string> Engine::Inner::reason_of(Transaction& tx, const Cycle& cycle, const Planned& planned,
                                             const sync::PlacePlan& place) const {
  using Kind = sync::Intent::Kind;
  const sync::Push& push = *place.push;
  const EventId& event = planned.loaded.row.id;
  const std::string life_by = replica_name(planned.plan.hub.dot(merge::kLife).replica);
  const auto seen = std::ranges::find(planned.places, place.calendar, &sync::Place::calendar);
  if (push.kind == Kind::remove) {
    if (planned.plan.hub.alive()) return push.why;
    return life_by == kPerson ? TRY(decision(tx, event)) : in_calendars("deleted", {life_by});
  }
  if (push.kind == Kind::create) {
    if (seen->restore_absent && seen->seen.kind == sync::Observation::Kind::absent &&
        cycle.rejected.contains("delete|" + place.calendar.value + "|" + event.value))
      return "the deletion here was rejected";
    for (const sync::Conflict& conflict : planned.plan.conflicts)
      if (conflict.calendar == place.calendar && conflict.policy == kEditWins && !conflict.remote)
        return reason_of(planned, conflict);
    if (life_by == kPerson) return decision(tx, event);
    auto lens = planned.lenses.find(place.calendar);
    const std::string from = lens == planned.lenses.end() ? "" : lens->second.origin;
    return from.empty() || from == place.calendar.value ? push.why : "copied from " + quoted(from);
  }
  if (cycle.rejected.contains(change_key(place.calendar, event, seen->seen.facts)))
    return "the change here was rejected";
  std::set<std::string> writers = writers_of(planned, place);
  if (writers.erase(std::string(kPerson)) > 0 && writers.empty()) return decision(tx, event);
  // What was overwritten at a place that lost is that of who won over it.
  for (const sync::Conflict& conflict : planned.plan.conflicts)
    if (writers.empty() && conflict.calendar == place.calendar &&
        conflict.winner == sync::Conflict::Winner::hub)
      if (const std::string by = replica_name(conflict.hub_replica); !by.empty() && by != kPerson)
        writers.insert(by);
  return writers.empty() ? "it is to show what the event and its links say" : in_calendars("edited", writers);
}

std::string Engine::Inner::reason_of(const Planned& planned, const sync::Conflict& conflict) const {
  using Winner = sync::Conflict::Winner;
  const std::string here = quoted(conflict.calendar.value);
  std::string other = replica_name(conflict.hub_replica);
  if (other.empty() || other == conflict.calendar.value) {
    // Whoever else changed it in this cycle.
    other.clear();
    for (const sync::HubChange& change : planned.plan.changes)
      if (change.from != conflict.calendar) other = change.from.value;
  }
  const std::string there = other.empty()      ? "elsewhere"
                            : other == kPerson ? "by a person"
                                               : "in " + quoted(other);
  if (conflict.policy == kEditWins)
    return conflict.winner == Winner::remote
               ? fmt::format("deleted {}, but edited in {}: the edit stays", there, here)
               : fmt::format("deleted in {}, but edited {}: the edit stays", here, there);
  if (conflict.policy == kMayNot)
    return fmt::format("{} may not change it: what stood there is kept as the value that lost", here);
  const std::string both = fmt::format("edited in {} and {}", here, there);
  if (conflict.winner == Winner::open) return both + ": a person decides";
  const std::string winner = conflict.winner == Winner::remote   ? here
                             : other.empty() || other == kPerson ? "the other"
                                                                 : quoted(other);
  return fmt::format("{}: {} won ({})", both, winner, conflict.policy);
}

}  // namespace kalends::engine
