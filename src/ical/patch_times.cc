// Times of one component. The form that stands there is kept: DTEND stays DTEND, a TZID stays as it is spelled, and a
// list of EXDATEs stays a list, as long as they can say what is meant.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ical/patch_part.h"

namespace kalends::ical {

using calendar::Event;
using calendar::LocalTime;
using calendar::TimeKind;
using calendar::When;

namespace {

// Parameters of a time property: those that say its form replaced, the others as they stand.
std::string time_line(const Line& line, TimeKind kind, const std::string& zone, LocalTime time,
                      ZoneNames& names) {
  std::string params = kind == TimeKind::zoned && zone != "Etc/UTC" ? time_params(kind, names.tzid(zone))
                                                                    : time_params(kind, zone);
  each_param(line.params, [&](const std::string& name, std::string_view raw) {
    if (name != "TZID" && name != "VALUE") params += fmt::format(";{}={}", name, raw);
  });
  return fmt::format("{}{}:{}", line.name, params, time_value(kind, zone, time));
}

// The line with another time in the form it has.
std::string same_form(const Line& line, TimeKind kind, const std::string& zone, LocalTime time) {
  return fmt::format("{}{}:{}", line.name, line.params, time_value(kind, zone, time));
}

// Whether the line's TZID and kind are already those of `kind` and `zone`.
bool has_form(PartEdit& edit, const Line& line, TimeKind kind, const std::string& zone) {
  auto now = read_moment(line, line.value, edit.table);
  if (!now) return false;
  bool date = now->moment.kind == Moment::Kind::date;
  if (date || kind == TimeKind::all_day) return date && kind == TimeKind::all_day;
  if (kind == TimeKind::floating) return now->zone == nullptr;
  if (now->zone == nullptr || now->zone->name != zone) return false;
  bool utc = now->moment.kind == Moment::Kind::utc;
  return utc == (zone == "Etc/UTC") && (!utc || !param(line.params, "TZID"));
}

void put_time(PartEdit& edit, std::size_t i, TimeKind kind, const std::string& zone, LocalTime time) {
  const Line& line = edit.document().lines[i];
  auto now = read_moment(line, line.value, edit.table);
  bool form = has_form(edit, line, kind, zone);
  if (form && now && now->moment.time == time) return;
  edit.editor.replace(
      i, form ? same_form(line, kind, zone, time) : time_line(line, kind, zone, time, edit.names));
}

void patch_end(PartEdit& edit, const When& target, std::size_t behind_start) {
  auto ends = edit.lines("DTEND");
  auto durations = edit.lines("DURATION");
  const std::string& zone = target.end_zone.empty() ? target.zone : target.end_zone;
  auto end = end_of(target, edit.zones);
  if (!ends.empty() && end) return put_time(edit, ends.front(), target.kind, zone, *end);
  bool says_nothing = target.kind != TimeKind::all_day && target.duration == calendar::Duration{};
  if (ends.empty() && !durations.empty() && target.end_zone.empty()) {
    if (says_nothing) return edit.set("DURATION", "");
    const Line& line = edit.document().lines[durations.front()];
    if (parse_loose_duration(line.value) != target.duration) edit.set("DURATION", to_string(target.duration));
    return;
  }
  bool is_default =
      target.kind == TimeKind::all_day ? target.duration == calendar::Duration{1, 0} : says_nothing;
  if (ends.empty() && durations.empty() && is_default && target.end_zone.empty()) return;
  for (const auto* old : {&ends, &durations})
    for (std::size_t i : *old) edit.editor.remove(i);
  auto line = end_line(target, edit.zones, edit.names.as_function());
  if (line) edit.editor.insert(behind_start, *line);
}

// Whether a slot that is spelled like this means something else, or is not well said, in a series that moved.
bool needs_respelling(const Moment& moment, const When& before, const When& after) {
  if (before.kind != after.kind || before.zone != after.zone) return true;
  bool date_in_timed = moment.kind == Moment::Kind::date && after.kind != TimeKind::all_day;
  return date_in_timed && calendar::second_of_day(before.start) != calendar::second_of_day(after.start);
}

const calendar::Zone* zone_of_part(const PartEdit& edit) {
  const When& when = edit.part.event.when;
  return when.kind == TimeKind::zoned ? edit.table.find(when.zone).zone : nullptr;
}

void patch_rules(PartEdit& edit, std::string_view name, const std::vector<calendar::Rule>& before,
                 const std::vector<calendar::Rule>& after) {
  if (before == after) return;
  std::vector<std::string> texts;
  texts.reserve(after.size());
  for (const auto& rule : after) texts.push_back(clean_line(fmt::format("{}:{}", name, to_string(rule))));
  edit.rewrite(edit.lines(name), texts);
}

void patch_extra_dates(PartEdit& edit, const Event& target) {
  const Event& now = edit.part.event;
  auto lines = edit.lines("RDATE");
  bool respell = false;
  for (std::size_t i : lines) {
    for (std::string_view one : split(edit.document().lines[i].value, ',')) {
      auto at = parse_moment(one.substr(0, one.find('/')));
      respell = respell || (at && needs_respelling(*at, now.when, target.when));
    }
  }
  if (!respell && now.recurrence.extra_dates == target.recurrence.extra_dates) return;
  calendar::Recurrence only_dates;
  only_dates.extra_dates = target.recurrence.extra_dates;
  bool named =
      target.when.kind == TimeKind::zoned && target.when.zone != "Etc/UTC" && !only_dates.extra_dates.empty();
  std::string params =
      time_params(target.when.kind, named ? edit.names.tzid(target.when.zone) : target.when.zone);
  edit.rewrite(lines, recurrence_lines(only_dates, target.when, params));
}

// Values that go are taken out of their lists; new ones get lines of their own behind the last.
void patch_excluded(PartEdit& edit, const Event& target) {
  std::set<LocalTime> missing;
  for (const auto& [slot, override] : target.overrides)
    if (override.excluded) missing.insert(slot);
  std::size_t place = edit.end_of_properties();
  for (std::string_view name : {"RRULE", "EXDATE"})
    for (std::size_t i : edit.lines(name)) place = i + 1;
  const When& now = edit.part.event.when;
  const calendar::Zone* zone = zone_of_part(edit);
  for (std::size_t i : edit.lines("EXDATE")) {
    const Line& line = edit.document().lines[i];
    std::string kept;
    bool dropped = false;
    for (std::string_view one : split(line.value, ',')) {
      auto at = read_moment(line, one, edit.table);
      bool stays = !at;  // what nobody can read is not ours to take away
      if (at && !needs_respelling(at->moment, now, target.when)) {
        LocalTime slot = slot_of(*at, now, zone);
        auto it = target.overrides.find(slot);
        stays = it != target.overrides.end() && it->second.excluded;
        missing.erase(slot);
      }
      if (stays) kept += (kept.empty() ? "" : ",") + std::string(one);
      dropped = dropped || !stays;
    }
    if (kept.empty()) {
      edit.editor.remove(i);
    } else if (dropped) {
      edit.editor.replace(i, fmt::format("EXDATE{}:{}", line.params, kept));
    }
  }
  for (LocalTime slot : missing)
    edit.editor.insert(place, slot_line("EXDATE", slot, target.when, edit.names.as_function()));
}

}  // namespace

ZoneNames::ZoneNames(const Document& document, ZoneTable& table) {
  auto learn = [&](const std::string& tzid) { names_.emplace(table.find(tzid).name, tzid); };
  for (std::size_t c = 0; c < document.components.size(); ++c) {
    if (document.components[c].name == "VTIMEZONE") {
      document.each_line(c, [&](std::size_t i) {
        const Line& line = document.lines[i];
        if (line.name != "TZID") return;
        learn(unescape_text(trim(line.value)));
        defined_.insert(unescape_text(trim(line.value)));
      });
    }
  }
  for (const Line& line : document.lines) {
    if (line.name != "DTSTART" && line.name != "DTEND" && line.name != "RECURRENCE-ID") continue;
    if (auto tzid = param(line.params, "TZID")) learn(std::string(trim(*tzid)));
  }
}

std::string ZoneNames::tzid(const std::string& zone) {
  auto [it, is_new] = names_.emplace(zone, zone);
  // A line that we write needs its VTIMEZONE (RFC 5545 section 3.6.5), even where the text names the zone without one.
  if (is_new || (it->second == zone && !defined_.contains(zone))) missing_.insert(zone);
  return it->second;
}

void patch_when(PartEdit& edit, const When& target) {
  if (edit.part.event.when == target) return;
  std::size_t start = edit.lines("DTSTART").front();
  put_time(edit, start, target.kind, target.zone, target.start);
  patch_end(edit, target, start + 1);
}

void patch_recurrence(PartEdit& edit, const Event& target) {
  const Event& now = edit.part.event;
  patch_rules(edit, "RRULE", now.recurrence.rules, target.recurrence.rules);
  patch_rules(edit, "EXRULE", now.recurrence.exclusion_rules, target.recurrence.exclusion_rules);
  patch_extra_dates(edit, target);
  patch_excluded(edit, target);
}

void patch_slot(PartEdit& edit, LocalTime slot, const When& before, const When& after, bool respell) {
  for (std::size_t i : edit.lines("RECURRENCE-ID")) {
    const Line& line = edit.document().lines[i];
    auto at = read_moment(line, line.value, edit.table);
    if (!at) continue;
    if (respell || needs_respelling(at->moment, before, after))
      edit.editor.replace(i, slot_line("RECURRENCE-ID", slot, after, edit.names.as_function()));
    return;
  }
}

}  // namespace kalends::ical
