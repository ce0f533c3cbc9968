#include "lab/sim/series.h"

#include <algorithm>
#include <set>

#include "calendar/event.h"
#include "calendar/occurrences.h"
#include "lab/sim/ledger.h"

namespace kalends::lab {

namespace {

constexpr std::string_view kOverrides = "overrides/";
constexpr std::size_t kDate = 10;
constexpr std::size_t kSlots = 8;

}  // namespace

std::string by_date(std::string_view path) {
  const auto slot = calendar::slot_of(path);
  if (slot.size() <= kDate) return std::string(path);
  return std::string(kOverrides) + std::string(slot.substr(0, kDate)) +
         std::string(path.substr(kOverrides.size() + slot.size()));
}

calendar::Facts by_date(const calendar::Facts& facts) {
  calendar::Facts out;
  for (const auto& [path, value] : facts) out.set(by_date(path), value);
  return out;
}

std::string_view slot_path(std::string_view path) {
  const auto slot = calendar::slot_of(path);
  return slot.empty() ? std::string_view() : path.substr(0, kOverrides.size() + slot.size());
}

std::string_view inner_path(std::string_view path) {
  const auto slot = slot_path(path);
  if (slot.empty()) return path;
  auto rest = path.substr(slot.size());
  for (const char mark : {'/', '-'})
    if (rest.starts_with(mark)) rest.remove_prefix(1);
  return rest;
}

std::vector<calendar::LocalTime> first_slots(const calendar::Facts& facts) {
  const auto event = calendar::from_facts(facts);
  if (!event || event->recurrence.rules.empty()) return {};
  std::vector<calendar::LocalTime> out;
  const auto start = event->when.start;
  const auto done = calendar::expand(event->recurrence.rules.front(), start, event->when.kind, nullptr, start,
                                     [&](calendar::LocalTime slot) {
                                       out.push_back(slot);
                                       return out.size() < kSlots;
                                     });
  return done ? out : std::vector<calendar::LocalTime>();
}

bool takes_place(const calendar::Facts& facts, std::string_view path) {
  const std::string slot = by_date(slot_path(path));
  const calendar::Facts held = by_date(facts);
  if (held.get(slot) == "excluded") return false;
  if (!facts.find("recurrence")) return slot == "overrides/" + day_of(facts);
  return std::ranges::any_of(first_slots(facts), [&](const calendar::LocalTime& time) {
    return slot == by_date("overrides/" + calendar::to_string(time));
  });
}

std::string day_of(const provider::MemoryServer& server, const provider::ServerWrite& write) {
  if (!write.part_of) return day_of(write.kind == ports::WriteKind::remove ? write.before : write.after);
  if (const auto* master = server.find(write.part_of->master)) return day_of(master->facts);
  for (const auto& other : server.writes())
    if (other.id == write.part_of->master)
      return day_of(other.kind == ports::WriteKind::remove ? other.before : other.after);
  return {};
}

}  // namespace kalends::lab
