#include "engine/islands.h"

#include <algorithm>

namespace kalends::engine {

namespace {

// Which things were said to belong together.
class Sets {
 public:
  std::size_t add() {
    parent_.push_back(parent_.size());
    return parent_.size() - 1;
  }
  std::size_t find(std::size_t one) {
    while (parent_[one] != one) one = parent_[one] = parent_[parent_[one]];
    return one;
  }
  void join(std::size_t a, std::size_t b) { parent_[find(a)] = find(b); }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace

Islands::Islands(const std::vector<CalendarId>& calendars, std::vector<sync::CompiledLink> links) {
  Sets sets;
  std::map<CalendarId, std::size_t> known;
  auto number_of = [&](const CalendarId& id) {
    auto [it, inserted] = known.try_emplace(id, 0);
    if (inserted) it->second = sets.add();
    return it->second;
  };
  for (const CalendarId& id : calendars) rank_.emplace(id, number_of(id));
  for (const sync::CompiledLink& compiled : links)
    for (const CalendarId& id : compiled.link.calendars)
      sets.join(number_of(compiled.link.calendars.front()), number_of(id));

  std::map<std::size_t, std::size_t> island_of_set;
  for (const auto& [id, number] : known) {
    auto [it, inserted] = island_of_set.try_emplace(sets.find(number), islands_.size());
    if (inserted) islands_.emplace_back();
    number_.emplace(id, it->second);
  }
  for (const CalendarId& id : calendars) islands_[number_.at(id)].calendars.push_back(id);
  for (sync::CompiledLink& compiled : links) {
    if (compiled.link.calendars.empty()) continue;
    Island& island = islands_[number_.at(compiled.link.calendars.front())];
    island.links.push_back(compiled.link);
    island.compiled.push_back(std::move(compiled));
  }
}

const Islands::Island& Islands::island_of(const CalendarId& calendar) const {
  auto it = number_.find(calendar);
  return it == number_.end() ? nowhere_ : islands_[it->second];
}

std::vector<CalendarId> Islands::around(const std::set<CalendarId>& some) const {
  std::set<const Island*> islands;
  for (const CalendarId& id : some) islands.insert(&island_of(id));
  std::vector<CalendarId> out;
  for (const Island* island : islands)
    out.insert(out.end(), island->calendars.begin(), island->calendars.end());
  if (islands.size() > 1) std::ranges::sort(out, {}, [&](const CalendarId& id) { return rank_.at(id); });
  return out;
}

const std::vector<sync::Link>& Islands::links_of(const CalendarId& calendar) const {
  return island_of(calendar).links;
}

bool Islands::filters_at(const CalendarId& calendar) const {
  return std::ranges::any_of(links_of(calendar), [](const sync::Link& link) { return !link.filter.empty(); });
}

std::set<LinkId> Islands::closed_to(const CalendarId& calendar, const calendar::Facts& facts) const {
  std::set<LinkId> out;
  for (const sync::CompiledLink& compiled : island_of(calendar).compiled)
    if (!compiled.link.filter.empty() && sync::passage(compiled, facts, {}) == sync::Passage::fails)
      out.insert(compiled.link.id);
  return out;
}

// Routes never leave an island, so what each island says of its own calendars is what all links together say.
std::map<CalendarId, sync::Lens> Islands::routes(const std::set<CalendarId>& origins,
                                                 const std::set<CalendarId>& writable,
                                                 const calendar::Facts& hub,
                                                 const sync::TimeFrame& frame) const {
  std::set<const Island*> islands;
  for (const CalendarId& id : origins) islands.insert(&island_of(id));
  if (islands.empty()) return {};
  if (islands.size() == 1) return sync::routes((*islands.begin())->compiled, origins, writable, hub, frame);
  std::map<CalendarId, sync::Lens> out;
  for (const Island* island : islands)
    for (auto& [id, lens] : sync::routes(island->compiled, origins, writable, hub, frame))
      if (&island_of(id) == island) out.emplace(id, std::move(lens));
  return out;
}

}  // namespace kalends::engine
