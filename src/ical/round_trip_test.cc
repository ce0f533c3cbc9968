// What write() writes, read() reads; what patch() changes, and nothing else, shows.
#include <gtest/gtest.h>

#include "base/text.h"
#include "ical/generated_event.h"
#include "ical/text.h"
#include "system/zone_files.h"

namespace kalends::ical {
namespace {

using calendar::Event;
using calendar::Facts;
using testing::EventSource;

constexpr Instant kNow{1'772'000'000'000};
constexpr int kSeeds = 3000;

const calendar::ZoneSource& zones() {
  static const system::ZoneFiles files;
  return files;
}

Facts read_one(const std::string& text) {
  auto reading = read(text, zones());
  EXPECT_TRUE(reading) << reading.error().message;
  if (!reading || reading->events.size() != 1) {
    ADD_FAILURE() << "not one event in\n"
                  << text << (reading && !reading->broken.empty() ? reading->broken[0].reason : "");
    return {};
  }
  for (const auto& warning : reading->events[0].warnings) ADD_FAILURE() << warning << " in\n" << text;
  return to_facts(reading->events[0].event);
}

// What differs, for the message of a failure.
std::string told(const Facts& a, const Facts& b) {
  std::string out;
  for (const auto& change : difference(a, b))
    out += change.path + ": [" + change.before.value_or("(absent)") + "] -> [" +
           change.after.value_or("(absent)") + "]\n";
  return out;
}

TEST(RoundTrip, WriteThenReadGivesTheSameEvent) {
  for (int seed = 1; seed <= kSeeds; ++seed) {
    EventSource source(seed);
    Event event = source.event();
    std::string text = write({event}, zones(), {kNow, {{event.uid, "mark." + std::to_string(seed)}}});
    Facts expected = to_facts(event);
    ASSERT_EQ(told(expected, read_one(text)), "") << "seed " << seed << "\n" << text;
    EXPECT_EQ(read(text, zones())->events[0].mark, "mark." + std::to_string(seed));
    for (std::string_view line : split(text, '\n')) {
      ASSERT_LE(line.size(), 76U) << "seed " << seed;
      if (!line.empty()) ASSERT_EQ(line.back(), '\r') << "seed " << seed;
      ASSERT_TRUE(is_utf8(line)) << "a fold splits a character: " << line;
    }
  }
}

std::string with_line_ends(const std::string& text, const std::string& line_end) {
  std::string out;
  for (char c : text) {
    if (c == '\r') continue;
    out += c == '\n' ? line_end : std::string(1, c);
  }
  return out;
}

TEST(RoundTrip, PatchShowsTheChangeAndKeepsTheRest) {
  for (int seed = 1; seed <= kSeeds; ++seed) {
    EventSource source(seed);
    Event event = source.event();
    Event changed = source.changed(event);
    std::string line_end = seed % 3 == 0 ? "\n" : seed % 3 == 1 ? "\r\n" : "\r";
    std::string raw = with_line_ends(write({event}, zones(), {kNow, {}}), line_end);
    Facts before = to_facts(event);
    Facts after = to_facts(changed);
    auto same = patch(raw, before, before, zones(), kNow);
    ASSERT_TRUE(same && *same == raw) << "seed " << seed;
    auto patched = patch(raw, before, after, zones(), kNow);
    ASSERT_TRUE(patched) << "seed " << seed << ": " << patched.error().message;
    // An override's value that is now its master's own is no difference that the text could show.
    Facts expected = read_one(write({changed}, zones(), {kNow, {}}));
    ASSERT_EQ(told(expected, read_one(*patched)), "") << "seed " << seed << "\n"
                                                      << raw << "\n---\n"
                                                      << *patched;
    auto back = patch(*patched, expected, before, zones(), kNow);
    ASSERT_TRUE(back) << "seed " << seed << ": " << back.error().message;
    ASSERT_EQ(told(before, read_one(*back)), "") << "seed " << seed << "\n" << *patched << "\n---\n" << *back;
  }
}

}  // namespace
}  // namespace kalends::ical
