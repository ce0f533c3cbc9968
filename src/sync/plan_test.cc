#include "sync/plan.h"

#include <gtest/gtest.h>

#include "sync/route.h"

namespace kalends::sync {
namespace {

using calendar::Facts;

const Facts kMeeting{{"title", "Standup"}, {"when", "zoned 2026-03-02T09:00:00 PT1H Europe/Berlin"}};

// Two or more calendars under some links, each holding facts or nothing; cycles run until nothing is left to do, with
// writes that always succeed.
struct Bench {
  std::vector<Link> links;
  std::map<std::string, std::optional<Facts>> remote;  // what each calendar holds
  std::map<std::string, Base> bases;
  std::map<std::string, std::int64_t> edited;
  std::map<std::string, Projection> projections;
  std::map<std::string, std::set<std::string>> parked;
  std::set<std::string> read_only, unseen;
  merge::EventState hub;
  std::vector<Conflict> conflicts;
  std::int64_t now = 1'000'000;
  int creates = 0, updates = 0, removes = 0;

  explicit Bench(std::vector<Link> l) : links(std::move(l)) {}

  static Link link(const std::vector<std::string>& calendars, Privacy privacy = {}) {
    Link out;
    out.id = LinkId("link");
    for (const std::string& c : calendars) out.calendars.emplace_back(c);
    out.privacy = std::move(privacy);
    return out;
  }

  EventPlan plan() {
    auto compiled = compile(links).value();
    std::set<CalendarId> writable;
    std::vector<Place> places;
    for (auto& [name, facts] : remote) {
      Place place;
      place.calendar = CalendarId(name);
      place.replica = name + "#1";
      place.writable = !read_only.contains(name);
      if (place.writable) writable.insert(place.calendar);
      if (auto it = bases.find(name); it != bases.end()) place.base = it->second;
      place.project = projections.contains(name) ? projections[name] : [](const Facts& f) { return f; };
      if (!unseen.contains(name)) {
        place.seen.kind = facts ? Observation::Kind::present : Observation::Kind::absent;
        if (facts) place.seen.facts = *facts;
        place.seen.remote = RemoteId(name + "/1");
        if (edited.contains(name)) place.seen.updated_ms = edited[name];
        place.just_attached = facts && !bases.contains(name);
      }
      if (parked.contains(name)) place.parked = parked[name];
      places.push_back(std::move(place));
    }
    auto map = [&](const std::set<CalendarId>& origins, const Facts& facts) {
      return routes(compiled, origins, writable, facts, {});
    };
    return plan_event(hub, places, map, now);
  }

  // One cycle; gives how many writes it made.
  int cycle() {
    EventPlan p = plan();
    hub = p.hub;
    now += 1000;
    int writes = 0;
    for (Conflict& c : p.conflicts) conflicts.push_back(c);
    for (PlacePlan& out : p.places) {
      const std::string& name = out.calendar.value;
      bases[name] = out.base;
      if (!out.push) continue;
      ++writes;
      if (out.push->kind == Intent::Kind::remove) {
        remote[name].reset();
        bases[name] = settle_removed(out.base, !hub.alive());
        ++removes;
      } else {
        Facts held = projections.contains(name) ? projections[name](out.push->target) : out.push->target;
        remote[name] = held;
        (out.push->kind == Intent::Kind::create ? creates : updates)++;
        bases[name] = settle(out.base, *out.push, hub, held, {"", RemoteId(name + "/1"), "v"}, 0);
      }
    }
    return writes;
  }
  void settle_down() {
    int cycles = 0;
    while (cycle() > 0) ASSERT_LT(++cycles, 5) << "no quiet";
    EXPECT_EQ(cycle(), 0);
  }
};

TEST(Plan, ANewEventIsCopiedAndThenQuiet) {
  Bench bench({Bench::link({"home", "work"})});
  bench.remote = {{"work", kMeeting}, {"home", std::nullopt}};
  bench.settle_down();
  EXPECT_EQ(bench.remote["home"], kMeeting);
  EXPECT_EQ(bench.creates, 1);
  EXPECT_TRUE(bench.conflicts.empty());
  EXPECT_EQ(bench.bases["work"].role, Role::origin);
  EXPECT_EQ(bench.bases["home"].role, Role::copy);
}

TEST(Plan, DifferentFieldsEditedOnBothSidesAreBothKept) {
  Bench bench({Bench::link({"home", "work"})});
  bench.remote = {{"work", kMeeting}, {"home", std::nullopt}};
  bench.settle_down();
  bench.remote["work"]->set("title", "Daily");
  bench.remote["home"]->set("location", "Room 4");
  bench.settle_down();
  EXPECT_EQ(bench.remote["work"], bench.remote["home"]);
  EXPECT_EQ(bench.remote["work"]->get("title"), "Daily");
  EXPECT_EQ(bench.remote["work"]->get("location"), "Room 4");
  EXPECT_TRUE(bench.conflicts.empty());
}

TEST(Plan, TheNewestEditWinsAndTheLoserIsKept) {
  Bench bench({Bench::link({"home", "work"})});
  bench.remote = {{"work", kMeeting}, {"home", std::nullopt}};
  bench.settle_down();
  bench.remote["work"]->set("title", "From work");
  bench.edited["work"] = bench.now - 100;
  bench.remote["home"]->set("title", "From home");
  bench.edited["home"] = bench.now - 200;
  bench.settle_down();
  EXPECT_EQ(bench.remote["home"]->get("title"), "From work");
  ASSERT_EQ(bench.conflicts.size(), 1u);
  EXPECT_EQ(bench.conflicts[0].path, "title");
  EXPECT_TRUE(bench.conflicts[0].remote == "From home" || bench.conflicts[0].hub == "From home");
}

TEST(Plan, OurOwnEchoAfterACrashIsNoEdit) {
  Bench bench({Bench::link({"home", "work"})});
  bench.remote = {{"work", kMeeting}, {"home", std::nullopt}};
  bench.settle_down();
  bench.remote["home"]->set("title", "First");
  EventPlan cut_off = bench.plan();
  bench.hub = cut_off.hub;
  for (PlacePlan& out : cut_off.places) {
    if (out.push) {
      bench.remote[out.calendar.value] = out.push->target;
      out.base.intent = Intent{};
      out.base.intent->kind = Intent::Kind::update;
      out.base.intent->target = out.push->target;
    }
    bench.bases[out.calendar.value] = out.base;
  }
  ASSERT_EQ(bench.remote["work"]->get("title"), "First");
  bench.remote["home"]->set("title", "Second");
  bench.edited = {{"home", 1'000'001}, {"work", 9'000'000}};
  bench.settle_down();
  EXPECT_EQ(bench.remote["home"]->get("title"), "Second");
  EXPECT_EQ(bench.remote["work"]->get("title"), "Second");
  EXPECT_TRUE(bench.conflicts.empty());
}

TEST(Plan, AskParksTheFieldAndSyncsTheRest) {
  Link link = Bench::link({"home", "work"});
  link.conflict.rest.kind = Policy::Kind::ask;
  Bench bench({link});
  bench.remote = {{"work", kMeeting}, {"home", std::nullopt}};
  bench.settle_down();
  bench.remote["work"]->set("title", "From work");
  bench.remote["home"]->set("title", "From home");
  bench.remote["home"]->set("location", "Room 4");
  bench.cycle();
  ASSERT_EQ(bench.conflicts.size(), 1u);
  EXPECT_EQ(bench.conflicts[0].winner, Conflict::Winner::open);
  bench.parked[bench.conflicts[0].calendar.value] = {"title"};
  bench.settle_down();
  EXPECT_EQ(bench.remote["work"]->get("title"), "From work");
  EXPECT_EQ(bench.remote["home"]->get("title"), "From home");
  EXPECT_EQ(bench.remote["work"]->get("location"), "Room 4");
}

TEST(Plan, ADeletionReachesTheOtherSide) {
  for (std::string first : {"work", "home"}) {
    Bench bench({Bench::link({"home", "work"})});
    bench.remote = {{"work", kMeeting}, {"home", std::nullopt}};
    bench.settle_down();
    bench.remote[first].reset();
    bench.settle_down();
    EXPECT_FALSE(bench.remote["work"]);
    EXPECT_FALSE(bench.remote["home"]);
    EXPECT_FALSE(bench.hub.alive());
  }
}

TEST(Plan, AnEditBeatsADeletion) {
  for (std::string deleted : {"work", "home"}) {
    std::string kept = deleted == "work" ? "home" : "work";
    Bench bench({Bench::link({"home", "work"})});
    bench.remote = {{"work", kMeeting}, {"home", std::nullopt}};
    bench.settle_down();
    bench.remote[deleted].reset();
    bench.remote[kept]->set("title", "Still on");
    bench.settle_down();
    ASSERT_TRUE(bench.remote[deleted]);
    EXPECT_EQ(bench.remote[deleted]->get("title"), "Still on");
    EXPECT_EQ(bench.remote[kept]->get("title"), "Still on");
    EXPECT_FALSE(bench.conflicts.empty());
  }
}

TEST(Plan, UnknownIsNeverAbsent) {
  Bench bench({Bench::link({"home", "work"})});
  bench.remote = {{"work", kMeeting}, {"home", std::nullopt}};
  bench.settle_down();
  bench.unseen = {"work"};
  bench.remote["home"]->set("title", "Edited");
  EXPECT_EQ(bench.cycle(), 0);
  bench.unseen.clear();
  bench.settle_down();
  EXPECT_EQ(bench.remote["work"]->get("title"), "Edited");
}

TEST(Plan, NothingIsAgreedWithWhatCouldNotBeLookedAt) {
  Bench bench({Bench::link({"home", "work"})});
  bench.remote = {{"work", kMeeting}, {"home", std::nullopt}};
  bench.remote["work"]->set("location", "Room 1");
  bench.settle_down();
  bench.unseen = {"work"};
  bench.remote["home"]->erase("location");
  EXPECT_EQ(bench.cycle(), 0);
  bench.unseen.clear();
  bench.settle_down();
  EXPECT_EQ(bench.remote["work"]->find("location"), nullptr) << "a removal is carried on, not taken back";
  EXPECT_EQ(bench.remote["home"]->find("location"), nullptr);
}

TEST(Plan, ABusyCopyShowsOnlyTimeAndSurvivesItsEdit) {
  Privacy busy;
  busy.mask = true;
  busy.title = "Busy ({calendar})";
  Bench bench({Bench::link({"home", "work"}, busy)});
  Facts secret = kMeeting;
  secret.set("title", "Surgery");
  secret.set("description", "private");
  secret.set("attendees/mailto:a@example.org", "");
  bench.remote = {{"work", secret}, {"home", std::nullopt}};
  bench.settle_down();
  EXPECT_EQ(bench.remote["home"], (Facts{{"title", "Busy (work)"}, {"when", kMeeting.get("when")}}));
  bench.remote["home"]->set("title", "Lunch");
  bench.remote["home"]->set("description", "note");
  bench.settle_down();
  EXPECT_EQ(bench.remote["work"], secret);
  // The next change of the source goes over the drift; nothing hidden appears, the drifted value is kept on record.
  bench.remote["work"]->set("when", "zoned 2026-03-02T10:00:00 PT1H Europe/Berlin");
  bench.settle_down();
  EXPECT_EQ(bench.remote["home"]->get("when"), "zoned 2026-03-02T10:00:00 PT1H Europe/Berlin");
  EXPECT_EQ(bench.remote["home"]->find("attendees/mailto:a@example.org"), nullptr);
  bench.remote["home"].reset();
  bench.settle_down();
  EXPECT_TRUE(bench.remote["work"]);
  EXPECT_FALSE(bench.remote["home"]) << "a deleted masked copy is not made again";
}

TEST(Plan, AOneWayCopyTeachesNothing) {
  Link link = Bench::link({"home", "work"});
  link.direction = Direction::one_way;
  link.from = CalendarId("work");
  Bench bench({link});
  bench.remote = {{"work", kMeeting}, {"home", std::nullopt}};
  bench.settle_down();
  bench.remote["home"]->set("title", "Mine");
  bench.settle_down();
  EXPECT_EQ(bench.remote["work"]->get("title"), "Standup");
  EXPECT_EQ(bench.remote["home"]->get("title"), "Mine");
  bench.remote["work"]->set("title", "Daily");
  bench.settle_down();
  EXPECT_EQ(bench.remote["home"]->get("title"), "Daily");
  ASSERT_EQ(bench.conflicts.size(), 1u);
  EXPECT_EQ(bench.conflicts[0].remote, "Mine");
}

TEST(Plan, OpposingLinksNeverReturnToAnOrigin) {
  Link full = Bench::link({"home", "work"});
  full.direction = Direction::one_way;
  full.from = CalendarId("work");
  Privacy mask;
  mask.mask = true;
  Link busy = Bench::link({"home", "work"}, mask);
  busy.id = LinkId("busy");
  busy.direction = Direction::one_way;
  busy.from = CalendarId("home");
  Bench from_work({full, busy});
  from_work.remote = {{"work", kMeeting}, {"home", std::nullopt}};
  from_work.settle_down();
  EXPECT_EQ(from_work.remote["home"], kMeeting);
  EXPECT_EQ(from_work.remote["work"], kMeeting);
  Bench from_home({full, busy});
  from_home.remote = {{"home", kMeeting}, {"work", std::nullopt}};
  from_home.settle_down();
  EXPECT_EQ(from_home.remote["home"], kMeeting);
  EXPECT_EQ(from_home.remote["work"]->get("title"), "Busy");
}

TEST(Plan, AttendeesAreNotCopied) {
  Facts meeting = kMeeting;
  meeting.set("attendees/mailto:bob@example.org", "name=Bob");
  meeting.set("organizer", "mailto:ann@example.org");
  Bench bench({Bench::link({"home", "work"})});
  bench.remote = {{"work", meeting}, {"home", std::nullopt}};
  bench.settle_down();
  EXPECT_EQ(bench.remote["home"], kMeeting);
  bench.remote["home"]->set("title", "Edited");
  bench.settle_down();
  EXPECT_EQ(bench.remote["work"]->get("attendees/mailto:bob@example.org"), "name=Bob");
  EXPECT_EQ(bench.remote["work"]->get("title"), "Edited");
}

TEST(Plan, TwoCalendarsThatHoldTheSameEventMeetWithoutAWrite) {
  Bench bench({Bench::link({"home", "work"})});
  bench.remote = {{"work", kMeeting}, {"home", kMeeting}};
  EXPECT_EQ(bench.cycle(), 0);
  EXPECT_EQ(bench.bases["home"].role, Role::origin);
  EXPECT_EQ(bench.bases["work"].role, Role::origin);
  bench.remote["home"]->set("title", "Moved on");
  bench.settle_down();
  EXPECT_EQ(bench.remote["work"]->get("title"), "Moved on");
}

TEST(Plan, AFieldThatAReplicaCannotHoldIsNotErasedElsewhere) {
  Facts rich = kMeeting;
  rich.set("reminders/start -PT15M display", "");
  rich.set("description", "Bring slides");
  Bench bench({Bench::link({"notes", "work"})});
  bench.projections["notes"] = [](const Facts& facts) {
    Facts out = facts;
    out.erase("description");
    out.erase_under("reminders/");
    return out;
  };
  bench.remote = {{"work", rich}, {"notes", std::nullopt}};
  bench.settle_down();
  bench.remote["notes"]->set("title", "Edited");
  bench.settle_down();
  rich.set("title", "Edited");
  EXPECT_EQ(bench.remote["work"], rich);
}

TEST(Plan, AReplicaThatRewritesValuesCausesNoLoop) {
  Bench bench({Bench::link({"loud", "work"})});
  bench.projections["loud"] = [](const Facts& facts) {
    Facts out = facts;
    if (const std::string* title = facts.find("title")) {
      std::string upper = *title;
      for (char& c : upper) c = static_cast<char>(std::toupper(c));
      out.set("title", upper);
    }
    return out;
  };
  bench.remote = {{"work", kMeeting}, {"loud", std::nullopt}};
  bench.settle_down();
  EXPECT_EQ(bench.remote["loud"]->get("title"), "STANDUP");
  EXPECT_EQ(bench.remote["work"]->get("title"), "Standup");
  bench.remote["loud"]->set("title", "Mixed");
  bench.settle_down();
  EXPECT_EQ(bench.remote["work"]->get("title"), "Mixed");
}

TEST(Plan, ADeletedOccurrenceAndAnEditOfItMeet) {
  Facts series = kMeeting;
  series.set("recurrence", "RRULE:FREQ=WEEKLY");
  Bench bench({Bench::link({"home", "work"})});
  bench.remote = {{"work", series}, {"home", std::nullopt}};
  bench.settle_down();
  bench.remote["home"]->set("overrides/2026-03-09T09:00:00", "excluded");
  bench.remote["work"]->set("overrides/2026-03-09T09:00:00", "changed");
  bench.remote["work"]->set("overrides/2026-03-09T09:00:00/title", "Long standup");
  bench.settle_down();
  EXPECT_EQ(bench.remote["work"], bench.remote["home"]);
  EXPECT_EQ(bench.remote["home"]->get("overrides/2026-03-09T09:00:00/title"), "Long standup");
  EXPECT_FALSE(bench.conflicts.empty());
}

TEST(Plan, LeavingAFilterTakesTheCopyBackAndReturningMakesItAgain) {
  Link link = Bench::link({"home", "work"});
  link.direction = Direction::one_way;
  link.from = CalendarId("work");
  link.filter.title = "^team";
  Bench bench({link});
  Facts meeting = kMeeting;
  meeting.set("title", "Team lunch");
  bench.remote = {{"work", meeting}, {"home", std::nullopt}};
  bench.settle_down();
  ASSERT_TRUE(bench.remote["home"]);
  bench.remote["work"]->set("title", "Private lunch");
  bench.settle_down();
  EXPECT_FALSE(bench.remote["home"]);
  bench.remote["work"]->set("title", "Team dinner");
  bench.settle_down();
  EXPECT_TRUE(bench.remote["home"]);
  EXPECT_TRUE(bench.remote["work"]);
}

TEST(Plan, ARemovedLinkLeavesCopiesAloneAndLinkingAgainDeletesNothing) {
  Bench bench({Bench::link({"home", "work"})});
  bench.remote = {{"work", kMeeting}, {"home", std::nullopt}};
  bench.settle_down();
  auto links = bench.links;
  bench.links.clear();
  bench.settle_down();
  EXPECT_TRUE(bench.remote["home"]);
  bench.remote["home"].reset();
  bench.settle_down();
  bench.links = links;
  bench.settle_down();
  EXPECT_TRUE(bench.remote["work"]);
  EXPECT_TRUE(bench.remote["home"]);
}

TEST(Plan, AFeedThatCannotBeWrittenIsNeverPushedTo) {
  Bench bench({Bench::link({"feed", "work"})});
  bench.read_only = {"feed"};
  bench.remote = {{"feed", kMeeting}, {"work", std::nullopt}};
  bench.settle_down();
  bench.remote["work"]->set("title", "Mine");
  bench.settle_down();
  EXPECT_EQ(bench.remote["feed"], kMeeting);
  bench.remote["work"].reset();
  bench.settle_down();
  EXPECT_TRUE(bench.remote["feed"]);
  EXPECT_FALSE(bench.remote["work"]);
}

}  // namespace
}  // namespace kalends::sync
