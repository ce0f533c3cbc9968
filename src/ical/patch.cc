// patch(): what the file shows with the changes applied is the target; each component is edited towards what it must
// show then. Nothing is rewritten from scratch but properties whose values changed.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "calendar/parameters.h"
#include "ical/patch_part.h"
#include "ical/series.h"
#include "ical/stream.h"
#include "ical/text.h"
#include "ical/zone_text.h"

namespace kalends::ical {

using calendar::Event;
using calendar::Facts;
using calendar::LocalTime;
using calendar::Override;

namespace {

Facts with_changes(Facts facts, const Facts& before, const Facts& after) {
  for (const auto& change : difference(before, after)) {
    if (change.after) {
      facts.set(change.path, *change.after);
    } else {
      facts.erase(change.path);
    }
  }
  return facts;
}

class Patcher {
 public:
  Patcher(Stream& stream, Series series, const Event& target, const Facts& target_facts,
          const calendar::ZoneSource& base, Instant now)
      : stream_(stream),
        series_(std::move(series)),
        target_(target),
        fields_(fields_of(target_facts)),
        base_(base),
        zones_(base, target),
        now_(now),
        editor_(stream.document),
        names_(stream.document, stream.table) {}

  Result<std::string> run() {
    bool rewrites_overrides = series_.event.overrides != target_.overrides;
    drop_range_ = rewrites_overrides && std::ranges::any_of(series_.parts, [](const Placed& placed) {
                    return placed.part->this_and_future;
                  });
    for (const Placed& placed : series_.parts)
      TRY_VOID(placed.is_master ? patch_master(*placed.part) : patch_override(placed));
    TRY_VOID(add_overrides());
    if (editor_.edits() == 0) return std::string(stream_.document.text);
    add_zones();
    return editor_.text();
  }

 private:
  PartEdit edit_of(const Part& part) { return PartEdit{editor_, stream_.table, names_, zones_, part}; }

  // What the target shows at a slot.
  Result<Event> shown_at(LocalTime slot, const Override& override) const {
    return calendar::from_facts(with_override(fields_at(fields_, slot), override));
  }

  Result<void> patch_master(const Part& part) {
    PartEdit edit = edit_of(part);
    std::size_t before = editor_.edits();
    patch_fields(edit, target_);
    patch_when(edit, target_);
    patch_recurrence(edit, target_);
    if (editor_.edits() != before) stamp(edit);
    return {};
  }

  bool is_held(LocalTime slot) const {
    return std::ranges::any_of(
        series_.parts, [&](const Placed& placed) { return !placed.is_master && placed.slot == slot; });
  }

  // Where an override stands in the target: at its slot, or as far from it as the whole series moved.
  LocalTime target_slot(LocalTime slot) const {
    LocalTime moved{slot.seconds + target_.when.start.seconds - series_.event.when.start.seconds};
    if (target_.overrides.contains(slot) || !target_.overrides.contains(moved) || is_held(moved)) return slot;
    return moved;
  }

  Result<void> patch_override(const Placed& placed) {
    PartEdit edit = edit_of(*placed.part);
    LocalTime slot = target_slot(placed.slot);
    taken_.insert(slot);
    auto it = target_.overrides.find(slot);
    bool keep_plain = series_.orphan && it == target_.overrides.end();
    if (!keep_plain && (it == target_.overrides.end() || it->second.excluded)) {
      editor_.remove_component(placed.part->component);
      return {};
    }
    Event shown = TRY(shown_at(slot, keep_plain ? Override{} : it->second));
    std::size_t before = editor_.edits();
    patch_fields(edit, shown);
    patch_when(edit, shown);
    patch_slot(edit, shown, slot, series_.event.when, target_.when,
               (drop_range_ && placed.part->this_and_future) || slot != placed.slot);
    if (editor_.edits() != before) stamp(edit);
    return {};
  }

  // DTSTAMP, LAST-MODIFIED and SEQUENCE move with a change; a UID that was made up becomes the event's own.
  void stamp(PartEdit& edit) {
    const Event& now = edit.part.event;
    edit.set("DTSTAMP", print_utc(now_), calendar::parameters_of(now, "stamp"));
    edit.set("LAST-MODIFIED", print_utc(now_), calendar::parameters_of(now, "updated"));
    edit.set("SEQUENCE", fmt::format("{}", next_sequence(edit.part)),
             calendar::parameters_of(now, "sequence"));
    if (edit.lines("UID").empty()) edit.set("UID", escape_text(series_.event.uid));
  }

  static std::int32_t next_sequence(const Part& part) {
    return part.event.sequence == 0x7FFFFFFF ? part.event.sequence : part.event.sequence + 1;
  }

  Result<void> add_overrides() {
    std::size_t place = 0;
    std::int32_t sequence = 0;
    for (const Placed& placed : series_.parts) {
      place = std::max(place, stream_.document.components[placed.part->component].behind());
      sequence = std::max(sequence, placed.part->event.sequence);
    }
    for (const auto& [slot, override] : target_.overrides) {
      if (override.excluded || taken_.contains(slot) || is_reached(slot, override)) continue;
      Event shown = TRY(shown_at(slot, override));
      shown.sequence = sequence;
      shown.created = now_;
      shown.updated = now_;
      Heading heading{series_.event.uid, now_, slot, &target_.when, ""};
      editor_.insert(place, event_lines(shown, heading, zones_, names_.as_function()));
    }
    return {};
  }

  // Whether a THISANDFUTURE override that stays already says this.
  bool is_reached(LocalTime slot, const Override& override) const {
    if (drop_range_) return false;
    auto it = series_.event.overrides.find(slot);
    return it != series_.event.overrides.end() && it->second == override;
  }

  void add_zones() {
    for (const auto& [tzid, text] : target_.zones) {
      auto now = series_.event.zones.find(tzid);
      if (now == series_.event.zones.end() || now->second == text) continue;
      for (std::size_t c = 0; c < stream_.document.components.size(); ++c) replace_zone(c, tzid, text);
    }
    std::size_t place = stream_.document.components[series_.parts.front().part->component].begin;
    for (const Placed& placed : series_.parts)
      place = std::min(place, stream_.document.components[placed.part->component].begin);
    for (const std::string& zone : names_.missing()) {
      auto own = target_.zones.find(zone);
      if (own != target_.zones.end()) {
        editor_.insert(place, embedded_zone_lines(own->second));
      } else if (const calendar::Zone* known = base_.find(zone)) {
        editor_.insert(place, zone_lines(*known, zone, earliest()));
      }
    }
  }

  void replace_zone(std::size_t component, const std::string& tzid, const std::string& text) {
    if (stream_.document.components[component].name != "VTIMEZONE") return;
    std::vector<std::string> lines = embedded_zone_lines(text);
    bool same = false;
    stream_.document.each_line(component, [&](std::size_t i) {
      const Line& line = stream_.document.lines[i];
      same = same || (line.name == "TZID" && unescape_text(trim(line.value)) == tzid);
    });
    if (!same || lines.empty()) return;
    editor_.insert(stream_.document.components[component].begin, lines);
    editor_.remove_component(component);
  }

  std::int64_t earliest() const {
    std::int64_t at = target_.when.start.seconds;
    for (const auto& [slot, override] : target_.overrides) at = std::min(at, slot.seconds);
    for (const auto& extra : target_.recurrence.extra_dates) at = std::min(at, extra.start.seconds);
    return at - 86400;
  }

  Stream& stream_;
  Series series_;
  const Event& target_;
  Facts fields_;
  const calendar::ZoneSource& base_;
  EventZones zones_;
  Instant now_;
  Editor editor_;
  ZoneNames names_;
  bool drop_range_ = false;
  std::set<LocalTime> taken_;  // slots of the target that have a component already
};

}  // namespace

Result<std::string> patch(std::string_view raw, const Facts& before, const Facts& after,
                          const calendar::ZoneSource& zones, Instant now) {
  auto stream = TRY(read_stream(raw, zones, Limits{}));
  if (stream->groups.size() != 1)
    return fail(ErrorKind::invalid,
                fmt::format("the text holds {} events; one is needed to edit it", stream->groups.size()));
  const Group& group = stream->groups.front();
  if (!group.broken.empty()) return fail(ErrorKind::invalid, group.broken);
  Series series = assemble(group.parts, zones);
  Facts held = to_facts(series.event);
  Facts wanted = with_changes(held, before, after);
  if (wanted == held) return std::string(raw);
  Event target = TRY(calendar::from_facts(wanted));
  Facts target_facts = to_facts(target);
  return Patcher(*stream, std::move(series), target, target_facts, zones, now).run();
}

}  // namespace kalends::ical
