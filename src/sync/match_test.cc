#include "sync/match.h"

#include <gtest/gtest.h>

namespace kalends::sync {
namespace {

const CalendarId kWork("work"), kHome("home"), kPhone("phone");

Link link(Direction direction = Direction::two_way) {
  Link out;
  out.id = LinkId("link");
  out.calendars = {kWork, kHome};
  out.direction = direction;
  out.from = kWork;
  return out;
}

Candidate at_work() {
  Candidate out;
  out.event = EventId("event");
  out.places = {kWork};
  return out;
}

TEST(Match, WithoutAnythingAlikeAnItemIsAnEventOfItsOwn) {
  EXPECT_EQ(choose({kHome, std::nullopt}, {link()}, {}, {}, {}).kind, Match::Kind::fresh);
}

TEST(Match, TheSameUidAcrossAFullLinkIsTheSameEvent) {
  Match match = choose({kHome, std::nullopt}, {link()}, {}, {at_work()}, {});
  EXPECT_EQ(match.kind, Match::Kind::attach);
  EXPECT_EQ(match.role, Role::origin) << "both halves of an adopted pair are origins";
}

TEST(Match, TheSameUidWithoutALinkOrAcrossAMaskIsNot) {
  EXPECT_EQ(choose({kHome, std::nullopt}, {}, {}, {at_work()}, {}).kind, Match::Kind::fresh);
  Link masked = link();
  masked.privacy.mask = true;
  EXPECT_EQ(choose({kHome, std::nullopt}, {masked}, {}, {at_work()}, {}).kind, Match::Kind::fresh);
}

TEST(Match, OverAOneWayLinkTheTargetsItemIsACopy) {
  Match at_target = choose({kHome, std::nullopt}, {link(Direction::one_way)}, {}, {at_work()}, {});
  EXPECT_EQ(at_target.role, Role::copy);
  Candidate at_home = at_work();
  at_home.places = {kHome};
  Match at_source = choose({kWork, std::nullopt}, {link(Direction::one_way)}, {}, {at_home}, {});
  EXPECT_EQ(at_source.role, Role::origin);
  EXPECT_EQ(at_source.become_copies, std::vector<CalendarId>{kHome});
}

TEST(Match, ACalendarNeverGetsASecondItemOfAnEventByItsUid) {
  Candidate here = at_work();
  here.places = {kWork, kHome};
  here.live_here = true;
  EXPECT_EQ(choose({kHome, std::nullopt}, {link()}, {}, {here}, {here}).kind, Match::Kind::fresh);
}

TEST(Match, AFingerprintCountsOnlyWhenOneFits) {
  EXPECT_EQ(choose({kHome, std::nullopt}, {link()}, {}, {}, {at_work()}).kind, Match::Kind::attach);
  Candidate other = at_work();
  other.event = EventId("other");
  EXPECT_EQ(choose({kHome, std::nullopt}, {link()}, {}, {}, {at_work(), other}).kind, Match::Kind::fresh);
}

TEST(Match, ALivingEventIsTakenBeforeADeadOne) {
  Candidate dead = at_work();
  dead.event = EventId("dead");
  dead.alive = false;
  EXPECT_EQ(choose({kHome, std::nullopt}, {link()}, {}, {dead, at_work()}, {}).event, EventId("event"));
  EXPECT_EQ(choose({kHome, std::nullopt}, {link()}, {}, {dead}, {}).event, EventId("dead"))
      << "a tombstone is revived";
}

TEST(Match, TheMarkOfAnUnfinishedCreateIsAdopted) {
  Candidate mine = at_work();
  mine.made_here = true;
  Match match = choose({kHome, "n1"}, {link()}, mine, {}, {});
  EXPECT_EQ(match.kind, Match::Kind::attach);
  EXPECT_EQ(match.role, Role::copy);
  mine.marked_elsewhere_present = true;
  EXPECT_EQ(choose({kHome, "n1"}, {link()}, mine, {}, {}).kind, Match::Kind::attach)
      << "a person pasted it elsewhere before we heard that it was made";
}

TEST(Match, TheSameNonceTwiceIsAPersonsDuplicateAnotherNonceIsOurDouble) {
  Candidate here = at_work();
  here.places = {kWork, kHome};
  here.live_here = true;
  here.nonce_here = "n1";
  EXPECT_EQ(choose({kHome, "n1"}, {link()}, here, {here}, {}).kind, Match::Kind::fresh);
  EXPECT_EQ(choose({kHome, "n2"}, {link()}, here, {here}, {}).kind, Match::Kind::doubled);
}

TEST(Match, AMarkFromElsewhereIsAMoveWhenItIsGoneThereAndACopyWhenNot) {
  Candidate moved = at_work();
  moved.places = {kWork, kHome};
  moved.marked_elsewhere_present = false;
  Match match = choose({kPhone, "n1"}, {link()}, moved, {}, {});
  EXPECT_EQ(match.kind, Match::Kind::attach);
  moved.marked_elsewhere_present = true;
  EXPECT_EQ(choose({kPhone, "n1"}, {link()}, moved, {}, {}).kind, Match::Kind::fresh);
}

}  // namespace
}  // namespace kalends::sync
