#include "sync/item_writes.h"

#include <algorithm>

#include "base/mutation.h"

namespace kalends::sync {

namespace {

using calendar::Facts;
using Value = std::optional<std::string>;
using Kind = Intent::Kind;

Value look(const Facts& facts, const std::string& path) {
  const std::string* value = facts.find(path);
  return value != nullptr ? Value(*value) : std::nullopt;
}

const Facts* find(const Items& items, const std::string& slot) {
  auto it = items.find(slot);
  return it == items.end() ? nullptr : &it->second;
}

// Of an item that was to be changed: each field that shows what was meant is ours.
Facts past_of_update(const Facts& before, const Facts& target, const Facts& seen) {
  Facts past = before;
  for (const calendar::Change& change : calendar::difference(before, target)) {
    if (look(seen, change.path) != change.after) continue;
    if (change.after) {
      past.set(change.path, *change.after);
    } else {
      past.erase(change.path);
    }
  }
  return past;
}

// What the items held that are there now, had nobody but us touched them.
Items past_items(Kind kind, const Items& before, const Items& target, const Items& seen) {
  Items past;
  for (const auto& [slot, facts] : seen) {
    const Facts* was = find(before, slot);
    const Facts* meant = find(target, slot);
    if (kind == Kind::create) was = nullptr;
    if (was != nullptr) {
      past[slot] = meant != nullptr ? past_of_update(*was, *meant, facts) : *was;
    } else if (meant != nullptr) {
      past[slot] = *meant;
    }
  }
  // One that is gone and was to stay was removed by somebody else.
  if (kind == Kind::update)
    for (const auto& [slot, facts] : before)
      if (!seen.contains(slot) && target.contains(slot)) past[slot] = facts;
  return past;
}

void add_removals(std::vector<ItemWrite>& out, const Place& place) {
  if (!place.parts_follow)
    for (const SeenPart& part : place.seen.parts) out.push_back({Kind::remove, part.slot, part.id, {}});
}

}  // namespace

Items items_at(const Place& place, const Facts& whole) {
  return place.apart ? spread(whole) : Items{{"", whole}};
}

Items seen_items(const Place& place) {
  if (place.seen.kind != Observation::Kind::present) return {};
  if (!place.apart) return {{"", place.seen.facts}};
  Items out;
  out[""] = spread(place.seen.facts).at("");
  for (const SeenPart& part : place.seen.parts) out[part.slot] = part.facts;
  return out;
}

std::vector<ItemWrite> item_writes(const Place& place, Kind kind, const Facts& target) {
  if (!place.apart) return {{kind, "", place.seen.remote, target}};
  std::vector<ItemWrite> updates, creates, removals;
  const Items seen = seen_items(place);
  if (kind == Kind::remove) {
    if (!seen.empty()) {
      add_removals(removals, place);
      removals.push_back({kind, "", place.seen.remote, {}});
    }
    return removals;
  }
  Items wanted = spread(target);
  for (const std::string& slot : place.seen.unknown_slots) wanted.erase(slot);
  for (auto& [slot, facts] : wanted) {
    const Facts* held = find(seen, slot);
    if (held == nullptr) {
      creates.push_back({Kind::create, slot, {}, std::move(facts)});
    } else if (*held != facts) {
      auto part = std::ranges::find(place.seen.parts, slot, &SeenPart::slot);
      const RemoteId& id = slot.empty() ? place.seen.remote : part->id;
      updates.push_back({Kind::update, slot, id, std::move(facts)});
    }
  }
  for (const SeenPart& part : place.seen.parts)
    if (!wanted.contains(part.slot)) removals.push_back({Kind::remove, part.slot, part.id, {}});
  updates.insert(updates.end(), creates.begin(), creates.end());
  updates.insert(updates.end(), removals.begin(), removals.end());
  return updates;
}

Facts remembered(const Base& base, const std::set<std::string, std::less<>>& slots) {
  Facts out;
  const Facts agreed = base.remote();
  for (const std::string& slot : slots) {
    out = with_slots_of(std::move(out), agreed, {slot});
    if (out.find("overrides/" + slot) == nullptr && base.intent && base.intent->kind != Kind::remove)
      out = with_slots_of(std::move(out), base.intent->target, {slot});
  }
  return out;
}

void take_intent(Base& base, const Place& place) {
  if (!base.intent || (base.intent->kind == Kind::remove && !place.apart)) return;
  if (is_on(Mutant::diff_takes_echo_for_edit)) return;
  const Items past = past_items(base.intent->kind, items_at(place, base.remote()),
                                items_at(place, base.intent->target), seen_items(place));
  const auto& unknown = place.seen.unknown_slots;
  const Facts whole = unknown.empty() ? gather(past)
                                      : with_slots_of(gather(past), remembered(base, unknown),
                                                      {unknown.begin(), unknown.end()});
  std::set<std::string> paths;
  for (const auto& [path, value] : whole) paths.insert(path);
  for (const auto& [path, agreed] : base.fields) paths.insert(path);
  for (const std::string& path : paths) {
    const Agreed* agreed = base.agreed(path);
    Value value = look(whole, path);
    if (value == (agreed != nullptr ? agreed->remote : std::nullopt)) continue;
    if (value) {
      base.fields[path] = {value, value, {}, false};
    } else {
      base.fields.erase(path);
    }
  }
}

std::vector<RemoteItem> remote_items(const Place& place, const std::vector<RemoteItem>& before) {
  std::vector<RemoteItem> out{{"", place.seen.remote, place.seen.version}};
  for (const SeenPart& part : place.seen.parts) out.push_back({part.slot, part.id, part.version});
  for (const RemoteItem& item : before)
    if (place.seen.unknown_slots.contains(item.slot)) out.push_back(item);
  std::ranges::sort(out, {}, &RemoteItem::slot);
  return out;
}

}  // namespace kalends::sync
