// One calendar under two ids, which only a look finds out: nothing is written there, and nothing is doubled.
#include "engine/test_bench.h"

namespace kalends::engine {
namespace {

class Found : public MemoryProvider {
 public:
  using MemoryProvider::MemoryProvider;
  std::string identity() const override { return place; }
  std::string place;
};

struct OnePlace : Bench {
  OnePlace() {
    add("work");
    add("home");
    add("also work");
    settings.calendars = {CalendarId("also work"), CalendarId("home"), CalendarId("work")};
    for (const char* id : {"work", "also work"}) {
      auto found = std::make_unique<Found>(*servers["work"]);
      found->place = "there";
      providers[id] = std::move(found);
    }
    link({"work", "home"});
    link({"home", "also work"});
  }
  void tell(const std::string& place) {
    for (const char* id : {"work", "also work"}) dynamic_cast<Found&>(*providers[id]).place = place;
  }
};

TEST(OnePlace, UnderTwoIdsIsNotWrittenAndBothAreNamed) {
  OnePlace bench;
  bench.servers["work"]->put(meeting("Standup"), "uid");
  bench.servers["home"]->put(meeting("Dentist", 3), "uid2");
  for (int i = 0; i < 3; ++i) {
    const RunReport report = bench.sync(true);
    ASSERT_EQ(report.errors.size(), 1u);
    EXPECT_NE(report.errors[0].find(R"("also work" and "work" are one calendar)"), std::string::npos)
        << report.errors[0];
    EXPECT_EQ(bench.writes(), 0u);
    for (const CalendarCounts& counts : report.calendars)
      EXPECT_EQ(counts.error.empty(), counts.calendar.value == "home") << counts.calendar.value;
  }
  EXPECT_EQ(bench.engine().status()->calendars[0].health, "failing");
}

TEST(OnePlace, NamedOnceAgainGoesOnWithoutADouble) {
  OnePlace bench;
  const auto both = bench.settings.links;
  auto once = [&] {
    bench.settings.calendars = {CalendarId("home"), CalendarId("work")};
    bench.settings.links = {both[0]};
    bench.providers.erase("also work");
  };
  once();
  bench.servers["work"]->put(meeting("Standup"), "uid");
  bench.sync(true);
  EXPECT_EQ(bench.servers["home"]->list().size(), 1u);

  bench.providers["also work"] = std::make_unique<Found>(*bench.servers["work"]);
  bench.tell("there");
  bench.settings.calendars.emplace(bench.settings.calendars.begin(), "also work");
  bench.settings.links = both;
  const std::size_t before = bench.writes();
  bench.servers["work"]->put(meeting("Lunch", 4), "uid3");
  EXPECT_FALSE(bench.sync(true).errors.empty());
  EXPECT_EQ(bench.writes(), before);

  once();
  bench.sync(true);
  EXPECT_EQ(bench.servers["work"]->list().size(), 2u);
  EXPECT_EQ(bench.servers["home"]->list().size(), 2u);
  bench.expect_quiet();
}

TEST(OnePlace, PlacesThatAreNotKnownAreNotCompared) {
  OnePlace bench;
  bench.tell("");
  EXPECT_TRUE(bench.sync(true).errors.empty());
}

}  // namespace
}  // namespace kalends::engine
