// The TZIDs of one stream: which zone each means, looked up once.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "calendar/zone.h"
#include "ical/line.h"

namespace kalends::ical {

struct ZoneEntry {
  std::string name;                      // the IANA name; the TZID itself when it means none
  const calendar::Zone* zone = nullptr;  // nullptr: nobody knows its rules
  std::string embedded;                  // its VTIMEZONE's text, when the name is not IANA's
};

class ZoneTable {
 public:
  // Both must outlive the table.
  ZoneTable(const Document& document, const calendar::ZoneSource& zones);

  // The same entry for the same TZID for the life of the table.
  const ZoneEntry& find(std::string_view tzid);
  const ZoneEntry& utc() { return find("Etc/UTC"); }

 private:
  const Document& document_;
  const calendar::ZoneSource& zones_;
  std::map<std::string, std::size_t, std::less<>> components_;  // TZID -> its VTIMEZONE
  std::map<std::string, ZoneEntry, std::less<>> entries_;
  std::map<std::string, std::unique_ptr<calendar::Zone>, std::less<>> own_;
};

// A component's lines, unfolded, one a line.
std::string component_text(const Document& document, std::size_t component);

}  // namespace kalends::ical
