// assemble(): the master with the highest SEQUENCE, then its overrides as what differs from it at their slots.
#include "ical/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "calendar/slots.h"
#include "calendar/when_text.h"

namespace kalends::ical {

using calendar::Duration;
using calendar::Event;
using calendar::Facts;
using calendar::LocalTime;
using calendar::Override;
using calendar::TimeKind;
using calendar::When;

namespace {

constexpr std::int64_t kEndOfTime = std::int64_t{1} << 48;  // seconds; past the year 9999
constexpr std::size_t kMaxReach = 1000;  // later slots that one THISANDFUTURE is spread over

bool is_newer(const Part& a, const Part& b) {
  if (a.event.sequence != b.event.sequence) return a.event.sequence > b.event.sequence;
  return a.event.updated.value_or(Instant{}) > b.event.updated.value_or(Instant{});
}

// The `when` of the series that an override without a master belongs to: at its slot, in the form of its RECURRENCE-ID.
When series_when(const Part& part, const calendar::ZoneSource& zones) {
  const ZonedMoment& id = *part.recurrence_id;
  When when = part.event.when;
  bool was_all_day = when.kind == TimeKind::all_day;
  if (id.moment.kind == Moment::Kind::date) {
    if (!was_all_day) when = When{TimeKind::all_day, {}, "", Duration{1, 0}, ""};
  } else if (was_all_day || when.kind == TimeKind::floating) {
    when.kind = id.zone != nullptr ? TimeKind::zoned : TimeKind::floating;
    when.zone = id.zone != nullptr ? id.zone->name : "";
    if (was_all_day) when.duration = Duration{};
  } else if (id.moment.kind == Moment::Kind::local && id.zone != nullptr) {
    when.zone = id.zone->name;
  }
  EventZones known(zones, part.event);
  when.start = slot_of(id, when, when.kind == TimeKind::zoned ? known.find(when.zone) : nullptr);
  return when;
}

Override override_of(const Facts& base, const Facts& shown) {
  Override out;
  for (const auto& change : difference(base, shown)) {
    if (change.after) {
      out.patch.set(change.path, *change.after);
    } else {
      out.removed.push_back(change.path);
    }
  }
  return out;
}

// What an override shows, in terms that may differ from its series.
Facts shown_by(const Part& part) {
  Event event = part.event;
  event.recurrence = {};
  event.overrides.clear();
  return fields_of(to_facts(event));
}

class Assembler {
 public:
  Assembler(const std::vector<const Part*>& parts, const calendar::ZoneSource& zones) : zones_(zones) {
    for (const Part* part : parts) {
      if (part->recurrence_id) {
        overrides_.push_back(part);
      } else {
        take_master(part);
      }
    }
  }

  Series run() {
    if (master_ != nullptr) {
      series_.event = master_->event;
      series_.parts.push_back({master_, true, {}});
      append(*master_);
    } else {
      make_master();
    }
    if (overrides_.empty()) return std::move(series_);
    EventZones known(zones_, series_.event);
    const calendar::Zone* zone =
        series_.event.when.kind == TimeKind::zoned ? known.find(series_.event.when.zone) : nullptr;
    place(zone);
    if (series_.orphan) rest_on_first();
    apply();
    spread(zone);
    return std::move(series_);
  }

 private:
  void take_master(const Part* part) {
    if (master_ != nullptr)
      series_.warnings.push_back(
          "the event stands twice with the same UID; the one with the highest SEQUENCE counts");
    if (master_ == nullptr || is_newer(*part, *master_)) master_ = part;
  }

  void append(const Part& part) {
    series_.warnings.insert(series_.warnings.end(), part.warnings.begin(), part.warnings.end());
  }

  void make_master() {
    series_.orphan = true;
    auto first =
        std::ranges::min_element(overrides_, {}, [](const Part* p) { return p->recurrence_id->moment.time; });
    series_.event.when = series_when(**first, zones_);
    series_.event.zones = (*first)->event.zones;
  }

  // The part that counts at the first slot may be another one than the first by its bytes: what the event says is what
  // that part says, so that a change of it has a place in the file.
  void rest_on_first() {
    const Placed& first = series_.parts.front();
    const When frame = series_.event.when;
    series_.event = first.part->event;
    series_.event.overrides.clear();
    series_.event.recurrence = {};
    series_.event.when = series_when(*first.part, zones_);
    if (series_.event.when.kind != frame.kind || series_.event.when.zone != frame.zone)
      series_.event.when = frame;
    series_.event.when.start = first.slot;
    std::erase_if(series_.event.parameters,
                  [](const auto& entry) { return entry.first.starts_with("when/"); });
  }

  // One part for each slot: the newest.
  void place(const calendar::Zone* zone) {
    std::map<LocalTime, const Part*> by_slot;
    for (const Part* part : overrides_) {
      append(*part);
      auto& held = by_slot[slot_of(*part->recurrence_id, series_.event.when, zone)];
      if (held != nullptr)
        series_.warnings.push_back("an occurrence stands twice; the one with the highest SEQUENCE counts");
      if (held == nullptr || is_newer(*part, *held)) held = part;
    }
    for (const auto& [slot, part] : by_slot) series_.parts.push_back({part, false, slot});
  }

  void apply() {
    Event& event = series_.event;
    const Facts fields = fields_of(to_facts(event));
    for (const Placed& placed : series_.parts) {
      if (placed.is_master) continue;
      const Part& part = *placed.part;
      for (const auto& [tzid, text] : part.event.zones) event.zones.emplace(tzid, text);
      if (series_.orphan && placed.slot != event.when.start)
        event.recurrence.extra_dates.push_back({placed.slot, std::nullopt});
      Override& override = event.overrides[placed.slot];
      if (override.excluded) continue;
      override = override_of(fields_at(fields, placed.slot), shown_by(part));
      const calendar::Bookkeeping &own = part.event, &of_series = event;
      if (own != of_series) override.own = own;
    }
    calendar::normalise(event);
  }

  // Copies each THISANDFUTURE override to the later slots that have nothing of their own; a later one wins.
  void spread(const calendar::Zone* zone) {
    std::vector<LocalTime> from;
    for (const Placed& placed : series_.parts)
      if (!placed.is_master && placed.part->this_and_future) from.push_back(placed.slot);
    if (from.empty() || series_.orphan) return;
    std::set<LocalTime> slots = later_slots(from.front(), zone);
    auto& overrides = series_.event.overrides;
    for (LocalTime slot : slots) {
      if (overrides.contains(slot)) continue;
      LocalTime source = *std::prev(std::ranges::upper_bound(from, slot));
      if (overrides[source].excluded) {
        overrides[slot].excluded = true;
        continue;
      }
      overrides[slot] = moved(overrides[source], slot.seconds - source.seconds);
    }
  }

  static Override moved(Override override, std::int64_t seconds) {
    if (const std::string* text = override.patch.find("when")) {
      if (auto when = calendar::parse_when(*text)) {
        when->start.seconds += seconds;
        override.patch.set("when", calendar::print_when(*when));
      }
    }
    return override;
  }

  // The slots past `after` that the series has, EXRULEs taken off, and no more than kMaxReach of them.
  std::set<LocalTime> later_slots(LocalTime after, const calendar::Zone* zone) {
    std::set<LocalTime> later;
    auto slots = calendar::Slots::of(series_.event, zone, {after, {kEndOfTime}},
                                     calendar::ExpansionLimits{}.max_steps);
    bool whole = slots.has_value();
    for (calendar::Slot slot; slots && slots->next(slot);) {
      if (slot.start <= after) continue;
      whole = later.size() < kMaxReach;
      if (!whole) break;
      later.insert(slot.start);
    }
    if (!whole || slots->reached_limit())
      series_.warnings.push_back(
          fmt::format("an override of all later occurrences is read for {} of them", later.size()));
    return later;
  }

  const calendar::ZoneSource& zones_;
  const Part* master_ = nullptr;
  std::vector<const Part*> overrides_;
  Series series_;
};

}  // namespace

Facts with_override(Facts fields, const Override& override) {
  for (const std::string& path : override.removed) fields.erase(path);
  for (const auto& [path, value] : override.patch) fields.set(path, value);
  return fields;
}

Series assemble(const std::vector<const Part*>& parts, const calendar::ZoneSource& zones) {
  return Assembler(parts, zones).run();
}

}  // namespace kalends::ical
