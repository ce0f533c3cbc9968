// A stream read as far as both read() and patch() need it: its parts, grouped by UID.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ical/part.h"
#include "ical/text.h"

namespace kalends::ical {

struct Group {
  std::string uid;
  std::size_t first = 0;  // its first part's place in Stream::parts
  std::vector<const Part*> parts;
  std::string broken;  // the first reason, "" when all parts can be read
};

struct Stream {
  explicit Stream(Document scanned, const calendar::ZoneSource& zones)
      : document(std::move(scanned)), table(document, zones) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  Document document;
  ZoneTable table;
  std::deque<Part> parts;
  std::vector<Group> groups;  // in the order of their first parts
  std::string name;
  std::vector<std::string> properties;  // of its VCALENDARs; see Reading
  std::vector<std::size_t>
      others;  // right inside a VCALENDAR: closed components that are no event and no zone
};

Result<std::unique_ptr<Stream>> read_stream(std::string_view text, const calendar::ZoneSource& zones,
                                            const Limits& limits);

}  // namespace kalends::ical
