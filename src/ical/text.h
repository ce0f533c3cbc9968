// iCalendar text (RFC 5545, 7986) to events and back, without losing what we do not understand.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "calendar/event.h"
#include "calendar/zone.h"

namespace kalends::ical {

// Bounds on input from outside; going past one is `invalid`, naming line and column.
struct Limits {
  std::size_t max_bytes = 64u << 20;
  std::size_t max_line_bytes = 1u << 20;  // one unfolded content line
  std::size_t max_components = 1'000'000;
  int max_depth = 16;
};

struct ReadEvent {
  calendar::Event event;
  std::string mark;                   // the value of X-KALENDS-ID, never part of event.unknown
  bool foreign_copy = false;          // another sync tool's mark stands on it
  std::vector<std::string> warnings;  // "line 12: ..." about input that was tolerated
};

// An event that is there but could not be read: unknown, never absent.
struct BrokenEvent {
  std::string uid;     // "" when it has none
  std::string reason;  // "line 12: ..."
};
// "line 12: ...; the event "UID" is left out": the warning that read() gives for it.
std::string sentence(const BrokenEvent& event);

struct Reading {
  std::vector<ReadEvent> events;  // one per UID: master and overrides together
  std::vector<BrokenEvent> broken;
  std::string name;  // X-WR-CALNAME or NAME
  // What the VCALENDARs say of themselves, as content lines: all but VERSION, PRODID and METHOD, which are the file's.
  std::vector<std::string> properties;
  // What stands in the VCALENDARs beside the events, such as "BEGIN:VTODO", in order, and each "BEGIN:VTIMEZONE" that
  // they name.
  std::vector<calendar::Unknown> components;
  std::vector<std::string> warnings;
};

// All events of a stream. THISANDFUTURE overrides are read as overrides of every later slot they reach. An override
// without its master is an event that starts at its slot and has that override; further ones are its RDATEs. An event of
// which any part is broken is left out, stands in `broken` and has a warning that names its line. A stream that is no
// iCalendar at all, or that ends before its last END, is `invalid`: it proves nothing about what it does not show.
// THISANDFUTURE reaches at most 1000 later slots.
Result<Reading> read(std::string_view text, const calendar::ZoneSource& zones, const Limits& limits = {});

// DTSTAMP, which RFC 5545 demands, of an event of which nobody knows when it was changed: read() takes it for none.
inline constexpr Instant kUnknownStamp{0};

// A whole new VCALENDAR: CRLF, folded at 75 octets, a VTIMEZONE for each TZID. DTSTAMP is `now` for an
// event of which nobody knows when it was changed.
struct WriteOptions {
  Instant now;
  std::map<std::string, std::string> marks;        // uid -> X-KALENDS-ID
  std::vector<std::string> properties = {};        // as Reading has them
  std::vector<calendar::Unknown> components = {};  // likewise; one that does not nest is left out
};
std::string write(const std::vector<calendar::Event>& events, const calendar::ZoneSource& zones,
                  const WriteOptions& options);

// `raw` (one event, master and overrides) with the paths that differ between `before` and `after` changed and every
// other byte as it stood. DTSTAMP, LAST-MODIFIED and SEQUENCE move with the change.
Result<std::string> patch(std::string_view raw, const calendar::Facts& before, const calendar::Facts& after,
                          const calendar::ZoneSource& zones, Instant now);

// A zone from a VTIMEZONE's own rules (RFC 5545 section 3.6.5).
Result<calendar::Zone> zone_of(std::string_view vtimezone);

// `base` and the zones that an event carries itself.
class EventZones : public calendar::ZoneSource {
 public:
  EventZones(const calendar::ZoneSource& base, const calendar::Event& event);
  ~EventZones() override;
  const calendar::Zone* find(std::string_view name) const override;

 private:
  const calendar::ZoneSource& base_;
  std::map<std::string, std::unique_ptr<calendar::Zone>, std::less<>> own_;
};

}  // namespace kalends::ical
