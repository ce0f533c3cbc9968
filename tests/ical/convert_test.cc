// .ics to JSCalendar and back says the same of every event, for generated events and generated files.
#include <gtest/gtest.h>

#include "ical/generated_event.h"
#include "ical/generated_file.h"
#include "ical/text.h"
#include "jscalendar/text.h"
#include "system/zone_files.h"

namespace kalends {
namespace {

using calendar::Event;
using calendar::Facts;

const calendar::ZoneSource& zones() {
  static const system::ZoneFiles files;
  return files;
}

std::string told(const Facts& a, const Facts& b) {
  std::string out;
  for (const auto& change : difference(a, b))
    out += change.path + ": [" + change.before.value_or("(absent)") + "] -> [" +
           change.after.value_or("(absent)") + "]\n";
  return out;
}

void expect_round_trip(const Event& event, const std::string& seed) {
  const std::string json = jscalendar::write({event}, zones());
  auto reading = jscalendar::read(json, zones());
  ASSERT_TRUE(reading) << seed << ": " << reading.error().message << "\n" << json;
  ASSERT_EQ(reading->warnings, std::vector<std::string>()) << seed << "\n" << json;
  ASSERT_EQ(reading->events.size(), 1U) << seed;
  Event& back = reading->events[0];
  calendar::normalise(back);
  ASSERT_EQ(told(to_facts(event), to_facts(back)), "") << seed << "\n" << json;
  ASSERT_EQ(back.uid, event.uid) << seed;
  ASSERT_EQ(back.sequence, event.sequence) << seed;
}

TEST(Convert, GeneratedEventsGoToJscalendarAndBack) {
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    ical::testing::EventSource source(seed);
    ASSERT_NO_FATAL_FAILURE(expect_round_trip(source.event(), "event " + std::to_string(seed)));
  }
}

TEST(Convert, GeneratedFilesGoToJscalendarAndBack) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    auto reading = ical::read(ical::testing::FileSource(seed).file({"u", "v"}), zones());
    ASSERT_TRUE(reading);
    for (const ical::ReadEvent& read : reading->events)
      ASSERT_NO_FATAL_FAILURE(expect_round_trip(read.event, "file " + std::to_string(seed)));
  }
}

}  // namespace
}  // namespace kalends
