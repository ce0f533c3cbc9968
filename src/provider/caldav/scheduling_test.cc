// Who would get mail.
#include "provider/caldav/scheduling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kalends::provider {
namespace {

using calendar::Facts;
using ports::WriteKind;
using testing::ElementsAre;
using testing::IsEmpty;

const SchedulingPlace kAnn{true, true, {"mailto:ann@example.org"}, true};

Facts meeting(const std::string& organizer) {
  return {{"title", "Meeting"},
          {"when", "all-day 2026-03-02 P1D"},
          {"organizer", "address=mailto:" + organizer},
          {"attendees/mailto:ann@example.org", "participation=accepted"},
          {"attendees/mailto:bob@example.org", "1"},
          {"attendees/mailto:Eve@example.org", "name=Eve"}};
}

Facts with(Facts facts, const std::string& path, const std::string& value) {
  facts.set(path, value);
  return facts;
}

TEST(Recipients, AnOrganizersChangeReachesEverybodyElse) {
  const Facts mine = meeting("ann@example.org");
  const auto guests = ElementsAre("mailto:bob@example.org", "mailto:eve@example.org");
  EXPECT_THAT(scheduling_recipients(kAnn, WriteKind::create, {}, mine), guests);
  EXPECT_THAT(scheduling_recipients(kAnn, WriteKind::update, mine, with(mine, "title", "Other")), guests);
  EXPECT_THAT(scheduling_recipients(kAnn, WriteKind::remove, mine, {}), guests);
  EXPECT_THAT(scheduling_recipients(kAnn, WriteKind::update, mine, mine), IsEmpty());
  EXPECT_THAT(
      scheduling_recipients(kAnn, WriteKind::update, mine, with(mine, "reminders/start -PT5M display", "1")),
      IsEmpty());
  Facts without = mine;
  without.erase("attendees/mailto:bob@example.org");
  EXPECT_THAT(scheduling_recipients(kAnn, WriteKind::update, mine, without), guests)
      << "a cancellation for Bob";
  const Facts once = with({{"title", "x"}, {"organizer", "address=mailto:ann@example.org"}},
                          "overrides/2026-03-02T09:00:00/attendees/mailto:dan@example.org", "1");
  EXPECT_THAT(scheduling_recipients(kAnn, WriteKind::remove, once, {}),
              ElementsAre("mailto:dan@example.org"));
}

TEST(Recipients, AnAttendeesAnswerReachesTheOrganizer) {
  const Facts theirs = meeting("boss@example.org");
  const auto boss = ElementsAre("mailto:boss@example.org");
  EXPECT_THAT(
      scheduling_recipients(kAnn, WriteKind::update, theirs,
                            with(theirs, "attendees/mailto:ann@example.org", "participation=declined")),
      boss);
  EXPECT_THAT(scheduling_recipients(kAnn, WriteKind::update, theirs,
                                    with(theirs, "overrides/2026-03-02T00:00:00", "excluded")),
              boss);
  EXPECT_THAT(scheduling_recipients(kAnn, WriteKind::update, theirs, with(theirs, "colour", "red")),
              IsEmpty());
  EXPECT_THAT(scheduling_recipients(kAnn, WriteKind::remove, theirs, {}), IsEmpty()) << "Schedule-Reply: F";
  SchedulingPlace careless = kAnn;
  careless.keeps_schedule_reply = false;
  EXPECT_THAT(scheduling_recipients(careless, WriteKind::remove, theirs, {}), boss);
  EXPECT_THAT(scheduling_recipients(kAnn, WriteKind::create, {}, theirs), boss);
  EXPECT_THAT(scheduling_recipients(kAnn, WriteKind::create, {},
                                    with(theirs, "attendees/mailto:ann@example.org", "1")),
              IsEmpty());
}

TEST(Recipients, NobodyWithoutSchedulingOrPeople) {
  const Facts mine = meeting("ann@example.org");
  EXPECT_THAT(scheduling_recipients({false, true, {"mailto:ann@example.org"}}, WriteKind::remove, mine, {}),
              IsEmpty());
  EXPECT_THAT(scheduling_recipients({}, WriteKind::create, {}, {{"title", "alone"}}), IsEmpty());
  Facts served = mine;
  served.set("attendees/mailto:bob@example.org", "SCHEDULE-AGENT=CLIENT");
  EXPECT_THAT(scheduling_recipients(kAnn, WriteKind::remove, served, {}),
              ElementsAre("mailto:eve@example.org"));
}

TEST(Recipients, AServerThatWasNotAskedYetMailsEverybody) {
  const Facts mine = meeting("boss@example.org");
  EXPECT_THAT(scheduling_recipients({}, WriteKind::update, mine, with(mine, "title", "x")),
              testing::SizeIs(testing::Ge(3u)));
}

}  // namespace
}  // namespace kalends::provider
