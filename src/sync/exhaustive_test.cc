// Small scope, all of it: every base, hub, replica, listing, capability, direction, mask and policy for one field, and
// pairs of fields at places that lack one of them or could not be looked at.
#include "sync/exhaustive_bench.h"

namespace kalends::sync {
namespace {

using namespace exhaustive;

void all_values(const std::string& path, const std::vector<Value>& values) {
  Checker checker;
  for (const Value& base : {values[0], values[1]})
    for (const Value& a : values)
      for (const Value& b : values) everywhere(checker, {{{path, base, a, b}}});
  EXPECT_GE(checker.cases(), 10'000);
}

TEST(Exhaustive, ARegister) { all_values("location", {std::nullopt, "secret 1", "secret 2", "secret 3"}); }

TEST(Exhaustive, AnElement) {
  all_values("categories/x", {std::nullopt, "secret 1", "secret 2", "secret 3"});
}

TEST(Exhaustive, TheTime) {
  all_values("when",
             {kWhen, "zoned 2026-03-03T09:00:00 PT1H Etc/UTC", "zoned 2026-03-04T09:00:00 PT1H Etc/UTC"});
}

void all_pairs(const std::string& first, const std::vector<Value>& values, const std::string& second,
               const std::vector<Value>& others) {
  Checker checker;
  for (const Value& a : values)
    for (const Value& b : values)
      for (const Value& c : others)
        for (const Value& d : others) {
          Case one{{{first, values[0], a, b}, {second, others[0], c, d}}};
          for (Seen seen_b : kSeen)
            for (Shape shape : {Shape::plain, Shape::lacks})
              for (Tie tie : kTies)
                for (Policy::Kind policy : {Policy::Kind::newest, Policy::Kind::both, Policy::Kind::ask}) {
                  one.b = seen_b;
                  one.shape = shape;
                  one.tie = tie;
                  one.policy = policy;
                  checker.run(one);
                }
        }
  EXPECT_GE(checker.cases(), 3'000);
}

TEST(Exhaustive, TwoRegisters) {
  all_pairs("location", {std::nullopt, "secret 1", "secret 2"}, "url",
            {"https://secret.example", std::nullopt});
}

// With policies per field, each field fares as if its policy were that of the whole link.
void by_its_own(const Case& c, int& cases) {
  auto run = [](const Case& one) {
    TestBench bench = agreed(one, false);
    edit(bench, one);
    EXPECT_TRUE(bench.settle_down()) << describe(one);
    return bench;
  };
  std::map<Policy::Kind, TestBench> alone;
  for (Policy::Kind policy : kPolicies) {
    Case one = c;
    one.policy = policy;
    alone.emplace(policy, run(one));
  }
  for (Policy::Kind first : kPolicies) {
    for (Policy::Kind second : kPolicies) {
      Case one = c;
      one.policy = Policy::Kind::hub;
      one.own = {first, second};
      const TestBench bench = run(one);
      ++cases;
      for (std::size_t i = 0; i < 2; ++i) {
        const std::string& path = one.fields[i].path;
        EXPECT_EQ(fate_of(bench, path), fate_of(alone.at(one.own[i]), path))
            << path << " with " << static_cast<int>(first) << ", " << static_cast<int>(second) << "; "
            << describe(one);
      }
    }
  }
}

TEST(Exhaustive, EachFieldGoesByItsOwnPolicy) {
  int cases = 0, calls = 0;
  const Value old = "secret 0", one = "secret 1", two = "secret 2";
  for (const char* second : {"url", "categories/x"})
    for (const Value& a : {old, one, Value()})
      for (const Value& b : {old, two, Value()})
        for (const Value& c : {old, one})
          for (const Value& d : {old, two})
            for (Seen seen_b : kSeen)
              for (Tie tie : {Tie::two_way, Tie::from_a, Tie::drop})
                for (bool pair : {false, true}) {
                  Case both{{{"location", old, a, b}, {second, old, c, d}}};
                  both.b = seen_b;
                  both.tie = tie;
                  both.pair = pair;
                  both.a_is_newer = pair;
                  if (++calls % kEach == 0) by_its_own(both, cases);
                }
  EXPECT_GE(cases, 30'000 / kEach);
}

TEST(Exhaustive, TimeAndRecurrence) {
  all_pairs("when",
            {kWhen, "zoned 2026-03-02T10:00:00 PT1H Etc/UTC", "zoned 2026-03-02T11:00:00 PT1H Etc/UTC"},
            "recurrence", {"RRULE:FREQ=WEEKLY", "RRULE:FREQ=DAILY", std::nullopt});
}

TEST(Exhaustive, AnOccurrence) {
  const std::string slot = "overrides/2026-03-02T09:00:00";
  all_pairs(slot, {"changed", "excluded", std::nullopt}, slot + "/location",
            {"secret 1", "secret 2", std::nullopt});
  all_pairs(slot, {std::nullopt, "excluded", "changed"}, slot + "/location",
            {std::nullopt, "secret 2", "secret 3"});
}

}  // namespace
}  // namespace kalends::sync
