// Whole files, generated: what did not change comes back byte for byte, what did costs its own lines and no others, and
// damage to one event is no loss of another.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "ical/generated_file.h"
#include "ical/line.h"
#include "ical/text.h"
#include "system/zone_files.h"

namespace kalends::ical {
namespace {

using calendar::Facts;
using testing::FileSource;

constexpr Instant kNow{1'772'000'000'000};
constexpr int kSeeds = 1500;

const calendar::ZoneSource& zones() {
  static const system::ZoneFiles files;
  return files;
}

// Facts by uid; a failure for an event that cannot be read.
std::map<std::string, Facts> facts_of(const std::string& text) {
  auto reading = read(text, zones());
  EXPECT_TRUE(reading) << reading.error().message << "\n" << text;
  std::map<std::string, Facts> out;
  if (!reading) return out;
  for (const auto& broken : reading->broken) ADD_FAILURE() << broken.reason << "\n" << text;
  for (const ReadEvent& event : reading->events) out[event.event.uid] = to_facts(event.event);
  return out;
}

std::string told(const Facts& a, const Facts& b) {
  std::string out;
  for (const auto& change : difference(a, b))
    out += change.path + ": [" + change.before.value_or("(absent)") + "] -> [" +
           change.after.value_or("(absent)") + "]\n";
  return out;
}

// The bytes of all lines but those of these properties and of DTSTAMP, LAST-MODIFIED and SEQUENCE; "VALARM" stands for all
// lines of alarms.
std::string without(const std::string& text, const std::set<std::string_view>& names) {
  auto document = scan(text, Limits{});
  EXPECT_TRUE(document) << text;
  std::string out;
  if (!document) return out;
  for (const Line& line : document->lines) {
    bool in_event = false;
    bool in_alarm = false;
    for (std::size_t c = line.owner; c != kNone; c = document->components[c].parent) {
      in_event |= document->components[c].name == "VEVENT";
      in_alarm |= document->components[c].name == "VALARM";
    }
    const bool kept = line.name == "DTSTAMP" || line.name == "LAST-MODIFIED" || line.name == "SEQUENCE";
    if (in_event && (kept || names.contains(in_alarm ? std::string_view("VALARM") : line.name))) continue;
    out += line.raw;
  }
  return out;
}

// Where two texts part, with a little of what stands around; "" when they do not.
std::string parting(const std::string& a, const std::string& b) {
  if (a == b) return "";
  const std::size_t at = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const std::size_t from = at < 60 ? 0 : at - 60;
  return "[" + a.substr(from, 160) + "] instead of [" + b.substr(from, 160) + "]";
}

struct Edit {
  std::string path, value;  // "" takes away
  std::set<std::string_view> properties;
};

std::vector<Edit> edits_of(const Facts& facts) {
  std::vector<Edit> edits = {
      {"title", "Neu: a, b; c\nd", {"SUMMARY"}},
      {"description", std::string(200, 'y'), {"DESCRIPTION"}},
      {"location", "Hier", {"LOCATION"}},
      {"status", "tentative", {"STATUS"}},
      {"visibility", "confidential", {"CLASS"}},
      {"show_as", "free", {"TRANSP"}},
      {"priority", "1", {"PRIORITY"}},
      {"url", "https://example.org/new", {"URL"}},
      {"geo", "1.5;2.5", {"GEO"}},
      {"colour", "red", {"COLOR"}},
      {"categories/New", "1", {"CATEGORIES"}},
      {"reminders/start -PT7M display", "1", {"VALARM"}},
      {"unknown/X-NEW", "X-NEW;A=b:c", {"X-NEW"}},
      {"attendees/mailto:new@example.org", "name=New\nparticipation=accepted", {"ATTENDEE"}},
  };
  for (const auto& [path, property] :
       std::initializer_list<std::pair<std::string, std::string_view>>{{"title", "SUMMARY"},
                                                                       {"description", "DESCRIPTION"},
                                                                       {"status", "STATUS"},
                                                                       {"url", "URL"},
                                                                       {"geo", "GEO"}})
    if (facts.find(path) != nullptr) edits.push_back({path, "", {property}});
  for (const auto& [path, value] : facts) {
    if (path.starts_with("attendees/")) edits.push_back({path, "", {"ATTENDEE"}});
    if (path.starts_with("categories/")) edits.push_back({path, "", {"CATEGORIES"}});
    if (path.starts_with("reminders/")) edits.push_back({path, "", {"VALARM"}});
    if (path.starts_with("unknown/X-A")) edits.push_back({path, "", {std::string_view(path).substr(8)}});
  }
  if (facts.find("recurrence") != nullptr) {
    edits.push_back({"recurrence", "RRULE:FREQ=DAILY;COUNT=30", {"RRULE", "RDATE", "EXRULE"}});
    edits.push_back({"overrides/2026-03-09T" +
                         std::string(facts.get("when").starts_with("all-day") ? "00" : "09") + ":00:00",
                     "excluded",
                     {"EXDATE"}});
  } else {
    const bool all_day = facts.get("when").starts_with("all-day");
    std::string when = facts.get("when");
    when.replace(when.find("2026-03-02"), 10, "2026-03-20");
    edits.push_back({"when", when, {"DTSTART", "DTEND"}});
    if (!all_day) edits.back().properties.insert("DURATION");
  }
  return edits;
}

TEST(File, UnchangedItIsTheSameBytes) {
  for (int seed = 1; seed <= kSeeds; ++seed) {
    std::string raw = FileSource(static_cast<std::uint64_t>(seed)).file({"u"});
    auto document = scan(raw, Limits{});
    ASSERT_TRUE(document) << "seed " << seed << ": " << document.error().message;
    std::string bytes(document->prefix);
    for (const Line& line : document->lines) bytes += line.raw;
    ASSERT_EQ(bytes, raw) << "seed " << seed;
    Facts facts = facts_of(raw)["u"];
    auto same = patch(raw, facts, facts, zones(), kNow);
    ASSERT_TRUE(same) << "seed " << seed << ": " << same.error().message;
    ASSERT_EQ(*same, raw) << "seed " << seed;
  }
}

TEST(File, AChangedFieldCostsItsOwnLinesAndNoOthers) {
  int tried = 0;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    FileSource source(static_cast<std::uint64_t>(seed));
    std::string raw = source.file({"u"});
    Facts before = facts_of(raw)["u"];
    Edit edit = source.pick(edits_of(before));
    Facts after = before;
    if (edit.value.empty()) {
      after.erase(edit.path);
    } else {
      after.set(edit.path, edit.value);
    }
    if (after == before) continue;
    ++tried;
    auto patched = patch(raw, before, after, zones(), kNow);
    ASSERT_TRUE(patched) << "seed " << seed << ": " << patched.error().message;
    ASSERT_EQ(parting(without(*patched, edit.properties), without(raw, edit.properties)), "")
        << "seed " << seed << " " << edit.path;
    Facts shown = facts_of(*patched)["u"];
    ASSERT_EQ(shown.get(edit.path), after.get(edit.path)) << "seed " << seed << " " << edit.path << "\n"
                                                          << *patched;
    // Set back, all is said that was said before, and the other lines never moved.
    auto back = patch(*patched, shown, before, zones(), kNow);
    ASSERT_TRUE(back) << "seed " << seed << ": " << back.error().message;
    ASSERT_EQ(told(before, facts_of(*back)["u"]), "") << "seed " << seed << " " << edit.path << "\n"
                                                      << raw << *back;
    ASSERT_EQ(parting(without(*back, edit.properties), without(raw, edit.properties)), "")
        << "seed " << seed << " " << edit.path;
  }
  EXPECT_GT(tried, kSeeds / 2);
}

TEST(File, WrittenAnewItSaysTheSame) {
  for (int seed = 1; seed <= kSeeds; ++seed) {
    std::string raw = FileSource(static_cast<std::uint64_t>(seed)).file({"u", "v"});
    auto reading = read(raw, zones());
    ASSERT_TRUE(reading);
    std::vector<calendar::Event> events;
    for (ReadEvent& event : reading->events) events.push_back(std::move(event.event));
    auto again = facts_of(write(events, zones(), {kNow, {}}));
    for (const calendar::Event& event : events)
      ASSERT_EQ(told(to_facts(event), again[event.uid]), "") << "seed " << seed << "\n" << raw;
  }
}

// Byte flips, lines cut, repeated, swapped and left out, within one event of three.
std::string damaged(FileSource& source, const std::string& block) {
  std::string text = block;
  static constexpr char kBytes[] =
      "\r\n\t :;,\"\\=^/\0\x80\xFF"
      "BEGINTZ0-+P";
  for (int n = source.number(1, 4); n > 0 && text.size() > 20; --n) {
    const auto at = static_cast<std::size_t>(source.number(1, static_cast<int>(text.size()) - 3));
    const char byte = kBytes[source.number(0, static_cast<int>(sizeof(kBytes)) - 2)];
    const std::size_t line = text.rfind('\n', at - 1) + 1;
    const std::size_t next = std::min(text.find('\n', at), text.size() - 1) + 1;
    switch (source.number(0, 5)) {
      case 0: text[at] = byte; break;
      case 1: text.insert(at, 1, byte); break;
      case 2: text.erase(at, static_cast<std::size_t>(source.number(1, 10))); break;
      case 3: text.insert(line, text.substr(line, next - line)); break;
      case 4: text.erase(line, next - line); break;
      default: text = text.substr(0, line) + text.substr(next) + text.substr(line, next - line); break;
    }
  }
  // The lines in front and behind stay whole: what would fold into them touches them.
  if (text.starts_with(' ') || text.starts_with('\t')) text.insert(0, "X");
  return text.ends_with('\n') ? text : text + "\r\n";
}

std::string event_block(const std::string& uid, const std::string& more) {
  return "BEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTART;TZID=\"W. Europe Standard Time\":20260302T090000\r\n" +
         more + "END:VEVENT\r\n";
}

TEST(File, DamageToOneEventIsNoLossOfAnother) {
  const std::string more =
      "RRULE:FREQ=WEEKLY;COUNT=5\r\nEXDATE:20260309T080000Z\r\nSUMMARY:Some\r\n thing\r\nATTENDEE;CN=\"A, "
      "B\":mailto:a@b.c\r\n"
      "BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nACTION:DISPLAY\r\nEND:VALARM\r\nBEGIN:X-BOX\r\nX-A:1\r\nEND:X-"
      "BOX\r\n";
  const std::string head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + event_block("first", more);
  const std::string tail = event_block("third", more) + "END:VCALENDAR\r\n";
  auto whole = facts_of(head + tail);
  for (int seed = 1; seed <= 30'000; ++seed) {
    FileSource source(static_cast<std::uint64_t>(seed));
    const std::string block = damaged(source, event_block("second", more));
    auto reading = read(head + block + tail, zones());
    ASSERT_TRUE(reading) << "seed " << seed << ": " << reading.error().message << "\n" << block;
    std::map<std::string, Facts> found;
    for (const ReadEvent& event : reading->events) found[event.event.uid] = to_facts(event.event);
    for (const char* uid : {"first", "third"})
      ASSERT_EQ(told(whole[uid], found[uid]), "") << "seed " << seed << "\n" << block;
    const auto cut = static_cast<std::size_t>(source.number(1, static_cast<int>(block.size())));
    ASSERT_FALSE(read(head + block.substr(0, cut), zones()))
        << "a text that was cut off was read, seed " << seed;
  }
}

}  // namespace
}  // namespace kalends::ical
