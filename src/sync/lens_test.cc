#include "sync/lens.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sync/bench.h"

namespace kalends::sync {
namespace {

using calendar::Facts;

const std::vector<std::string> kPaths = {"title",
                                         "description",
                                         "location",
                                         "url",
                                         "when",
                                         "recurrence",
                                         "status",
                                         "show_as",
                                         "categories/Secret",
                                         "reminders/start -PT15M display",
                                         "organizer",
                                         "attendees/mailto:bob@example.org",
                                         "unknown/X-SECRET",
                                         "overrides/2026-03-09T09:00:00",
                                         "overrides/2026-03-09T09:00:00/title",
                                         "overrides/2026-03-09T09:00:00/location",
                                         "overrides/2026-03-09T09:00:00/when",
                                         "overrides/2026-03-09T09:00:00/-description",
                                         "overrides/2026-03-09T09:00:00/attendees/mailto:eve@example.org"};

std::string value_of(const std::string& path, int number) {
  if (path == "overrides/2026-03-09T09:00:00") return number % 2 == 0 ? "changed" : "excluded";
  if (path.ends_with("when"))
    return "zoned 2026-03-02T0" + std::to_string(number + 1) + ":00:00 PT1H Etc/UTC";
  if (path == "recurrence") return number % 2 == 0 ? "RRULE:FREQ=WEEKLY" : "RRULE:FREQ=DAILY";
  if (path == "status") return number % 2 == 0 ? "confirmed" : "cancelled";
  if (path == "show_as") return number % 2 == 0 ? "busy" : "free";
  if (path.find("/-") != std::string::npos) return "removed";
  return "secret " + std::to_string(number);
}

Facts any_facts() {
  Facts out{{"when", value_of("when", 0)}};
  for (const std::string& path : kPaths)
    if (*rc::gen::arbitrary<bool>()) out.set(path, value_of(path, *rc::gen::inRange(0, 4)));
  return tidy(out);
}

Privacy any_privacy() {
  Privacy out;
  out.mask = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) out.title = "Busy ({calendar})";
  if (*rc::gen::arbitrary<bool>())
    out.drop = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "description", "location", "categories", "reminders", "url", "unknown"));
  return out;
}

Lens any_copy_lens() {
  Lens lens;
  lens.role = Role::copy;
  lens.routed = lens.wanted = true;
  lens.pullable = *rc::gen::arbitrary<bool>();
  lens.origin = "work";
  int count = *rc::gen::inRange(0, 3);
  for (int i = 0; i < count; ++i) lens.masks.push_back(any_privacy());
  return lens;
}

// What is said without people: an override that says nothing else is none.
Facts told(const Facts& facts) {
  Facts out = without_people(facts);
  for (const auto& [path, value] : facts)
    if (value == "changed" &&
        std::ranges::none_of(out, [&](const auto& e) { return e.first.starts_with(path + "/"); }))
      out.erase(path);
  return out;
}

RC_GTEST_PROP(Lens, ThroughTwiceIsThroughOnce, ()) {
  Lens lens = any_copy_lens();
  Facts once = through(lens, any_facts());
  RC_ASSERT(through(lens, once) == once);
}

RC_GTEST_PROP(Lens, ABusyCopyShowsTimeAndNothingElse, ()) {
  Lens lens = any_copy_lens();
  Privacy busy;
  busy.mask = true;
  lens.masks.push_back(busy);
  for (const auto& [path, value] : through(lens, any_facts())) {
    RC_ASSERT(value.find("secret") == std::string::npos);
    RC_ASSERT(path.find("SECRET") == std::string::npos && path.find("Secret") == std::string::npos);
    RC_ASSERT(path.find("example.org") == std::string::npos);
  }
}

RC_GTEST_PROP(Lens, ACopyHasNoPeople, ()) {
  for (const auto& [path, value] : through(any_copy_lens(), any_facts()))
    RC_ASSERT(innermost_field(path) != "attendees" && innermost_field(path) != "organizer");
}

RC_GTEST_PROP(Lens, AnOriginIsShownEverything, ()) {
  Lens lens;
  lens.role = Role::origin;
  Facts facts = any_facts();
  RC_ASSERT(through(lens, facts) == facts);
}

RC_GTEST_PROP(Lens, WhatMayNotBePulledNeverEntersTheHub, ()) {
  TestBench bench;
  Link link;
  link.id = LinkId("link");
  link.calendars = {CalendarId("work"), CalendarId("home")};
  link.privacy = any_privacy();
  if (*rc::gen::arbitrary<bool>()) {
    link.direction = Direction::one_way;
    link.from = CalendarId("work");
  }
  bench.links = {link};
  bench.add("work").holds = any_facts();
  bench.add("home");
  RC_ASSERT(bench.settle_down());
  if (!bench.calendars["home"].holds) return;
  bench.calendars["home"].holds = any_facts();
  Lens lens;
  lens.role = Role::copy;
  lens.pullable = link.direction == Direction::two_way;
  lens.masks = {link.privacy};
  Facts before = bench.hub.facts();
  RC_ASSERT(bench.settle_down());
  Facts after = bench.hub.facts();
  bool moved = before.get("when") != after.get("when") || before.get("recurrence") != after.get("recurrence");
  for (const auto& change : calendar::difference(before, after)) {
    // An occurrence that goes, or moves with its series, takes everything along.
    std::string_view slot = calendar::slot_of(change.path);
    if (!slot.empty() && (moved || after.get("overrides/" + std::string(slot)) == "excluded")) continue;
    if (!may_pull(lens, change.path)) RC_FAIL(change.path + " was pulled");
  }
}

RC_GTEST_PROP(Lens, AnyTwoVersionsComeToRestAndAgree, ()) {
  TestBench bench;
  Link link;
  link.id = LinkId("link");
  link.calendars = {CalendarId("work"), CalendarId("home"), CalendarId("phone")};
  bench.links = {link};
  for (const char* name : {"work", "home", "phone"}) bench.add(name);
  bench.calendars["work"].holds = any_facts();
  RC_ASSERT(bench.settle_down());
  for (const char* name : {"home", "phone"})
    if (*rc::gen::arbitrary<bool>()) bench.calendars[name].holds = any_facts();
  RC_ASSERT(bench.settle_down());
  Facts at_work = told(bench.facts("work"));
  RC_ASSERT(told(bench.facts("home")) == at_work);
  RC_ASSERT(told(bench.facts("phone")) == at_work);
}

TEST(Lens, AnAnswerIsNoEditAndAnInvitationIsOne) {
  const std::string bob = "attendees/mailto:bob@example.org";
  EXPECT_FALSE(is_edit(bob, "name=Bob", "name=Bob\nparticipation=accepted"));
  EXPECT_FALSE(is_edit(bob, "1", "participation=declined"));
  EXPECT_FALSE(is_edit(bob, "name=Bob", "SCHEDULE-STATUS=1.2\nname=Bob"));
  EXPECT_FALSE(is_edit("overrides/2026-03-09T09:00:00/" + bob, "1", "participation=declined"));
  EXPECT_TRUE(is_edit(bob, std::nullopt, "name=Bob"));
  EXPECT_TRUE(is_edit(bob, "name=Bob", std::nullopt));
  EXPECT_TRUE(is_edit(bob, "name=Bob", "name=Bob\nrole=chair"));
  EXPECT_TRUE(is_edit("title", "a", "b"));
  EXPECT_FALSE(is_edit("title", "a", "a"));
}

TEST(Lens, ATitleTemplateIsFilled) {
  Lens lens;
  lens.origin = "work";
  Privacy privacy;
  privacy.title = "{calendar}: {title} {nothing}";
  lens.masks = {privacy};
  EXPECT_EQ(through(lens, {{"title", "Lunch"}, {"when", "x"}}).get("title"), "work: Lunch {nothing}");
}

}  // namespace
}  // namespace kalends::sync
