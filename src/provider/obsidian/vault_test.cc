// The bounds of a vault: what is past them is refused with a sentence and never half read.
#include "provider/obsidian/vault.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace kalends::provider::obsidian {
namespace {

namespace fs = std::filesystem;

class VaultBounds : public testing::Test {
 protected:
  VaultBounds() {
    std::string name = fs::temp_directory_path() / "kalends-bounds-XXXXXX";
    KALENDS_CHECK(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  ~VaultBounds() override { fs::remove_all(folder_); }

  void write(const std::string& name) { std::ofstream(folder_ / name) << "x"; }
  fs::path folder_;
};

TEST_F(VaultBounds, AFolderOfTooManyNotesIsRefusedWhole) {
  static_assert(kMaxNotes == 200'000);
  for (const char* name : {"a.md", "b.md", "c.md", "picture.png"}) write(name);
  const auto three = Vault(folder_, 3).list(true);
  ASSERT_TRUE(three) << three.error().message;
  EXPECT_EQ(three->size(), 3u);
  write("d.md");
  const auto four = Vault(folder_, 3).list(true);
  ASSERT_FALSE(four);
  EXPECT_EQ(four.error().kind, ErrorKind::invalid);
  EXPECT_NE(four.error().message.find("more than 3 notes; choose a smaller folder"), std::string::npos);
  EXPECT_EQ(Vault(folder_).list(true)->size(), 4u) << "of itself it takes far more";
}

TEST_F(VaultBounds, FoldersAreNested32Deep) {
  std::string deep;
  for (int n = 0; n < 32; ++n) deep += "d/";
  fs::create_directories(folder_ / deep);
  write(deep + "a.md");
  const auto whole = Vault(folder_).list(true);
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->size(), 1u);
  fs::create_directories(folder_ / (deep + "d"));
  EXPECT_FALSE(Vault(folder_).list(true));
  EXPECT_TRUE(Vault(folder_).list(false)) << "what is below is not asked for";
}

TEST_F(VaultBounds, ANoteHas16MiBAtMost) {
  static_assert(kMaxNoteBytes == 16u << 20);
  write("big.md");
  fs::resize_file(folder_ / "big.md", kMaxNoteBytes);
  const auto whole = Vault(folder_).read("big.md");
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->size(), kMaxNoteBytes);
  fs::resize_file(folder_ / "big.md", kMaxNoteBytes + 1);
  const auto more = Vault(folder_).read("big.md");
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().kind, ErrorKind::invalid);
}

// RLIMIT_FSIZE stands for a full disk.
TEST_F(VaultBounds, AWriteThatFailsNamesTheNoteAndLeavesNothing) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit little{10, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
  Vault vault(folder_);
  const auto made = vault.create("lunch.md", std::string(100, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("/lunch.md: "), std::string::npos) << made.error().message;
  EXPECT_TRUE(fs::is_empty(folder_));
}

}  // namespace
}  // namespace kalends::provider::obsidian
