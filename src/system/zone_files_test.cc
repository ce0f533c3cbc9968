#include "system/zone_files.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace kalends::system {
namespace {

using calendar::LocalTime;
using calendar::parse_local_time;

std::string to_utc(const ZoneFiles& zones, const char* name, const char* local) {
  const calendar::Zone* zone = zones.find(name);
  return zone == nullptr ? "no zone" : to_string(LocalTime{zone->to_utc(*parse_local_time(local))});
}

TEST(ZoneFiles, KnowTheWorld) {
  ZoneFiles zones;
  EXPECT_EQ(to_utc(zones, "Europe/Berlin", "2026-07-01T12:00:00"), "2026-07-01T10:00:00");
  EXPECT_EQ(to_utc(zones, "Europe/Berlin", "2038-07-01T12:00:00"), "2038-07-01T10:00:00");
  EXPECT_EQ(to_utc(zones, "Europe/Berlin", "2500-07-01T12:00:00"), "2500-07-01T10:00:00");
  EXPECT_EQ(to_utc(zones, "Europe/Berlin", "2500-12-01T12:00:00"), "2500-12-01T11:00:00");
  EXPECT_EQ(to_utc(zones, "Europe/Berlin", "1945-06-01T12:00:00"),
            "1945-06-01T09:00:00");  // double summer time
  EXPECT_EQ(to_utc(zones, "America/New_York", "2026-03-08T02:30:00"), "2026-03-08T07:30:00");
  EXPECT_EQ(to_utc(zones, "America/New_York", "2026-11-01T01:30:00"), "2026-11-01T05:30:00");
  EXPECT_EQ(to_utc(zones, "Australia/Lord_Howe", "2026-01-01T12:00:00"), "2026-01-01T01:00:00");
  EXPECT_EQ(to_utc(zones, "Australia/Lord_Howe", "2026-07-01T12:00:00"), "2026-07-01T01:30:00");
  EXPECT_EQ(to_utc(zones, "Australia/Lord_Howe", "2026-04-05T01:45:00"), "2026-04-04T14:45:00");
  EXPECT_EQ(to_utc(zones, "Asia/Tehran", "2021-07-01T12:00:00"), "2021-07-01T07:30:00");
  EXPECT_EQ(to_utc(zones, "Asia/Tehran", "2026-07-01T12:00:00"),
            "2026-07-01T08:30:00");  // no summer time since 2022
  EXPECT_EQ(to_utc(zones, "Europe/Dublin", "2026-01-01T12:00:00"), "2026-01-01T12:00:00");
  EXPECT_EQ(to_utc(zones, "Europe/Dublin", "2060-07-01T12:00:00"), "2060-07-01T11:00:00");
  EXPECT_EQ(to_utc(zones, "Pacific/Apia", "2011-12-30T12:00:00"),
            "2011-12-30T22:00:00");  // a day that never was
}

TEST(ZoneFiles, FindsBySpellingAndRefusesPaths) {
  ZoneFiles zones;
  EXPECT_EQ(zones.find("Europe/Berlin"), zones.find("Europe/Berlin"));
  EXPECT_EQ(zones.find("europe/berlin"), zones.find("Europe/Berlin"));
  EXPECT_EQ(zones.find("EUROPE/BERLIN")->name(), "Europe/Berlin");
  EXPECT_NE(zones.find("Etc/GMT+5"), nullptr);
  for (const char* name :
       {"", "Mars/Olympus", "../zoneinfo/UTC", "/etc/passwd", "Europe/../UTC", "Europe//Berlin", "Europe",
        "Europe/", "tzdata.zi", "zone.tab", "localtime", "posix/UTC", "right/UTC"}) {
    EXPECT_EQ(zones.find(name), nullptr) << name;
  }
  ZoneFiles empty("/nowhere/at/all");
  EXPECT_EQ(empty.find("Europe/Berlin"), nullptr);
  EXPECT_EQ(empty.find("Etc/UTC")->name(), "Etc/UTC");
  EXPECT_EQ(empty.find("UTC")->offset_at(0), 0);
}

TEST(ZoneFiles, SystemZoneFollowsTz) {
  ASSERT_EQ(setenv("TZ", ":Asia/Tokyo", 1), 0);
  EXPECT_EQ(system_zone_name(), "Asia/Tokyo");
  ASSERT_EQ(setenv("TZ", "/usr/share/zoneinfo/Europe/Paris", 1), 0);
  EXPECT_EQ(system_zone_name(), "Europe/Paris");
  ASSERT_EQ(setenv("TZ", "", 1), 0);
  EXPECT_EQ(system_zone_name(), "Etc/UTC");
  ASSERT_EQ(setenv("TZ", "CET-1CEST", 1), 0);
  EXPECT_FALSE(system_zone_name().empty());
  ASSERT_EQ(unsetenv("TZ"), 0);
  ZoneFiles zones;
  EXPECT_NE(zones.find(system_zone_name()), nullptr);
}

// The C library reads the same files with code of its own.
TEST(ZoneFiles, AgreeWithTheCLibrary) {
  ZoneFiles zones;
  for (const char* name :
       {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Sao_Paulo",
        "Asia/Gaza", "Pacific/Chatham", "America/Nuuk", "Europe/Dublin", "Asia/Kathmandu", "Africa/Cairo"}) {
    ASSERT_EQ(setenv("TZ", name, 1), 0);
    tzset();
    const calendar::Zone* zone = zones.find(name);
    ASSERT_NE(zone, nullptr);
    for (std::int64_t at = -4'000'000'000; at < 6'000'000'000; at += 604'800 + 1'237) {
      time_t time = at;
      struct tm broken{};
      localtime_r(&time, &broken);
      ASSERT_EQ(zone->offset_at(at), broken.tm_gmtoff) << name << " at " << at;
    }
  }
  unsetenv("TZ");
  tzset();
}

TEST(ZoneFiles, DamagedFilesAreRefusedAndBounded) {
  std::ifstream in("/usr/share/zoneinfo/Europe/Berlin", std::ios::binary);
  std::string good(std::istreambuf_iterator<char>(in), {});
  ASSERT_TRUE(calendar::parse_tzif("good", good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(calendar::parse_tzif("cut", std::string_view(good).substr(0, size))) << size;
  }
  std::uint32_t seed = 1;
  for (int round = 0; round < 20'000; ++round) {  // must end, and answer or refuse
    std::string bad = good;
    for (int i = 0; i < 3; ++i) {
      seed = seed * 1664525 + 1013904223;
      bad[(seed >> 8) % (round % 2 == 0 ? 100 : bad.size())] = static_cast<char>(seed >> 3);
    }
    auto zone = calendar::parse_tzif("bad", bad);
    if (zone) zone->to_utc({1'700'000'000});
  }
}

TEST(ZoneFiles, NamesAndFilesAreBounded) {
  std::string folder = std::filesystem::temp_directory_path() / "kalends-zones-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  std::ifstream in("/usr/share/zoneinfo/Europe/Berlin", std::ios::binary);
  const std::string good(std::istreambuf_iterator<char>(in), {});
  const auto write = [&](const std::string& name, std::size_t bytes) {
    std::ofstream(folder + "/" + name, std::ios::binary) << good;
    if (bytes > 0) std::filesystem::resize_file(folder + "/" + name, bytes);
  };
  write(std::string(100, 'a'), 0);
  write(std::string(101, 'b'), 0);
  write("Large", (1u << 20) + 1);
  ZoneFiles zones(folder);
  EXPECT_NE(zones.find(std::string(100, 'a')), nullptr);
  EXPECT_EQ(zones.find(std::string(101, 'b')), nullptr);
  EXPECT_EQ(zones.find("Large"), nullptr);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace kalends::system
