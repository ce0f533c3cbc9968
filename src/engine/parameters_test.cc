// Parameters of properties reach the copies with their values, and no copy that may not show them.
#include <fstream>

#include "calendar/parameters.h"
#include "engine/test_bench.h"
#include "ical/text.h"

namespace kalends::engine {
namespace {

// The first event of tests/ical/parameters.ics without its people, who stay at its origin.
calendar::Event full_event() {
  std::ifstream file(KALENDS_SOURCE_DIR "/tests/ical/parameters.ics", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  calendar::Event event = ical::read(text, UtcOnly())->events.front().event;
  event.attendees.clear();
  event.organizer.reset();
  event.overrides.clear();
  for (const char* owner : {"uid", "sequence", "created", "updated", "stamp"}) event.parameters.erase(owner);
  calendar::normalise(event);
  return event;
}

struct Parameters : ::testing::Test {
  Bench bench;
  calendar::Event event = full_event();
  RemoteId original;

  void SetUp() override {
    for (const char* name : {"work", "home", "public"}) bench.add(name);
    bench.link({"work", "home"});
    bench.link({"work", "public"}).privacy.mask = true;
    original = bench.servers["work"]->put(calendar::to_facts(event), "a@x");
    bench.sync();
  }
  calendar::Event at(const std::string& name) { return *calendar::from_facts(bench.only(name)); }
  void edit_copy(const std::string& path, const std::string& value) {
    bench.servers["home"]->edit(bench.servers["home"]->list().front().id,
                                [&](Facts& facts) { facts.set(path, value); });
  }
};

TEST_F(Parameters, ReachAFullCopyAndNoMaskedOne) {
  EXPECT_GE(event.parameters.size(), 20u);
  EXPECT_EQ(at("home").parameters, event.parameters);
  EXPECT_EQ(at("public").parameters, calendar::Parameters());
  for (const auto& [path, value] : bench.only("public")) {
    EXPECT_FALSE(calendar::is_parameters(path)) << path;
    EXPECT_EQ(value.find("X-A"), std::string::npos) << path << " = " << value;
  }
  bench.expect_quiet();
}

TEST_F(Parameters, GoWithTheValueThatAnotherReplaces) {
  edit_copy("title", "Besprechung am Mittag");
  bench.sync();
  EXPECT_EQ(at("work").title, "Besprechung am Mittag");
  calendar::Parameters rest = event.parameters;
  rest.erase("title");
  EXPECT_EQ(at("work").parameters, rest);
  EXPECT_EQ(bench.only("home"), bench.only("work"));
  bench.expect_quiet();
}

TEST_F(Parameters, ComeBackWithTheValueWhenAnEditIsUndone) {
  edit_copy("title", "Besprechung am Mittag");
  const std::int64_t run = bench.sync().run;
  ASSERT_TRUE(bench.engine().undo_run(run));
  bench.sync();
  EXPECT_EQ(at("work").title, event.title);
  EXPECT_EQ(at("work").parameters, event.parameters);
  EXPECT_EQ(at("home").parameters, event.parameters);
  bench.expect_quiet();
}

TEST_F(Parameters, OfAMaskedCopyStayThere) {
  const RemoteId copy = bench.servers["public"]->list().front().id;
  calendar::Event marked = at("public");
  marked.parameters["when/DTSTART"] = ";X-EVE=1";
  bench.servers["public"]->edit(copy, [&](Facts& facts) { facts = calendar::to_facts(marked); });
  bench.sync();
  EXPECT_EQ(at("work").parameters, event.parameters);
  EXPECT_EQ(at("home").parameters, event.parameters);
}

TEST_F(Parameters, OfBothSidesFollowTheTitleThatWins) {
  const auto titled = [&](const char* title, const char* language) {
    calendar::Event changed = event;
    changed.title = title;
    changed.parameters["title"] = language;
    return calendar::to_facts(changed);
  };
  const RemoteId copy = bench.servers["home"]->list().front().id;
  bench.servers["work"]->edit(original, [&](Facts& facts) { facts = titled("Rendez-vous", ";LANGUAGE=fr"); });
  bench.servers["home"]->edit(copy, [&](Facts& facts) { facts = titled("Meeting", ";LANGUAGE=en"); });
  bench.sync();
  const calendar::Event settled = at("work");
  EXPECT_EQ(settled.parameters.at("title"), settled.title == "Meeting" ? ";LANGUAGE=en" : ";LANGUAGE=fr");
  EXPECT_EQ(bench.only("home"), bench.only("work"));
  EXPECT_EQ(bench.engine().conflicts(false)->size(), 1u) << "one conflict, about the title";
  bench.expect_quiet();
}

struct TitlesOfTwo : ::testing::Test {
  Bench bench;

  static calendar::Facts titled(const char* title, const char* language) {
    calendar::Event event = *calendar::from_facts(meeting(title));
    event.parameters["title"] = language;
    return calendar::to_facts(event);
  }
  void SetUp() override {
    for (const char* name : {"work", "home"}) bench.add(name);
    bench.link({"work", "home"}).conflict.fields["title"] = {sync::Policy::Kind::ask, {}};
    bench.servers["work"]->put(titled("Lunch", ";LANGUAGE=de"), "a@x");
    bench.sync();
  }
  void edit(const char* name, const char* title, const char* language) {
    bench.servers[name]->edit(bench.servers[name]->list().front().id,
                              [&](Facts& facts) { facts = titled(title, language); });
  }
};

TEST_F(TitlesOfTwo, WaitWithTheirParametersForAPerson) {
  edit("work", "Repas", ";LANGUAGE=fr");
  edit("home", "Meal", ";LANGUAGE=en");
  for (int cycle = 0; cycle < 2; ++cycle) {
    bench.sync();
    EXPECT_EQ(bench.only("work"), titled("Repas", ";LANGUAGE=fr"));
    EXPECT_EQ(bench.only("home"), titled("Meal", ";LANGUAGE=en"));
  }
  const auto waiting = bench.engine().conflicts(true);
  ASSERT_EQ(waiting->size(), 1u);
  for (const FieldLineage& field : bench.engine().why("a@x")->front().fields)
    EXPECT_NE(field.value, ";LANGUAGE=en") << "those of a title that the event does not have: " << field.path;
  ASSERT_TRUE(bench.engine().resolve(waiting->front().id, Take::calendar, CalendarId("home")));
  bench.sync();
  for (const char* name : {"work", "home"}) EXPECT_EQ(bench.only(name), titled("Meal", ";LANGUAGE=en"));
  bench.expect_quiet();
}

TEST_F(TitlesOfTwo, OfOneTitleAreAConflictThatPeopleCanRead) {
  edit("work", "Lunch", ";LANGUAGE=fr");
  edit("home", "Lunch", ";LANGUAGE=en");
  bench.sync();
  const auto waiting = bench.engine().conflicts(true);
  ASSERT_EQ(waiting->size(), 1u);
  EXPECT_EQ(calendar::path_words(waiting->front().path), "parameters of title");
  EXPECT_EQ(calendar::path_words("title"), "title");
  ASSERT_TRUE(bench.engine().resolve(waiting->front().id, Take::calendar, CalendarId("home")));
  bench.sync();
  for (const char* name : {"work", "home"}) EXPECT_EQ(bench.only(name), titled("Lunch", ";LANGUAGE=en"));
  bench.expect_quiet();
}

}  // namespace
}  // namespace kalends::engine
