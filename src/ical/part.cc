// Properties of a VEVENT to fields of an Event. RFC 5545 section 3.6.1, RFC 7986 section 5.
#include "ical/part.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "calendar/parameters.h"
#include "ical/alarm.h"
#include "ical/params.h"
#include "ical/print.h"

namespace kalends::ical {

using calendar::Attendee;
using calendar::Duration;
using calendar::Event;
using calendar::LocalTime;
using calendar::TimeKind;
using calendar::When;

namespace {

constexpr std::size_t kMaxWarnings = 50;

// Other sync tools' marks: a property by its prefix, a UID by its end.
constexpr std::string_view kForeignProperties[] = {"X-KEEPER-", "X-OGCS-", "X-CALENDARSYNC-"};
constexpr std::string_view kForeignUids[] = {"@keeper.sh"};

std::string word_of(std::string_view value,
                    std::initializer_list<std::pair<std::string_view, std::string_view>> words) {
  for (const auto& [theirs, ours] : words)
    if (equal_ignoring_case(trim(value), theirs)) return std::string(ours);
  return {};
}

class PartReader {
 public:
  PartReader(const Document& document, ZoneTable& zones, Part& part)
      : document_(document), zones_(zones), part_(part) {}

  void run() {
    document_.each_line(part_.component, [&](std::size_t i) { read_line(document_.lines[i]); });
    document_.each_child(part_.component, [&](std::size_t child) { read_child(child); });
    if (!event_.updated) {
      event_.updated = event_.stamp;  // and `stamp` says that there is no LAST-MODIFIED
    } else if (event_.stamp == event_.updated) {
      event_.stamp.reset();
    }
    read_times();
    for (std::string_view end : kForeignUids)
      if (event_.uid.ends_with(end)) part_.foreign_copy = true;
    calendar::normalise(event_);
  }

 private:
  void warn(const Line& line, std::string_view what) {
    if (part_.warnings.size() < kMaxWarnings)
      part_.warnings.push_back(fmt::format("line {}: {}", line.number, what));
  }

  void break_at(const Line& line, std::string_view what) {
    if (part_.broken.empty())
      part_.broken =
          fmt::format("line {}, column {}: {}", line.number, line.name.size() + line.params.size() + 2, what);
  }

  // The first of a property that may stand once; later ones are ignored.
  void once(const Line*& slot, const Line& line) {
    if (slot == nullptr) {
      slot = &line;
    } else {
      warn(line, fmt::format("{} stands twice; the first one counts", line.name));
    }
  }
  void once_text(std::string& field, unsigned bit, std::string_view owner, const Line& line) {
    if ((seen_ & bit) != 0)
      return warn(line, fmt::format("{} stands twice; the first one counts", line.name));
    seen_ |= bit;
    field = unescape_text(line.value);
    keep_params(owner, line);
  }

  // The parameters that no field says, for whoever has them; the first who comes keeps them.
  void keep_params(std::string_view owner, const Line& line) {
    if (!line.params.empty()) keep_params(owner, unread_params(line));
  }
  void keep_params(std::string_view owner, std::string params) {
    if (!params.empty()) event_.parameters.emplace(owner, std::move(params));
  }

  void read_line(const Line& line) {
    std::string_view name = line.name;
    if (name == "SUMMARY") return once_text(event_.title, 1, "title", line);
    if (name == "DESCRIPTION") return once_text(event_.description, 2, "description", line);
    if (name == "UID") return once_text(event_.uid, 4, "uid", line);
    if (name == "DTSTART") return once(start_, line);
    if (name == "DTEND") return once(end_, line);
    if (name == "DURATION") return once(duration_, line);
    if (name == "RECURRENCE-ID") return once(recurrence_id_, line);
    if (name == "RDATE") return rdates_.push_back(&line);
    if (name == "EXDATE") return exdates_.push_back(&line);
    if (name == "RRULE" || name == "EXRULE") return read_rule(line);
    if (name == "LOCATION") return read_location(line);
    if (name == "ATTENDEE") return event_.attendees.push_back(read_attendee(line));
    if (name == "ORGANIZER") {
      if (event_.organizer) return warn(line, "ORGANIZER stands twice; the first one counts");
      event_.organizer = read_attendee(line);
      return;
    }
    if (name == "CATEGORIES") {
      for (std::string_view one : split_texts(line.value))
        add("categories", event_.categories, std::string(trim(unescape_text(one))), line);
      return;
    }
    if (name == "CONFERENCE")
      return add("conferences", event_.conferences, clean_line(trim(line.value)), line);
    if (name == "ATTACH") return add("attachments", event_.attachments, read_attachment(line), line);
    if (read_word(line) || read_bookkeeping(line)) return;
    if (name == "X-KALENDS-ID" && part_.mark.empty()) part_.mark = trim(line.value);
    if (name.starts_with("X-KALENDS-")) return;
    for (std::string_view prefix : kForeignProperties)
      if (name.starts_with(prefix)) part_.foreign_copy = true;
    event_.unknown.push_back({std::string(name), {clean_line(line.text)}});
  }

  // One more element of a set.
  void add(std::string_view field, std::vector<std::string>& list, std::string value, const Line& line) {
    if (!line.params.empty() && std::ranges::find(list, value) == list.end())
      keep_params(calendar::owner_of_element(field, value), line);
    list.push_back(std::move(value));
  }

  void take_word(std::string& field, std::string_view owner, const Line& line, std::string word) {
    if (!field.empty()) return warn(line, fmt::format("{} stands twice; the first one counts", line.name));
    if (word.empty())
      return warn(line, fmt::format("{} does not say one of its words; it is ignored", line.name));
    field = std::move(word);
    keep_params(owner, line);
  }

  bool read_word(const Line& line) {
    std::string_view name = line.name;
    if (name == "STATUS") {
      take_word(event_.status, "status", line,
                word_of(line.value, {{"CONFIRMED", "confirmed"},
                                     {"TENTATIVE", "tentative"},
                                     {"CANCELLED", "cancelled"},
                                     {"CANCELED", "cancelled"}}));
    } else if (name == "CLASS") {
      std::string word = word_of(line.value, {{"PUBLIC", "public"}, {"CONFIDENTIAL", "confidential"}});
      take_word(event_.visibility, "visibility", line,
                word.empty() ? "private" : word);  // section 3.8.1.3: others mean PRIVATE
    } else if (name == "TRANSP") {
      take_word(event_.show_as, "show_as", line,
                word_of(line.value, {{"OPAQUE", "busy"}, {"TRANSPARENT", "free"}}));
    } else if (name == "PRIORITY") {
      auto number = parse_integer(trim(line.value));
      if (!number || *number < 0 || *number > 9) {
        warn(line, "PRIORITY is no number from 0 to 9; it is ignored");
      } else if (!event_.priority) {
        event_.priority = static_cast<int>(*number);
        keep_params("priority", line);
      }
    } else if (name == "GEO") {
      take_word(event_.geo, "geo", line, clean_line(trim(line.value)));
    } else if (name == "URL") {
      take_word(event_.url, "url", line, clean_line(trim(line.value)));
    } else if (name == "COLOR") {
      take_word(event_.colour, "colour", line, unescape_text(trim(line.value)));
    } else {
      return false;
    }
    return true;
  }

  bool read_bookkeeping(const Line& line) {
    std::string_view name = line.name;
    if (name == "DTSTAMP") {
      keep_params("stamp", line);
      if (!event_.stamp) event_.stamp = parse_utc(line.value);
      if (event_.stamp == kUnknownStamp) event_.stamp.reset();
    } else if (name == "LAST-MODIFIED") {
      keep_params("updated", line);
      if (auto at = parse_utc(line.value)) event_.updated = at;
    } else if (name == "CREATED") {
      keep_params("created", line);
      event_.created = parse_utc(line.value);
    } else if (name == "SEQUENCE") {
      keep_params("sequence", line);
      auto number = parse_integer(trim(line.value));
      if (number && *number >= 0 && *number <= 0x7FFFFFFF)
        event_.sequence = static_cast<std::int32_t>(*number);
    } else {
      return false;
    }
    return true;
  }

  void read_location(const Line& line) {
    std::string text = unescape_text(line.value);
    if ((seen_ & 8U) == 0) {
      seen_ |= 8U;
      event_.location = std::move(text);
      keep_params("location", line);
    } else {
      add("locations", event_.more_locations, std::move(text), line);
    }
  }

  void read_rule(const Line& line) {
    auto rule = calendar::parse_rule(trim(line.value));
    if (!rule) return break_at(line, rule.error().message);
    if (!rule->unknown.empty())
      warn(line, fmt::format(
                     "{} has parts that nobody here understands ({}); they are kept, and its occurrences are "
                     "counted without them",
                     line.name, join(rule->unknown, ";")));
    if (!line.params.empty()) keep_params(calendar::owner_of_rule(line.name, *rule), line);
    auto& rules = line.name == "RRULE" ? event_.recurrence.rules : event_.recurrence.exclusion_rules;
    if (std::ranges::find(rules, *rule) == rules.end()) rules.push_back(*std::move(rule));
  }

  void read_child(std::size_t child) {
    const Component& component = document_.components[child];
    if (component.name == "VALARM") {
      if (auto reminder = read_alarm(document_, child)) {
        event_.reminders.push_back(*std::move(reminder));
        return;
      }
    }
    calendar::Unknown unknown{"BEGIN:" + std::string(component.name), {}};
    for (std::string_view line : split(component_text(document_, child), '\n'))
      unknown.lines.emplace_back(line);
    event_.unknown.push_back(std::move(unknown));
  }

  void read_times() {
    const Component& component = document_.components[part_.component];
    if (start_ == nullptr)
      return break_at(document_.lines[component.begin],
                      "the event has no DTSTART, so nobody knows when it is");
    auto start = read_moment(*start_, start_->value, zones_);
    if (!start)
      return break_at(*start_, fmt::format("DTSTART \"{}\" is no date or time", start_->value.substr(0, 40)));
    keep_params(calendar::kStartOwner, *start_);
    read_start(*start);
    if (end_ != nullptr || duration_ != nullptr)
      keep_params(calendar::kEndOwner, end_ != nullptr ? *end_ : *duration_);
    read_end(*start);
    read_recurrence_id();
    for (const Line* line : rdates_) read_extra_dates(*line);
    for (const Line* line : exdates_) read_excluded(*line);
  }

  void read_start(const ZonedMoment& start) {
    When& when = event_.when;
    when.start = start.moment.time;
    when.kind = start.moment.kind == Moment::Kind::date ? TimeKind::all_day
                : start.zone != nullptr                 ? TimeKind::zoned
                                                        : TimeKind::floating;
    if (when.kind == TimeKind::zoned) {
      when.zone = start.zone->name;
      zone_ = start.zone->zone;
      keep_zone(*start_, *start.zone);
    }
    if (when.kind == TimeKind::all_day) when.duration = Duration{1, 0};
  }

  void keep_zone(const Line& line, const ZoneEntry& entry) {
    if (!entry.embedded.empty()) event_.zones.emplace(entry.name, entry.embedded);
    if (entry.zone == nullptr)
      warn(line,
           fmt::format("nobody knows the time zone \"{}\"; its times are kept as wall clock", entry.name));
  }

  void read_end(const ZonedMoment& start) {
    When& when = event_.when;
    if (end_ != nullptr) {
      auto end = read_moment(*end_, end_->value, zones_);
      if (!end) return warn(*end_, "DTEND is no date or time; it is ignored");
      return read_end_moment(start, *end);
    }
    if (duration_ == nullptr) return;
    auto duration = parse_loose_duration(duration_->value);
    if (!duration || duration->days < 0 || duration->seconds < 0)
      return warn(*duration_, "DURATION cannot be read; it is ignored");
    if (when.kind == TimeKind::all_day) {
      std::int64_t days = duration->days + (duration->seconds + 86399) / 86400;
      when.duration = Duration{std::max<std::int64_t>(days, 1), 0};
    } else {
      when.duration = *duration;
    }
  }

  void read_end_moment(const ZonedMoment& start, const ZonedMoment& end) {
    When& when = event_.when;
    if (when.kind == TimeKind::all_day) {
      std::int64_t seconds = end.moment.time.seconds - when.start.seconds;
      if (seconds <= 0) warn(*end_, "DTEND is not after DTSTART; the event is taken to last a day");
      when.duration = Duration{std::max<std::int64_t>((seconds + 86399) / 86400, 1), 0};
      return;
    }
    std::int64_t seconds = end.moment.time.seconds - when.start.seconds;
    const ZoneEntry* from = start.zone;
    const ZoneEntry* to = end.zone != nullptr ? end.zone : from;
    if (from != nullptr && to != nullptr && from->zone != nullptr && to->zone != nullptr)
      seconds = to->zone->to_utc(end.moment.time) - from->zone->to_utc(when.start);
    if (seconds < 0) {
      warn(*end_, "DTEND is before DTSTART; the event is taken to have no length");
      seconds = 0;
    }
    when.duration = Duration{0, seconds};
    if (when.kind == TimeKind::zoned && to != nullptr && to->name != when.zone) {
      when.end_zone = to->name;
      keep_zone(*end_, *to);
    }
  }

  void read_recurrence_id() {
    if (recurrence_id_ == nullptr) return;
    keep_params(calendar::kSlotOwner, *recurrence_id_);
    part_.recurrence_id = read_moment(*recurrence_id_, recurrence_id_->value, zones_);
    if (!part_.recurrence_id) break_at(*recurrence_id_, "RECURRENCE-ID is no date or time");
    auto range = param(recurrence_id_->params, "RANGE");
    part_.this_and_future = range && equal_ignoring_case(*range, "THISANDFUTURE");
  }

  void read_extra_dates(const Line& line) {
    const std::string params = unread_params(line);
    for (std::string_view one : split(line.value, ',')) {
      if (trim(one).empty()) continue;
      std::size_t slash = one.find('/');
      auto at = read_moment(line, one.substr(0, slash), zones_);
      if (!at) {
        warn(line, "a value of RDATE is no date or time; it is ignored");
        continue;
      }
      calendar::ExtraDate extra{slot_of(*at, event_.when, zone_), std::nullopt};
      if (slash != std::string_view::npos && event_.when.kind != TimeKind::all_day)
        extra.duration = period_length(line, *at, one.substr(slash + 1));
      if (!params.empty()) keep_params(calendar::owner_of(extra), params);
      event_.recurrence.extra_dates.push_back(extra);
    }
  }

  std::optional<Duration> period_length(const Line& line, const ZonedMoment& start, std::string_view text) {
    if (auto duration = parse_loose_duration(text)) return duration;
    auto end = read_moment(line, text, zones_);
    std::int64_t seconds = end ? end->moment.time.seconds - start.moment.time.seconds : -1;
    const bool zoned = end && start.zone != nullptr && end->zone != nullptr;
    if (zoned && start.zone->zone != nullptr && end->zone->zone != nullptr)
      seconds = end->zone->zone->to_utc(end->moment.time) - start.zone->zone->to_utc(start.moment.time);
    if (seconds >= 0) return Duration{0, seconds};
    warn(line, "the length of a PERIOD cannot be read; the event's own is taken");
    return std::nullopt;
  }

  void read_excluded(const Line& line) {
    const std::string params = unread_params(line);
    for (std::string_view one : split(line.value, ',')) {
      if (trim(one).empty()) continue;
      if (auto at = read_moment(line, one, zones_)) {
        const LocalTime slot = slot_of(*at, event_.when, zone_);
        if (!params.empty()) keep_params(calendar::owner_of_exclusion(slot), params);
        event_.overrides[slot].excluded = true;
      } else {
        warn(line, "a value of EXDATE is no date or time; it is ignored");
      }
    }
  }

  const Document& document_;
  ZoneTable& zones_;
  Part& part_;
  Event& event_ = part_.event;
  const calendar::Zone* zone_ = nullptr;
  unsigned seen_ = 0;
  const Line* start_ = nullptr;
  const Line* end_ = nullptr;
  const Line* duration_ = nullptr;
  const Line* recurrence_id_ = nullptr;
  std::vector<const Line*> rdates_;
  std::vector<const Line*> exdates_;
};

}  // namespace

void read_part(const Document& document, ZoneTable& zones, Part& part) {
  PartReader(document, zones, part).run();
}

std::optional<ZonedMoment> read_moment(const Line& line, std::string_view value, ZoneTable& zones) {
  auto moment = parse_moment(value);
  if (!moment) return std::nullopt;
  ZonedMoment out{*moment, nullptr};
  if (line.params.empty() && moment->kind != Moment::Kind::utc) return out;
  auto type = param(line.params, "VALUE");
  if (type && equal_ignoring_case(*type, "DATE") && moment->kind != Moment::Kind::date)
    out.moment = {Moment::Kind::date, calendar::at(calendar::date_of(moment->time))};
  if (out.moment.kind == Moment::Kind::utc) out.zone = &zones.utc();
  if (out.moment.kind == Moment::Kind::local) {
    auto tzid = param(line.params, "TZID");
    if (tzid && !trim(*tzid).empty()) out.zone = &zones.find(*tzid);
  }
  return out;
}

LocalTime slot_of(const ZonedMoment& at, const When& when, const calendar::Zone* zone) {
  LocalTime time = at.moment.time;
  if (at.moment.kind == Moment::Kind::date)
    return when.kind == TimeKind::all_day
               ? time
               : calendar::at(calendar::date_of(time), calendar::second_of_day(when.start));
  bool foreign = when.kind == TimeKind::zoned && at.zone != nullptr && at.zone->name != when.zone;
  if (foreign && zone != nullptr && at.zone->zone != nullptr)
    time = zone->to_local(at.zone->zone->to_utc(time));
  return when.kind == TimeKind::all_day ? calendar::at(calendar::date_of(time)) : time;
}

std::string canonical_address(std::string_view value) {
  std::string text = clean_line(trim(value));
  std::size_t colon = text.find(':');
  std::size_t at = text.rfind('@');
  if (colon == std::string::npos && at != std::string::npos) {
    text = "mailto:" + text;
    colon = 6;
    at += 7;
  }
  if (colon == std::string::npos) return text;
  std::string scheme = to_lower(std::string_view(text).substr(0, colon));
  text.replace(0, colon, scheme);
  if (scheme == "mailto" && at != std::string::npos)
    text.replace(at, std::string::npos, to_lower(std::string_view(text).substr(at)));
  return text;
}

Attendee read_attendee(const Line& line) {
  Attendee out;
  out.address = canonical_address(line.value);
  each_param(line.params, [&](const std::string& name, std::string_view raw) {
    std::string value = decode_param(raw);
    if (name == "CN") {
      out.name = clean_line(value);
    } else if (name == "ROLE") {
      out.role = word_of(value, {{"CHAIR", "chair"},
                                 {"REQ-PARTICIPANT", "required"},
                                 {"OPT-PARTICIPANT", "optional"},
                                 {"NON-PARTICIPANT", "informational"}});
      if (out.role.empty()) out.role = value.empty() ? "required" : to_lower(value);
    } else if (name == "PARTSTAT") {
      out.participation = value.empty() ? "needs-action" : to_lower(value);
    } else if (name == "CUTYPE") {
      out.kind = value.empty()                        ? "individual"
                 : equal_ignoring_case(value, "ROOM") ? "location"
                                                      : to_lower(value);
    } else if (name == "RSVP") {
      out.rsvp = equal_ignoring_case(value, "TRUE");
    } else {
      out.parameters.emplace(name, clean_line(raw));
    }
  });
  return out;
}

std::string read_attachment(const Line& line) {
  auto encoding = param(line.params, "ENCODING");
  if (!encoding || !equal_ignoring_case(*encoding, "BASE64")) return clean_line(trim(line.value));
  auto type = param(line.params, "FMTTYPE");
  return fmt::format("data:{};base64,{}", type ? clean_line(*type) : "", clean_line(trim(line.value)));
}

}  // namespace kalends::ical
