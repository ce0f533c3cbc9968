#include "sync/items.h"

#include "calendar/parameters.h"
#include "calendar/series_fields.h"

namespace kalends::sync {

namespace {

using calendar::Facts;

constexpr std::string_view kOverrides = "overrides/";

std::string slot_path(std::string_view slot) { return std::string(kOverrides) + std::string(slot); }

// The master's fields as they are in that slot. A slot that is no time shows them as they are.
Facts inherited(const Facts& fields, const std::string& slot) {
  auto time = calendar::parse_local_time(slot);
  return time ? calendar::fields_at(fields, *time) : fields;
}

void gather_part(Facts& whole, const Facts& fields, const std::string& slot, const Facts& part) {
  const std::string path = slot_path(slot);
  if (part.find(kExcluded) != nullptr) {
    whole.set(path, "excluded");
    return;
  }
  whole.set(path, "changed");
  for (const calendar::Change& change :
       calendar::difference(inherited(fields, slot), calendar::fields_of(part))) {
    if (change.after) {
      whole.set(path + "/" + change.path, *change.after);
    } else {
      whole.set(path + "/-" + change.path, "removed");
    }
  }
}

// What is said of one slot goes to its part: first what it takes away, then what it has.
void apply_override(Facts& part, std::string_view inner, const std::string& value) {
  if (inner.starts_with('-')) {
    part.erase(inner.substr(1));
  } else {
    part.set(inner, value);
  }
}

}  // namespace

bool is_in_slot(std::string_view path, std::string_view slot) { return calendar::slot_of(path) == slot; }

Facts gather(const Items& items) {
  auto master = items.find("");
  Facts whole = master != items.end() ? master->second : Facts();
  const Facts fields = items.size() > 1 ? calendar::fields_of(whole) : Facts();
  for (const auto& [slot, part] : items)
    if (!slot.empty()) gather_part(whole, fields, slot, part);
  calendar::drop_stale_parameters(whole);
  return whole;
}

Items spread(const Facts& whole) {
  Items out;
  Facts& master = out[""];
  for (const auto& [path, value] : whole)
    if (calendar::slot_of(path).empty()) master.set(path, value);
  const Facts fields = calendar::fields_of(master);
  // Facts are sorted, so a slot comes before what is in it, and what it takes away before what it has.
  for (const auto& [path, value] : whole) {
    const std::string slot(calendar::slot_of(path));
    if (slot.empty()) continue;
    auto [part, first] = out.try_emplace(slot);
    if (first) part->second = inherited(fields, slot);
    const std::size_t inner = kOverrides.size() + slot.size() + 1;
    if (path.size() >= inner) {
      apply_override(part->second, std::string_view(path).substr(inner), value);
    } else if (value == "excluded") {
      part->second = Facts{{std::string(kExcluded), "1"}};
    }
  }
  for (auto& [slot, part] : out)
    if (part.find(kExcluded) != nullptr) part = Facts{{std::string(kExcluded), "1"}};
  return out;
}

Facts canonical(const Facts& whole) { return gather(spread(whole)); }

Facts with_slots_of(Facts whole, const Facts& other, const std::set<std::string>& slots) {
  for (const std::string& slot : slots) {
    const std::string path = slot_path(slot);
    whole.erase(path);
    whole.erase_under(path + "/");
    for (const auto& [theirs, value] : other)
      if (is_in_slot(theirs, slot)) whole.set(theirs, value);
  }
  return whole;
}

}  // namespace kalends::sync
