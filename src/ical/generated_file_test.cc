#include "ical/generated_file.h"

#include <fmt/format.h>

#include <array>
#include <tuple>

namespace kalends::ical::testing {

namespace {

constexpr std::string_view kTexts[] = {"",
                                       "Team",
                                       "Größe — naïve ☕",
                                       "a\\, b\\; c\\\\d",
                                       "one\\ntwo\\Nthree",
                                       "  blanks  ",
                                       "\"quoted\": yes",
                                       "日本語のテキスト",
                                       "colon: semi; comma, =",
                                       "\\unknown \\escape"};
// TZID as it stands, and whether it needs quotes.
enum Style { kIana, kWindows, kCustom, kUtc, kFloating, kDate, kPrefixed, kWrongRules, kStyles };
constexpr std::string_view kTzids[] = {"Europe/Berlin",
                                       "W. Europe Standard Time",
                                       "Customized Time Zone 1",
                                       "",
                                       "",
                                       "",
                                       "/freeassociation.sourceforge.net/Europe/Berlin",
                                       "America/New_York"};
constexpr std::string_view kProperties[] = {"COMMENT",
                                            "CONTACT",
                                            "RELATED-TO",
                                            "REQUEST-STATUS",
                                            "RESOURCES",
                                            "X-ALT-DESC",
                                            "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR",
                                            "X-MICROSOFT-CDO-BUSYSTATUS",
                                            "X-MICROSOFT-CDO-INTENDEDSTATUS",
                                            "X-MOZ-GENERATION",
                                            "X-ZIMBRA-NO-BLOB",
                                            "X-LOTUS-UPDATE-SEQ",
                                            "IMAGE",
                                            "IANA-UNKNOWN",
                                            "X-GOOGLE-CONFERENCE",
                                            "X-A"};

}  // namespace

FileSource::FileSource(std::uint64_t seed) : random_(seed) {}

std::string FileSource::line_end() {
  constexpr std::string_view kEnds[] = {"\r\n", "\n", "\r"};
  if (line_ends_ < 3) return std::string(kEnds[static_cast<std::size_t>(line_ends_)]);
  return std::string(kEnds[number(0, 1)]);
}

// One content line: whole, folded at 75 octets, or folded anywhere, characters split and names not spared.
void FileSource::line(std::string_view text) {
  std::size_t at = 0;
  while (odd_folds_ ? chance(40) && at + 1 < text.size() : text.size() - at > 75) {
    auto size = odd_folds_ ? static_cast<std::size_t>(number(1, static_cast<int>(text.size() - at) - 1)) : 74;
    out_ += text.substr(at, size);
    out_ += line_end() + (odd_folds_ && chance(30) ? "\t" : " ");
    at += size;
  }
  out_ += text.substr(at);
  out_ += line_end();
  if (chance(2)) out_ += line_end();
}

std::string FileSource::params() {
  constexpr std::string_view kParams[] = {"LANGUAGE=de",
                                          "X-P=1",
                                          "x-lower=a",
                                          "ALTREP=\"cid:part\"",
                                          "X-LIST=a,\"b;c\",d",
                                          "FMTTYPE=text/html",
                                          "X-CARET=a^nb^'c^^",
                                          "VALUE=TEXT",
                                          "X-EMPTY="};
  std::string out;
  for (int n = chance(60) ? 0 : number(1, 3); n > 0; --n) out += fmt::format(";{}", pick(kParams));
  return out;
}

std::string FileSource::text() {
  std::string out;
  for (int n = number(1, 4); n > 0; --n) out += pick(kTexts);
  if (chance(10)) out += std::string(static_cast<std::size_t>(number(60, 400)), 'x');
  return out;
}

void FileSource::property(std::string_view name, std::string_view value) {
  line(fmt::format("{}{}:{}", name, params(), value));
}

void FileSource::time(std::string_view name, int day, int hour) {
  const std::string date = fmt::format("202603{:02}", day);
  const std::string local = fmt::format("{}T{:02}0000", date, hour);
  if (time_style_ == kDate) return line(fmt::format("{};VALUE=DATE:{}", name, date));
  if (time_style_ == kUtc) return line(fmt::format("{}:{}Z", name, local));
  if (time_style_ == kFloating) return line(fmt::format("{}:{}", name, local));
  const std::string_view tzid = kTzids[time_style_];
  const bool quoted = time_style_ == kWindows;
  line(fmt::format("{};TZID={}{}{}:{}", name, quoted ? "\"" : "", tzid, quoted ? "\"" : "", local));
}

void FileSource::zone() {
  const std::string_view tzid = kTzids[time_style_];
  if (tzid.empty()) return;
  line("BEGIN:VTIMEZONE");
  line(fmt::format("TZID:{}", tzid));
  line(fmt::format("X-LIC-LOCATION:{}", tzid));
  const bool wrong = time_style_ == kWrongRules || time_style_ == kCustom;
  for (const auto& [kind, month, from, to] :
       {std::tuple{"STANDARD", 10, "+0200", "+0100"}, std::tuple{"DAYLIGHT", 3, "+0100", "+0200"}}) {
    if (wrong && std::string_view(kind) == "DAYLIGHT") continue;
    line(fmt::format("BEGIN:{}", kind));
    line(fmt::format("DTSTART:1601{:02}01T020000", month));
    if (!wrong) line(fmt::format("RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH={}", month));
    line(fmt::format("TZOFFSETFROM:{}", wrong ? "+0530" : from));
    line(fmt::format("TZOFFSETTO:{}", wrong ? "+0530" : to));
    line(fmt::format("END:{}", kind));
  }
  line("END:VTIMEZONE");
}

void FileSource::unknown_component(int depth) {
  const std::string_view name = pick(std::array<std::string_view, 3>{"X-BOX", "VLOCATION", "x-lower"});
  line(fmt::format("BEGIN:{}", name));
  property("X-IN", text());
  if (depth < 2 && chance(40)) unknown_component(depth + 1);
  line(fmt::format("END:{}", name));
}

void FileSource::alarm() {
  line("BEGIN:VALARM");
  if (chance(30)) property("X-WR-ALARMUID", "A1B2");
  line(fmt::format("TRIGGER{}:-PT{}M", chance(30) ? ";RELATED=START" : "", number(1, 90)));
  line(chance(70) ? "ACTION:DISPLAY" : "ACTION:EMAIL");
  if (chance(70)) property("DESCRIPTION", text());
  if (chance(30)) line("X-APPLE-DEFAULT-ALARM:TRUE");
  if (chance(20)) unknown_component(1);
  line("END:VALARM");
}

void FileSource::people() {
  constexpr std::string_view kPeople[] = {
      "ATTENDEE;CN=\"Müller, "
      "Ann\";CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE;X-NUM-GUESTS=0:"
      "MAILTO:Ann@Example.ORG",
      "ATTENDEE;CN=Room 1;CUTYPE=ROOM;ROLE=NON-PARTICIPANT:mailto:room1@example.org",
      "ATTENDEE;PARTSTAT=ACCEPTED;EMAIL=bob@example.org;X-CALENDARSERVER-DTSTAMP=20260101T000000Z:urn:uuid:1-"
      "2-3",
      "ATTENDEE;MEMBER=\"mailto:all@example.org\";DELEGATED-FROM=\"mailto:d@example.org\":mailto:eve@example."
      "org"};
  if (chance(60)) line("ORGANIZER;CN=Boss;SENT-BY=\"mailto:desk@example.org\":mailto:boss@example.org");
  for (const std::string_view one : kPeople)
    if (chance(50)) line(one);
}

void FileSource::fields() {
  const auto maybe = [&](int percent, std::string_view name, std::string_view value) {
    if (chance(percent)) property(name, value);
  };
  maybe(90, "SUMMARY", text());
  maybe(70, chance(10) ? "description" : "DESCRIPTION", text());
  if (chance(4)) out_ += "a line whose end was not escaped" + line_end();
  maybe(60, "LOCATION", text());
  maybe(20, "LOCATION", text());
  if (chance(40)) line("STATUS:CONFIRMED");
  if (chance(40)) line("CLASS:PRIVATE");
  if (chance(40)) line("TRANSP:OPAQUE");
  if (chance(40)) line("PRIORITY:5");
  if (chance(30)) line("URL;VALUE=URI:https://example.org/?a=b;c,d");
  if (chance(30)) line("GEO:48.85299;2.36885");
  if (chance(30)) line("COLOR:turquoise");
  maybe(50, "CATEGORIES", "Work,A\\, B, blank ,é");
  if (chance(30)) line("CATEGORIES:More");
  if (chance(30))
    line("CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=\"Room: 1\":https://meet.example.org/x");
  if (chance(30)) line("ATTACH;FMTTYPE=application/pdf:https://example.org/a.pdf");
  if (chance(20)) line("ATTACH;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=a.txt:aGVsbG8gd29ybGQ=");
  people();
  for (int n = number(0, 5); n > 0; --n) property(pick(kProperties), text());
  if (chance(50)) alarm();
  if (chance(20)) alarm();
  if (chance(25)) unknown_component(0);
  if (chance(10)) property("X-BEHIND-THE-CHILDREN", text());
}

void FileSource::override_at(const std::string& uid, int day) {
  line("BEGIN:VEVENT");
  line("UID:" + uid);
  line("DTSTAMP:20260102T000000Z");
  time("RECURRENCE-ID", day, 9);
  time("DTSTART", day, number(9, 11));
  if (time_style_ != kDate) line("DURATION:PT1H");
  fields();
  line("END:VEVENT");
}

void FileSource::event(const std::string& uid) {
  const bool repeats = chance(50);
  line(chance(5) ? "begin:vevent" : "BEGIN:VEVENT");
  if (chance(50)) line("DTSTAMP:20260101T000000Z");
  line("UID:" + uid);
  if (chance(70)) line("CREATED:20260101T000000Z");
  if (chance(70)) line("LAST-MODIFIED:20260101T000000Z");
  if (chance(70)) line(fmt::format("SEQUENCE:{}", number(0, 9)));
  time("DTSTART", 2, 9);
  if (time_style_ == kDate || chance(50)) {
    time("DTEND", time_style_ == kDate ? 3 : 2, 10);
  } else {
    line("DURATION:PT1H");
  }
  if (repeats) {
    line(chance(50) ? "RRULE:FREQ=DAILY;COUNT=20"
                    : "RRULE:BYDAY=MO,TU,WE,TH,FR,SA,SU;WKST=SU;INTERVAL=1;FREQ=WEEKLY;COUNT=20");
    if (chance(50)) time("EXDATE", 4, 9);
    if (chance(30)) time("EXDATE", 5, 9);
    if (chance(30)) time("RDATE", 28, 9);
    if (chance(10)) line("EXRULE:FREQ=DAILY;INTERVAL=7;COUNT=3");
  }
  fields();
  line(chance(5) ? "end:vevent" : "END:VEVENT");
  for (const int day : {6, 7})
    if (repeats && chance(40)) override_at(uid, day);
}

std::string FileSource::file(const std::vector<std::string>& uids) {
  out_ = chance(20) ? "\xEF\xBB\xBF" : "";
  line_ends_ = number(0, 4);
  odd_folds_ = chance(50);
  time_style_ = number(0, kStyles - 1);
  line("BEGIN:VCALENDAR");
  line("VERSION:2.0");
  line("PRODID:-//Example//Generated//EN");
  if (chance(50)) line("CALSCALE:GREGORIAN");
  if (chance(40)) property("X-WR-CALNAME", text());
  if (chance(30)) line("X-WR-TIMEZONE:Europe/Berlin");
  if (chance(30)) line("X-APPLE-CALENDAR-COLOR:#FF2968FF");
  if (chance(20)) unknown_component(0);
  zone();
  for (const std::string& uid : uids) event(uid);
  if (chance(20)) {
    line("BEGIN:VTODO");
    line("UID:todo");
    property("SUMMARY", text());
    line("END:VTODO");
  }
  line("END:VCALENDAR");
  if (chance(10)) out_.erase(out_.find_last_not_of("\r\n") + 1);
  return out_;
}

}  // namespace kalends::ical::testing
