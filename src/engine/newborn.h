// Events that began in this cycle, each from one item that nothing else is like. **The store hears of such an event when
// it is planned**, once and whole; until then its item waits there as one that is of no event yet, so a process that dies
// in between leaves nothing behind and the next cycle begins the same events. Internal to engine.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "ports/store.h"

namespace kalends::engine {

class Newborn {
 public:
  struct One {
    ports::EventRow event;
    ports::ItemRow item;
  };

  // No other event, in the store or here, has its uid or its fingerprint.
  void add(One one);
  bool contains(const EventId& id) const { return all_.contains(id); }
  bool has_uid(const std::string& uid) const { return by_uid_.contains(uid); }
  // Those that have the item's uid or its fingerprint: at most one each.
  std::vector<EventId> like(const ports::ItemRow& item) const;
  One take(const EventId& id);  // it is here
  const std::map<EventId, One>& all() const { return all_; }

 private:
  std::map<EventId, One> all_;
  std::unordered_map<std::string, EventId> by_uid_, by_fingerprint_;
};

}  // namespace kalends::engine
