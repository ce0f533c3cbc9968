// Times of one component. The form that stands there is kept: DTEND stays DTEND, a TZID stays as it is spelled, and a
// list of EXDATEs stays a list, as long as they can say what is meant.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "calendar/parameters.h"
#include "ical/params.h"
#include "ical/patch_part.h"

namespace kalends::ical {

using calendar::Event;
using calendar::LocalTime;
using calendar::parameters_of;
using calendar::TimeKind;
using calendar::When;

namespace {

// The line with another time: its form as the time needs it, with these parameters beside it.
std::string time_line(const Line& line, TimeKind kind, const std::string& zone, LocalTime time,
                      std::string_view params, ZoneNames& names) {
  const std::string form = kind == TimeKind::zoned && zone != "Etc/UTC" ? time_params(kind, names.tzid(zone))
                                                                        : time_params(kind, zone);
  return fmt::format("{}{}{}:{}", line.name, form, params_text(line.name, params),
                     time_value(kind, zone, time));
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

void put_time(PartEdit& edit, std::size_t i, TimeKind kind, const std::string& zone, LocalTime time,
              std::string_view params) {
  const Line& line = edit.document().lines[i];
  auto now = read_moment(line, line.value, edit.table);
  bool form = has_form(edit, line, kind, zone);
  if (form && now && now->moment.time == time && unread_params(line) == params) return;
  edit.editor.replace(i, form ? with_value(line, time_value(kind, zone, time), params)
                              : time_line(line, kind, zone, time, params, edit.names));
}

void patch_end(PartEdit& edit, const Event& event, std::size_t behind_start) {
  const When& target = event.when;
  const std::string& params = parameters_of(event, calendar::kEndOwner);
  auto ends = edit.lines("DTEND");
  auto durations = edit.lines("DURATION");
  const std::string& zone = target.end_zone.empty() ? target.zone : target.end_zone;
  auto end = end_of(target, edit.zones);
  if (!ends.empty() && end) return put_time(edit, ends.front(), target.kind, zone, *end, params);
  bool says_nothing =
      target.kind != TimeKind::all_day && target.duration == calendar::Duration{} && params.empty();
  if (ends.empty() && !durations.empty() && target.end_zone.empty()) {
    if (says_nothing) return edit.set("DURATION", "");
    const Line& line = edit.document().lines[durations.front()];
    if (parse_loose_duration(line.value) != target.duration || unread_params(line) != params)
      edit.set("DURATION", to_string(target.duration), params);
    return;
  }
  bool is_default =
      target.kind == TimeKind::all_day ? target.duration == calendar::Duration{1, 0} : says_nothing;
  if (ends.empty() && durations.empty() && is_default && target.end_zone.empty() && params.empty()) return;
  for (const auto* old : {&ends, &durations})
    for (std::size_t i : *old) edit.editor.remove(i);
  auto line = end_line(target, edit.zones, edit.names.as_function(), params);
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

void patch_rules(PartEdit& edit, const Event& target, std::string_view name,
                 const std::vector<calendar::Rule>& before, const std::vector<calendar::Rule>& after) {
  const auto same = [&](const calendar::Rule& rule) {
    const std::string owner = calendar::owner_of_rule(name, rule);
    return parameters_of(edit.part.event, owner) == parameters_of(target, owner);
  };
  if (before == after && std::ranges::all_of(after, same)) return;
  std::vector<std::string> texts;
  texts.reserve(after.size());
  for (const auto& rule : after) texts.push_back(rule_line(name, rule, target.parameters));
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
  const auto same = [&](const calendar::ExtraDate& extra) {
    return parameters_of(now, owner_of(extra)) == parameters_of(target, owner_of(extra));
  };
  if (!respell && now.recurrence.extra_dates == target.recurrence.extra_dates &&
      std::ranges::all_of(now.recurrence.extra_dates, same))
    return;
  calendar::Recurrence only_dates;
  only_dates.extra_dates = target.recurrence.extra_dates;
  bool named =
      target.when.kind == TimeKind::zoned && target.when.zone != "Etc/UTC" && !only_dates.extra_dates.empty();
  std::string params =
      time_params(target.when.kind, named ? edit.names.tzid(target.when.zone) : target.when.zone);
  edit.rewrite(lines, recurrence_lines(only_dates, target.when, params, target.parameters));
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
  const auto same_params = [&](LocalTime slot) {
    const std::string owner = calendar::owner_of_exclusion(slot);
    return parameters_of(edit.part.event, owner) == parameters_of(target, owner);
  };
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
        stays = it != target.overrides.end() && it->second.excluded && same_params(slot);
        if (stays) missing.erase(slot);
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
    edit.editor.insert(place, slot_line("EXDATE", slot, target.when, edit.names.as_function(),
                                        parameters_of(target, calendar::owner_of_exclusion(slot))));
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

void patch_when(PartEdit& edit, const Event& target) {
  const Event& now = edit.part.event;
  const auto same = [&](std::string_view owner) {
    return parameters_of(now, owner) == parameters_of(target, owner);
  };
  if (now.when == target.when && same(calendar::kStartOwner) && same(calendar::kEndOwner)) return;
  std::size_t start = edit.lines("DTSTART").front();
  put_time(edit, start, target.when.kind, target.when.zone, target.when.start,
           parameters_of(target, calendar::kStartOwner));
  patch_end(edit, target, start + 1);
}

void patch_recurrence(PartEdit& edit, const Event& target) {
  const Event& now = edit.part.event;
  patch_rules(edit, target, "RRULE", now.recurrence.rules, target.recurrence.rules);
  patch_rules(edit, target, "EXRULE", now.recurrence.exclusion_rules, target.recurrence.exclusion_rules);
  patch_extra_dates(edit, target);
  patch_excluded(edit, target);
}

void patch_slot(PartEdit& edit, const Event& target, LocalTime slot, const When& before, const When& after,
                bool respell) {
  const std::string& params = parameters_of(target, calendar::kSlotOwner);
  for (std::size_t i : edit.lines("RECURRENCE-ID")) {
    const Line& line = edit.document().lines[i];
    auto at = read_moment(line, line.value, edit.table);
    if (!at) continue;
    if (respell || needs_respelling(at->moment, before, after)) {
      edit.editor.replace(i, slot_line("RECURRENCE-ID", slot, after, edit.names.as_function(), params));
    } else if (params != parameters_of(edit.part.event, calendar::kSlotOwner)) {
      edit.editor.replace(i, with_value(line, line.value, params));
    }
    return;
  }
}

}  // namespace kalends::ical
