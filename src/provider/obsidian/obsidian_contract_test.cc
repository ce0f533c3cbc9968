// A folder of notes keeps what every provider promises, with a clock beside which its notes are young.
#include <chrono>

#include "ports/provider_contract.h"
#include "provider/obsidian/test_vault.h"

namespace kalends::provider::obsidian {
namespace {

class WallClock : public ports::Clock {
 public:
  Instant now() override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
  }
  void sleep_ms(std::int64_t) override {}
};

class VaultHarness : public ports::ProviderHarness {
 public:
  VaultHarness() {
    KALENDS_CHECK(::mkdtemp(folder_.data()) != nullptr);
    ours_.emplace(Config{folder_, EndDates::automatic, "", true, &clock_, 0}, zones_, "Europe/Berlin");
    theirs_.emplace(Config{folder_, EndDates::automatic, "", true, nullptr, 0}, zones_, "Europe/Berlin");
  }
  ~VaultHarness() override { fs::remove_all(folder_); }
  ports::Provider& ours() override { return *ours_; }
  ports::Provider& theirs() override { return *theirs_; }

 private:
  std::string folder_ = fs::temp_directory_path() / "kalends-vault-XXXXXX";
  TwoZones zones_;
  WallClock clock_;
  std::optional<ObsidianProvider> ours_, theirs_;
};

}  // namespace
}  // namespace kalends::provider::obsidian

namespace kalends::ports {
INSTANTIATE_TEST_SUITE_P(Obsidian, ProviderContract, testing::Values([] {
                           return std::make_unique<provider::obsidian::VaultHarness>();
                         }));
}  // namespace kalends::ports
