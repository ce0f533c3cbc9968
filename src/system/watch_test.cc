// Folders that people and sync tools change while somebody waits. No test measures time: a wait that missed its change
// would only end at a timeout far away, and says so.
#include "system/watch.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace kalends::system {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kLong = 600'000;

class WatchTest : public testing::Test {
 protected:
  WatchTest() {
    std::string name = fs::temp_directory_path() / "kalends-watch-XXXXXX";
    KALENDS_CHECK(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    fs::create_directories(folder_ / "vault/inner");
  }
  ~WatchTest() override { fs::remove_all(folder_); }

  std::unique_ptr<FolderWatch> watch() {
    auto opened = FolderWatch::open({folder_ / "vault"}, stop_);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return std::move(*opened);
  }
  void write(const fs::path& path, const std::string& text = "x") { std::ofstream(folder_ / path) << text; }
  // Waits for one change and for the quiet after it.
  static void settle(FolderWatch& watch) {
    EXPECT_EQ(*watch.wait(kLong), Wake::changed);
    while (*watch.wait(0) == Wake::changed) {
    }
  }

  StopFlag stop_;
  fs::path folder_;
};

TEST_F(WatchTest, SeesEveryKindOfChange) {
  auto folders = watch();
  EXPECT_EQ(*folders->wait(0), Wake::timeout);
  write("vault/a.md");
  settle(*folders);
  write("vault/a.md", "more");
  settle(*folders);
  fs::rename(folder_ / "vault/a.md", folder_ / "vault/inner/b.md");
  settle(*folders);
  fs::remove(folder_ / "vault/inner/b.md");
  settle(*folders);
  EXPECT_EQ(*folders->wait(1), Wake::timeout);
}

TEST_F(WatchTest, SeesFoldersThatComeLater) {
  auto folders = watch();
  fs::create_directories(folder_ / "vault/new/deep/er");
  settle(*folders);
  write("vault/new/deep/er/a.md");
  settle(*folders);
  fs::create_directories(folder_ / "outside/below");
  fs::rename(folder_ / "outside", folder_ / "vault/moved");
  settle(*folders);
  write("vault/moved/below/a.md");
  settle(*folders);
}

TEST_F(WatchTest, FoldersAreWatched32Deep) {
  std::string deep = "vault";
  for (int n = 0; n < 32; ++n) deep += "/d";
  fs::create_directories(folder_ / deep);
  auto folders = watch();
  write(deep + "/a.md");
  settle(*folders);
  fs::create_directories(folder_ / (deep + "/d"));
  EXPECT_FALSE(folders->wait(kLong)) << "from here on it is to be polled";
  auto refused = FolderWatch::open({folder_ / "vault"}, stop_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
}

TEST_F(WatchTest, LeavesDotNamesAndLinksAlone) {
  fs::create_directories(folder_ / "vault/.obsidian");
  fs::create_directories(folder_ / "elsewhere");
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "vault/link");
  auto folders = watch();
  write("vault/.obsidian/workspace.json");
  write("vault/.kalends-1-1.tmp");
  write("elsewhere/a.md");
  EXPECT_EQ(*folders->wait(1), Wake::timeout);
}

TEST_F(WatchTest, AStopWakesIt) {
  auto folders = watch();
  std::thread stopper([&] { stop_.request(); });
  EXPECT_EQ(*folders->wait(kLong), Wake::stopped);
  stopper.join();
}

TEST_F(WatchTest, AFolderThatComesBackIsWatchedAgain) {
  auto folders = watch();
  fs::remove_all(folder_ / "vault");
  settle(*folders);
  fs::create_directories(folder_ / "vault");
  settle(*folders);
  write("vault/a.md");
  settle(*folders);
}

TEST_F(WatchTest, AnOverflowIsAChangeAndNothingIsMissedAfterIt) {
  auto folders = watch();
  write("vault/inner/a.md");
  write("vault/b.md");
  // Equal events in a row are folded into one, so two files take turns.
  int longest = 16'384;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> longest;
  for (int i = 0; i < longest / 2 + 10; ++i) {
    ::chmod((folder_ / "vault/inner/a.md").c_str(), 0600);
    ::chmod((folder_ / "vault/b.md").c_str(), 0600);
  }
  fs::create_directories(folder_ / "vault/late");
  settle(*folders);
  write("vault/late/a.md");
  settle(*folders);
}

TEST_F(WatchTest, AMissingFolderIsSaid) {
  auto opened = FolderWatch::open({folder_ / "no"}, stop_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace kalends::system
