#include "sync/base.h"

#include <gtest/gtest.h>

#include "sync/bench.h"
#include "sync/pull.h"

namespace kalends::sync {
namespace {

Base full_base() {
  Base base;
  base.role = Role::origin;
  base.standing = Standing::present;
  base.items = {{"", RemoteId("/cal/1.ics"), "\"etag\""}, {"2026-03-02T09:00:00", RemoteId("2"), ""}};
  base.fields["title"] = {"a", "a", {"work#1", 3}, false};
  base.fields["location"] = {std::nullopt, "shown", {}, true};
  base.fields["url"] = {"only there", std::nullopt, {"home#2", 1}, false};
  base.withdrawn = true;
  base.nonce = "0123456789abcdef";
  base.link = LinkId("link1");
  base.updated_ms = -5;
  base.intent = Intent{Intent::Kind::create, "fedcba9876543210", {{"title", "a"}}, {7, 8}, 1234};
  base.earlier = {1, 2};
  base.pushed = {{~std::uint64_t{0}, 1'772'000'000'000}, {1, -1}};
  return base;
}

TEST(Base, IsReadBackFromItsBytes) {
  std::string bytes = encode(full_base());
  auto back = decode_base(bytes);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, full_base());
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) EXPECT_FALSE(decode_base(bytes.substr(0, cut)));
  EXPECT_FALSE(decode_base(bytes + "x"));
}

TEST(EditTime, IsClampedToTheWindowInWhichWeWatched) {
  Place place;
  place.watched_since_ms = 1000;
  EXPECT_EQ(edit_time(place, 5000), 5000) << "unknown counts as now";
  for (auto [updated, expected] :
       {std::pair<std::int64_t, std::int64_t>{3000, 3000}, {10, 1000}, {9000, 5000}}) {
    place.seen.updated_ms = updated;
    EXPECT_EQ(edit_time(place, 5000), expected) << updated;
  }
}

TEST(EditTime, OfACoarseClockIsTheEndOfItsGrain) {
  Place place;
  place.grain_ms = 60'000;
  place.seen.updated_ms = 120'000;
  EXPECT_EQ(edit_time(place, 900'000), 179'999);
  EXPECT_EQ(edit_time(place, 150'000), 150'000);
}

Push title_push() {
  return {Intent::Kind::update,
          {{"location", "Room 1"}, {"title", "a"}},
          {{"location", "Room 1"}, {"title", "b"}},
          {"title"},
          ""};
}

Base agreed() {
  Base base;
  base.standing = Standing::present;
  base.fields["title"] = {"a", "a", {}, false};
  base.fields["location"] = {"Room 1", "Room 1", {}, false};
  return base;
}

TEST(Settle, AWrittenFieldThatDiffersIsSettledWithBothValues) {
  Base base = settle(agreed(), title_push(), {}, calendar::Facts{{"location", "Room 1"}, {"title", "B"}},
                     {"", RemoteId("1"), "v2"}, 9);
  EXPECT_EQ(base.fields["title"].remote, "B");
  EXPECT_EQ(base.fields["title"].shown, "b");
  EXPECT_EQ(base.items.front().version, "v2");
  EXPECT_FALSE(base.intent);
}

TEST(Settle, WithoutAVersionAnUnwrittenFieldThatMovedStaysAPersonsEdit) {
  Base base =
      settle_unversioned(agreed(), title_push(), {}, {{"location", "Room 2"}, {"title", "b"}, {"url", "new"}},
                         {"", RemoteId("1"), ""});
  EXPECT_EQ(base.fields["title"].remote, "b");
  EXPECT_EQ(base.fields["location"].remote, "Room 1");
  EXPECT_EQ(base.agreed("url"), nullptr);
}

TEST(Settle, TheBaseTakesTheDotOfWhatWasPushed) {
  merge::EventState hub;
  hub.write("title", "b", "work#1", 5);
  Base base = settle(agreed(), title_push(), hub, std::nullopt, {"", RemoteId("1"), "v"}, 0);
  EXPECT_EQ(base.fields["title"].hub, hub.dot("title"));
}

TEST(Settle, ARemovalLeavesGoneNotHereOrNothing) {
  EXPECT_EQ(settle_removed(agreed(), true).standing, Standing::gone);
  EXPECT_EQ(settle_removed(agreed(), false).standing, Standing::none);
  Base withdrawn = agreed();
  withdrawn.withdrawn = true;
  EXPECT_EQ(settle_removed(withdrawn, false).standing, Standing::not_here);
}

TEST(Tidy, MakesOverridesWhole) {
  using calendar::Facts;
  const std::string slot = "overrides/2026-03-09T09:00:00";
  EXPECT_EQ(tidy({{slot + "/title", "x"}}), (Facts{{slot, "changed"}, {slot + "/title", "x"}}));
  EXPECT_EQ(tidy({{slot, "excluded"}, {slot + "/title", "x"}}), (Facts{{slot, "excluded"}}));
  Facts plain{{"title", "x"}, {slot, "changed"}};
  EXPECT_EQ(tidy(plain), plain);
}

}  // namespace
}  // namespace kalends::sync
