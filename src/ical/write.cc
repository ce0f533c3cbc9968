// write(): one VCALENDAR, its VTIMEZONEs, then each event's master and overrides.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "calendar/when_text.h"
#include "ical/event_text.h"
#include "ical/series.h"
#include "ical/text.h"
#include "ical/zone_text.h"

namespace kalends::ical {

using calendar::Event;
using calendar::TimeKind;
using calendar::When;

namespace {

constexpr std::string_view kLineEnd = "\r\n";

// The earliest wall-clock time at which each zone is used; a day early, so that it holds in every zone.
class ZoneUse {
 public:
  void add(const When& when) {
    if (when.kind != TimeKind::zoned) return;
    add(when.zone, when.start);
    if (!when.end_zone.empty()) add(when.end_zone, when.start);
  }
  void add(const Event& event) {
    add(event.when);
    for (const auto& extra : event.recurrence.extra_dates)
      if (event.when.kind == TimeKind::zoned) add(event.when.zone, extra.start);
    for (const auto& [slot, override] : event.overrides) {
      if (event.when.kind == TimeKind::zoned) add(event.when.zone, slot);
      if (const std::string* text = override.patch.find("when"))
        if (auto when = calendar::parse_when(*text)) add(*when);
    }
    for (const auto& [tzid, text] : event.zones) embedded_.emplace(tzid, text);
  }

  // Gives the names of those written.
  std::set<std::string> write(LineWriter& out, const calendar::ZoneSource& zones) const {
    std::set<std::string> written;
    for (const auto& [name, earliest] : earliest_) {
      if (name == "Etc/UTC") continue;
      written.insert(name);
      auto own = embedded_.find(name);
      if (own != embedded_.end()) {
        for (const std::string& line : embedded_zone_lines(own->second)) out.line(line);
      } else if (const calendar::Zone* zone = zones.find(name)) {
        for (const std::string& line : zone_lines(*zone, name, earliest)) out.line(line);
      }
    }
    return written;
  }

 private:
  void add(const std::string& zone, calendar::LocalTime at) {
    if (last_ == earliest_.end() || last_->first != zone)
      last_ = earliest_.try_emplace(zone, at.seconds - 86400).first;
    last_->second = std::min(last_->second, at.seconds - 86400);
  }

  std::map<std::string, std::int64_t> earliest_;
  std::map<std::string, std::int64_t>::iterator last_ =
      earliest_.end();  // most events are in the zone of the one before
  std::map<std::string, std::string> embedded_;
};

// The zones asked for before, so that many events of few zones look each up once.
class KnownZones : public calendar::ZoneSource {
 public:
  explicit KnownZones(const calendar::ZoneSource& base) : base_(base) {}
  const calendar::Zone* find(std::string_view name) const override {
    for (const auto& [known, zone] : zones_)
      if (known == name) return zone;
    const calendar::Zone* zone = base_.find(name);
    if (zones_.size() < kKept) zones_.emplace_back(name, zone);
    return zone;
  }

 private:
  static constexpr std::size_t kKept = 16;
  const calendar::ZoneSource& base_;
  mutable std::vector<std::pair<std::string, const calendar::Zone*>> zones_;
};

// The field that a path means, where the value is the text itself; nullptr for any other.
std::string* text_field(Event& event, std::string_view path) {
  if (path == "title") return &event.title;
  if (path == "description") return &event.description;
  if (path == "location") return &event.location;
  if (path == "status") return &event.status;
  return nullptr;
}

// What an occurrence shows whose override changes its time and its texts alone, as nearly all do: without the way through
// facts, which costs more than writing it.
std::optional<Event> shown_simply(const Event& event, calendar::LocalTime slot,
                                  const calendar::Override& override) {
  Event shown;
  shown.when = event.when;
  shown.when.start = slot;
  for (const auto& [path, value] : override.patch) {
    if (path == "when") {
      auto when = calendar::parse_when(value);
      if (!when) return std::nullopt;
      shown.when = *std::move(when);
    } else if (text_field(shown, path) == nullptr) {
      return std::nullopt;
    }
  }
  for (const std::string& path : override.removed)
    if (text_field(shown, path) == nullptr) return std::nullopt;
  When when = std::move(shown.when);
  shown = event;
  shown.when = std::move(when);
  shown.recurrence = {};
  shown.overrides.clear();
  std::erase_if(shown.parameters, [](const auto& entry) { return entry.first.starts_with("when/"); });
  for (const std::string& path : override.removed) shown.parameters.erase(path);
  for (const std::string& path : override.removed) text_field(shown, path)->clear();
  for (const auto& [path, value] : override.patch) {
    std::string* text = text_field(shown, path);
    if (text == nullptr || *text == value) continue;
    *text = value;
    shown.parameters.erase(path);  // they belong to the other value
  }
  return shown;
}

// The same for any override; nothing for a patch that is no value of any event. `fields` are made once for a series.
std::optional<Event> shown_at(const Event& event, calendar::LocalTime slot,
                              const calendar::Override& override, std::optional<calendar::Facts>& fields) {
  if (auto simple = shown_simply(event, slot, override)) return simple;
  if (!fields) fields = fields_of(to_facts(event));
  auto shown = calendar::from_facts(with_override(fields_at(*fields, slot), override));
  if (!shown) return std::nullopt;
  static_cast<calendar::Bookkeeping&>(*shown) = event;
  return *std::move(shown);
}

void write_event(LineWriter& out, const Event& event, const calendar::ZoneSource& zones,
                 const WriteOptions& options) {
  const auto stamp_of = [&](const calendar::Bookkeeping& said) {
    return said.stamp.value_or(said.updated.value_or(options.now));
  };
  Heading heading{event.uid, stamp_of(event), std::nullopt, &event.when, ""};
  if (auto mark = options.marks.find(event.uid); mark != options.marks.end()) heading.mark = mark->second;
  put_event(out, event, heading, zones, nullptr);
  std::optional<calendar::Facts> fields;
  for (const auto& [slot, override] : event.overrides) {
    if (override.excluded) continue;
    auto shown = shown_at(event, slot, override, fields);
    if (!shown) continue;
    if (override.own) static_cast<calendar::Bookkeeping&>(*shown) = *override.own;
    heading.slot = slot;
    heading.stamp = stamp_of(*shown);
    put_event(out, *shown, heading, zones, nullptr);
  }
}

}  // namespace

namespace {

// The VTIMEZONEs among `components` that nobody wrote yet.
void write_further_zones(LineWriter& out, const std::vector<calendar::Unknown>& components,
                         std::set<std::string> written) {
  for (const calendar::Unknown& component : components) {
    if (component.name != "BEGIN:VTIMEZONE") continue;
    const auto tzid = std::ranges::find_if(component.lines,
                                           [](const std::string& line) { return line.starts_with("TZID"); });
    if (tzid == component.lines.end()) continue;
    if (!written.insert(unescape_text(tzid->substr(std::min(tzid->size(), tzid->find(':') + 1)))).second)
      continue;
    for (const std::string& line : embedded_zone_lines(join(component.lines, "\n"))) out.line(line);
  }
}

void fetch(const void* first, std::size_t bytes) {
  constexpr std::size_t kCacheLine = 64;
  const char* at = static_cast<const char*>(first);
  for (std::size_t i = 0; i < bytes; i += kCacheLine) __builtin_prefetch(at + i);
}

// Events lie all over the memory, and writing one takes less time than waiting for it. So those to come are fetched while
// one is written: first the event, then what it points to, then what that points to.
class LookAhead {
 public:
  explicit LookAhead(const std::vector<Event>& events) : events_(events) {}

  void from(std::size_t i) const {
    if (i + 6 < events_.size()) fetch(&events_[i + 6], sizeof(Event));
    if (i + 4 < events_.size()) fetch_fields(events_[i + 4]);
    if (i + 2 < events_.size()) fetch_elements(events_[i + 2]);
    if (i + 1 < events_.size()) fetch_lines(events_[i + 1]);
  }

 private:
  static void fetch_fields(const Event& event) {
    for (const std::string* text : {&event.uid, &event.title, &event.description, &event.location})
      fetch(text->data(), text->size());
    fetch_all(event.attendees);
    fetch_all(event.unknown);
    fetch_all(event.reminders);
    fetch_all(event.recurrence.rules);
    fetch_all(event.categories);
  }
  template <class T>
  static void fetch_all(const std::vector<T>& elements) {
    fetch(elements.data(), elements.size() * sizeof(T));
  }
  static void fetch_elements(const Event& event) {
    for (const auto& attendee : event.attendees) {
      fetch(attendee.address.data(), attendee.address.size());
      if (!attendee.parameters.empty()) fetch(&*attendee.parameters.begin(), 1);
    }
    for (const auto& unknown : event.unknown) {
      fetch(unknown.name.data(), 1);
      fetch(unknown.lines.data(), sizeof(std::string));
    }
    for (const auto& rule : event.recurrence.rules) fetch(rule.by_day.data(), 1);
  }
  static void fetch_lines(const Event& event) {
    for (const auto& unknown : event.unknown)
      for (const std::string& line : unknown.lines) fetch(line.data(), line.size());
  }

  const std::vector<Event>& events_;
};

void write_head(LineWriter& out, const std::vector<Event>& events, const calendar::ZoneSource& zones,
                const WriteOptions& options) {
  for (std::string_view line : {"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kalends//Kalends//EN"})
    out.line(line);
  for (const std::string& line : options.properties)
    if (is_property_line(line, "") &&
        is_calendar_property(to_upper(line.substr(0, line.find_first_of(":;")))))
      out.clean(line).end();
  ZoneUse use;
  for (const Event& event : events) use.add(event);
  write_further_zones(out, options.components, use.write(out, zones));
}

}  // namespace

std::string write(const std::vector<Event>& events, const calendar::ZoneSource& zones,
                  const WriteOptions& options) {
  // So many events tell how long the text will be: room that is made once is neither copied nor asked for again.
  constexpr std::size_t kTelling = 64;
  constexpr std::size_t kMostAhead = 64u << 20;  // bytes; they may tell wrong
  KnownZones known(zones);
  LineWriter out(kLineEnd);
  write_head(out, events, known, options);
  const std::size_t head = out.size();
  LookAhead ahead(events);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Event& event = events[i];
    ahead.from(i);
    if (i == kTelling)
      out.reserve(std::min(kMostAhead, out.size() + (out.size() - head) / kTelling * events.size()));
    if (event.zones.empty()) {
      write_event(out, event, known, options);
    } else {
      write_event(out, event, EventZones(known, event), options);
    }
  }
  for (const calendar::Unknown& component : options.components)
    if (component.name.starts_with("BEGIN:")) put_unknown(out, component);
  out.line("END:VCALENDAR");
  return out.take();
}

}  // namespace kalends::ical
