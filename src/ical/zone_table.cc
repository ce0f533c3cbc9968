// An IANA name means our own rules; anything else means what the stream's VTIMEZONE says.
#include "ical/zone_table.h"

#include "base/text.h"
#include "ical/print.h"
#include "ical/text.h"
#include "ical/value.h"

namespace kalends::ical {

ZoneTable::ZoneTable(const Document& document, const calendar::ZoneSource& zones)
    : document_(document), zones_(zones) {
  for (std::size_t c = 0; c < document.components.size(); ++c) {
    if (document.components[c].name != "VTIMEZONE") continue;
    document.each_line(c, [&](std::size_t i) {
      const Line& line = document_.lines[i];
      if (line.name == "TZID") components_.emplace(unescape_text(trim(line.value)), c);
    });
  }
}

const ZoneEntry& ZoneTable::find(std::string_view tzid) {
  tzid = trim(tzid);
  if (auto it = entries_.find(tzid); it != entries_.end()) return it->second;
  ZoneEntry& entry = entries_[std::string(tzid)];
  auto iana = calendar::iana_from_tzid(tzid, zones_);
  auto component = components_.find(tzid);
  if (!iana && component != components_.end()) {
    document_.each_line(component->second, [&](std::size_t i) {
      const Line& line = document_.lines[i];
      if (line.name == "X-LIC-LOCATION" && !iana) iana = calendar::iana_from_tzid(trim(line.value), zones_);
    });
  }
  if (iana) {
    entry.name = *iana == "UTC" || *iana == "Etc/UCT" || *iana == "Zulu" ? "Etc/UTC" : *iana;
    entry.zone = zones_.find(entry.name);
    return entry;
  }
  entry.name = tzid;
  if (component == components_.end()) return entry;
  entry.embedded = component_text(document_, component->second);
  if (auto zone = zone_of(entry.embedded)) {
    auto& own = own_[entry.name];
    own = std::make_unique<calendar::Zone>(*std::move(zone));
    entry.zone = own.get();
  }
  return entry;
}

std::string component_text(const Document& document, std::size_t component) {
  std::string out;
  const Component& c = document.components[component];
  for (std::size_t i = c.begin; i < c.behind() && i < document.lines.size(); ++i) {
    if (document.lines[i].name.empty()) continue;
    if (!out.empty()) out += '\n';
    out += clean_line(document.lines[i].text);
  }
  if (!c.closed) out += "\nEND:" + clean_line(c.name);
  return out;
}

}  // namespace kalends::ical
