// Holding: what a cycle may not do without a person is taken out of its plan and written down.
// **Held work waits while the rest proceeds; only a person's approval of that very work releases it.**
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

#include "base/digest.h"
#include "base/mutation.h"
#include "base/text.h"
#include "engine/inner.h"

namespace kalends::engine {

namespace {

using ports::HeldRow;
using sync::HoldKind;

std::string key_of(const char* kind, const CalendarId& calendar, const EventId& event) {
  return std::string(kind) + "|" + calendar.value + "|" + event.value;
}

// A change is what the calendar now shows of the event: an approval covers those contents and no later ones.
std::string change_key(const Planned& planned, const CalendarId& id) {
  auto place = std::ranges::find(planned.places, id, &sync::Place::calendar);
  return engine::change_key(id, planned.loaded.row.id, place->seen.facts);
}

constexpr std::array kDeletions{HoldKind::mass_delete, HoldKind::emptied, HoldKind::shared_delete};

bool is_deletion(HoldKind kind) { return std::ranges::find(kDeletions, kind) != kDeletions.end(); }

bool is_loss(HoldKind kind) { return kind == HoldKind::mass_delete || kind == HoldKind::emptied; }

bool has_unfinished_create(const Planned& planned, const CalendarId& calendar) {
  auto base = planned.loaded.bases.find(calendar);
  return base != planned.loaded.bases.end() && base->second.intent &&
         base->second.intent->kind == sync::Intent::Kind::create && !planned.loaded.items.contains(calendar);
}

bool has_attendees(const calendar::Facts& facts) {
  return std::ranges::any_of(
      facts, [](const auto& entry) { return calendar::field_of(entry.first) == "attendees"; });
}

// Whether a deletion would take away an event with attendees from an origin other than the one where it is gone.
bool is_shared(const Planned& planned, const CalendarId& gone_at) {
  if (is_on(Mutant::hold_lets_shared_deletion)) return false;
  if (!has_attendees(planned.loaded.state.facts())) return false;
  bool from_origin = false;
  bool other_origin = false;
  for (const auto& [calendar, base] : planned.loaded.bases) {
    if (base.role != sync::Role::origin || base.standing != sync::Standing::present) continue;
    (calendar == gone_at ? from_origin : other_origin) = true;
  }
  return from_origin && other_origin;
}

std::string first_run_key(const LinkId& link, const CalendarId& calendar) {
  return "first_run|" + link.value + "|" + calendar.value;
}

std::string digest_of_work(HoldKind kind, const CalendarId& calendar, std::vector<std::string> keys) {
  std::ranges::sort(keys);
  std::string all = std::string(sync::to_string(kind)) + "\n" + calendar.value;
  for (const std::string& key : keys) all += "\n" + key;
  return sha256(all).hex();
}

// What one calendar's look would make the hub do, as it passes the guard.
struct News {
  sync::Incoming incoming;
  std::vector<EventId> shared;  // deletions of what exists elsewhere in its own right
};

// The news of each calendar that has any, in one walk over what was planned: a cycle may plan few events of many
// calendars. Work that a person approved is no news.
std::map<CalendarId, News> news_of(Cycle& cycle, const std::vector<Planned>& planned) {
  std::map<CalendarId, News> out;
  for (const Planned& one : planned) {
    const EventId& event = one.loaded.row.id;
    for (const sync::PlacePlan& place : one.plan.places) {
      const CalendarId& id = place.calendar;
      bool deletion = place.deletion_pulled || place.left;
      if (!deletion && (place.pulled.empty() || !one.loaded.bases.contains(id))) continue;
      std::string key = deletion ? key_of("delete", id, event) : change_key(one, id);
      cycle.proposed.insert(key);
      if (cycle.approved.contains(key)) continue;
      News& news = out[id];
      if (deletion) {
        news.incoming.deletions.push_back(event);
        if (place.deletion_pulled && is_shared(one, id)) news.shared.push_back(event);
      } else {
        news.incoming.edits.push_back(event);
        if (place.rolled_back) news.incoming.rolled_back.push_back(event);
      }
    }
  }
  return out;
}

// Counts what the guard compares the news with, no further than it needs: a few edits of a large calendar cost a few
// rows.
Result<void> count(Transaction& tx, sync::Incoming& incoming) {
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  bool few = incoming.deletions.size() < sync::kFewEvents;
  bool few_edits = !incoming.reset || incoming.edits.size() < sync::kManyEdits;
  if (!incoming.deletions.empty()) incoming.present = TRY(tx.count_items(incoming.calendar, 1));
  // Of an emptied calendar few may be deletions: what was edited elsewhere meanwhile is none.
  bool emptied = !incoming.deletions.empty() && incoming.present == 0;
  if (few && few_edits && !emptied) return {};
  std::size_t enough = std::max(incoming.deletions.size() * 4, incoming.edits.size() * 2);
  incoming.agreed = TRY(tx.count_held_at(incoming.calendar, emptied ? kAll : enough));
  return {};
}

// A deletion that waits for a person goes on waiting, though fewer of its kind are left to wait with it.
Result<void> keep_waiting(Transaction& tx, const sync::Incoming& incoming, std::vector<sync::Hold>& holds) {
  std::set<EventId> left(incoming.deletions.begin(), incoming.deletions.end());
  for (const sync::Hold& hold : holds)
    for (const EventId& event : hold.events)
      if (is_deletion(hold.kind)) left.erase(event);
  if (left.empty()) return {};
  for (const HeldRow& row : TRY(tx.held(HeldRow::State::waiting))) {
    const auto kind = std::ranges::find(kDeletions, row.kind, [](HoldKind each) { return to_string(each); });
    if (row.calendar != incoming.calendar || kind == kDeletions.end()) continue;
    const HeldRecord record = TRY(decode_held(row.blob));
    sync::Hold hold{*kind, row.calendar, {}, record.reason};
    for (const std::string& key : record.keys)
      std::erase_if(left, [&](const EventId& event) {
        const bool waits = key == key_of("delete", row.calendar, event);
        if (waits) hold.events.push_back(event);
        return waits;
      });
    if (hold.events.empty()) continue;
    if (hold.events.size() < record.keys.size() && *kind != HoldKind::shared_delete)
      hold.reason = fmt::format("Of {} events that were gone from \"{}\" at once, {} {} gone still.",
                                record.keys.size(), row.calendar.value, hold.events.size(),
                                hold.events.size() == 1 ? "is" : "are");
    auto same = std::ranges::find(holds, hold.kind, &sync::Hold::kind);
    if (same == holds.end())
      holds.push_back(std::move(hold));
    else
      same->events.insert(same->events.end(), hold.events.begin(), hold.events.end());
  }
  return {};
}

}  // namespace

Result<void> Engine::Inner::hold_incoming(Transaction& tx, Cycle& cycle, std::vector<Planned>& planned) {
  std::map<EventId, std::set<CalendarId>> ignored;
  std::map<EventId, const Planned*> plan_of;
  std::map<CalendarId, News> all_news = news_of(cycle, planned);
  if (!all_news.empty())
    for (const Planned& one : planned) plan_of.emplace(one.loaded.row.id, &one);
  for (const CalendarId& id : settings.calendars) {
    auto news = all_news.find(id);
    if (news == all_news.end()) continue;
    sync::Incoming& incoming = news->second.incoming;
    incoming.calendar = id;
    incoming.reset = cycle.reset.contains(id);
    const auto window = cycle.covers.find(id);
    if (window == cycle.covers.end()) {
      TRY_VOID(count(tx, incoming));
    } else {
      TRY_VOID(count_in_window(tx, window->second, incoming));
    }
    std::vector<sync::Hold> holds = sync::guard(incoming);
    bool deletions_held = std::ranges::any_of(holds, [](const sync::Hold& h) { return is_deletion(h.kind); });
    if (!news->second.shared.empty() && !deletions_held)
      holds.push_back(
          {HoldKind::shared_delete, id, news->second.shared,
           fmt::format("An event with attendees is gone from \"{}\" and exists elsewhere in its own right.",
                       id.value)});
    TRY_VOID(keep_waiting(tx, incoming, holds));
    // What is not believed about deletions is not believed about creates whose end it would tell.
    if (std::ranges::any_of(holds, [](const sync::Hold& h) { return is_loss(h.kind); }))
      for (const Planned& one : planned)
        if (has_unfinished_create(one, id)) ignored[one.loaded.row.id].insert(id);
    for (const sync::Hold& hold : holds) {
      Cycle::Holding holding{hold.kind, id, {}};
      holding.record.reason = hold.reason;
      // What an approval would do elsewhere is the work: what happened here has happened already.
      std::set<std::string> concerned;
      for (const EventId& event : hold.events) {
        ignored[event].insert(id);
        const Planned& one = *plan_of.at(event);
        holding.record.keys.push_back(is_deletion(hold.kind) ? key_of("delete", id, event)
                                                             : change_key(one, id));
        const std::size_t before = holding.record.work.size();
        for (const sync::PlacePlan& place : one.plan.places) {
          if (!place.push || place.calendar == id) continue;
          holding.record.work.push_back(TRY(work_of(tx, cycle, one, place)));
          concerned.insert(place.calendar.value);
        }
        if (holding.record.work.size() > before) continue;
        holding.record.work.push_back(
            move_of(is_deletion(hold.kind) ? Move::Kind::remove : Move::Kind::pull, one, id,
                    is_deletion(hold.kind) ? "it is gone there" : "it changed there"));
      }
      if (!concerned.empty()) {
        std::vector<std::string> names;
        for (const std::string& name : concerned) names.push_back("\"" + name + "\"");
        const char* what = hold.events.size() == 1 ? "it" : "them";
        const std::string where = join(names, " and ");
        holding.record.reason += is_deletion(hold.kind)
                                     ? fmt::format(" Approving removes {} from {}, too.", what, where)
                                     : fmt::format(" Approving writes {} to {}.", what, where);
      }
      cycle.holdings.push_back(std::move(holding));
    }
  }
  for (Planned& one : planned)
    if (auto it = ignored.find(one.loaded.row.id); it != ignored.end())
      one = TRY(plan_one(tx, cycle, std::move(one.loaded), it->second));

  for (const CalendarId& id : cycle.gone) {
    std::size_t agreed = TRY(tx.count_held_at(id, std::numeric_limits<std::size_t>::max()));
    if (agreed == 0) continue;
    std::string key = "gone|" + id.value;
    cycle.proposed.insert(key);
    // It was decided already, and is asked again only after the calendar was there in between.
    if (cycle.rejected.contains(key) || cycle.approved.contains(key)) continue;
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

namespace {

// The writes of one cycle as they pass the guard, and what it keeps back of them.
class Outgoing {
 public:
  explicit Outgoing(Cycle& cycle) : cycle_(cycle) {}

  // Takes the place's push out of the plan unless a person approved this very work, which waits at the calendar `at`.
  // True when it was taken out.
  bool hold(HoldKind why, const CalendarId& at, const std::string& key, std::string reason, Move move,
            sync::PlacePlan& place, const std::vector<std::string>& recipients = {}) {
    cycle_.proposed.insert(key);
    if (cycle_.approved.contains(key)) return false;
    bool rejected = cycle_.rejected.contains(key);
    if (rejected && why == HoldKind::mail) forget(place);
    if (!rejected || why == HoldKind::first_run)
      note(why, at, key, std::move(reason), std::move(move), recipients, rejected);
    place.push.reset();
    place.settled = rejected && why != HoldKind::first_run;
    return true;
  }

  // What an earlier batch of this pass held of the same first run is one piece of work with it.
  void finish() {
    for (auto& [group, holding] : holdings_) {
      std::vector<Cycle::Holding>& all = holding.rejected ? cycle_.rejected_work : cycle_.holdings;
      auto same = std::ranges::find_if(all, [&](const Cycle::Holding& earlier) {
        return holding.kind == HoldKind::first_run && earlier.kind == holding.kind &&
               earlier.calendar == holding.calendar;
      });
      if (same == all.end()) {
        all.push_back(std::move(holding));
        continue;
      }
      for (std::string& key : holding.record.keys)
        if (std::ranges::find(same->record.keys, key) == same->record.keys.end())
          same->record.keys.push_back(std::move(key));
      std::ranges::move(holding.record.work, std::back_inserter(same->record.work));
    }
  }

 private:
  // A rejected write is not planned again until the hub changes once more.
  static void forget(sync::PlacePlan& place) {
    if (place.push->kind != sync::Intent::Kind::update) return;
    for (const std::string& path : place.push->paths) {
      const std::string* target = place.push->target.find(path);
      sync::Agreed& agreed = place.base.fields[path];
      agreed.shown = target != nullptr ? std::optional(*target) : std::nullopt;
      agreed.refused = true;
    }
    place.base_changed = true;
  }

  void note(HoldKind why, const CalendarId& at, const std::string& key, std::string reason, Move move,
            const std::vector<std::string>& recipients, bool rejected) {
    // One row for a whole first run; mail and circles are decided one by one.
    CalendarId group = why == HoldKind::first_run ? CalendarId(at.value + (rejected ? "|rejected" : ""))
                                                  : CalendarId(at.value + "|" + key);
    Cycle::Holding& holding = holdings_.try_emplace({why, group}, Cycle::Holding{why, at, {}}).first->second;
    holding.rejected = rejected;
    HeldRecord& record = holding.record;
    record.reason = std::move(reason);
    if (std::ranges::find(record.keys, key) == record.keys.end()) record.keys.push_back(key);
    record.recipients.insert(record.recipients.end(), recipients.begin(), recipients.end());
    record.work.push_back(std::move(move));
  }

  Cycle& cycle_;
  std::map<std::pair<HoldKind, CalendarId>, Cycle::Holding> holdings_;
};

ports::WriteKind write_kind(sync::Intent::Kind kind) {
  switch (kind) {
    case sync::Intent::Kind::create: return ports::WriteKind::create;
    case sync::Intent::Kind::update: return ports::WriteKind::update;
    case sync::Intent::Kind::remove: return ports::WriteKind::remove;
  }
  return ports::WriteKind::update;
}

// Whom the writes of a push would tell, each once: however many items it is, it is one event.
Result<std::vector<std::string>> recipients_of(const ports::Provider& provider, const Loaded& loaded,
                                               const sync::PlacePlan& place) {
  std::set<std::string> out;
  for (const sync::ItemWrite& write : place.push->writes) {
    std::optional<ports::Item> current;
    if (const ports::ItemRow* row = loaded.item(place.calendar, write.id)) current = TRY(decode_item(*row));
    for (std::string& recipient :
         provider.recipients(write_kind(write.kind), current ? &*current : nullptr, write.target))
      out.insert(std::move(recipient));
  }
  return std::vector<std::string>(out.begin(), out.end());
}

}  // namespace

// Whether the calendar holds events that are not copies of ours; asked of the store once a cycle, and only when a new
// link means to write there.
Result<bool> Engine::Inner::holds_events(Transaction& tx, Cycle& cycle, const CalendarId& id) {
  auto [it, inserted] = cycle.holds_events.try_emplace(id, false);
  if (inserted)
    for (const ports::ItemRow& item : TRY(tx.items(id)))
      it->second = it->second || (item.mark.empty() && item.part_of.empty());
  return it->second;
}

// The calendar whose first run a write has to wait for: its own, or one that the event would only pass through, because
// what may not be there yet must not be seen beyond it either. "" when there is none.
Result<CalendarId> Engine::Inner::first_run_at(Transaction& tx, Cycle& cycle, const Planned& one,
                                               const CalendarId& id, sync::Intent::Kind kind,
                                               const std::set<std::string>& first_links) {
  auto own = one.lenses.find(id);
  if (is_on(Mutant::hold_lets_first_run) || own == one.lenses.end()) return CalendarId();
  auto asks = [&](const CalendarId& calendar) -> Result<bool> {
    auto lens = one.lenses.find(calendar);
    if (lens == one.lenses.end() || !first_links.contains(lens->second.link.value)) return false;
    if (!TRY(holds_events(tx, cycle, calendar))) return false;
    std::string key = first_run_key(lens->second.link, calendar);
    // A yes to the question is none to what a person rejected.
    if (cycle.yes && !cycle.rejected.contains(key)) return false;
    cycle.proposed.insert(key);
    return !cycle.approved.contains(key);
  };
  if (TRY(asks(id))) return id;
  if (kind == sync::Intent::Kind::remove) return CalendarId();
  for (const CalendarId& passed : own->second.via) {
    auto base = one.loaded.bases.find(passed);
    bool there = base != one.loaded.bases.end() && base->second.standing == sync::Standing::present;
    if (!there && TRY(asks(passed))) return passed;
  }
  return CalendarId();
}

Result<void> Engine::Inner::hold_outgoing(Transaction& tx, Cycle& cycle, std::vector<Planned>& planned) {
  std::set<std::string> first_links;
  for (const sync::Link& link : settings.links)
    if (!TRY(tx.meta(link_key(link)))) first_links.insert(link.id.value);

  Outgoing outgoing(cycle);
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
      CalendarId asks = TRY(first_run_at(tx, cycle, one, id, push.kind, first_links));
      if (!asks.empty() &&
          outgoing.hold(
              HoldKind::first_run, asks, first_run_key(one.lenses.at(asks).link, asks),
              fmt::format(
                  "\"{}\" already holds events, and a new link would write into it for the first time.",
                  asks.value),
              TRY(work_of(tx, cycle, one, place)), place))
        continue;

      auto recipients = TRY(recipients_of(*providers.at(id), one.loaded, place));
      std::string tail =
          id.value + "|" + one.loaded.row.id.value + "|" + std::to_string(sync::digest_of(push.target));
      if (!recipients.empty() && !is_on(Mutant::hold_lets_mail)) {
        if (outgoing.hold(HoldKind::mail, id, "mail|" + tail,
                          fmt::format("This write would make \"{}\" send mail to {}.", id.value,
                                      join(recipients, ", ")),
                          TRY(work_of(tx, cycle, one, place)), place, recipients))
          continue;
        cycle.report.messages_sent += recipients.size();
      }
      // What waits for a person goes on waiting, however long ago the circle was seen.
      const std::string circle = "circle|" + tail;
      if (push.kind == sync::Intent::Kind::update &&
          (cycle.asked.contains(circle) || cycle.rejected.contains(circle) ||
           sync::oscillates(place.base.pushed, sync::digest_of(push.target), cycle.now.ms)))
        outgoing.hold(
            HoldKind::oscillating, id, circle,
            fmt::format(
                "The same change of \"{}\" was written to \"{}\" again and again, and undone each time.",
                one.plan.hub.value("title").value_or(""), id.value),
            TRY(work_of(tx, cycle, one, place)), place);
    }
  }
  outgoing.finish();
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
    auto count = static_cast<std::int64_t>(std::max<std::size_t>(holding.record.work.size(), 1));
    std::string blob = encode_held(holding.record);
    if (auto same = std::ranges::find(waiting, key, &HeldRow::key); same != waiting.end()) {
      // A first run is one piece of work however many events it comes to be: what it shows is what would be done now.
      if (same->blob == blob) continue;
      same->count = count;
      same->blob = std::move(blob);
      TRY_VOID(tx.put(*same));
      continue;
    }
    HeldRow row;
    row.kind = sync::to_string(holding.kind);
    row.calendar = holding.calendar;
    row.count = count;
    row.key = key;
    row.at = cycle.now;
    row.blob = std::move(blob);
    TRY(tx.add(row));
  }
  // What a person rejected may be had after all, with the work as it is by then.
  for (const Cycle::Holding& holding : cycle.rejected_work) {
    const std::string key = digest_of_work(holding.kind, holding.calendar, holding.record.keys);
    for (HeldRow& row : TRY(tx.held(HeldRow::State::rejected))) {
      if (row.key != key) continue;
      row.count = static_cast<std::int64_t>(holding.record.work.size());
      row.blob = encode_held(holding.record);
      TRY_VOID(tx.put(row));
    }
  }
  // Work that is no longer meant is no longer held. A calendar that could not be read may still mean it.
  for (HeldRow& row : waiting) {
    bool seen = cycle.reachable.contains(row.calendar) || cycle.gone.contains(row.calendar) ||
                !providers.contains(row.calendar);
    bool asked =
        row.kind == sync::to_string(HoldKind::undone_copy);  // by a person, and no cycle's to withdraw
    if (current.contains(row.key) || !seen || asked || TRY(is_still_asked(tx, row))) continue;
    row.state = HeldRow::State::done;
    TRY_VOID(tx.put(row));
  }
  // A decision is used up when its work is not proposed any more.
  for (HeldRow::State state : {HeldRow::State::approved, HeldRow::State::rejected}) {
    for (HeldRow& row : TRY(tx.held(state))) {
      HeldRecord record = TRY(decode_held(row.blob));
      bool used =
          std::ranges::any_of(record.keys, [&](const std::string& k) { return cycle.proposed.contains(k); });
      if (used && state == HeldRow::State::rejected && row.kind == sync::to_string(HoldKind::first_run))
        ++cycle.report.first_runs_rejected;
      if (used && cycle.yes && state == HeldRow::State::rejected &&
          row.kind == sync::to_string(HoldKind::first_run))
        cycle.report.warnings.push_back(
            fmt::format("The first run into \"{}\" was rejected, and --yes does not answer that; \"kalends "
                        "approve {}\" has it done after all.",
                        row.calendar.value, row.id));
      if (used || !cycle.reachable.contains(row.calendar)) continue;
      row.state = HeldRow::State::done;
      TRY_VOID(tx.put(row));
    }
  }
  return {};
}

}  // namespace kalends::engine
