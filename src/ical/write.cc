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

  void write(std::string& out, const calendar::ZoneSource& zones) const {
    for (const auto& [name, earliest] : earliest_) {
      if (name == "Etc/UTC") continue;
      auto own = embedded_.find(name);
      if (own != embedded_.end()) {
        for (const std::string& line : embedded_zone_lines(own->second)) append_folded(out, line, kLineEnd);
      } else if (const calendar::Zone* zone = zones.find(name)) {
        for (const std::string& line : zone_lines(*zone, name, earliest)) append_folded(out, line, kLineEnd);
      }
    }
  }

 private:
  void add(const std::string& zone, calendar::LocalTime at) {
    auto [it, is_new] = earliest_.emplace(zone, at.seconds - 86400);
    if (!is_new) it->second = std::min(it->second, at.seconds - 86400);
  }

  std::map<std::string, std::int64_t> earliest_;
  std::map<std::string, std::string> embedded_;
};

void write_event(std::string& out, const Event& event, const calendar::ZoneSource& base,
                 const WriteOptions& options) {
  EventZones zones(base, event);
  auto tzid = [](const std::string& zone) { return zone; };
  Heading heading{event.uid, options.now, std::nullopt, &event.when, ""};
  if (auto mark = options.marks.find(event.uid); mark != options.marks.end()) heading.mark = mark->second;
  for (const std::string& line : event_lines(event, heading, zones, tzid)) append_folded(out, line, kLineEnd);
  if (std::ranges::all_of(event.overrides, [](const auto& entry) { return entry.second.excluded; })) return;
  const calendar::Facts fields = fields_of(to_facts(event));
  for (const auto& [slot, override] : event.overrides) {
    if (override.excluded) continue;
    auto shown = calendar::from_facts(with_override(fields_at(fields, slot), override));
    if (!shown) continue;  // a patch that is no value of any event cannot be shown
    shown->sequence = event.sequence;
    shown->created = event.created;
    shown->updated = event.updated;
    heading.slot = slot;
    for (const std::string& line : event_lines(*shown, heading, zones, tzid))
      append_folded(out, line, kLineEnd);
  }
}

}  // namespace

std::string write(const std::vector<Event>& events, const calendar::ZoneSource& zones,
                  const WriteOptions& options) {
  std::string out = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kalends//Kalends//EN\r\n";
  ZoneUse use;
  for (const Event& event : events) use.add(event);
  use.write(out, zones);
  for (const Event& event : events) write_event(out, event, zones, options);
  return out + "END:VCALENDAR\r\n";
}

}  // namespace kalends::ical
