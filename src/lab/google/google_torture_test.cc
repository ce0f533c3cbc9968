// People edit the same events at the simulated service and in a calendar in memory, answers get lost, tokens die; then
// everybody rests, and both show the same. Drawn from a seed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "lab/google/test_cycle.h"

namespace kalends::lab {
namespace {

using testing::IsEmpty;

class Torture : public CycleTest, public testing::WithParamInterface<std::tuple<Way, int>> {
 protected:
  Torture() : CycleTest(std::get<0>(GetParam()).habits) {}

  int number(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }
  bool chance(int percent) { return number(1, 100) <= percent; }
  std::string word() { return "word" + std::to_string(number(1, 999)); }

  static std::string when(int day, int hour, const char* zone = "Europe/Berlin") {
    char text[64];
    std::snprintf(text, sizeof text, "zoned 2026-03-%02dT%02d:00:00 PT1H %s", day, hour, zone);
    return text;
  }
  Facts drawn() {
    Facts out{{"title", word()}, {"when", when(number(2, 6), number(8, 16))}};
    if (chance(30)) out.set("when", "all-day 2026-03-0" + std::to_string(number(2, 6)) + " P1D");
    if (chance(60))
      out.set("recurrence", chance(50) ? "RRULE:FREQ=DAILY;COUNT=8" : "RRULE:FREQ=WEEKLY;COUNT=4");
    if (chance(30)) out.set("location", word());
    if (chance(20)) out.set("categories/" + word(), "1");
    return out;
  }

  // A slot that the series has by its rule.
  static std::string slot(const Facts& facts, int n) {
    const auto when = calendar::from_facts(facts)->when;
    const bool daily = facts.get("recurrence").find("DAILY") != std::string::npos;
    return calendar::to_string(calendar::LocalTime{when.start.seconds + n * 86400 * (daily ? 1 : 7)});
  }

  void edit_here() {
    const auto list = server_.list();
    if (list.size() < 4 || chance(15)) {
      server_.put(drawn(), "uid" + std::to_string(++made_));
      return;
    }
    const auto& one = list[static_cast<std::size_t>(number(0, static_cast<int>(list.size()) - 1))];
    if (chance(5)) {
      server_.erase(one.id);
      return;
    }
    server_.edit(one.id, [&](Facts& facts) {
      const bool series = facts.find("recurrence");
      switch (number(0, series ? 6 : 2)) {
        case 0: facts.set("title", word()); break;
        case 1: facts.set("location", word()); break;
        case 2:
          if (!series && facts.get("when").starts_with("zoned"))
            facts.set("when", when(number(2, 20), number(8, 16)));
          break;
        case 3:
        case 4: {
          const std::string path = "overrides/" + slot(facts, number(1, 3));
          facts.erase_under(path);
          facts.set(path, "changed");
          facts.set(path + "/title", word());
          break;
        }
        case 5: {
          const std::string path = "overrides/" + slot(facts, number(1, 3));
          facts.erase_under(path);
          facts.set(path, "excluded");
          break;
        }
        default: facts.erase_under("overrides/"); break;
      }
    });
  }

  void edit_there() {
    std::vector<Json> masters;
    for (const Json& event : all_of(""))
      if (!event.find("recurringEventId") && text_of(event, "status") != "cancelled")
        masters.push_back(event);
    if (masters.size() < 4 || chance(15)) {
      Json body = Json::object();
      const std::string day = "2026-03-0" + std::to_string(number(2, 6));
      body.set("summary", word());
      body.set("start", Json::object().set("dateTime", day + "T10:00:00").set("timeZone", "Europe/Berlin"));
      body.set("end", Json::object().set("dateTime", day + "T11:00:00").set("timeZone", "Europe/Berlin"));
      if (chance(50)) body.set("recurrence", Json::array().push("RRULE:FREQ=DAILY;COUNT=6"));
      desk_.ok("POST", kEvents, body.dump());
      return;
    }
    const Json& one = masters[static_cast<std::size_t>(number(0, static_cast<int>(masters.size()) - 1))];
    const std::string path = std::string(kEvents) + "/" + text_of(one, "id");
    if (chance(5)) {
      desk_.call("DELETE", path);
      return;
    }
    if (chance(40) || !one.find("recurrence")) {
      desk_.ok("PATCH", path, Json::object().set(chance(50) ? "summary" : "description", word()).dump());
      return;
    }
    const auto occurrences = all_of("/" + text_of(one, "id") + "/instances");
    if (occurrences.empty()) return;
    const Json& occurrence =
        occurrences[static_cast<std::size_t>(number(0, static_cast<int>(occurrences.size()) - 1))];
    const std::string its = std::string(kEvents) + "/" + text_of(occurrence, "id");
    if (chance(30))
      desk_.call("DELETE", its);
    else
      desk_.ok("PATCH", its, Json::object().set(chance(60) ? "summary" : "location", word()).dump());
  }

  void accident() {
    switch (number(0, 5)) {
      case 0:
        desk_.http.faults().add(
            {.kind = Fault::Kind::timeout_after, .method = chance(50) ? "PATCH" : "POST"});
        break;
      case 1:
        desk_.http.faults().add({.kind = Fault::Kind::refuse, .status = 503, .skip = number(0, 4)});
        break;
      case 2:
        desk_.http.faults().add({.kind = Fault::Kind::refuse,
                                 .status = 403,
                                 .reason = "userRateLimitExceeded",
                                 .skip = number(0, 6)});
        break;
      case 3: desk_.google.reset_deltas(kAnn); break;
      default: break;
    }
  }

  // What each side shows, of whole events, in the form in which both can be told.
  std::vector<std::string> shown_there() {
    std::map<RemoteId, sync::Items> events;
    const auto changes = google_.changes("", [](const RemoteId&) { return std::string(); });
    EXPECT_TRUE(changes);
    for (const auto& item : changes->items)
      events[item.part_of ? item.part_of->master : item.id][item.part_of ? item.part_of->slot : ""] =
          item.facts;
    std::vector<std::string> out;
    for (const auto& [id, items] : events) out.push_back(text(google_.project(sync::gather(items))));
    std::ranges::sort(out);
    return out;
  }
  std::vector<std::string> shown_here() {
    std::vector<std::string> out;
    for (const auto& stored : server_.list()) out.push_back(text(google_.project(stored.facts)));
    std::ranges::sort(out);
    return out;
  }
  static std::string text(const Facts& facts) {
    std::string out;
    for (const auto& [path, value] : facts) out += path + "=" + value + "; ";
    return out;
  }

  std::mt19937_64 random_{static_cast<std::uint64_t>(std::get<1>(GetParam()))};
  int made_ = 0;
};

TEST_P(Torture, BothShowTheSameWhenEverybodyRests) {
  for (int round = 0; round < 12; ++round) {
    for (int n = number(0, 3); n > 0; --n) edit_here();
    for (int n = number(0, 3); n > 0; --n) edit_there();
    if (chance(40)) accident();
    sync(Errors::allowed);
    desk_.http.faults().clear();
  }
  for (int n = 0; n < 3; ++n) sync(Errors::allowed);
  EXPECT_EQ(shown_there(), shown_here());
  expect_quiet();
  EXPECT_THAT(desk_.google.outbox(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Google, Torture, testing::Combine(testing::ValuesIn(ways()), testing::Range(1, 41)),
                         [](const auto& param) {
                           return std::string(std::get<0>(param.param).name) + "_" +
                                  std::to_string(std::get<1>(param.param));
                         });

}  // namespace
}  // namespace kalends::lab
