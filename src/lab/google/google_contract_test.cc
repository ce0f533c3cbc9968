// The connector against the simulated service: what every provider promises, under each habit that the real service may
// have, and what is asked of the service on the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "lab/google/test_desk.h"
#include "lab/google/test_ways.h"
#include "ports/provider_contract.h"
#include "provider/google/google_provider.h"

namespace kalends::lab {
namespace {

using provider::google::GoogleProvider;

class GoogleHarness : public ports::ProviderHarness {
 public:
  // In a calendar of the account beside its own, by its name.
  explicit GoogleHarness(const google::Habits& habits) {
    desk_.google.habits() = habits;
    desk_.google.add_calendar(kAnn, "Family", "America/New_York");
  }
  ports::Provider& ours() override { return ours_; }
  ports::Provider& theirs() override { return theirs_; }
  void settle() override { desk_.clock.now_ms += 1'000; }

 private:
  Desk desk_;
  system::ZoneFiles zones_;
  ports::FixedToken token_{desk_.token};
  ports::FixedToken their_token_{desk_.google.issue_token(kAnn, "someone")};
  GoogleProvider ours_{{.calendar = "Family"}, desk_.http, token_, zones_};
  GoogleProvider theirs_{{.calendar = "Family"}, desk_.http, their_token_, zones_};
};

std::vector<ports::ProviderHarnessFactory> factories() {
  std::vector<ports::ProviderHarnessFactory> out;
  for (const Way& way : ways())
    out.emplace_back([habits = way.habits] { return std::make_unique<GoogleHarness>(habits); });
  return out;
}

}  // namespace
}  // namespace kalends::lab

namespace kalends::ports {
INSTANTIATE_TEST_SUITE_P(Google, ProviderContract, testing::ValuesIn(lab::factories()),
                         [](const auto& param) { return std::string(lab::ways()[param.index].name); });
}  // namespace kalends::ports
