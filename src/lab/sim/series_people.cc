#include "lab/sim/series_people.h"

#include <algorithm>
#include <array>

#include "calendar/event.h"
#include "calendar/when_text.h"
#include "lab/sim/people.h"
#include "lab/sim/series.h"

namespace kalends::lab {
namespace {

using calendar::Facts;
using calendar::LocalTime;

constexpr std::int64_t kDay = 86'400;

// Occurrences lie half a year apart, because every event has days of its own.
constexpr std::array kRules{"FREQ=YEARLY;COUNT=4", "FREQ=MONTHLY;INTERVAL=12;COUNT=5",
                            "FREQ=WEEKLY;INTERVAL=26;COUNT=6", "FREQ=DAILY;INTERVAL=200;COUNT=4",
                            "FREQ=YEARLY;INTERVAL=2"};

std::string path_of(const LocalTime& slot) { return "overrides/" + calendar::to_string(slot); }

void clear_slot(Facts& facts, const std::string& path) {
  facts.erase(path);
  facts.erase_under(path + "/");
}

// What was said of occurrences that there are no longer is gone with them.
void drop_strays(Facts& facts) {
  const auto slots = first_slots(facts);
  std::vector<std::string> strays;
  for (const auto& [path, value] : facts) {
    const std::string slot(slot_path(path));
    if (slot.empty() || std::ranges::find(slots, slot, path_of) != slots.end()) continue;
    strays.push_back(slot);
  }
  for (const auto& slot : strays) clear_slot(facts, slot);
}

// The rule of a series that ends before that slot, by count or by date.
std::string ended(const std::string& recurrence, const std::vector<LocalTime>& slots, std::size_t before,
                  bool by_date) {
  auto rule = calendar::parse_rule(recurrence.substr(recurrence.find(':') + 1));
  if (!rule) return recurrence;
  rule->count.reset();
  rule->until.reset();
  if (by_date)
    rule->until = calendar::Until{calendar::Until::Kind::utc, LocalTime{slots[before].seconds - 10 * kDay}};
  else
    rule->count = static_cast<std::int32_t>(before);
  return "RRULE:" + calendar::to_string(*rule);
}

std::string day_text(const LocalTime& slot) { return calendar::to_string(calendar::date_of(slot)); }

}  // namespace

std::string SeriesPeople::fresh() { return people_.fresh("once"); }

void SeriesPeople::draw(Facts& facts) {
  auto& chance = world_.chance;
  if (!chance.percent(30)) return;
  facts.set("recurrence", std::string("RRULE:") + kRules[chance.below(kRules.size())]);
  const auto slots = first_slots(facts);
  if (chance.percent(40)) return;
  for (std::size_t n = 0; n < slots.size() && n < 4; ++n)
    if (chance.percent(35)) change_one(facts, path_of(slots[n]));
}

// Something new of one occurrence; gives what was done, in words.
std::string SeriesPeople::change_one(Facts& facts, const std::string& slot) {
  auto& chance = world_.chance;
  const auto* marker = facts.find(slot);
  if (marker && *marker == "excluded") {
    clear_slot(facts, slot);
    return "takes place after all";
  }
  const auto roll = chance.below(100);
  if (marker && roll < 10) {
    clear_slot(facts, slot);
    return "is like the others again";
  }
  if (roll < 30) {
    clear_slot(facts, slot);
    facts.set(slot, "excluded");
    return "is deleted";
  }
  facts.set(slot, "changed");
  if (roll < 50) {
    facts.set(slot + "/title", fresh());
    return "has another title";
  }
  if (roll < 65 && facts.find("location")) {
    facts.erase(slot + "/location");
    facts.set(slot + "/-location", "removed");
    return "has no place";
  }
  if (roll < 75) {
    facts.erase(slot + "/-location");
    facts.set(slot + "/location", fresh());
    return "is elsewhere";
  }
  if (roll < 80) {
    facts.set(slot + "/categories/" + fresh(), "1");
    return "has a category";
  }
  if (roll < 85) {
    facts.set(slot + "/unknown/X-ONCE", "X-ONCE:" + fresh());
    return "has a property that nobody knows";
  }
  const auto date = slot.substr(std::string_view("overrides/").size(), 10);
  facts.set(slot + "/when", people_.draw_when(date));
  return "is moved";
}

std::string SeriesPeople::change_following(Facts& facts, const std::vector<LocalTime>& slots,
                                           std::size_t from) {
  const auto location = fresh();
  for (std::size_t n = from; n < slots.size(); ++n) {
    const auto slot = path_of(slots[n]);
    if (const auto* marker = facts.find(slot); marker && *marker == "excluded") continue;
    facts.set(slot, "changed");
    facts.erase(slot + "/-location");
    facts.set(slot + "/location", location);
  }
  return "and following are elsewhere";
}

std::string SeriesPeople::change_rule(Facts& facts) {
  auto& chance = world_.chance;
  if (chance.percent(15)) {
    facts.erase("recurrence");
    drop_strays(facts);
    return "repeats no more";
  }
  const auto slots = first_slots(facts);
  if (chance.percent(50) && slots.size() > 2) {
    const auto before = 1 + chance.below(slots.size() - 1);
    facts.set("recurrence", ended(facts.get("recurrence"), slots, before, chance.percent(50)));
    drop_strays(facts);
    return "ends earlier";
  }
  facts.set("recurrence", std::string("RRULE:") + kRules[chance.below(kRules.size())]);
  drop_strays(facts);
  return "repeats otherwise";
}

// The series ends before one occurrence, and from there on there is another one.
bool SeriesPeople::split(Place& place, const provider::Stored& item, const std::vector<LocalTime>& slots) {
  auto& chance = world_.chance;
  const auto at = 1 + chance.below(slots.size() - 1);
  const auto day = day_text(slots[at]);
  auto when = calendar::parse_when(item.facts.get("when"));
  if (!when || world_.ledger.events.contains(day)) return false;
  when->start = slots[at];
  Facts rest = item.facts, first = item.facts;
  rest.set("when", calendar::print_when(*when));
  if (const auto left = slots.size() - at; item.facts.get("recurrence").find("COUNT") != std::string::npos)
    rest.set("recurrence", ended(item.facts.get("recurrence"), slots, left, false));
  rest.set("title", people_.fresh("later"));
  rest.erase("organizer");
  rest.erase_under("attendees/");
  drop_strays(rest);
  first.set("recurrence", ended(item.facts.get("recurrence"), slots, at, chance.percent(50)));
  drop_strays(first);
  place.server->edit(item.id, [&](Facts& facts) { facts = first; });
  people_.note_edits(place, item);
  const auto made = place.server->put(rest, fmt::format("uid-{}", day));
  people_.note_new(place, place.server->find(made)->facts, rest);
  world_.trace.say("person makes {} of {} and following at {}", day, day_of(item.facts), place.id.value);
  return true;
}

bool SeriesPeople::edit(Place& place, const provider::Stored& item) {
  auto& chance = world_.chance;
  const auto slots = first_slots(item.facts);
  // Of several that are the same nothing tells which one it was said of when one is gone.
  if (slots.size() < 2 || world_.ledger.events[day_of(item.facts)].duplicates > 0) return false;
  // What is said of an occurrence at a place from which nothing crosses stays in a slot that the series may leave.
  if (!people_.crosses(place, day_of(item.facts))) return false;
  const auto roll = chance.below(100);
  if (roll < 8 && split(place, item, slots)) return true;
  const auto one = chance.below(std::min<std::size_t>(slots.size(), 4));
  std::string words;
  place.server->edit(item.id, [&](Facts& facts) {
    words = roll < 20   ? change_rule(facts)
            : roll < 30 ? change_following(facts, slots, one)
                        : change_one(facts, path_of(slots[one]));
  });
  people_.note_edits(place, item);
  world_.trace.say("person changes {} at {}: {} {}", day_of(item.facts), place.id.value,
                   roll < 20 ? "it" : day_text(slots[one]), words);
  return true;
}

void SeriesPeople::move(Facts& facts, const std::string& when) {
  const auto to = calendar::parse_when(when);
  facts.set("when", when);
  if (!to) return;
  const bool forgets = world_.chance.percent(20);
  Facts moved;
  for (const auto& [path, value] : facts) {
    const auto slot = calendar::parse_local_time(calendar::slot_of(path));
    if (!slot) {
      moved.set(path, value);
    } else if (!forgets) {
      const auto target = calendar::at(calendar::date_of(*slot), calendar::second_of_day(to->start));
      moved.set(path_of(target) + path.substr(slot_path(path).size()), value);
    }
  }
  facts = moved;
}

}  // namespace kalends::lab
