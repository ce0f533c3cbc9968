#include "engine/newborn.h"

namespace kalends::engine {

void Newborn::add(One one) {
  const EventId id = one.event.id;
  by_uid_.emplace(one.event.uid, id);
  if (!one.item.fingerprint.empty()) by_fingerprint_.emplace(one.item.fingerprint, id);
  all_.emplace(id, std::move(one));
}

std::vector<EventId> Newborn::like(const ports::ItemRow& item) const {
  std::vector<EventId> out;
  auto look_up = [&](const std::unordered_map<std::string, EventId>& in, const std::string& key) {
    auto found = in.find(key);
    if (key.empty() || found == in.end()) return;
    if (out.empty() || out.front() != found->second) out.push_back(found->second);
  };
  look_up(by_uid_, item.uid);
  look_up(by_fingerprint_, item.fingerprint);
  return out;
}

Newborn::One Newborn::take(const EventId& id) {
  auto node = all_.extract(id);
  KALENDS_CHECK(!node.empty());
  One one = std::move(node.mapped());
  by_uid_.erase(one.event.uid);
  by_fingerprint_.erase(one.item.fingerprint);
  return one;
}

}  // namespace kalends::engine
