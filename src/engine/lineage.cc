// Why an event is where it is, and the occurrences of a range. Reads only.
#include <fmt/format.h>

#include <algorithm>

#include "base/mutation.h"
#include "calendar/occurrences.h"
#include "calendar/parameters.h"
#include "engine/inner.h"
#include "ical/text.h"
#include "sync/items.h"

namespace kalends::engine {

namespace {

using sync::Standing;

// Nobody but an undo has us remove a copy for good: then the last write there is that removal. Gives the run whose create
// was taken back, nothing when a person removed the copy there.
std::optional<std::int64_t> undone_run(const std::vector<ports::WriteRow>& writes,
                                       const CalendarId& calendar) {
  std::optional<std::int64_t> made;
  bool removed = false;
  for (const ports::WriteRow& row : writes) {
    if (row.calendar != calendar || row.state != ports::WriteRow::State::done) continue;
    removed = row.kind == "remove";
    if (row.kind == "create") made = row.run;
  }
  return removed ? made : std::nullopt;
}

std::string sentence(const sync::Base& base, const sync::Lens* lens, bool writable) {
  switch (base.standing) {
    case Standing::present:
      if (base.role == sync::Role::origin) return "It was made here.";
      return lens == nullptr || !lens->routed ? "No link leads here any more; the copy was left alone."
                                              : "It is a copy from \"" + lens->origin + "\".";
    case Standing::not_here:
      return base.parted ? "An undo parted the event here from it, so it is not made here."
                         : "A person removed the copy here, so it is not made again.";
    case Standing::gone: return "It was deleted.";
    case Standing::retired: return "The link that tied this copy was removed; it is left alone.";
    case Standing::none: break;
  }
  if (lens == nullptr || !lens->routed) return "No link leads here any more.";
  if (!writable) return "This calendar can only be read.";
  if (lens->wanted) return "It waits to be written here.";
  return lens->aged ? "It is outside of the window of link \"" + lens->link.value + "\"."
                    : "The filter of link \"" + lens->link.value + "\" does not let it through.";
}

std::string role_word(const sync::Base& base, const sync::Lens* lens) {
  if (base.standing == Standing::present || base.standing == Standing::retired)
    return base.role == sync::Role::origin ? "origin" : "copy";
  bool waits = base.standing == Standing::none && lens != nullptr && lens->wanted;
  return waits ? "waiting" : "not here";
}

}  // namespace

Result<Lineage> Engine::Inner::lineage_of(Transaction& tx, const EventId& id) {
  Loaded loaded = TRY(load(tx, id));
  calendar::Facts facts = loaded.state.facts();
  Lineage out;
  out.event = id;
  out.title = facts.get("title");
  out.alive = loaded.state.alive();
  std::set<CalendarId> origins;
  for (const auto& [calendar, base] : loaded.bases)
    if (base.role == sync::Role::origin && providers.contains(calendar)) origins.insert(calendar);
  auto lenses = lenses_of(loaded, origins, facts, world.clock.now());

  const std::vector<ports::WriteRow> writes = TRY(tx.writes_of_event(id));
  for (const auto& [calendar, base] : loaded.bases) {
    PlaceLineage place;
    place.calendar = calendar;
    place.remote = base.remote_id().value;
    place.link = base.role == sync::Role::copy ? base.link.value : "";
    auto lens = lenses.find(calendar);
    place.role = role_word(base, lens == lenses.end() ? nullptr : &lens->second);
    auto provider = providers.find(calendar);
    bool writable = provider != providers.end() && provider->second->capabilities().writable;
    place.why = sentence(base, lens == lenses.end() ? nullptr : &lens->second, writable);
    if (base.standing == Standing::not_here && !base.parted)
      if (const auto run = undone_run(writes, calendar))
        place.why = fmt::format("An undo of run {} took the copy here back, so it is not made again.", *run);
    if (base.standing == Standing::present && lens != lenses.end() && provider != providers.end()) {
      calendar::Facts shown = provider->second->project(sync::through(lens->second, facts));
      std::vector<std::string> hidden;
      for (const auto& [path, value] : facts)
        if (shown.find(path) == nullptr) hidden.push_back(path);
      place.not_shown = fields_of(hidden);
    }
    out.places.push_back(std::move(place));
  }

  std::map<std::string, const ports::WriteRow*> last;  // the last change of each path in the hub
  std::vector<WriteView> history;
  for (const ports::WriteRow& row : writes) {
    history.push_back(TRY(view_of(row)));
    if (!row.calendar.empty()) continue;
    for (const calendar::Change& change : history.back().changes) last[change.path] = &row;
  }
  std::map<std::int64_t, std::optional<Instant>> runs;
  const calendar::Facts said = sync::facts_of(loaded.state);
  for (const auto& [path, cell] : loaded.state.cells) {
    if (!cell.value || path == merge::kLife) continue;
    if (calendar::is_parameters(path) && said.find(path) == nullptr) continue;  // of a value that is no more
    FieldLineage field;
    field.path = path;
    field.value = *cell.value;
    field.from = replica_name(cell.dot.replica);
    field.at = Instant{cell.stamp.ms};
    auto base = loaded.bases.find(CalendarId(field.from));
    if (base != loaded.bases.end() && base->second.role == sync::Role::copy)
      field.link = base->second.link.value;
    if (is_on(Mutant::lineage_forgets_runs)) last.clear();
    if (auto it = last.find(path); it != last.end()) field.run = it->second->run;
    if (auto [started, first] = runs.try_emplace(field.run); field.run > 0) {
      if (first)
        if (const auto run = TRY(tx.run(field.run))) started->second = run->started;
      field.run_at = started->second;
    }
    out.fields.push_back(std::move(field));
  }
  out.history = std::move(history);
  return out;
}

Result<std::vector<Lineage>> Engine::why(const std::string& wanted) {
  auto tx = TRY(inner_->world.store.begin());
  inner_->digest_key = TRY(tx->meta("digest_key")).value_or("");
  std::set<EventId> found;
  if (TRY(tx->event(EventId(wanted)))) found.insert(EventId(wanted));
  for (const ports::EventRow& row : TRY(tx->events_with_uid(wanted))) found.insert(row.id);
  if (found.empty())
    for (const ports::EventRow& row : TRY(tx->events_with_title(inner_->title_key(wanted))))
      found.insert(row.id);
  if (found.empty())
    return fail(ErrorKind::not_found, "no event has the UID, id or title \"" + wanted +
                                          "\"; titles are compared whole, ignoring case");
  std::vector<Lineage> out;
  for (const EventId& id : found) out.push_back(TRY(inner_->lineage_of(*tx, id)));
  return out;
}

Result<EventsView> Engine::events(std::int64_t from_utc, std::int64_t to_utc, const CalendarId& calendar,
                                  const calendar::Zone& viewer) {
  auto tx = TRY(inner_->world.store.begin());
  EventsView all;
  std::vector<OccurrenceView>& out = all.occurrences;
  // A day on either side, because the stored extents are those of another zone's midnights.
  constexpr std::int64_t kDay = 86400;
  for (const ports::EventRow& row : TRY(tx->events_between(from_utc - kDay, to_utc + kDay))) {
    Loaded loaded = TRY(inner_->load(*tx, row.id));
    std::vector<CalendarId> places;
    for (const auto& [id, base] : loaded.bases)
      if (base.standing == Standing::present) places.push_back(id);
    if (!calendar.empty() && std::ranges::find(places, calendar) == places.end()) continue;
    calendar::Facts facts = loaded.state.facts();
    if (!calendar.empty())
      if (auto item = loaded.items.find(calendar); item != loaded.items.end())
        facts = TRY(whole_item(loaded, calendar)).facts;
    auto event = calendar::from_facts(facts);
    if (!event) continue;
    const ical::EventZones zones(inner_->world.zones, *event);
    auto occurrences = calendar::occurrences(*event, {from_utc, to_utc}, zones, viewer);
    if (!occurrences) {
      all.failures.push_back("\"" + event->title + "\" cannot be shown: " + occurrences.error().message);
      continue;
    }
    for (calendar::Occurrence& occurrence : *occurrences) {
      OccurrenceView view;
      view.event = row.id;
      view.uid = row.uid;
      view.title = event->title;
      if (auto changed = event->overrides.find(occurrence.recurrence_id); changed != event->overrides.end())
        if (const std::string* title = changed->second.patch.find("title")) view.title = *title;
      view.calendars = places;
      view.when = occurrence.when;
      view.occurrence = std::move(occurrence);
      out.push_back(std::move(view));
    }
  }
  std::ranges::sort(out, [](const OccurrenceView& a, const OccurrenceView& b) {
    return std::tie(a.occurrence.start_utc, a.title, a.uid) <
           std::tie(b.occurrence.start_utc, b.title, b.uid);
  });
  return all;
}

Result<std::vector<calendar::Event>> Engine::events_of(const CalendarId& calendar) {
  auto tx = TRY(inner_->world.store.begin());
  std::vector<calendar::Event> out;
  std::vector<ports::ItemRow> rows = TRY(tx->items(calendar));
  std::map<RemoteId, sync::Items> parts;
  for (const ports::ItemRow& row : rows)
    if (!row.part_of.empty() && row.state == ports::ItemRow::State::present)
      parts[row.part_of].emplace(row.slot, TRY(decode_item(row)).facts);
  for (const ports::ItemRow& row : rows) {
    if (row.state != ports::ItemRow::State::present || !row.part_of.empty()) continue;
    ports::Item item = TRY(decode_item(row));
    if (auto of = parts.find(row.remote); of != parts.end()) {
      of->second[""] = std::move(item.facts);
      item.facts = sync::gather(of->second);
    }
    calendar::Event event = TRY(calendar::from_facts(item.facts));
    event.uid = row.uid;
    if (event.uid.empty())
      event.uid = (row.event.empty() ? EventId(item.id.value) : row.event).value + "@kalends";
    event.updated = item.updated;
    out.push_back(std::move(event));
  }
  return out;
}

}  // namespace kalends::engine
