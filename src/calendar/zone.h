// Time zones: from wall clock to instant and back. Rules are values; where they are read from is the caller's matter.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "calendar/time.h"

namespace kalends::calendar {

// One zone's offsets for all time. Immutable; safe to share between threads.
class Zone {
 public:
  struct Transition {
    std::int64_t at = 0;      // UTC seconds from which `offset` holds
    std::int32_t offset = 0;  // seconds east of UTC
  };
  // A yearly rule after the last transition, as the footer of a TZif file gives it (RFC 8536 section 3.3) or a
  // VTIMEZONE's unbounded RRULEs do. Absent: the last offset holds for ever.
  struct YearlyChange {
    int month = 1;               // 1..12
    int week = 1;                // 1..5 the n-th weekday, 5 = the last; 0: `day` is the n-th day (see julian)
    int day = 0;                 // 0 = Sunday .. 6 with week; otherwise the day of the year
    bool julian = false;         // with week 0: day is 1..365 and 29 February is never counted; else 0..365
    std::int32_t second = 7200;  // local second of day of the change, may be negative or past a day
    std::int32_t offset_after = 0;  // seconds east of UTC
  };
  struct Footer {
    std::int32_t standard = 0;
    std::vector<YearlyChange> changes;  // none, or two in the order standard->daylight, daylight->standard
  };

  Zone(std::string name, std::int32_t first_offset, std::vector<Transition> transitions, Footer footer);
  static Zone fixed(std::string name, std::int32_t offset);

  const std::string& name() const { return name_; }

  // Seconds east of UTC that hold at that instant.
  std::int32_t offset_at(std::int64_t utc_seconds) const;

  // The instant a wall-clock time means. In a gap: the offset before the gap (RFC 8984 section 1.4.5 and 4.3.3: the
  // time moves forward by the length of the gap). In a fold: the first of the two.
  std::int64_t to_utc(LocalTime local) const;
  LocalTime to_local(std::int64_t utc_seconds) const;

  // The stretch [from, to) of wall-clock seconds around `local` in which to_utc takes off the same offset. For loops
  // over many near times, which then need no search for each.
  struct Span {
    std::int64_t from = 0;
    std::int64_t to = 0;
    std::int32_t offset = 0;
  };
  Span span_of(LocalTime local) const;

  // All transitions in [from, to), footer's included up to the year 9999, for writing a VTIMEZONE.
  std::vector<Transition> transitions_between(std::int64_t from_utc, std::int64_t to_utc) const;
  const Footer& footer() const { return footer_; }

 private:
  enum class Clock : std::uint8_t { utc, wall };
  std::int64_t boundary(std::size_t index, Clock clock) const;
  Span find(std::int64_t seconds, Clock clock) const;
  Span find_in_footer(std::int64_t seconds, Clock clock) const;

  std::string name_;
  std::int32_t first_offset_;
  std::vector<Transition> transitions_;
  Footer footer_;
};

// Where zones come from. `find` gives the same pointer for the same name for the life of the source.
class ZoneSource {
 public:
  virtual ~ZoneSource() = default;
  // The zone of that IANA name (links resolved), or nullptr. "UTC" and "Etc/UTC" are always there.
  virtual const Zone* find(std::string_view iana_name) const = 0;
};

// Reads a compiled zone file, versions 1 to 4, footer included. RFC 8536. corrupt when it is damaged.
Result<Zone> parse_tzif(std::string name, std::string_view bytes);

// CLDR's windowsZones, both ways. "W. Europe Standard Time" -> "Europe/Berlin"; "Europe/Vienna" -> "W. Europe Standard Time".
std::optional<std::string_view> iana_from_windows(std::string_view windows_name);
std::optional<std::string_view> windows_from_iana(std::string_view iana_name);

// The IANA name a TZID most likely means: an IANA name itself, a Windows name, a name behind a vendor's prefix
// ("/freeassociation.sourceforge.net/Europe/Berlin"), nothing when it is none of these.
std::optional<std::string> iana_from_tzid(std::string_view tzid, const ZoneSource& zones);

}  // namespace kalends::calendar
