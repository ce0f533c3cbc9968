#include "app/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <filesystem>
#include <fstream>

#include "sync/lens.h"

namespace kalends::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

bool is_zone(std::string_view name) { return name == "Europe/Berlin"; }

std::expected<Config, std::vector<Problem>> parse(std::string_view text) {
  return parse_config(text, "kalends.toml", "/etc/kalends", is_zone);
}

// The one problem that `text` has, as it is printed.
std::string problem(std::string_view text) {
  const auto config = parse(text);
  if (config) return "no problem";
  return to_string("k", config.error());
}

constexpr std::string_view kTwo = R"([[calendar]]
id = "work"
provider = "caldav"
url = "https://example.org/alice/"
[[calendar]]
id = "notes"
provider = "obsidian"
path = "vault/Calendar"
)";

std::string with(std::string_view link) { return std::string(kTwo) + std::string(link); }

TEST(Config, OneCalendarUnderTwoIdsIsTheOnlyProblemOfItsLinks) {
  const auto config =
      parse(with("[[calendar]]\nid = 'again'\nprovider = 'obsidian'\npath = 'vault/Calendar'\n"
                 "[[link]]\ncalendars = ['again', 'work']\n"));
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().size(), 1u) << to_string("k", config.error());
}

TEST(Config, ReadsTheDocumentedExample) {
  const auto config = parse(R"toml(
[store]
url = "sqlite:data/kalends.db"

[[calendar]]
id = "work"
provider = "caldav"
url = "http://127.0.0.1:5232/alice/office/"     # a collection, or a server to discover with name = "Work"
username = "alice"
password = { env = "WORK_PASSWORD" }

[[calendar]]
id = "notes"
provider = "obsidian"
path = "vault/Calendar"
end_date = "inclusive"
zone = "Europe/Berlin"

[[calendar]]
id = "holidays"
provider = "ics"
url = "file:holidays.ics"

[[link]]
calendars = ["work", "notes"]
direction = "one-way"
from = "work"
conflict = "prefer:work"
privacy = { title = "Busy ({calendar})", drop = ["description", "attendees"] }
filter = { title = "^Team", category = ["Work"], all_day = false, busy = true, past_days = 30, future_days = 400 }
)toml");
  ASSERT_TRUE(config) << to_string("k", config.error());
  EXPECT_EQ(config->store_path, "/etc/kalends/data/kalends.db");
  ASSERT_EQ(config->calendars.size(), 3u);
  const CalendarConfig& work = config->calendars[0];
  EXPECT_EQ(work.username, "alice");
  EXPECT_EQ(work.password, (Secret{Secret::Source::environment, "WORK_PASSWORD", {}}));
  EXPECT_EQ(config->calendars[1].path, "/etc/kalends/vault/Calendar");
  EXPECT_EQ(config->calendars[1].end_date, EndDate::inclusive);
  EXPECT_EQ(config->calendars[1].zone, "Europe/Berlin");
  EXPECT_EQ(config->calendars[2].url, "file:/etc/kalends/holidays.ics");
  EXPECT_FALSE(config->calendars[2].writable());
  ASSERT_EQ(config->links.size(), 1u);
  const sync::Link& link = config->links[0];
  EXPECT_EQ(link.id.value, "work>notes");
  EXPECT_EQ(link.direction, sync::Direction::one_way);
  EXPECT_EQ(link.from.value, "work");
  EXPECT_EQ(link.conflict.rest, (sync::Policy{sync::Policy::Kind::prefer, CalendarId("work")}));
  EXPECT_TRUE(link.conflict.fields.empty());
  EXPECT_EQ(link.privacy.title, "Busy ({calendar})");
  EXPECT_FALSE(link.privacy.mask);
  EXPECT_THAT(link.privacy.drop, ElementsAre("description", "attendees"));
  EXPECT_EQ(link.filter.title, "^Team");
  EXPECT_EQ(link.filter.all_day, false);
  EXPECT_EQ(link.filter.future_days, 400);
}

TEST(Config, DefaultsAreTwoWayNewestFullAndAStoreBesideTheFile) {
  const auto config = parse(with("[[link]]\ncalendars = ['work', 'notes']\n"));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->store_path, "/etc/kalends/kalends.db");
  EXPECT_EQ(config->links[0].direction, sync::Direction::two_way);
  EXPECT_EQ(config->links[0].conflict, sync::Policies{});
  EXPECT_TRUE(config->links[0].privacy.full());
  EXPECT_TRUE(config->links[0].filter.empty());
  EXPECT_EQ(config->links[0].id.value, "work+notes");
}

TEST(Config, ACategoryIsAPatternOrAListOfNames) {
  const auto pattern = parse(
      with("[[link]]\ncalendars = ['work', 'notes']\nfilter = { category = '^team', time = 'Mon|Tue' }\n"));
  ASSERT_TRUE(pattern) << to_string("k", pattern.error());
  EXPECT_EQ(pattern->links[0].filter.category, "^team");
  EXPECT_EQ(pattern->links[0].filter.time, "Mon|Tue");
  EXPECT_TRUE(pattern->links[0].filter.categories.empty());
  const auto names =
      parse(with("[[link]]\ncalendars = ['work', 'notes']\nfilter = { category = ['a', '('] }\n"));
  ASSERT_TRUE(names) << to_string("k", names.error());
  EXPECT_FALSE(names->links[0].filter.category);
  EXPECT_THAT(names->links[0].filter.categories, ElementsAre("a", "("));
}

TEST(Config, AConflictMayBeSettledFieldByField) {
  using Kind = sync::Policy::Kind;
  const auto config = parse(with(R"(
[[link]]
calendars = ["work", "notes"]
[link.conflict]
default = "hub"
title = "prefer:work"
description = "ask"
when = "both"
recurrence = "both"
attendees = "newest"
)"));
  ASSERT_TRUE(config) << to_string("k", config.error());
  const sync::Policies& policies = config->links[0].conflict;
  EXPECT_EQ(policies.rest, (sync::Policy{Kind::hub, {}}));
  EXPECT_EQ(policies.fields.size(), 4u);
  EXPECT_EQ(sync::policy_of(policies, "title"), (sync::Policy{Kind::prefer, CalendarId("work")}));
  EXPECT_EQ(sync::policy_of(policies, "overrides/2026-03-02T09:00:00/description").kind, Kind::ask);
  EXPECT_EQ(sync::policy_of(policies, "recurrence").kind, Kind::both);
  EXPECT_EQ(sync::policy_of(policies, "attendees/mailto:a@b.c").kind, Kind::newest);
  EXPECT_EQ(sync::policy_of(policies, "location").kind, Kind::hub);
}

TEST(Config, SecretsComeFromThreePlaces) {
  const auto config = parse(R"([[calendar]]
id = "a"
provider = "caldav"
url = "https://example.org/"
username = "alice"
password = { command = ["pass", "show", "cal"] }
[[calendar]]
id = "b"
provider = "caldav"
url = "https://example.org/"
token = { file = "secret/token" }
)");
  ASSERT_TRUE(config) << to_string("k", config.error());
  EXPECT_THAT(config->calendars[0].password->command, ElementsAre("pass", "show", "cal"));
  EXPECT_EQ(config->calendars[1].token->text, "/etc/kalends/secret/token");
}

TEST(Config, WhatIsLegalWithoutMore) {
  EXPECT_TRUE(parse(""));
  EXPECT_TRUE(parse(kTwo));
  EXPECT_TRUE(
      parse(with("[[link]]\ncalendars = ['work', 'notes']\nprivacy = 'busy'\n"
                 "[[link]]\ncalendars = ['notes', 'work']\ndirection = 'one-way'\nfrom = 'notes'\n")));
}

TEST(Config, EveryProblemIsToldInOneGoWithItsPlaceAndTheNearestWord) {
  EXPECT_EQ(problem(R"([[calendar]]
id = "work"
provder = "caldav"
provider = "caldavv"
[[calendar]]
id = "notes"
provider = "obsidian"
path = 5
[[link]]
calendars = ["work", "nots"]
dirction = "two-way"
conflict = "newst"
)"),
            "k:3:1: [[calendar]] has no key \"provder\"; did you mean \"provider\"?\n"
            "k:4:12: \"caldavv\" is no provider; did you mean \"caldav\"?\n"
            "k:8:8: \"path\" should be a text in quotes, and this is a number.\n"
            "k:10:13: There is no calendar \"nots\"; did you mean \"notes\"?\n"
            "k:11:1: [[link]] has no key \"dirction\"; did you mean \"direction\"?\n"
            "k:12:12: \"newst\" is no way to settle a conflict; did you mean \"newest\"?");
}

struct Case {
  const char* text;
  const char* message;
};

class ConfigProblem : public ::testing::TestWithParam<Case> {};

TEST_P(ConfigProblem, IsTold) { EXPECT_THAT(problem(with(GetParam().text)), HasSubstr(GetParam().message)); }

INSTANTIATE_TEST_SUITE_P(
    Links, ConfigProblem,
    ::testing::Values(
        Case{"[[link]]\n", "k:9:1: [[link]] needs calendars"},
        Case{"[[link]]\ncalendars = 'work'\n", "k:10:13: A link ties at least two"},
        Case{"[[link]]\ncalendars = 3\n",
             "k:10:13: \"calendars\" should be a list of texts, and this is a number."},
        Case{"[[link]]\ncalendars = ['work', 'work', 'notes']\n", "\"work\" stands twice"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\ndirection = 'one-way'\n",
             "k:11:13: A one-way link needs from"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nfrom = 'work'\n",
             "k:11:8: \"from\" belongs to a one-way"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\ndirection = 'one-way'\nfrom = 'wrok'\n",
             "did you mean \"work\"?"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nconflict = 'prefer:wrk'\n",
             "did you mean \"prefer:work\"?"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nconflict = { titel = 'ask' }\n",
             "k:11:14: conflict has no key \"titel\"; did you mean \"title\"?"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nconflict = { title = 'aks' }\n",
             "k:11:22: \"aks\" is no way to settle a conflict; did you mean \"ask\"?"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nconflict = { title = 'prefer:wrk' }\n",
             "did you mean \"prefer:work\"?"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nconflict = { when = 'hub', recurrence = 'ask' }\n",
             "k:11:41: The time and the recurrence of an event are decided together"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nconflict = { recurrence = 'ask' }\n",
             "leave \"recurrence\" out, and \"when\" settles both"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nconflict = { categories = 'both' }\n",
             "\"categories\" is a set: what both sides add is kept anyway"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nconflict = { organizer = 'both' }\n",
             "invites nobody"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nconflict = ['ask']\n", "should be a text like"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nprivacy = 'ful'\n", "did you mean \"full\"?"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nprivacy = { drop = ['atendees'] }\n",
             "did you mean \"attendees\"?"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nfilter = { title = '(' }\n",
             "is no regular expression"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nfilter = { category = '[' }\n",
             "k:11:23: \"[\" is no regular expression: missing ]: [; write it in RE2's syntax"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nfilter = { category = [] }\n", "needs names"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nfilter = { category = [''] }\n", "needs names"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nprivacy = { title = 'Busy {titel}' }\n",
             "\"{titel}\" is no placeholder; did you mean \"{title}\"?"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nfilter = { time = '9:(' }\n",
             "k:11:19: \"9:(\" is no regular expression"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nfilter = { tme = 'Mon' }\n", "did you mean \"time\"?"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nfilter = { time = 9 }\n", "should be a text"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nfilter = { past_days = -1 }\n", "counts days, from 0"},
        Case{"[[link]]\ncalendars = ['work', 'notes']\nfilter = { all_day = 'no' }\n", "true or false"},
        Case{"[link]\ncalendars = ['work', 'notes']\n", "write [[link]], with two brackets"},
        Case{"[[calendar]]\nid = 'f'\nprovider = 'ics'\nurl = 'file:f.ics'\n[[link]]\ncalendars = ['work', "
             "'f']\n"
             "direction = 'one-way'\nfrom = 'work'\n",
             "feeds are read-only"}));

INSTANTIATE_TEST_SUITE_P(
    Calendars, ConfigProblem,
    ::testing::Values(
        Case{"[[calendar]]\nprovider = 'ics'\nurl = 'file:x.ics'\n", "k:9:1: [[calendar]] needs an id."},
        Case{"[[calendar]]\nid = 'work'\nprovider = 'ics'\nurl = 'file:x.ics'\n",
             "k:9:1: The id \"work\" is taken by the calendar of line 1."},
        Case{"[[calendar]]\nid = 'again'\nprovider = 'obsidian'\npath = './vault/x/../Calendar/'\n",
             "k:9:1: \"again\" is the same calendar as \"notes\" of line 5"},
        Case{"[[calendar]]\nid = 'again'\nprovider = 'caldav'\nurl = 'HTTPS://Example.org:443/%61lice'\n",
             "k:9:1: \"again\" is the same calendar as \"work\" of line 1"},
        Case{"[[calendar]]\nid = 'other'\nprovider = 'caldav'\nurl = 'https://example.org/alice/'\nname = "
             "'Team'\n",
             "no problem"},
        Case{"[[calendar]]\nid = 'b'\nprovider = 'caldav'\nurl = 'https://example.org/alice/'\nusername = "
             "'b'\n"
             "password = 'b'\n",
             "no problem"},
        Case{"[[calendar]]\nid = 'hub'\nprovider = 'ics'\nurl = 'file:x.ics'\n", "means something else"},
        Case{"[[calendar]]\nid = 'a b'\nprovider = 'ics'\nurl = 'file:x.ics'\n", "is no id"},
        Case{"[[calendar]]\nid = 'x'\nprovider = 'ics'\nurl = 'ftp://x'\n", "is no address"},
        Case{"[[calendar]]\nid = 'x'\nprovider = 'caldav'\nurl = 'https://a:b@example.org/'\n",
             "A url carries no name and password"},
        Case{"[[calendar]]\nid = 'x'\nprovider = 'caldav'\npath = 'v'\nurl = 'https://example.org/'\n",
             "\"path\" means nothing to the provider \"caldav\", which takes url, name"},
        Case{"[[calendar]]\nid = 'x'\nprovider = 'caldav'\nurl = 'https://example.org/'\nusername = 'a'\n",
             "username and password belong together"},
        Case{"[[calendar]]\nid = 'x'\nprovider = 'caldav'\nurl = 'https://example.org/'\nusername = 'a'\n"
             "password = { evn = 'X' }\n",
             "did you mean \"env\"?"},
        Case{"[[calendar]]\nid = 'x'\nprovider = 'obsidian'\npath = 'v'\nzone = 'Europe/Belin'\n",
             "is no time zone"},
        Case{"[[calendar]]\nid = 'g'\nprovider = 'google'\ntoken = { env = 'T' }\n", "no problem"},
        Case{"[[calendar]]\nid = 'g'\nprovider = 'google'\ncalendar = 'primary'\n", "needs a token"},
        Case{"[[calendar]]\nid = 'g'\nprovider = 'google'\ntoken = 't'\nusername = 'a'\n",
             "\"username\" means nothing to the provider \"google\", which takes calendar, token, url"},
        Case{"[[calendar]]\nid = 'g'\nprovider = 'google'\ntoken = 't'\nurl = 'localhost'\n",
             "is no address"},
        Case{"[[calendar]]\nid = 'g'\nprovider = 'google'\ntoken = { env = 'T' }\n"
             "[[calendar]]\nid = 'h'\nprovider = 'google'\ntoken = { env = 'T' }\ncalendar = 'primary'\n",
             "\"h\" is the same calendar as \"g\""},
        Case{"[[calendar]]\nid = 'g'\nprovider = 'google'\ntoken = { env = 'T' }\n"
             "[[calendar]]\nid = 'h'\nprovider = 'google'\ntoken = { env = 'U' }\n",
             "no problem"},
        Case{
            "[[calendar]]\nid = 'g'\nprovider = 'google'\ntoken = { env = 'T' }\ncalendar = 'a@example.org'\n"
            "[[calendar]]\nid = 'h'\nprovider = 'google'\ntoken = { env = 'U' }\ncalendar = "
            "'a@example.org'\n",
            "\"h\" is the same calendar as \"g\""},
        Case{"[store]\nurl = 'postgres:x'\n", "is no store"},
        Case{"[sotre]\nurl = 'sqlite:x'\n", "\"store\"?"}));

TEST(Config, BrokenTomlNamesItsPlace) { EXPECT_THAT(problem("[store\nurl = 1\n"), HasSubstr("k:1:7: ")); }

TEST(Config, AMissingFileIsOneSentence) {
  const auto config = read_config("/nonexistent/kalends.toml", is_zone);
  ASSERT_FALSE(config);
  EXPECT_THAT(to_string("/nonexistent/kalends.toml", config.error()), HasSubstr("There is no such file"));
}

TEST(Config, AMisspeltKeyIsOneProblem) {
  const auto config = parse_config(
      "[[calendar]]\nid = 'x'\nprovider = 'caldav'\nurl = 'https://example.org/'\nusername = 'a'\npasword = "
      "'b'\n",
      "k", "/", [](std::string_view) { return true; });
  ASSERT_FALSE(config);
  EXPECT_EQ(to_string("k", config.error()),
            "k:6:1: [[calendar]] has no key \"pasword\"; did you mean \"password\"?");
}

TEST(Config, WhatIsNoTomlIsAProblemWithItsPlace) {
  const auto place_of = [](const std::string& text) {
    const auto config = parse_config(text, "kalends.toml", "/desk", [](std::string_view) { return true; });
    return config ? Place{} : config.error().front().place;
  };
  EXPECT_EQ(place_of("[[+a"), (Place{1, 3})) << "no key begins like that";
  EXPECT_EQ(place_of("\n\xC3\xABtat = 1\n"), (Place{2, 1})) << "a key outside of ASCII has no quotes";
  EXPECT_EQ(place_of("[[\x13 calendar]]"), (Place{1, 3}));
  EXPECT_EQ(place_of("# \xC3\xAB\x7F"), (Place{1, 4})) << "columns count characters";
  EXPECT_EQ(place_of(std::string("a = 1\n\0", 7)), (Place{2, 1}));
}

TEST(Config, FilesIdsAndDaysGoJustToTheirBounds) {
  const auto with = [](std::size_t id, int days) {
    return parse_config("[[calendar]]\nid = '" + std::string(id, 'a') +
                            "'\nprovider = 'obsidian'\npath = 'p'\n[[calendar]]\nid = 'b'\nprovider = "
                            "'obsidian'\npath = "
                            "'q'\n[[link]]\ncalendars = ['" +
                            std::string(id, 'a') + "', 'b']\nfilter = { past_days = " + std::to_string(days) +
                            " }\n",
                        "kalends.toml", "/desk", [](std::string_view) { return true; })
        .has_value();
  };
  EXPECT_TRUE(with(64, 100'000));
  EXPECT_FALSE(with(65, 100'000));
  EXPECT_FALSE(with(64, 100'001));
  const auto path = std::filesystem::temp_directory_path() / ("kalends-config-" + std::to_string(::getpid()));
  for (const std::size_t size : {std::size_t{1} << 20, (std::size_t{1} << 20) + 1}) {
    std::ofstream(path) << "#" << std::string(size - 1, 'x');
    EXPECT_EQ(read_config(path, [](std::string_view) { return true; }).has_value(),
              size == std::size_t{1} << 20);
  }
  std::filesystem::remove(path);
}

TEST(Config, TablesAndListsAreNestedJustToABound) {
  const auto nested = [](int depth) {
    std::string key = "[a", list = "a = ";
    for (int i = 1; i < depth; ++i) key += ".a";
    return std::pair{parse_toml(key + "]\n").has_value(),
                     parse_toml(list + std::string(depth, '[') + std::string(depth, ']') + "\n").has_value()};
  };
  EXPECT_EQ(nested(kMaxTomlDepth), std::pair(true, true));
  EXPECT_EQ(nested(kMaxTomlDepth + 1), std::pair(false, false));
  EXPECT_EQ(nested(100'000), std::pair(false, false));
}

}  // namespace
}  // namespace kalends::app
