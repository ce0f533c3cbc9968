// Holding: what a cycle may not do without a person is taken out of its plan and written down.
// **Held work waits while the rest proceeds; only a person's approval of that very work releases it.**
#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "engine/inner.h"

namespace kalends::engine {

namespace {

using ports::HeldRow;
using sync::HoldKind;

std::string key_of(const char* kind, const CalendarId& calendar, const EventId& event) {
  return std::string(kind) + "|" + calendar.value + "|" + event.value;
}

bool is_deletion(HoldKind kind) {
  return kind == HoldKind::mass_delete || kind == HoldKind::emptied || kind == HoldKind::shared_delete;
}

bool has_attendees(const calendar::Facts& facts) {
  return std::ranges::any_of(
      facts, [](const auto& entry) { return calendar::field_of(entry.first) == "attendees"; });
}

// Whether a deletion would take away an event with attendees from an origin other than the one where it is gone.
bool is_shared(const Planned& planned, const CalendarId& gone_at) {
  if (!has_attendees(planned.loaded.state.facts())) return false;
  bool from_origin = false;
  bool other_origin = false;
  for (const auto& [calendar, base] : planned.loaded.bases) {
    if (base.role != sync::Role::origin || base.standing != sync::Standing::present) continue;
    (calendar == gone_at ? from_origin : other_origin) = true;
  }
  return from_origin && other_origin;
}

std::string digest_of_work(HoldKind kind, const CalendarId& calendar, std::vector<std::string> keys) {
  std::ranges::sort(keys);
  std::string all = std::string(sync::to_string(kind)) + "\n" + calendar.value;
  for (const std::string& key : keys) all += "\n" + key;
  return sha256(all).hex();
}

Move move_of(Move::Kind kind, const Planned& planned, const CalendarId& calendar, std::string why) {
  Move move;
  move.kind = kind;
  move.event = planned.loaded.row.id;
  move.title = planned.plan.hub.value("title").value_or("");
  move.calendar = calendar;
  move.why = std::move(why);
  return move;
}

}  // namespace

Result<void> Engine::Inner::hold_incoming(Transaction& tx, Cycle& cycle, std::vector<Planned>& planned) {
  std::map<EventId, std::set<CalendarId>> ignored;
  for (const CalendarId& id : settings.calendars) {
    sync::Incoming incoming;
    incoming.calendar = id;
    incoming.reset = cycle.reset.contains(id);
    for (const ports::BaseRow& row : TRY(tx.bases_at(id)))
      if (!row.remote.empty()) ++incoming.agreed;
    incoming.present = TRY(tx.items(id)).size();
    std::vector<EventId> shared;
    for (const Planned& one : planned) {
      for (const sync::PlacePlan& place : one.plan.places) {
        if (place.calendar != id) continue;
        const EventId& event = one.loaded.row.id;
        if (place.deletion_pulled || place.left) {
          std::string key = key_of("delete", id, event);
          cycle.proposed.insert(key);
          if (cycle.approved.contains(key)) continue;
          incoming.deletions.push_back(event);
          if (place.deletion_pulled && is_shared(one, id)) shared.push_back(event);
        } else if (!place.pulled.empty() && one.loaded.bases.contains(id)) {
          std::string key = key_of("change", id, event);
          cycle.proposed.insert(key);
          if (cycle.approved.contains(key)) continue;
          incoming.edits.push_back(event);
          if (place.rolled_back) incoming.rolled_back.push_back(event);
        }
      }
    }
    std::vector<sync::Hold> holds = sync::guard(incoming);
    bool deletions_held = std::ranges::any_of(holds, [](const sync::Hold& h) { return is_deletion(h.kind); });
    if (!shared.empty() && !deletions_held)
      holds.push_back(
          {HoldKind::shared_delete, id, shared,
           fmt::format("An event with attendees is gone from \"{}\" and exists elsewhere in its own right.",
                       id.value)});
    for (const sync::Hold& hold : holds) {
      Cycle::Holding holding{hold.kind, id, {}};
      holding.record.reason = hold.reason;
      for (const EventId& event : hold.events) {
        ignored[event].insert(id);
        holding.record.keys.push_back(key_of(is_deletion(hold.kind) ? "delete" : "change", id, event));
        auto one = std::ranges::find_if(planned, [&](const Planned& p) { return p.loaded.row.id == event; });
        holding.record.work.push_back(
            move_of(is_deletion(hold.kind) ? Move::Kind::remove : Move::Kind::pull, *one, id,
                    is_deletion(hold.kind) ? "it is gone there" : "it changed there"));
      }
      cycle.holdings.push_back(std::move(holding));
    }
  }
  for (Planned& one : planned)
    if (auto it = ignored.find(one.loaded.row.id); it != ignored.end())
      one = TRY(plan_one(tx, cycle, std::move(one.loaded), it->second));

  for (const CalendarId& id : cycle.gone) {
    std::size_t agreed = 0;
    for (const ports::BaseRow& row : TRY(tx.bases_at(id)))
      if (!row.remote.empty()) ++agreed;
    if (agreed == 0) continue;
    std::string key = "gone|" + id.value;
    cycle.proposed.insert(key);
    Cycle::Holding holding{HoldKind::collection_gone, id, {}};
    holding.record.keys = {key};
    holding.record.reason = fmt::format(
        "The calendar \"{}\" is not there any more, with {} events in it. Nothing was deleted elsewhere. "
        "Correct its address, or approve to forget its copies.",
        id.value, agreed);
    cycle.holdings.push_back(std::move(holding));
  }
  return {};
}

Result<void> Engine::Inner::hold_outgoing(Transaction& tx, Cycle& cycle, std::vector<Planned>& planned) {
  std::map<std::pair<HoldKind, CalendarId>, Cycle::Holding> holdings;
  std::map<CalendarId, bool> had_events;
  for (const CalendarId& id : settings.calendars) {
    bool any = false;
    for (const ports::ItemRow& item : TRY(tx.items(id))) any = any || item.mark.empty();
    had_events[id] = any;
  }
  std::set<std::string> first_links;
  for (const sync::Link& link : settings.links)
    if (!TRY(tx.meta(link_key(link)))) first_links.insert(link.id.value);

  for (Planned& one : planned) {
    for (sync::PlacePlan& place : one.plan.places) {
      if (!place.push) continue;
      const CalendarId& id = place.calendar;
      const sync::Push& push = *place.push;
      if (cycle.failed.contains({one.loaded.row.id, id})) {
        place.push.reset();
        place.settled = false;
        continue;
      }
      auto kind = push.kind == sync::Intent::Kind::create   ? Move::Kind::create
                  : push.kind == sync::Intent::Kind::update ? Move::Kind::update
                                                            : Move::Kind::remove;
      auto hold = [&](HoldKind why, std::string key, std::string reason,
                      std::vector<std::string> recipients = {}) {
        cycle.proposed.insert(key);
        if (cycle.approved.contains(key)) return false;
        bool rejected = cycle.rejected.contains(key);
        if (!rejected) {
          // One row for a whole first run; mail and circles are decided one by one.
          CalendarId group = why == HoldKind::first_run ? id : CalendarId(id.value + "|" + key);
          Cycle::Holding& holding =
              holdings.try_emplace({why, group}, Cycle::Holding{why, id, {}}).first->second;
          holding.record.reason = std::move(reason);
          if (std::ranges::find(holding.record.keys, key) == holding.record.keys.end())
            holding.record.keys.push_back(key);
          holding.record.recipients.insert(holding.record.recipients.end(), recipients.begin(),
                                           recipients.end());
          Move move = move_of(kind, one, id, push.why);
          move.fields = fields_of(push.paths);
          holding.record.work.push_back(std::move(move));
        } else if (why == HoldKind::mail && push.kind == sync::Intent::Kind::update) {
          // A rejected write is not planned again until the hub changes once more.
          for (const std::string& path : push.paths) {
            const std::string* target = push.target.find(path);
            place.base.fields[path].shown = target != nullptr ? std::optional(*target) : std::nullopt;
          }
          place.base_changed = true;
        }
        place.push.reset();
        place.settled = rejected && why != HoldKind::first_run;
        return true;
      };

      const sync::Lens* lens = one.lenses.contains(id) ? &one.lenses.at(id) : nullptr;
      std::string link_id = lens != nullptr ? lens->link.value : std::string();
      if (had_events[id] && first_links.contains(link_id) && !cycle.yes &&
          hold(HoldKind::first_run, "first_run|" + link_id + "|" + id.value,
               fmt::format(
                   "\"{}\" already holds events, and a new link would write into it for the first time.",
                   id.value)))
        continue;
      auto item = one.loaded.items.find(id);
      std::optional<ports::Item> current;
      if (item != one.loaded.items.end()) current = TRY(decode_item(item->second));
      auto write_kind = push.kind == sync::Intent::Kind::create   ? ports::WriteKind::create
                        : push.kind == sync::Intent::Kind::update ? ports::WriteKind::update
                                                                  : ports::WriteKind::remove;
      auto recipients = providers.at(id)->recipients(write_kind, current ? &*current : nullptr, push.target);
      std::string digest = std::to_string(sync::digest_of(push.target));
      if (!recipients.empty()) {
        std::string list;
        for (const std::string& who : recipients) list += (list.empty() ? "" : ", ") + who;
        if (hold(HoldKind::mail, key_of("mail", id, one.loaded.row.id) + "|" + digest,
                 fmt::format("This write would make \"{}\" send mail to {}.", id.value, list), recipients))
          continue;
        cycle.report.messages_sent += recipients.size();
      }
      if (push.kind == sync::Intent::Kind::update &&
          sync::oscillates(place.base.pushed, sync::digest_of(push.target)))
        hold(HoldKind::oscillating, key_of("circle", id, one.loaded.row.id) + "|" + digest,
             fmt::format(
                 "The same change of \"{}\" was written to \"{}\" again and again, and undone each time.",
                 one.plan.hub.value("title").value_or(""), id.value));
    }
  }
  for (auto& [group, holding] : holdings) cycle.holdings.push_back(std::move(holding));
  return {};
}

Result<void> Engine::Inner::store_holdings(Transaction& tx, Cycle& cycle) {
  std::set<std::string> current;
  std::vector<HeldRow> waiting = TRY(tx.held(HeldRow::State::waiting));
  for (Cycle::Holding& holding : cycle.holdings) {
    std::string key = digest_of_work(holding.kind, holding.calendar, holding.record.keys);
    current.insert(key);
    for (const Move& work : holding.record.work) {
      Move move = work;
      move.why = holding.record.reason;
      move.kind = Move::Kind::hold;
      cycle.report.moves.push_back(std::move(move));
    }
    if (std::ranges::any_of(waiting, [&](const HeldRow& row) { return row.key == key; })) continue;
    HeldRow row;
    row.kind = sync::to_string(holding.kind);
    row.calendar = holding.calendar;
    row.count = static_cast<std::int64_t>(std::max<std::size_t>(holding.record.work.size(), 1));
    row.key = key;
    row.at = cycle.now;
    row.blob = encode_held(holding.record);
    TRY(tx.add(row));
  }
  // Work that is no longer meant is no longer held. A calendar that could not be read may still mean it.
  for (HeldRow& row : waiting) {
    bool seen = cycle.reachable.contains(row.calendar) || cycle.gone.contains(row.calendar) ||
                !providers.contains(row.calendar);
    if (current.contains(row.key) || !seen) continue;
    row.state = HeldRow::State::done;
    TRY_VOID(tx.put(row));
  }
  // A decision is used up when its work is not proposed any more.
  for (HeldRow::State state : {HeldRow::State::approved, HeldRow::State::rejected}) {
    for (HeldRow& row : TRY(tx.held(state))) {
      HeldRecord record = TRY(decode_held(row.blob));
      bool used =
          std::ranges::any_of(record.keys, [&](const std::string& k) { return cycle.proposed.contains(k); });
      if (used || !cycle.reachable.contains(row.calendar)) continue;
      row.state = HeldRow::State::done;
      TRY_VOID(tx.put(row));
    }
  }
  return {};
}

}  // namespace kalends::engine
