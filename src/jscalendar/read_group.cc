// A Group, an array or a single Event: its events, one for each uid, and what else a Group carries.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "jscalendar/members.h"
#include "jscalendar/text.h"

namespace kalends::jscalendar {

using calendar::Event;

namespace {

// The events of a document, one for each uid.
class Gatherer {
 public:
  explicit Gatherer(Reading& reading) : reading_(reading) {}

  // `number` is the entry's, from 1 on.
  void add(const Json& object, Event event, std::size_t number) {
    auto [it, is_new] = by_uid_.try_emplace(event.uid, reading_.events.size());
    if (is_new) {
      reading_.events.push_back(std::move(event));
      entries_.push_back(number);
      return;
    }
    Event& held = reading_.events[it->second];
    std::size_t& entry = entries_[it->second];
    if (join_series(object, held, event)) return;
    std::size_t lost = number;
    if (std::tuple(event.sequence, event.updated) > std::tuple(held.sequence, held.updated)) {
      held = std::move(event);
      lost = std::exchange(entry, number);
    }
    ++reading_.unreadable;
    reading_.warnings.push_back(
        fmt::format("Entry {} was left out: entry {} has the same uid \"{}\", and of two the one with the "
                    "highest sequence counts. "
                    "Give one of them another uid if they are two events.",
                    lost, entry, held.uid));
  }

 private:
  // An occurrence that stands as an object of its own belongs to its series. RFC 8984 section 4.3.1.
  static bool join_series(const Json& object, Event& series, const Event& occurrence) {
    const auto slot = calendar::parse_local_time(text(object, "recurrenceId"));
    const std::string zone = text(object, "recurrenceIdTimeZone");
    if (!slot || series.recurrence.empty() || (!zone.empty() && zone != series.when.zone)) return false;
    auto overrides = std::exchange(series.overrides, {});
    auto change = override_of(series, *slot, occurrence);
    keep_bookkeeping(series, occurrence, change);
    overrides.insert_or_assign(*slot, std::move(change));
    series.overrides = std::move(overrides);
    return true;
  }

  Reading& reading_;
  std::map<std::string, std::size_t> by_uid_;
  std::vector<std::size_t> entries_;  // of each event
};

// What a Group carries that is no event; whoever writes it as content lines looks whether it nests.
std::vector<calendar::Unknown> components_in(const Json& group) {
  std::vector<calendar::Unknown> out;
  const Json* list = group.find(kComponents);
  if (!list || !list->items()) return out;
  for (const Json& entry : *list->items()) {
    calendar::Unknown component;
    if (entry.items())
      for (const Json& line : *entry.items())
        if (line.string() && is_line(*line.string())) component.lines.push_back(*line.string());
    if (component.lines.empty()) continue;
    component.name = to_upper(component.lines.front());
    if (component.name.starts_with("BEGIN:")) out.push_back(std::move(component));
  }
  return out;
}

}  // namespace

Result<Reading> read(std::string_view text_of_all, const calendar::ZoneSource& zones) {
  const Json document = TRY(parse_json(text_of_all));
  std::vector<const Json*> objects;
  const Json* list = document.items() ? &document : document.find("entries");
  if (list && list->items()) {
    for (const Json& entry : *list->items()) objects.push_back(&entry);
  } else if (text(document, "@type") == "Event") {
    objects.push_back(&document);
  } else {
    return fail(ErrorKind::invalid,
                "This JSON is no JSCalendar: it should be a Group, an Event or a list of Events.");
  }
  Reading reading;
  if (const Json* lines = document.find(kLines); lines && lines->items() && document.find("entries"))
    for (const Json& line : *lines->items())
      if (line.string() && is_line(*line.string())) reading.properties.push_back(*line.string());
  if (document.find("entries")) reading.components = components_in(document);
  const std::string name = document.find("entries") ? text(document, "title") : "";
  if (!name.empty() && name_in(reading.properties) != name) {
    std::erase_if(reading.properties, [](const std::string& line) { return !name_in({line}).empty(); });
    reading.properties.push_back(line_of_name(name));
  }
  Gatherer gatherer(reading);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (text(*objects[i], "@type") == "Task") {
      ++reading.tasks;
      reading.warnings.push_back(fmt::format("Entry {} is a task and was left out.", i + 1));
      continue;
    }
    auto event = from_json(*objects[i], zones);
    if (event) {
      gatherer.add(*objects[i], std::move(*event), i + 1);
      continue;
    }
    ++reading.unreadable;
    reading.warnings.push_back(fmt::format("Entry {} was left out: {}", i + 1, event.error().message));
  }
  return reading;
}

}  // namespace kalends::jscalendar
