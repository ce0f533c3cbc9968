#include "sync/lens.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "calendar/parameters.h"
#include "sync/bench.h"

namespace kalends::sync {
namespace {

using calendar::Facts;

// Where the parameters of that owner stand when the event says these facts.
std::string parameters_path(Facts facts, const std::string& owner) {
  auto event = calendar::from_facts(facts);
  event->parameters[owner] = ";X=1";
  return calendar::difference(facts, calendar::to_facts(*event)).front().path;
}

const std::string kWhen = "zoned 2026-03-02T01:00:00 PT1H Etc/UTC";  // the first of value_of
const std::string kTitleParameters = parameters_path({{"when", kWhen}, {"title", "secret 1"}}, "title");
const std::string kWhenParameters = parameters_path({{"when", kWhen}}, "when/DTSTART");

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
                                         kTitleParameters,
                                         kWhenParameters,
                                         "attachments/https:%2F%2Fexample.org%2Fsecret",
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
    // Parameters go with the value that they belong to.
    if (calendar::is_parameters(change.path) && !change.after) continue;
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

TEST(Lens, ParametersHideWithTheirField) {
  calendar::Event event;
  event.when.duration = {1, 0};
  event.title = "Lunch";
  event.description = "Soup";
  event.attachments = {"https://example.org/menu"};
  event.parameters = {{"title", ";LANGUAGE=de"},
                      {"description", ";ALTREP=\"cid:1\""},
                      {"when/DTSTART", ";X-A=1"},
                      {calendar::owner_of_element("attachments", event.attachments[0]), ";SIZE=7"}};
  const Facts hub = calendar::to_facts(event);
  const auto seen = [&](const Privacy& privacy) {
    Lens lens;
    lens.masks = {privacy};
    return calendar::from_facts(through(lens, hub))->parameters;
  };
  EXPECT_EQ(seen({}), event.parameters);
  Privacy drop;
  drop.drop = {"description", "attachments"};
  EXPECT_EQ(seen(drop), (calendar::Parameters{{"title", ";LANGUAGE=de"}, {"when/DTSTART", ";X-A=1"}}));
  Privacy title;
  title.title = "{title}";
  EXPECT_FALSE(seen(title).contains("title"));
  EXPECT_TRUE(seen(title).contains("description"));
  Privacy busy;
  busy.mask = true;
  EXPECT_EQ(seen(busy), calendar::Parameters());
  Lens lens;
  lens.masks = {busy};
  for (const auto& [path, value] : through(lens, hub)) EXPECT_FALSE(calendar::is_parameters(path)) << path;
}

TEST(Lens, ParametersFollowTheValueTheyCameWith) {
  const auto named = [](const std::string& title, const std::string& parameters) {
    calendar::Event event;
    event.when.duration = {1, 0};
    event.title = title;
    if (!parameters.empty()) event.parameters["title"] = parameters;
    return calendar::to_facts(event);
  };
  TestBench bench;
  Link link;
  link.id = LinkId("link");
  link.calendars = {CalendarId("work"), CalendarId("home")};
  bench.links = {link};
  bench.add("work").holds = named("Lunch", ";LANGUAGE=en");
  bench.add("home");
  ASSERT_TRUE(bench.settle_down());
  EXPECT_EQ(bench.facts("home"), named("Lunch", ";LANGUAGE=en"));
  // Somebody who knows of no parameters writes another title: theirs are not those of the old one.
  bench.calendars["home"].holds->set("title", "Supper");
  ASSERT_TRUE(bench.settle_down());
  EXPECT_EQ(bench.facts("work"), named("Supper", ""));
  EXPECT_EQ(bench.facts("home"), named("Supper", ""));
  EXPECT_EQ(bench.hub.facts(), named("Supper", "")) << "nothing stale stays behind";
  // Both write at once: the title that wins has its own parameters and not the other's.
  bench.calendars["work"].holds = named("Mittagessen", ";LANGUAGE=de");
  bench.calendars["home"].holds = named("Déjeuner", ";LANGUAGE=fr");
  ASSERT_TRUE(bench.settle_down());
  const Facts settled = bench.facts("work");
  EXPECT_EQ(bench.facts("home"), settled);
  EXPECT_EQ(settled, settled.get("title") == "Mittagessen" ? named("Mittagessen", ";LANGUAGE=de")
                                                           : named("Déjeuner", ";LANGUAGE=fr"));
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
