#include "engine/islands.h"

#include <gtest/gtest.h>

namespace kalends::engine {
namespace {

using calendar::Facts;

std::vector<CalendarId> ids(std::initializer_list<const char*> names) { return {names.begin(), names.end()}; }

sync::Link link(const char* name, std::initializer_list<const char*> calendars) {
  sync::Link out;
  out.id = LinkId(name);
  out.calendars = ids(calendars);
  return out;
}

const std::vector<CalendarId> kCalendars = ids({"e", "d", "c", "b", "a", "lone"});
const std::vector<sync::Link> kLinks = {link("1", {"a", "b"}), link("2", {"c", "d"}), link("3", {"b", "e"})};

Islands islands() { return Islands(kCalendars, sync::compile(kLinks).value()); }

TEST(Islands, LinksInARowTieTogetherAndOthersDoNot) {
  EXPECT_EQ(islands().around({CalendarId("a")}), ids({"e", "b", "a"}));
  EXPECT_EQ(islands().around({CalendarId("d")}), ids({"d", "c"}));
  EXPECT_EQ(islands().around({CalendarId("lone")}), ids({"lone"}));
  EXPECT_EQ(islands().around({CalendarId("forgotten")}), ids({}));
  EXPECT_EQ(islands().around({CalendarId("lone"), CalendarId("a")}), ids({"e", "b", "a", "lone"}));
}

TEST(Islands, LinksKeepTheirOrder) {
  auto links = islands().links_of(CalendarId("e"));
  ASSERT_EQ(links.size(), 2u);
  EXPECT_EQ(links[0].id, LinkId("1"));
  EXPECT_EQ(links[1].id, LinkId("3"));
}

// Every set of origins leads to the same places as it does with all links in one list.
TEST(Islands, RoutesAreThoseOfAllLinksTogether) {
  auto all = sync::compile(kLinks).value();
  Facts facts{{"title", "x"}, {"when", "all-day 2026-03-02 P1D"}};
  Islands by_island = islands();
  for (unsigned chosen = 0; chosen < 1u << kCalendars.size(); ++chosen) {
    std::set<CalendarId> origins;
    for (std::size_t i = 0; i < kCalendars.size(); ++i)
      if ((chosen >> i & 1) != 0) origins.insert(kCalendars[i]);
    for (const std::set<CalendarId>& writable : {origins, std::set<CalendarId>{}}) {
      auto expected = sync::routes(all, origins, writable, facts, {});
      auto got = by_island.routes(origins, writable, facts, {});
      ASSERT_EQ(got.size(), expected.size()) << chosen;
      for (const auto& [id, lens] : expected) {
        ASSERT_TRUE(got.contains(id)) << chosen << " " << id.value;
        EXPECT_EQ(got.at(id).link, lens.link) << chosen << " " << id.value;
        EXPECT_EQ(got.at(id).role, lens.role) << chosen << " " << id.value;
        EXPECT_EQ(got.at(id).pullable, lens.pullable) << chosen << " " << id.value;
      }
    }
  }
}

}  // namespace
}  // namespace kalends::engine
