// Items that another Kalends store wrote: it keeps this calendar too, from another computer, or did so before it was lost.
// **What such a store copied from an event that is here already is never copied on, nor taken away: of two copies that
// say the same each store takes away its own, and only where the other's mark comes first. So one of them stays.**
#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/mutation.h"
#include "base/text.h"
#include "engine/inner.h"

namespace kalends::engine {

namespace {

using ports::ItemRow;

constexpr std::string_view kNamed = "name-";
constexpr std::string_view kOurs = "@kalends";

void add(std::vector<EventId>& to, const EventId& event) {
  if (std::ranges::find(to, event) == to.end()) to.push_back(event);
}

}  // namespace

std::string uid_of_name(const RemoteId& remote, int again) {
  const std::string name = fmt::format("uid\n{}\n{}", remote.value, again);
  return fmt::format("{}{}{}", kNamed, sha256(name).hex().substr(0, 32), kOurs);
}

bool is_uid_of_name(std::string_view uid) { return uid.starts_with(kNamed) && uid.ends_with(kOurs); }

std::string second_uid(const Loaded& loaded) {
  const ItemRow* first = nullptr;
  for (const auto& [calendar, item] : loaded.items) {
    const bool better = first == nullptr || (first->mark.empty() ? 0 : 1) > (item.mark.empty() ? 0 : 1);
    if (item.state != ItemRow::State::gone && better) first = &item;
  }
  return second_uid(loaded.row.uid, first ? first->remote : RemoteId());
}

std::string second_uid(const std::string& uid, const RemoteId& first) {
  const std::string name = fmt::format("second\n{}\n{}", uid, first.value);
  return sha256(name).hex().substr(0, 32) + std::string(kOurs);
}

// What items are called by uid, and by the event that another store's mark names. Read once in a cycle, when asked for.
Result<void> Engine::Inner::learn_names(Transaction& tx, Names& names) {
  if (names.is_known) return {};
  names.is_known = true;
  for (const ports::ItemName& one : TRY(tx.item_names())) {
    note_name(names, one.uid, one.mark, one.event);
    if (!one.event_uid.empty()) add(names.by_uid[second_uid(one.event_uid, one.remote)], one.event);
  }
  return {};
}

void Engine::Inner::note_name(Names& names, const std::string& uid, const std::string& mark,
                              const EventId& event) {
  if (!uid.empty()) add(names.by_uid[uid], event);
  if (const auto parsed = ports::parse_mark(mark); parsed && parsed->event != event) {
    add(names.by_mark[parsed->event], event);
    names.marks.insert(mark);
  }
}

// The events that another store's item may be a copy of, by what else bears its uid or its mark's event.
Result<std::vector<EventId>> Engine::Inner::bearers(Transaction& tx, Names& names, const ItemRow& row,
                                                    const ports::Mark& mark) {
  TRY_VOID(learn_names(tx, names));
  std::vector<EventId> out;
  if (auto it = names.by_uid.find(row.uid); it != names.by_uid.end()) out = it->second;
  // The very same mark twice is a person's copy of that copy.
  if (auto it = names.by_mark.find(mark.event); it != names.by_mark.end() && !names.marks.contains(row.mark))
    for (const EventId& event : it->second) add(out, event);
  return out;
}

// A name says little: an event that is called so by its name alone shares its title or its time, too.
Result<bool> Engine::Inner::is_alike(const Loaded& loaded, const ports::Item& item) {
  auto alike = [&](const calendar::Facts& facts) {
    return facts.get("title") == item.facts.get("title") || facts.get("when") == item.facts.get("when");
  };
  if (alike(loaded.state.facts())) return true;
  for (const auto& [calendar, row] : loaded.items)
    if (row.state == ItemRow::State::present && alike(TRY(decode_item(row)).facts)) return true;
  return false;
}

// Whether our own copy stands there, as we left it.
Result<bool> Engine::Inner::is_untouched(const Loaded& loaded, const CalendarId& calendar) {
  const auto row = loaded.items.find(calendar);
  const auto base = loaded.bases.find(calendar);
  if (row == loaded.items.end() || row->second.state != ItemRow::State::present || base == loaded.bases.end())
    return false;
  const ports::Item item = TRY(whole_item(loaded, calendar));
  return base->second.standing == sync::Standing::present && !base->second.intent && item.mark &&
         item.mark->event == loaded.row.id && item.facts == base->second.remote();
}

// Whether a copy of ours stands there for one of these events, and something said on it was not taken in yet.
Result<bool> Engine::Inner::stands_in_for(Transaction& tx, const CalendarId& calendar,
                                          const std::vector<sync::Candidate>& candidates) {
  for (const sync::Candidate& candidate : candidates) {
    if (!candidate.live_here) continue;
    const Loaded loaded = TRY(load(tx, candidate.event));
    const auto mark = ports::parse_mark(loaded.items.at(calendar).mark);
    if (mark && mark->event == candidate.event && !TRY(is_untouched(loaded, calendar))) return true;
  }
  return false;
}

// Whether another store's copy stands there for one of these events. That store takes it away when what it made the copy
// of is back, as it is here.
Result<bool> Engine::Inner::is_theirs(Transaction& tx, const CalendarId& calendar,
                                      const std::vector<sync::Candidate>& candidates) {
  for (const sync::Candidate& candidate : candidates) {
    if (!candidate.live_here) continue;
    const Loaded loaded = TRY(load(tx, candidate.event));
    const auto mark = ports::parse_mark(loaded.items.at(calendar).mark);
    if (mark && !TRY(tx.event(mark->event))) return true;
  }
  return false;
}

// Puts an item in the place of ours that says the very same: nothing was edited, and nothing is agreed anew.
Result<void> Engine::Inner::exchange(Transaction& tx, const EventId& event, sync::Base base, ItemRow& row,
                                     const ports::Item& item) {
  base.items = {{"", item.id, item.version}};
  base.nonce = item.mark && item.mark->event == event ? item.mark->nonce : "";
  base.own_uid = false;
  TRY_VOID(put_base(tx, event, row.calendar, base, false));
  row.event = event;
  return tx.put(row);
}

// Of two copies in one calendar, ours and `row`, ours goes when it says the same and its mark comes later. The store that
// wrote the other one decides likewise, and never about ours.
Result<bool> Engine::Inner::yield_to(Transaction& tx, Cycle& cycle, ItemRow& row, const ports::Item& item,
                                     const EventId& event) {
  const Loaded loaded = TRY(load(tx, event));
  if (!TRY(is_untouched(loaded, row.calendar))) return false;
  const ports::Item ours = TRY(whole_item(loaded, row.calendar));
  const bool first = row.mark < loaded.items.at(row.calendar).mark;
  if (!first || ours.facts != item.facts) return false;
  if (!providers.at(row.calendar)->recipients(ports::WriteKind::remove, &ours, {}).empty()) return false;
  if (cycle.left.contains({row.calendar, ours.id})) return true;
  TRY_VOID(
      intend_to_take_away(tx, cycle, {event, row.calendar, row, ours, std::nullopt, true, kYielded, {}, {}}));
  return true;
}

// The event that this calendar holds already and that another store's item is a copy of.
Result<std::optional<EventId>> Engine::Inner::twin_of(Transaction& tx, const ItemRow& row,
                                                      const ports::Item& item,
                                                      const std::vector<sync::Candidate>& candidates,
                                                      bool by_uid) {
  for (const sync::Candidate& candidate : candidates) {
    const Loaded loaded = TRY(load(tx, candidate.event));
    if (candidate.live_here) {
      const ItemRow& held = loaded.items.at(row.calendar);
      const auto mark = ports::parse_mark(held.mark);
      // Whose marks are both unknown may be two events that say the same.
      const bool known = by_uid || (mark && mark->event == candidate.event);
      if (known && held.mark != row.mark) return candidate.event;
    } else if (by_uid && !candidate.alive && item.updated) {
      const merge::Cell* life = loaded.state.cell(merge::kLife);
      if (life != nullptr && item.updated->ms <= life->stamp.ms) return candidate.event;
    }
  }
  return std::nullopt;
}

// Whether a copy of ours that made way for another item is back, as a file sync brings back what was edited elsewhere.
Result<bool> Engine::Inner::is_returned(Transaction& tx, const ItemRow& row,
                                        const sync::Candidate& candidate) {
  if (!candidate.live_here || candidate.marked_elsewhere_present) return false;
  const Loaded loaded = TRY(load(tx, candidate.event));
  const ItemRow& held = loaded.items.at(row.calendar);
  return held.mark != row.mark && (row.uid == loaded.row.uid || row.uid == held.uid);
}

// Whether an item is a masked copy that another store made: what it hides is elsewhere.
bool Engine::Inner::is_shadow(const ItemRow& row, const ports::Mark& mark) const {
  return row.uid == opaque_uid(mark.nonce) &&
         std::ranges::any_of(settings.links, [](const sync::Link& link) { return !link.privacy.full(); });
}

void Engine::Inner::tell_of_strangers(Cycle& cycle) const {
  for (const auto& [calendar, count] : cycle.doubles)
    cycle.report.warnings.push_back(fmt::format(
        "\"{}\": {} of events that are here already, made by another Kalends that keeps this calendar "
        "too; left alone.",
        calendar.value, count == 1 ? "1 second copy" : fmt::format("{} second copies", count)));
}

}  // namespace kalends::engine
