// Occurrences of an event in a range: slots of the series, less those that an override speaks of, and the overrides at
// the times they have now. Slots are looked for a little around the range on the wall clock and then compared in UTC.
#include "calendar/occurrences.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "calendar/slots.h"
#include "calendar/wall_clock.h"
#include "calendar/when_text.h"

namespace kalends::calendar {

namespace {

using WhenFull = ExpansionLimits::WhenFull;
using Cancelled = ExpansionLimits::Cancelled;

constexpr std::int64_t kSlack = 2 * 86400;            // wall clock and UTC are never this far apart
constexpr std::int64_t kFar = std::int64_t{1} << 48;  // past every time that Date can hold
constexpr std::size_t kMaxSlotsOfExtent = 200'000;

Result<const Zone*> zone_for(const When& when, const ZoneSource& zones, const Zone& viewer) {
  if (when.kind != TimeKind::zoned) return &viewer;
  if (const Zone* zone = zones.find(when.zone)) return zone;
  return fail(ErrorKind::invalid, fmt::format("nobody knows the time zone \"{}\"", when.zone));
}

std::int64_t span_seconds(Duration duration) { return duration.days * 86400 + duration.seconds; }

// One without length is in the range it starts in.
bool is_in(const Occurrence& occurrence, Range range) {
  if (occurrence.end_utc <= occurrence.start_utc) {
    return occurrence.start_utc >= range.from_utc && occurrence.start_utc < range.to_utc;
  }
  return occurrence.start_utc < range.to_utc && occurrence.end_utc > range.from_utc;
}

std::int64_t longest_span(const Event& event) {
  std::int64_t longest = span_seconds(event.when.duration);
  for (const ExtraDate& extra : event.recurrence.extra_dates) {
    if (extra.duration) longest = std::max(longest, span_seconds(*extra.duration));
  }
  return std::max<std::int64_t>(longest, 0);
}

Duration duration_of_slot(const Event& event, LocalTime slot) {
  const auto& extras = event.recurrence.extra_dates;
  for (auto it = std::ranges::lower_bound(extras, slot, {}, &ExtraDate::start);
       it != extras.end() && it->start == slot; ++it) {
    if (it->duration) return *it->duration;
  }
  return event.when.duration;
}

// The occurrence that an override which is not excluded stands for.
Result<Occurrence> overridden(const Event& event, LocalTime slot, const Override& override,
                              const ZoneSource& zones, const Zone& viewer) {
  Occurrence occurrence{slot, slot, event.when, 0, 0, true, false};
  if (const std::string* text = override.patch.find("when")) {
    occurrence.when = TRY(parse_when(*text));
  } else {
    occurrence.when.start = slot;
    occurrence.when.duration = duration_of_slot(event, slot);
  }
  const std::string* status = override.patch.find("status");
  bool removed = std::ranges::find(override.removed, "status") != override.removed.end();
  occurrence.cancelled = status != nullptr ? *status == "cancelled" : !removed && event.status == "cancelled";
  occurrence.start = occurrence.when.start;
  Placement placement(*TRY(zone_for(occurrence.when, zones, viewer)));
  occurrence.start_utc = placement.start(occurrence.start);
  occurrence.end_utc = placement.end(occurrence.start, occurrence.when.duration);
  return occurrence;
}

std::unexpected<Error> too_many(std::size_t max) {
  return fail(ErrorKind::invalid,
              fmt::format("there are more than {} occurrences in this range; ask for a shorter one", max));
}

Result<void> add_slots(const Event& event, const Zone& zone, Range range, ExpansionLimits limits,
                       std::vector<Occurrence>& out) {
  if (limits.cancelled == Cancelled::left_out && event.status == "cancelled") return {};
  Window window{{range.from_utc - longest_span(event) - kSlack}, {range.to_utc + kSlack}};
  Slots slots = TRY(Slots::of(event, &zone, window, limits.max_steps));
  Placement placement(zone);
  auto override = event.overrides.lower_bound(window.from);
  Occurrence occurrence{{}, {}, event.when, 0, 0, false, event.status == "cancelled"};
  std::size_t looked_at = 0;
  LocalTime last = window.to;
  for (Slot slot; slots.next(slot) && slot.start <= last;) {
    if (++looked_at > limits.max_steps) return too_many_steps(nullptr, limits.max_steps);
    while (override != event.overrides.end() && override->first < slot.start) ++override;
    if (override != event.overrides.end() && override->first == slot.start) continue;
    const Duration& duration = slot.duration != nullptr ? *slot.duration : event.when.duration;
    occurrence.start_utc = placement.start(slot.start);
    occurrence.end_utc = placement.end(slot.start, duration);
    if (!is_in(occurrence, range)) continue;
    if (out.size() >= limits.max_occurrences) {
      if (limits.when_full == WhenFull::refuse) return too_many(limits.max_occurrences);
      // Slots come in the order of the wall clock; one whose time is skipped may be later than the next on the time line.
      if (out.size() == limits.max_occurrences) last = LocalTime{slot.start.seconds + kSlack};
    }
    occurrence.recurrence_id = occurrence.start = occurrence.when.start = slot.start;
    occurrence.when.duration = duration;
    out.push_back(occurrence);
  }
  bool enough = limits.when_full == WhenFull::stop && out.size() >= limits.max_occurrences;
  if (slots.reached_limit() && !enough) return too_many_steps(nullptr, limits.max_steps);
  return {};
}

}  // namespace

Result<std::vector<Occurrence>> occurrences(const Event& event, Range range, const ZoneSource& zones,
                                            const Zone& viewer, ExpansionLimits limits) {
  range.from_utc = std::clamp(range.from_utc, -kFar, kFar);
  range.to_utc = std::clamp(range.to_utc, -kFar, kFar);
  std::vector<Occurrence> out;
  const Zone* zone = TRY(zone_for(event.when, zones, viewer));
  TRY_VOID(add_slots(event, *zone, range, limits, out));
  for (const auto& [slot, override] : event.overrides) {
    if (override.excluded) continue;
    Occurrence occurrence = TRY(overridden(event, slot, override, zones, viewer));
    if (!is_in(occurrence, range)) continue;
    if (occurrence.cancelled && limits.cancelled == Cancelled::left_out) continue;
    if (out.size() >= limits.max_occurrences && limits.when_full == WhenFull::refuse)
      return too_many(limits.max_occurrences);
    out.push_back(std::move(occurrence));
  }
  auto before = [](const Occurrence& a, const Occurrence& b) {
    return std::tie(a.start_utc, a.recurrence_id) < std::tie(b.start_utc, b.recurrence_id);
  };
  if (!std::ranges::is_sorted(out, before)) std::ranges::sort(out, before);
  if (out.size() > limits.max_occurrences)
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(limits.max_occurrences), out.end());
  return out;
}

Result<void> expand(const Rule& rule, LocalTime start, TimeKind kind, const Zone* zone, LocalTime not_before,
                    const std::function<bool(LocalTime)>& visit, ExpansionLimits limits) {
  TRY_VOID(check_kind(rule, kind));
  RuleCursor cursor(rule, start, kind, zone, {not_before, {kFar}}, OffRuleStart::counts, limits.max_steps);
  std::size_t given = 0;
  for (LocalTime time; cursor.next(time);) {
    if (!visit(time)) return {};
    if (++given >= limits.max_steps) return too_many_steps(&rule, limits.max_steps);
  }
  if (cursor.reached_limit()) return too_many_steps(&rule, limits.max_steps);
  return {};
}

Result<Extent> extent(const Event& event, const ZoneSource& zones, const Zone& viewer) {
  const Zone* zone = TRY(zone_for(event.when, zones, viewer));
  Placement placement(*zone);
  bool endless =
      std::ranges::any_of(event.recurrence.rules, [](const Rule& r) { return !r.count && !r.until; });
  std::optional<Extent> found;
  auto include = [&](std::int64_t from_utc, std::int64_t to_utc) {
    if (!found) found = Extent{from_utc, to_utc};
    found->from_utc = std::min(found->from_utc, from_utc);
    found->to_utc = std::max(*found->to_utc, to_utc);
  };
  Slots slots = TRY(Slots::of(event, zone, {{-kFar}, {kFar}}, ExpansionLimits{}.max_steps));
  std::size_t looked_at = 0;
  for (Slot slot; slots.next(slot);) {
    if (++looked_at > kMaxSlotsOfExtent) endless = true;
    if (endless && found) break;  // the first was all there was to find
    auto override = event.overrides.find(slot.start);
    if (override != event.overrides.end()) continue;
    include(placement.start(slot.start),
            placement.end(slot.start, slot.duration != nullptr ? *slot.duration : event.when.duration));
  }
  endless |= slots.reached_limit();
  for (const auto& [slot, override] : event.overrides) {
    if (override.excluded) continue;
    Occurrence occurrence = TRY(overridden(event, slot, override, zones, viewer));
    include(occurrence.start_utc, occurrence.end_utc);
  }
  if (!found) {  // nothing is left of it; it is kept where it began
    std::int64_t start = placement.start(event.when.start);
    found = Extent{start, start};
  }
  if (endless) found->to_utc.reset();
  return *found;
}

}  // namespace kalends::calendar
