#include "many_events.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace kalends::bench {

namespace {

constexpr std::array kZones{"Europe/Berlin", "America/New_York", "Asia/Tokyo"};
constexpr std::array kTitles{
    "Weekly review", "Lunch with Ann",   "Zahnarzt Dr. Müller",    "Design, part 2: storage",
    "1:1",           "Release planning", "Café with the new team", "Quarterly numbers; draft"};
constexpr std::array kRules{"FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=WEEKLY;INTERVAL=2;UNTIL=20271231T225959Z",
                            "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=DAILY;COUNT=10", "FREQ=YEARLY"};
constexpr std::string_view kPlain =
    "Join the call: https://meet.example.org/j/8812345678?pwd=Zm9vYmFyYmF6\n\nAgenda\n- open points, old and "
    "new\n"
    "- numbers of the month; who explains them?\n- anything else\n\nPlease read the notes before the "
    "meeting.";

// A small numbers' mill of its own, so that the text is the same everywhere.
class Mill {
 public:
  std::uint32_t below(std::uint32_t limit) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint32_t>(state_ >> 33) % limit;
  }

 private:
  std::uint64_t state_ = 7;
};

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == ',' || c == ';') out += '\\';
      out += c;
    }
  }
  return out;
}

void add(std::string& out, std::string_view line) {
  while (line.size() > 74) {
    std::size_t cut = 74;
    while ((static_cast<unsigned char>(line[cut]) & 0xC0) == 0x80) --cut;
    out += line.substr(0, cut);
    out += "\r\n ";
    line.remove_prefix(cut);
  }
  out += line;
  out += "\r\n";
}

void add_zones(std::string& out) {
  auto zone = [&](const char* name, const char* daylight, const char* standard) {
    for (std::string_view line : {"BEGIN:VTIMEZONE"}) add(out, line);
    add(out, fmt::format("TZID:{}", name));
    out += daylight;
    out += standard;
    add(out, "END:VTIMEZONE");
  };
  zone(kZones[0],
       "BEGIN:DAYLIGHT\r\nDTSTART:19810329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
       "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\n",
       "BEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
       "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\n");
  zone(kZones[1],
       "BEGIN:DAYLIGHT\r\nDTSTART:20070311T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\n"
       "TZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\nTZNAME:EDT\r\nEND:DAYLIGHT\r\n",
       "BEGIN:STANDARD\r\nDTSTART:20071104T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\n"
       "TZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nTZNAME:EST\r\nEND:STANDARD\r\n");
  zone(kZones[2], "",
       "BEGIN:STANDARD\r\nDTSTART:19510909T020000\r\nTZOFFSETFROM:+1000\r\nTZOFFSETTO:+0900\r\nTZNAME:JST\r\n"
       "END:STANDARD\r\n");
}

struct Slot {
  const char* zone;
  unsigned year, month, day, hour;
};

void add_times(std::string& out, const Slot& at, bool all_day) {
  if (all_day) {
    add(out, fmt::format("DTSTART;VALUE=DATE:{}{:02}{:02}", at.year, at.month, at.day));
    add(out, fmt::format("DTEND;VALUE=DATE:{}{:02}{:02}", at.year, at.month, at.day + 1));
    return;
  }
  for (unsigned end : {0u, 1u})
    add(out, fmt::format("{};TZID={}:{}{:02}{:02}T{:02}3000", end != 0 ? "DTEND" : "DTSTART", at.zone,
                         at.year, at.month, at.day, at.hour + end));
}

void add_people(std::string& out, Mill& mill) {
  add(out, "ORGANIZER;CN=Ann Example:mailto:ann@example.org");
  for (std::uint32_t i = 0, n = 2 + mill.below(4); i < n; ++i)
    add(out, fmt::format(
                 "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=TRUE;CN=\"Person, "
                 "{}\";X-NUM-GUESTS=0:mailto:person{}@example.org",
                 i, mill.below(300)));
}

void add_event(std::string& out, int n, Mill& mill) {
  Slot at{kZones[mill.below(kZones.size())], 2024 + mill.below(4), 1 + mill.below(12), 1 + mill.below(27),
          7 + mill.below(12)};
  bool all_day = mill.below(10) == 0;
  bool repeats = mill.below(6) == 0;
  std::string title(kTitles[mill.below(kTitles.size())]);
  std::string uid =
      fmt::format("{:08x}-{:04x}-4000-8000-{:012x}@example.org", n * 2654435761u, n & 0xffff, n);
  auto heading = [&](std::string_view shown) {
    add(out, "BEGIN:VEVENT");
    add(out, "UID:" + uid);
    add(out, "DTSTAMP:20260301T101112Z");
    add(out, "CREATED:20240115T080910Z");
    add(out, "LAST-MODIFIED:20260228T170000Z");
    add(out, fmt::format("SEQUENCE:{}", n % 3));
    add(out, "SUMMARY:" + escaped(shown));
  };
  heading(title);
  add_times(out, at, all_day);
  if (repeats) add(out, fmt::format("RRULE:{}", all_day ? "FREQ=YEARLY" : kRules[mill.below(kRules.size())]));
  if (mill.below(2) == 0) add(out, "DESCRIPTION:" + escaped(kPlain));
  if (mill.below(2) == 0)
    add(out, fmt::format("LOCATION:Room {}\\, building {}", mill.below(40), mill.below(5)));
  if (mill.below(3) == 0) add_people(out, mill);
  if (mill.below(4) == 0) add(out, "CATEGORIES:Work,Project X");
  add(out, "STATUS:CONFIRMED");
  add(out, "TRANSP:OPAQUE");
  add(out, "X-MICROSOFT-CDO-BUSYSTATUS:BUSY");
  if (mill.below(3) == 0) add(out, "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC");
  if (mill.below(2) == 0)
    out += "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:Reminder\r\nEND:VALARM\r\n";
  add(out, "END:VEVENT");
  if (!repeats || all_day || mill.below(5) != 0) return;
  heading(title + ", moved");
  add(out, fmt::format("RECURRENCE-ID;TZID={}:{}{:02}{:02}T{:02}3000", at.zone, at.year, at.month, at.day,
                       at.hour));
  ++at.hour;
  add_times(out, at, false);
  add(out, "END:VEVENT");
}

}  // namespace

std::string many_events(int count) {
  std::string out;
  for (const char* line : {"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Office//EN",
                           "CALSCALE:GREGORIAN", "X-WR-CALNAME:Office"})
    add(out, line);
  add_zones(out);
  Mill mill;
  for (int n = 0; n < count; ++n) add_event(out, n, mill);
  add(out, "END:VCALENDAR");
  return out;
}

}  // namespace kalends::bench
