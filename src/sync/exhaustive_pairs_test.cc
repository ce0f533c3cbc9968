// Small scope for two fields at once: every base, hub, replica, direction, mask and policy for both. Beside what must hold
// for any case: fields that are decided one by one fare as if the other had not been touched.
#include "sync/exhaustive_bench.h"

namespace kalends::sync {
namespace {

using namespace exhaustive;

struct Choice {
  std::string path;
  std::vector<Value> values;
};

// Calls with every base, hub and replica of both fields under every tie and policy.
template <class Call>
void each_pair(const Choice& first, const Choice& second, Call call) {
  for (const Value& base1 : first.values)
    for (const Value& base2 : second.values)
      for (const Value& a1 : first.values)
        for (const Value& a2 : second.values)
          for (const Value& b1 : first.values)
            for (const Value& b2 : second.values)
              for (Tie tie : kTies)
                for (Policy::Kind policy : kPolicies)
                  for (bool pair : {false, true}) {
                    Case one{{{first.path, base1, a1, b1}, {second.path, base2, a2, b2}}};
                    one.tie = tie;
                    one.policy = policy;
                    one.pair = pair;
                    one.a_is_newer = pair;
                    call(one);
                  }
}

void every_pair(const Choice& first, const Choice& second, int at_least) {
  Checker checker;
  each_pair(first, second, [&](const Case& one) { checker.run(one); });
  EXPECT_GE(checker.cases(), at_least);
}

std::vector<std::string> fate_in(const Case& c, std::size_t field) {
  TestBench bench = agreed(c, false);
  edit(bench, c);
  EXPECT_TRUE(bench.settle_down()) << describe(c);
  return fate_of(bench, c.fields[field].path);
}

// The fate of one field while the other one is left alone on both sides, worked out once.
class Alone {
 public:
  const std::vector<std::string>& fate(Case c, std::size_t field) {
    Field& other = c.fields[1 - field];
    other.a = other.b = other.base;
    auto [it, inserted] = known_.try_emplace(describe(c));
    if (inserted) it->second = fate_in(c, field);
    return it->second;
  }

 private:
  std::map<std::string, std::vector<std::string>> known_;
};

void independent(const Choice& first, const Choice& second) {
  Alone alone[2];
  int different = 0;
  each_pair(first, second, [&](const Case& one) {
    TestBench bench = agreed(one, false);
    edit(bench, one);
    EXPECT_TRUE(bench.settle_down()) << describe(one);
    for (std::size_t i = 0; i < 2; ++i)
      if (fate_of(bench, one.fields[i].path) != alone[i].fate(one, i) && ++different <= 12)
        ADD_FAILURE() << one.fields[i].path << " fares differently beside another edit\n  " << describe(one);
  });
  EXPECT_EQ(different, 0);
}

const Choice kLocation{"location", {std::nullopt, "secret 1", "secret 2"}};
const Choice kTime{
    "when", {kWhen, "zoned 2026-03-02T10:00:00 PT1H Etc/UTC", "zoned 2026-03-02T11:00:00 PT1H Etc/UTC"}};

TEST(Exhaustive, APairOfRegisters) {
  every_pair(kLocation, {"url", {std::nullopt, "https://secret.example"}}, 10'000);
}

TEST(Exhaustive, ARegisterAndAnElement) {
  every_pair(kLocation, {"categories/x", {std::nullopt, "secret"}}, 10'000);
}

// One decision for both.
TEST(Exhaustive, APairOfTimeAndRecurrence) {
  every_pair(kTime, {"recurrence", {std::nullopt, "RRULE:FREQ=WEEKLY"}}, 10'000);
}

// Under the busy link the time is shown and the place hidden; under the other one the place alone is.
TEST(Exhaustive, AMaskedFieldBesideAFullOne) {
  every_pair({"when", {kTime.values[0], kTime.values[1]}}, kLocation, 10'000);
  every_pair({"description", {std::nullopt, "plain"}}, kLocation, 10'000);
}

TEST(Exhaustive, FieldsDoNotInfluenceOneAnother) {
  independent(kLocation, {"description", {std::nullopt, "plain"}});
  independent(kLocation, {"categories/x", {std::nullopt, "secret"}});
  independent({"when", {kTime.values[0], kTime.values[1]}}, kLocation);
}

}  // namespace
}  // namespace kalends::sync
