// A vault in a temporary folder for the tests, with a person who writes into it and an engine that remembers versions.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "provider/obsidian/obsidian_provider.h"

namespace kalends::provider::obsidian {

namespace fs = std::filesystem;
using calendar::Facts;

class TwoZones : public calendar::ZoneSource {
 public:
  const calendar::Zone* find(std::string_view name) const override {
    if (name == "Europe/Berlin") return &berlin_;
    return name == "Etc/UTC" || name == "UTC" ? &utc_ : nullptr;
  }

 private:
  calendar::Zone berlin_ = calendar::Zone::fixed("Europe/Berlin", 3600);
  calendar::Zone utc_ = calendar::Zone::fixed("Etc/UTC", 0);
};

class HandClock : public ports::Clock {
 public:
  Instant now() override { return now_; }
  void sleep_ms(std::int64_t ms) override { now_.ms += ms; }

 private:
  Instant now_{4'000'000'000'000};  // long after every file here was written
};

inline const std::string kLunch =
    "---\ntitle: Lunch\ndate: 2026-03-02\nstartTime: 12:00\nendTime: 13:00\n---\nWith Ann.\n";

class VaultTest : public testing::Test {
 protected:
  VaultTest() {
    std::string name = fs::temp_directory_path() / "kalends-vault-XXXXXX";
    KALENDS_CHECK(::mkdtemp(name.data()) != nullptr);
    root_ = name;
    folder_ = root_ / "Calendar";
    fs::create_directories(folder_);
    fs::create_directories(root_ / ".obsidian");
  }
  ~VaultTest() override {
    fs::permissions(folder_, fs::perms::owner_all, fs::perm_options::add);
    fs::remove_all(root_);
  }

  void put(const std::string& path, const std::string& text) {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path, std::ios::binary) << text;
  }
  std::string text(const std::string& path) {
    std::ifstream file(folder_ / path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::vector<std::string> names(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }

  ObsidianProvider provider(EndDates end_dates = EndDates::automatic) {
    return {Config{folder_, end_dates, "", true, nullptr, 0}, zones_, "Europe/Berlin"};
  }
  // A look that remembers the versions, as the engine's store does.
  ports::Changes look(ObsidianProvider& provider) {
    auto changes = provider.changes("", [&](const RemoteId& id) { return versions_[id.value]; });
    EXPECT_TRUE(changes) << (changes ? "" : changes.error().message);
    if (!changes) return {};
    for (const ports::Item& item : changes->items) versions_[item.id.value] = item.version;
    for (const ports::Unreadable& item : changes->unreadable) versions_[item.id.value] = "";
    return *changes;
  }
  static std::vector<std::string> ids(const ports::Changes& changes) {
    std::vector<std::string> ids;
    for (const ports::Item& item : changes.items) ids.push_back(item.id.value);
    return ids;
  }
  static std::vector<std::string> unchanged(const ports::Changes& changes) {
    std::vector<std::string> ids;
    for (const RemoteId& id : changes.unchanged) ids.push_back(id.value);
    return ids;
  }
  static ports::Draft draft(std::string title, std::string uid = "u1") {
    return {{EventId("0123456789abcdef0123456789abcdef"), "0123456789abcdef"},
            std::move(uid),
            Facts{{"title", std::move(title)}, {"when", "zoned 2026-03-02T09:00:00 PT1H Europe/Berlin"}},
            {}};
  }

  TwoZones zones_;
  fs::path root_;
  fs::path folder_;
  std::map<std::string, std::string> versions_;
};

}  // namespace kalends::provider::obsidian
