// Matching: items that belong to no event yet find theirs, or become one.
#include <algorithm>
#include <tuple>

#include "base/mutation.h"
#include "engine/inner.h"
#include "sync/match.h"

namespace kalends::engine {

namespace {

using ports::ItemRow;

// Whether a copy was only meant to be there: nobody has seen the event in that calendar.
bool never_there(const sync::Base& base) {
  return base.standing == sync::Standing::none && base.earlier.empty() && !base.intent;
}

bool is_place(const sync::Base& base) {
  if (never_there(base)) return false;
  return base.standing == sync::Standing::present || base.standing == sync::Standing::gone ||
         base.standing == sync::Standing::none || base.standing == sync::Standing::retired;
}

// The other calendar whose copy was given that mark.
std::optional<CalendarId> marked_at(const Loaded& loaded, const CalendarId& here, const std::string& nonce) {
  for (const auto& [calendar, base] : loaded.bases)
    if (calendar != here && base.nonce == nonce) return calendar;
  return std::nullopt;
}

// The links whose filter keeps the event out.
std::set<LinkId> closed_to(const Islands& islands, const CalendarId& here, const Loaded& loaded) {
  calendar::Facts facts = loaded.state.facts();
  if (loaded.state.cells.empty() && !loaded.items.empty())  // begun in this cycle, and not planned yet
    if (auto item = decode_item(loaded.items.begin()->second)) facts = std::move(item->facts);
  return islands.closed_to(here, facts);
}

}  // namespace

sync::Candidate candidate_of(const Islands& islands, const Loaded& loaded, const CalendarId& here,
                             const std::optional<std::string>& nonce) {
  sync::Candidate out;
  out.event = loaded.row.id;
  out.alive = loaded.row.alive;
  if (islands.filters_at(here)) out.closed = closed_to(islands, here, loaded);
  auto item_present = [&](const CalendarId& calendar) {
    auto it = loaded.items.find(calendar);
    return it != loaded.items.end() && it->second.state != ItemRow::State::gone;
  };
  out.live_here = item_present(here);
  for (const auto& [calendar, base] : loaded.bases) {
    if (is_place(base)) out.places.push_back(calendar);
    if (calendar == here) {
      out.nonce_here = base.nonce;
      out.removed_here = base.standing == sync::Standing::not_here || base.standing == sync::Standing::gone;
      out.parted_here = base.parted && base.standing == sync::Standing::not_here;
      out.made_here = nonce && base.intent && base.intent->kind == sync::Intent::Kind::create &&
                      base.intent->nonce == *nonce && !out.live_here;
    } else if (nonce && !nonce->empty() && base.nonce == *nonce) {
      out.marked_elsewhere_present = item_present(calendar);
    }
  }
  for (const auto& [calendar, item] : loaded.items)
    if (item.state != ItemRow::State::gone && std::ranges::find(out.places, calendar) == out.places.end())
      out.places.push_back(calendar);
  return out;
}

// After a restore: the events whose items the backup knows by these names. What bears the name, and no mark, is that item
// still, however much it changed since.
Result<std::map<RemoteId, EventId>> Engine::Inner::names_of_backup(Transaction& tx,
                                                                   const CalendarId& calendar) {
  std::map<RemoteId, EventId> out;
  if (epoch == "1") return out;
  for (const ports::BaseRow& row : TRY(tx.bases_at(calendar))) {
    if (row.remote.empty()) continue;
    sync::Base base = TRY(sync::decode_base(row.blob));
    if (base.standing == sync::Standing::retired) out.emplace(row.remote, row.event);
  }
  return out;
}

// Of events that say the very same it does not matter which one an item is found to be. So it is the first that the item
// may still join, and none of them is made a second time because there are several.
Result<void> Engine::Inner::leave_one_of_equals(Transaction& tx, std::vector<sync::Candidate>& candidates) {
  std::set<std::string> seen;
  std::vector<sync::Candidate> out;
  for (sync::Candidate& candidate : candidates) {
    const Loaded loaded = TRY(load(tx, candidate.event));
    const bool free = candidate.alive && !candidate.live_here && !loaded.items.empty();
    std::string contents;
    if (free) {
      for (const auto& [calendar, item] : loaded.items)
        contents += calendar.value + "\n" + calendar::encode(TRY(decode_item(item)).facts) + "\n";
      if (!seen.insert(contents).second) continue;
    }
    out.push_back(std::move(candidate));
  }
  candidates = std::move(out);
  return {};
}

// The uid of an event that an item begins.
Result<std::string> Engine::Inner::new_uid(Transaction& tx, const Cycle& cycle, const ItemRow& row) {
  for (int again = 0; row.uid.empty(); ++again) {
    std::string uid = uid_of_name(row.remote, again);
    if (!cycle.newborn.has_uid(uid) && TRY(tx.events_with_uid(uid)).empty()) return uid;
  }
  return row.uid;
}

// An item begins an event of its own. `alone`: no other event has its uid or its fingerprint.
Result<void> Engine::Inner::begin_event(Transaction& tx, Cycle& cycle, ItemRow row, bool alone) {
  Newborn::One one;
  one.event.id = TRY(event_id_of(tx, row.calendar, row.remote));
  one.event.uid = TRY(new_uid(tx, cycle, row));
  one.event.fingerprint = row.fingerprint;
  one.event.changed_at = cycle.now;
  one.event.dirty = true;
  one.event.blob = merge::encode(merge::EventState());
  one.item = std::move(row);
  one.item.event = one.event.id;
  const EventId id = one.event.id;
  cycle.fresh.push_back(id);
  // Parts find their master by its row.
  const bool has_parts =
      providers.at(one.item.calendar)->capabilities().exceptions == ports::Exceptions::own_items;
  cycle.newborn.add(std::move(one));
  return alone && !has_parts ? Result<void>() : store_newborn(tx, cycle, id);
}

Result<void> Engine::Inner::store_newborn(Transaction& tx, Cycle& cycle, const EventId& id) {
  const Newborn::One one = cycle.newborn.take(id);
  TRY_VOID(tx.add(one.event));
  return tx.put(one.item);
}

// Origins that a one-way link from the matched item turns into copies.
Result<void> Engine::Inner::become_copies(Transaction& tx, const sync::Match& match) {
  if (match.become_copies.empty()) return {};
  Loaded loaded = TRY(load(tx, match.event));
  for (const CalendarId& calendar : match.become_copies) {
    auto it = loaded.bases.find(calendar);
    if (it == loaded.bases.end() || it->second.role == sync::Role::copy) continue;
    it->second.role = sync::Role::copy;
    TRY_VOID(put_base(tx, match.event, calendar, it->second, false));
  }
  return {};
}

// The trail tells that two events were found to be one, so that an undo of the run can part them.
Result<void> Engine::Inner::note_meeting(Transaction& tx, std::int64_t run, const sync::Match& match,
                                         const CalendarId& calendar, const std::string& title) {
  ports::WriteRow row;
  row.run = run;
  row.event = match.event;
  row.calendar = calendar;
  row.kind = kAdopt;
  row.state = ports::WriteRow::State::done;
  row.at = world.clock.now();
  row.blob = encode_write({title, "matched by " + match.why, "", "", "", {}});
  TRY(tx.add(row));
  return {};
}

// An item joins the event that it was matched to. `meets`: by what it says alone.
Result<void> Engine::Inner::attach(Transaction& tx, Cycle& cycle, ItemRow& row, const ports::Item& item,
                                   const sync::Match& match, bool stranger, bool meets) {
  // An item that went and came back leaves its old row behind.
  for (const ItemRow& old : TRY(tx.items_of(match.event)))
    if (old.calendar == row.calendar && old.state == ItemRow::State::gone) {
      // Its parts that were not known before belong to the event all the same, and are told to be strays by that.
      TRY_VOID(adopt_parts_of(tx, old));
      TRY_VOID(tx.remove_item(old.calendar, old.remote));
    }
  Loaded loaded = TRY(load(tx, match.event));
  sync::Base base;
  auto it = loaded.bases.find(row.calendar);
  const bool first = it == loaded.bases.end() || never_there(it->second) ||
                     TRY(gave_way(tx, item, row.calendar, match.event, it->second));
  if (first) {
    base.role = match.role;
  } else {
    base = it->second;
  }
  // Another store's copy that stands where ours went and says the same is no news of the event.
  const bool same =
      stranger && base.standing == sync::Standing::present && !base.intent && item.facts == base.remote();
  if (item.mark) TRY_VOID(tell_yielded(tx, row.calendar, match.event));
  if (same) return exchange(tx, match.event, std::move(base), row, item);
  TRY_VOID(put_base(tx, match.event, row.calendar, base, false));
  TRY_VOID(become_copies(tx, match));
  // Two that were never one meet; what bears our mark, or a name that we know, comes back.
  if (first && meets) TRY_VOID(note_meeting(tx, cycle.run, match, row.calendar, item.facts.get("title")));
  cycle.report.moves.push_back({Move::Kind::adopt,
                                match.event,
                                item.facts.get("title"),
                                row.calendar,
                                "",
                                {},
                                "matched by " + match.why,
                                "",
                                time_of(loaded.state)});
  row.event = match.event;
  return tx.put(row);
}

Result<void> Engine::Inner::match_arrivals(Transaction& tx, Cycle& cycle) {
  Names names;
  cycle.doubles.clear();
  TRY_VOID(release_lone_items(tx, cycle));
  std::vector<ItemRow> arrivals = TRY(tx.dirty_items_of_none());
  // What belongs to no event and is gone is forgotten.
  for (const ItemRow& row : arrivals)
    if (row.state == ItemRow::State::gone) {
      if (auto mark = ports::parse_mark(row.mark)) TRY(tell_double_gone(tx, row.calendar, mark->event));
      TRY_VOID(tx.remove_item(row.calendar, row.remote));
    }
  std::erase_if(arrivals, [&](const ItemRow& row) {
    return !row.part_of.empty() || row.state != ItemRow::State::present ||
           !providers.contains(row.calendar) || cycle.twice.contains(row.calendar);
  });
  // In the configuration's order, then by name, so that the same input always gives the same events. What carries a
  // mark comes last: after a restore the event that it names may be made anew by its origin, earlier in this list.
  std::map<CalendarId, std::size_t> place_of;
  for (const CalendarId& id : settings.calendars) place_of.emplace(id, place_of.size());
  // What our unfinished creates made comes first: what is like it besides is then another item.
  std::map<RemoteKey, Claim> claimed = TRY(claims(tx, cycle, arrivals));
  auto comes_before = [&](const ItemRow& a, const ItemRow& b) {
    if (!claimed.empty())
      if (bool first = claimed.contains({a.calendar, a.remote});
          first != claimed.contains({b.calendar, b.remote}))
        return first;
    if (a.mark.empty() != b.mark.empty()) return a.mark.empty();
    if (a.calendar != b.calendar) return place_of.at(a.calendar) < place_of.at(b.calendar);
    return a.remote < b.remote;
  };
  std::ranges::sort(arrivals, comes_before);
  // Whether every item there is was read: only then is an event that no item makes not there.
  bool all_read = true;
  for (const CalendarId& id : settings.calendars) {
    all_read = all_read && cycle.reachable.contains(id);
    if (epoch == "1" || !all_read) continue;
    for (const ItemRow& row : TRY(tx.items(id))) all_read = all_read && row.state == ItemRow::State::present;
  }
  // What bears the mark of one event that a backup does not know was one event: what it is now, and the marks seen.
  struct Lost {
    EventId event;
    std::set<std::string> nonces;
  };
  std::map<EventId, Lost> lost;
  std::map<CalendarId, std::map<RemoteId, EventId>> names_of;
  bool any_events = !arrivals.empty() && TRY(tx.any_events());
  for (ItemRow& row : arrivals) {
    ports::Item item = TRY(decode_item(row));
    if (item.foreign_copy || item.facts.find("when") == nullptr) {
      row.dirty = false;
      TRY_VOID(tx.put(row));
      continue;
    }
    std::optional<EventId> named;
    if (!item.mark) {
      auto [backed_up, first] = names_of.try_emplace(row.calendar);
      if (first) backed_up->second = TRY(names_of_backup(tx, row.calendar));
      auto it = backed_up->second.find(row.remote);
      if (it != backed_up->second.end() &&
          !candidate_of(islands, TRY(load(tx, it->second)), row.calendar, std::nullopt).live_here)
        named = it->second;
    }
    auto whose = claimed.find({row.calendar, row.remote});
    if (whose != claimed.end() && whose->second.kind == Claim::Kind::waits) continue;
    sync::Arrival arrival{row.calendar, std::nullopt, islands.closed_to(row.calendar, item.facts)};
    std::optional<sync::Candidate> by_mark;
    if (item.mark) {
      if (cycle.newborn.contains(item.mark->event)) TRY_VOID(store_newborn(tx, cycle, item.mark->event));
      if (TRY(tx.event(item.mark->event))) {
        Loaded loaded = TRY(load(tx, item.mark->event));
        arrival.nonce = item.mark->nonce;
        by_mark = candidate_of(islands, loaded, row.calendar, item.mark->nonce);
        const auto from = marked_at(loaded, row.calendar, item.mark->nonce);
        if (!from) by_mark->marked_elsewhere_present.reset();
        // Whether it was moved or copied tells the calendar that it came from, which could not be read.
        const bool untold = from && providers.contains(*from) && !cycle.reachable.contains(*from);
        if (untold && by_mark->marked_elsewhere_present.value_or(false)) continue;
      } else if (epoch != "1" && !all_read) {
        continue;  // its origin may be in a calendar that could not be read: nothing is known yet
      }
    }
    for (const EventId& id : cycle.newborn.like(row)) {
      TRY_VOID(store_newborn(tx, cycle, id));
      any_events = true;
    }
    std::vector<sync::Candidate> by_uid, by_fingerprint;
    auto add_by_uid = [&](const EventId& id, bool by_name) -> Result<void> {
      if (std::ranges::find(by_uid, id, &sync::Candidate::event) != by_uid.end()) return {};
      if (cycle.newborn.contains(id)) TRY_VOID(store_newborn(tx, cycle, id));
      const Loaded loaded = TRY(load(tx, id));
      if (!by_name || TRY(is_alike(loaded, item)))
        by_uid.push_back(candidate_of(islands, loaded, row.calendar, std::nullopt));
      return {};
    };
    const bool stranger = item.mark && !by_mark;
    const bool is_lost = stranger && epoch != "1";
    // The same mark twice is a person's copy of our copy.
    if (auto known = is_lost ? lost.find(item.mark->event) : lost.end();
        known != lost.end() && known->second.nonces.insert(item.mark->nonce).second)
      TRY_VOID(add_by_uid(known->second.event, false));
    // What has no uid may be what another store's copy of it was named after.
    const std::string uid = row.uid.empty() && !item.mark ? uid_of_name(row.remote, 0) : row.uid;
    if (!uid.empty() && any_events)
      for (const ports::EventRow& event : TRY(tx.events_with_uid(uid)))
        TRY_VOID(add_by_uid(event.id, is_uid_of_name(uid) && (stranger || row.uid.empty())));
    if (stranger && any_events && by_uid.empty())
      for (const EventId& id : TRY(bearers(tx, names, row, *item.mark)))
        TRY_VOID(add_by_uid(id, is_uid_of_name(row.uid)));
    if (!row.fingerprint.empty() && any_events)
      for (const ports::EventRow& event : TRY(tx.events_with_fingerprint(row.fingerprint)))
        by_fingerprint.push_back(candidate_of(islands, TRY(load(tx, event.id)), row.calendar, std::nullopt));
    if (by_fingerprint.size() > 1) TRY_VOID(leave_one_of_equals(tx, by_fingerprint));

    const std::vector<sync::Link>& links = islands.links_of(row.calendar);
    sync::Match match = sync::choose(arrival, links, by_mark, by_uid, by_fingerprint);
    if (stranger && !is_on(Mutant::match_copies_strangers)) {
      const bool joins =
          sync::choose(arrival, links, std::nullopt, by_uid, {}).kind == sync::Match::Kind::attach;
      std::optional<EventId> twin = TRY(twin_of(tx, row, item, by_uid, true));
      if (joins && twin && TRY(tx.event(*twin))->alive) twin.reset();
      if (!twin && match.kind == sync::Match::Kind::fresh)
        twin = TRY(twin_of(tx, row, item, by_fingerprint, false));
      if (twin && TRY(yield_to(tx, cycle, row, item, *twin))) continue;
      if (twin || (match.kind == sync::Match::Kind::fresh && is_shadow(row, *item.mark))) {
        ++cycle.doubles[row.calendar];
        continue;
      }
    }
    if (by_mark && match.kind == sync::Match::Kind::fresh && TRY(is_returned(tx, row, *by_mark))) {
      if (!TRY(remove_double(tx, cycle, row, item, by_mark->event, kReturned))) ++cycle.doubles[row.calendar];
      continue;
    }
    if (whose != claimed.end())
      match = {sync::Match::Kind::attach, whose->second.event, sync::Role::copy, {}, whose->second.why};
    if (named) match = {sync::Match::Kind::attach, *named, sync::Role::copy, {}, "its name in the backup"};
    if (match.kind == sync::Match::Kind::doubled) {
      // The same choice wherever it is made: this very store may be at work on two computers.
      if (TRY(yield_to(tx, cycle, row, item, match.event))) continue;
      if (TRY(remove_double(tx, cycle, row, item, match.event, kDouble))) continue;
      match = {};
    }
    if (match.kind == sync::Match::Kind::fresh && !item.mark && TRY(make_way(tx, cycle, row, by_uid)))
      continue;
    // What our copy was named after, and what was said on our copy meanwhile, come together when that is read.
    if (match.kind == sync::Match::Kind::fresh && row.uid.empty() && !item.mark) {
      if (TRY(stands_in_for(tx, row.calendar, by_uid))) continue;
      if (TRY(is_theirs(tx, row.calendar, by_uid))) {
        ++cycle.doubles[row.calendar];
        continue;
      }
    }
    const std::string row_uid = row.uid, row_mark = row.mark;
    if (match.kind == sync::Match::Kind::fresh) {
      const bool alone = by_uid.empty() && by_fingerprint.empty();
      TRY_VOID(begin_event(tx, cycle, std::move(row), alone));
      match.event = cycle.fresh.back();
      any_events = any_events || !cycle.newborn.contains(match.event);
    } else {
      const bool meets = !item.mark && !named && whose == claimed.end();
      TRY_VOID(attach(tx, cycle, row, item, match, stranger, meets));
    }
    if (is_lost) lost.try_emplace(item.mark->event, Lost{match.event, {item.mark->nonce}});
    if (names.is_known) note_name(names, row_uid, row_mark, match.event);
  }
  return attach_parts(tx);
}

}  // namespace kalends::engine
