// read(): scan, read each VEVENT, group by UID, assemble.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/digest.h"
#include "base/text.h"
#include "ical/print.h"
#include "ical/series.h"
#include "ical/stream.h"

namespace kalends::ical {

namespace {

constexpr std::size_t kMaxWarnings = 1000;
constexpr std::size_t kMaxProperties = 1000;  // of the calendar itself

void read_calendar(Stream& stream, std::size_t component) {
  Document& document = stream.document;
  const Component& calendar = document.components[component];
  bool version = false;
  std::string x_name;
  document.each_line(component, [&](std::size_t i) {
    const Line& line = document.lines[i];
    if (line.name == "VERSION") version = true;
    if (is_calendar_property(line.name) && stream.properties.size() < kMaxProperties)
      if (std::string text = clean_line(line.text);
          std::ranges::find(stream.properties, text) == stream.properties.end())
        stream.properties.push_back(std::move(text));
    if (line.name == "NAME" && stream.name.empty()) stream.name = unescape_text(line.value);
    if (line.name == "X-WR-CALNAME" && x_name.empty()) x_name = unescape_text(line.value);
    if (line.name == "METHOD" && !equal_ignoring_case(trim(line.value), "PUBLISH"))
      document.warnings.push_back(
          fmt::format("line {}: METHOD makes this a message; it is read as a plain calendar", line.number));
  });
  if (stream.name.empty()) stream.name = x_name;
  if (!version)
    document.warnings.push_back(
        fmt::format("line {}: VERSION is missing; it is read as 2.0", document.lines[calendar.begin].number));
}

// A UID for an event that has none: the same again as long as its title and start are.
std::string made_up_uid(const Part& part) {
  return "kalends-" + sha256(to_string(part.event.when.start) + "\n" + part.event.title).hex().substr(0, 32);
}

void group_parts(Stream& stream) {
  std::unordered_map<std::string_view, std::size_t> by_uid;  // of the parts' own texts
  by_uid.reserve(stream.parts.size());
  stream.groups.reserve(stream.parts.size());
  for (std::size_t index = 0; index < stream.parts.size(); ++index) {
    Part& part = stream.parts[index];
    if (part.event.uid.empty()) {
      part.event.uid = made_up_uid(part);
      std::size_t line = stream.document.lines[stream.document.components[part.component].begin].number;
      part.warnings.push_back(
          fmt::format("line {}: UID is missing; one is made up from title and start", line));
      for (int n = 2; by_uid.contains(part.event.uid); ++n)
        part.event.uid = fmt::format("{}-{}", made_up_uid(part), n);
    }
    auto [it, is_new] = by_uid.try_emplace(part.event.uid, stream.groups.size());
    if (is_new) stream.groups.push_back({part.event.uid, index, {}, ""});
    Group& group = stream.groups[it->second];
    group.parts.push_back(&part);
    if (group.broken.empty()) group.broken = part.broken;
  }
}

calendar::Unknown as_it_stands(const Document& document, const Component& component) {
  calendar::Unknown out{"BEGIN:" + std::string(component.name), {}};
  for (std::size_t i = component.begin; i < component.behind(); ++i)
    if (!document.lines[i].name.empty()) out.lines.push_back(clean_line(document.lines[i].text));
  return out;
}

// What is no event, and the zones that it names.
std::vector<calendar::Unknown> components_of(const Stream& stream) {
  const Document& document = stream.document;
  std::vector<calendar::Unknown> out;
  std::set<std::string> tzids;
  for (const std::size_t other : stream.others) {
    const Component& component = document.components[other];
    out.push_back(as_it_stands(document, component));
    for (std::size_t i = component.begin; i < component.end; ++i)
      if (const auto tzid = param(document.lines[i].params, "TZID")) tzids.insert(*tzid);
  }
  if (tzids.empty()) return out;
  for (const Component& component : document.components) {
    if (component.name != "VTIMEZONE" || !component.closed) continue;
    for (std::size_t i = component.begin; i < component.end; ++i)
      if (document.lines[i].name == "TZID" && tzids.erase(unescape_text(document.lines[i].value)) > 0)
        out.push_back(as_it_stands(document, component));
  }
  return out;
}

}  // namespace

std::string sentence(const BrokenEvent& event) {
  return fmt::format("{}; the event \"{}\" is left out", event.reason, event.uid);
}

Result<std::unique_ptr<Stream>> read_stream(std::string_view text, const calendar::ZoneSource& zones,
                                            const Limits& limits) {
  auto stream = std::make_unique<Stream>(TRY(scan(text, limits)), zones);
  bool any = false;
  for (std::size_t c = 0; c < stream->document.components.size(); ++c) {
    const Component& component = stream->document.components[c];
    std::size_t parent = component.parent;
    while (parent != kNone &&
           !stream->document.components[parent].closed)  // it never ended, so it holds nothing
      parent = stream->document.components[parent].parent;
    bool in_calendar = parent == kNone || stream->document.components[parent].name == "VCALENDAR";
    if (component.name == "VCALENDAR" && component.parent == kNone) {
      any = true;
      read_calendar(*stream, c);
    } else if (component.name == "VEVENT" && in_calendar) {
      if (component.parent == kNone && !any)
        stream->document.warnings.push_back(fmt::format("line {}: BEGIN:VCALENDAR is missing",
                                                        stream->document.lines[component.begin].number));
      any = true;
      Part& part = stream->parts.emplace_back();
      part.component = c;
      read_part(stream->document, stream->table, part);
    } else if (in_calendar && component.closed && component.name != "VCALENDAR" &&
               component.name != "VTIMEZONE") {
      stream->others.push_back(c);
    }
  }
  if (!any)
    return fail(ErrorKind::invalid,
                fmt::format("line {}, column 1: this is no iCalendar text: BEGIN:VCALENDAR is missing",
                            stream->document.lines[stream->document.components[0].begin].number));
  group_parts(*stream);
  return stream;
}

Result<Reading> read(std::string_view text, const calendar::ZoneSource& zones, const Limits& limits) {
  auto stream = TRY(read_stream(text, zones, limits));
  Reading reading;
  reading.name = stream->name;
  reading.properties = std::move(stream->properties);
  reading.components = components_of(*stream);
  reading.warnings = stream->document.warnings;
  reading.events.reserve(stream->groups.size());
  for (const Group& group : stream->groups) {
    if (!group.broken.empty()) {
      reading.broken.push_back({group.uid, group.broken});
      if (reading.warnings.size() < kMaxWarnings) reading.warnings.push_back(sentence(reading.broken.back()));
      continue;
    }
    ReadEvent& out = reading.events.emplace_back();
    if (group.parts.size() == 1 &&
        !group.parts.front()->recurrence_id) {  // most events: nothing to put together
      Part& only = stream->parts[group.first];
      out.event = std::move(only.event);
      out.warnings = std::move(only.warnings);
    } else {
      Series series = assemble(group.parts, zones);
      out.event = std::move(series.event);
      out.warnings = std::move(series.warnings);
    }
    for (const Part* part : group.parts) {
      if (out.mark.empty()) out.mark = part->mark;
      out.foreign_copy = out.foreign_copy || part->foreign_copy;
    }
  }
  return reading;
}

}  // namespace kalends::ical
