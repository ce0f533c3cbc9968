#include "sync/route.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace kalends::sync {
namespace {

using calendar::Facts;

const Facts kMeeting{{"attendees/mailto:bob@example.org", "name=Bob Stone\nparticipation=accepted"},
                     {"categories/Team%2FA", "1"},
                     {"show_as", "busy"},
                     {"title", "Team lunch"},
                     {"when", "zoned 2026-03-02T09:00:00 PT1H Etc/UTC"}};
constexpr std::int64_t kDay = 86400;

Passage passes(const Filter& filter, const Facts& facts = kMeeting, const TimeFrame& frame = {}) {
  Link link;
  link.filter = filter;
  return passage(compile({link}).value().front(), facts, frame);
}

Passage titled(const char* pattern) {
  Filter filter;
  filter.title = pattern;
  return passes(filter);
}

Passage attended(const char* pattern) {
  Filter filter;
  filter.attendee = pattern;
  return passes(filter);
}

TEST(Filter, TitleIsFoundAnywhereIgnoringCase) {
  EXPECT_EQ(titled("LUNCH"), Passage::passes);
  EXPECT_EQ(titled("^team"), Passage::passes);
  EXPECT_EQ(titled("^lunch"), Passage::fails);
}

TEST(Filter, AttendeeIsANameOrAnAddressAndNothingElse) {
  EXPECT_EQ(attended("^bob@example\\.org$"), Passage::passes);
  EXPECT_EQ(attended("^bob stone$"), Passage::passes);
  EXPECT_EQ(attended("ann"), Passage::fails);
  for (const char* inner : {"accepted", "attendees", "name=", "mailto", "participation"})
    EXPECT_EQ(attended(inner), Passage::fails) << inner;
}

TEST(Filter, OneOfTheCategoriesIgnoringCase) {
  Filter filter;
  filter.categories = {"private", "team/a"};
  EXPECT_EQ(passes(filter), Passage::passes);
  filter.categories = {"team"};
  EXPECT_EQ(passes(filter), Passage::fails);
}

TEST(Filter, ACategoryThatMatches) {
  Filter filter;
  filter.category = "^team/[ab]$";
  EXPECT_EQ(passes(filter), Passage::passes);
  filter.category = "^TEAM";
  EXPECT_EQ(passes(filter), Passage::passes);
  filter.category = "%2F";
  EXPECT_EQ(passes(filter), Passage::fails) << "the name is meant, not its path";
  filter.category = "";
  EXPECT_EQ(passes(filter), Passage::passes);
  EXPECT_EQ(passes(filter, {{"title", "x"}}), Passage::fails) << "none has a name that matches";
  filter.category = "team";
  filter.categories = {"private"};
  EXPECT_EQ(passes(filter), Passage::fails) << "both must hold";
}

TEST(Filter, TimeIsTheStartAsItsOwnZoneHasIt) {
  auto text = [](const char* when) { return start_text({{"when", when}}); };
  EXPECT_EQ(text("zoned 2026-03-02T09:05:59 PT1H America/New_York"), "2026-03-02 Mon 09:05");
  EXPECT_EQ(text("floating 1969-12-28T00:00:00 PT1H"), "1969-12-28 Sun 00:00");
  EXPECT_EQ(text("all-day 2026-03-07 P2D"), "2026-03-07 Sat") << "a day has no clock";
  EXPECT_EQ(text("rubbish"), "");
  EXPECT_EQ(start_text({}), "");

  auto at = [](const char* pattern, const char* when) {
    Filter filter;
    filter.time = pattern;
    return passes(filter, {{"when", when}}) == Passage::passes;
  };
  const char* monday = "zoned 2026-03-02T09:30:00 PT1H Europe/Berlin";
  EXPECT_TRUE(at("Mon|Tue", monday));
  EXPECT_TRUE(at("^.*(09|10):", monday));
  EXPECT_TRUE(at("mon 0[89]:", monday));
  EXPECT_TRUE(at("^2026-03-", monday));
  EXPECT_FALSE(at("Sat|Sun", monday));
  EXPECT_FALSE(at(" 1[0-9]:", monday));
  EXPECT_FALSE(at("berlin", monday));
  EXPECT_TRUE(at("Mon", "all-day 2026-03-02 P1D"));
  EXPECT_FALSE(at(":", "all-day 2026-03-02 P1D")) << "a pattern with a clock leaves out all-day events";
}

TEST(Filter, AllDayAndBusy) {
  Filter all_day;
  all_day.all_day = true;
  EXPECT_EQ(passes(all_day), Passage::fails);
  EXPECT_EQ(passes(all_day, {{"when", "all-day 2026-03-02 P1D"}}), Passage::passes);
  Filter busy;
  busy.busy = true;
  EXPECT_EQ(passes(busy), Passage::passes);
  EXPECT_EQ(passes(busy, {{"title", "x"}}), Passage::passes) << "busy when not said";
  EXPECT_EQ(passes(busy, {{"show_as", "free"}}), Passage::fails);
  busy.busy = false;
  EXPECT_EQ(passes(busy, {{"show_as", "free"}}), Passage::passes);
}

TEST(Filter, WindowsAge) {
  Filter filter;
  filter.past_days = 30;
  filter.future_days = 10;
  auto at = [&](std::int64_t from, std::optional<std::int64_t> to) {
    return passes(filter, kMeeting, {from * kDay, to ? std::optional(*to * kDay) : std::nullopt, 100 * kDay});
  };
  EXPECT_EQ(at(100, 100), Passage::passes);
  EXPECT_EQ(at(60, 70), Passage::passes);
  EXPECT_EQ(at(60, 69), Passage::aged);
  EXPECT_EQ(at(60, std::nullopt), Passage::passes) << "a series without end";
  EXPECT_EQ(at(110, 110), Passage::passes);
  EXPECT_EQ(at(111, 111), Passage::aged);
}

TEST(Filter, APatternThatCannotBeReadIsAnError) {
  for (auto part : {&Filter::title, &Filter::attendee, &Filter::category, &Filter::time}) {
    Link link;
    link.filter.*part = "(";
    EXPECT_FALSE(compile({link}));
  }
}

const std::vector<std::string> kNames = {"a", "b", "c", "d"};

rc::Gen<Link> any_link() {
  return rc::gen::exec([] {
    Link link;
    std::size_t first = *rc::gen::inRange<std::size_t>(0, 4);
    std::size_t count = *rc::gen::inRange<std::size_t>(2, 4);
    for (std::size_t i = 0; i < count; ++i) link.calendars.emplace_back(kNames[(first + i) % 4]);
    if (*rc::gen::arbitrary<bool>()) {
      link.direction = Direction::one_way;
      link.from = link.calendars.front();
    }
    link.privacy.mask = *rc::gen::inRange(0, 3) == 0;
    if (*rc::gen::inRange(0, 4) == 0) link.filter.title = "^other";
    return link;
  });
}

struct World {
  std::vector<Link> links;
  std::set<CalendarId> origins;
};

World any_world() {
  World out;
  out.links = *rc::gen::container<std::vector<Link>>(any_link());
  for (std::size_t i = 0; i < out.links.size(); ++i) out.links[i].id = LinkId(std::to_string(i));
  out.origins.emplace(*rc::gen::elementOf(kNames));
  if (*rc::gen::arbitrary<bool>()) out.origins.emplace(*rc::gen::elementOf(kNames));
  return out;
}

std::map<CalendarId, Lens> routes_of(const World& world) {
  std::set<CalendarId> writable;
  for (const std::string& name : kNames) writable.emplace(name);
  return routes(compile(world.links).value(), world.origins, writable, kMeeting, {});
}

RC_GTEST_PROP(Routes, NeverReturnToAnOrigin, ()) {
  World world = any_world();
  auto lenses = routes_of(world);
  for (const auto& [calendar, lens] : lenses) {
    bool is_origin = world.origins.contains(calendar);
    RC_ASSERT((lens.role == Role::origin) == is_origin);
    if (is_origin) RC_ASSERT(lens.masks.empty() && lens.wanted && lens.pullable);
  }
}

RC_GTEST_PROP(Routes, MasksOnlyAdd, ()) {
  World world = any_world();
  for (const auto& [calendar, lens] : routes_of(world)) {
    if (lens.role == Role::origin) continue;
    // The last hop comes from a calendar that is reached with all masks but the last.
    const Link& last = world.links[static_cast<std::size_t>(std::stoi(lens.link.value))];
    RC_ASSERT(!lens.masks.empty());
    RC_ASSERT(lens.masks.back() == last.privacy);
    auto lenses = routes_of(world);
    bool found = false;
    for (const CalendarId& from : last.calendars) {
      auto it = lenses.find(from);
      if (it == lenses.end() || from == calendar) continue;
      std::vector<Privacy> before(lens.masks.begin(), lens.masks.end() - 1);
      found = found || it->second.masks == before;
    }
    RC_ASSERT(found);
  }
}

RC_GTEST_PROP(Routes, AOneWayLinkOnTheWayStopsAllPulls, ()) {
  World world = any_world();
  for (const auto& [calendar, lens] : routes_of(world)) {
    if (lens.role == Role::origin || !lens.pullable) continue;
    const Link& last = world.links[static_cast<std::size_t>(std::stoi(lens.link.value))];
    RC_ASSERT(last.direction == Direction::two_way);
  }
}

RC_GTEST_PROP(Routes, MoreLinksReachNoLess, ()) {
  World world = any_world();
  auto before = routes_of(world);
  Link more = *any_link();
  more.id = LinkId(std::to_string(world.links.size()));
  world.links.push_back(std::move(more));
  auto after = routes_of(world);
  for (const auto& [calendar, lens] : before)
    if (lens.wanted) RC_ASSERT(after.at(calendar).wanted);
}

TEST(Routes, TheFirstLinkOfTheConfigurationWins) {
  Link busy, full;
  busy.id = LinkId("busy");
  busy.privacy.mask = true;
  full.id = LinkId("full");
  busy.calendars = full.calendars = {CalendarId("a"), CalendarId("b")};
  for (const auto& [links, masked] :
       {std::pair(std::vector{busy, full}, true), std::pair(std::vector{full, busy}, false)}) {
    auto lenses = routes_of({links, {CalendarId("a")}});
    EXPECT_EQ(lenses.at(CalendarId("b")).masked(), masked);
  }
}

TEST(Routes, WithoutAWritableOriginNothingIsPulledFromCopies) {
  Link link;
  link.calendars = {CalendarId("feed"), CalendarId("b")};
  auto lenses = routes(compile({link}).value(), {CalendarId("feed")}, {CalendarId("b")}, kMeeting, {});
  EXPECT_FALSE(lenses.at(CalendarId("b")).pullable);
  EXPECT_TRUE(lenses.at(CalendarId("b")).wanted);
}

}  // namespace
}  // namespace kalends::sync
