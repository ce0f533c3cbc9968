// What people do at a simulated calendar. They see and edit events; which items that touches is the calendar's affair.
#include <fmt/format.h>

#include "provider/memory/server.h"
#include "sync/items.h"

namespace kalends::provider {

using calendar::Facts;

std::map<std::string, RemoteId> MemoryServer::parts_of(const RemoteId& master) const {
  std::map<std::string, RemoteId> out;
  if (!apart()) return out;
  for (const auto& [id, item] : items_)
    if (item.part_of && item.part_of->master == master) out.try_emplace(item.part_of->slot, id);
  return out;
}

// A master as people see it, with what its parts say.
Stored MemoryServer::whole(const Stored& master, const std::map<RemoteId, Stored>& items) {
  Stored out = master;
  sync::Items event{{"", master.facts}};
  for (const auto& [id, item] : items)
    if (item.part_of && item.part_of->master == master.id) event.emplace(item.part_of->slot, item.facts);
  out.facts = sync::gather(event);
  return out;
}

std::vector<Stored> MemoryServer::events_of(const Snapshot& snapshot) {
  std::vector<Stored> out;
  for (const auto& [id, item] : snapshot.items)
    if (!item.part_of) out.push_back(whole(item, snapshot.items));
  return out;
}

RemoteId MemoryServer::put_part(const ports::PartOf& part_of, const Facts& facts) {
  Stored item;
  item.id = new_id();
  const auto master = items_.find(part_of.master);
  item.uid = master == items_.end() ? fmt::format("{}@{}", part_of.master.value, name_) : master->second.uid;
  item.part_of = part_of;
  item.facts = project(profile_, facts);
  item.updated = rounded_now();
  const RemoteId id = item.id;
  store(std::move(item));
  return id;
}

// Makes the parts of a master what those facts of the whole event say.
void MemoryServer::put_parts(const Stored& master, const Facts& facts) {
  const auto held = parts_of(master.id);
  const auto wanted = sync::spread(facts);
  for (const auto& [slot, id] : held)
    if (!wanted.contains(slot)) drop(id);
  for (const auto& [slot, part] : wanted) {
    if (slot.empty()) continue;
    const auto there = held.find(slot);
    if (there == held.end()) {
      put_part({master.id, slot}, part);
    } else if (items_.at(there->second).facts != part) {
      Stored item = items_.at(there->second);
      item.facts = part;
      item.updated = rounded_now();
      item.unsettled = false;
      store(std::move(item));
    }
  }
}

RemoteId MemoryServer::put(const Facts& facts, std::string uid, std::optional<ports::Mark> mark) {
  Stored item;
  item.id = new_id();
  item.uid =
      uid.empty() || !profile_.keeps_uids ? fmt::format("{}@{}", item.id.value, name_) : std::move(uid);
  if (profile_.keeps_marks) item.mark = std::move(mark);
  const Facts kept = project(profile_, facts);
  item.facts = apart() ? sync::spread(kept).at("") : kept;
  item.updated = rounded_now();
  const RemoteId id = item.id;
  store(std::move(item));
  if (apart()) put_parts(items_.at(id), kept);
  return id;
}

bool MemoryServer::edit(const RemoteId& id, const std::function<void(Facts&)>& change) {
  const auto found = items_.find(id);
  if (found == items_.end()) return false;
  const bool one_item = !apart() || found->second.part_of;
  Stored item = one_item ? found->second : whole(found->second);
  change(item.facts);
  const Facts kept = project(profile_, item.facts);
  item.facts = one_item ? kept : sync::spread(kept).at("");
  item.updated = rounded_now();
  item.unsettled = false;
  if (one_item || profile_.parts_touch || item.facts != found->second.facts) store(std::move(item));
  if (!one_item) put_parts(items_.at(id), kept);
  return true;
}

bool MemoryServer::erase(const RemoteId& id) {
  if (!items_.contains(id)) return false;
  if (profile_.parts_follow)
    for (const auto& [slot, part] : parts_of(id)) drop(part);
  drop(id);
  return true;
}

std::optional<RemoteId> MemoryServer::duplicate(const RemoteId& id) {
  const Stored* original = find(id);
  if (!original) return std::nullopt;
  return put(original->facts, profile_.unique_uids ? std::string() : original->uid, original->mark);
}

const Stored* MemoryServer::find(const RemoteId& id) const {
  const auto found = items_.find(id);
  if (found == items_.end()) return nullptr;
  if (!apart() || found->second.part_of) return &found->second;
  shown_ = whole(found->second);
  return &*shown_;
}

std::vector<Stored> MemoryServer::list() const {
  std::vector<Stored> out;
  for (const auto& [id, item] : items_)
    if (!item.part_of) out.push_back(whole(item));
  return out;
}

std::vector<Stored> MemoryServer::items() const {
  std::vector<Stored> out;
  for (const auto& [id, item] : items_) out.push_back(item);
  return out;
}

std::optional<RemoteId> MemoryServer::part(const RemoteId& master, const std::string& slot) const {
  const auto parts = parts_of(master);
  const auto found = parts.find(slot);
  return found == parts.end() ? std::nullopt : std::optional(found->second);
}

// Masters first, so that each part finds the new name of its own.
void MemoryServer::rename_all() {
  std::map<RemoteId, RemoteId> renamed;
  for (const bool parts : {false, true}) {
    for (auto item : items()) {
      if (item.part_of.has_value() != parts || (parts && !renamed.contains(item.part_of->master))) continue;
      drop(item.id);
      const RemoteId id = new_id();
      renamed[item.id] = id;
      item.id = id;
      if (parts) item.part_of->master = renamed[item.part_of->master];
      store(std::move(item));
    }
  }
}

}  // namespace kalends::provider
