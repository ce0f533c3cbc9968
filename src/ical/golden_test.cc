// tests/ical/NAME.ics read, as tests/ical/NAME.facts says. Run with KALENDS_UPDATE_GOLDEN=1 to write the latter anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "ical/text.h"
#include "system/zone_files.h"

namespace kalends::ical {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

// Line ends inside values are shown as an arrow and an indented line.
std::string shown(const Reading& reading) {
  std::ostringstream out;
  if (!reading.name.empty()) out << "name: " << reading.name << "\n";
  for (const auto& warning : reading.warnings) out << "warning: " << warning << "\n";
  for (const auto& broken : reading.broken) out << "broken: " << broken.uid << ": " << broken.reason << "\n";
  for (const ReadEvent& event : reading.events) {
    out << "\nuid " << event.event.uid << " sequence " << event.event.sequence;
    if (const auto updated = calendar::last_change(event.event)) out << " updated " << to_rfc3339(*updated);
    if (!event.mark.empty()) out << " mark " << event.mark;
    if (event.foreign_copy) out << " foreign";
    out << "\n";
    for (const auto& warning : event.warnings) out << "  ! " << warning << "\n";
    for (const auto& [path, value] : calendar::to_facts(event.event)) {
      out << "  " << path << " = ";
      for (char c : value) out << (c == '\n' ? std::string("\n    | ") : std::string(1, c));
      out << "\n";
    }
  }
  return out.str();
}

TEST(Golden, FilesReadAsTheyShould) {
  system::ZoneFiles zones;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(KALENDS_SOURCE_DIR "/tests/ical")) {
    if (entry.path().extension() != ".ics") continue;
    ++files;
    auto reading = read(contents(entry.path()), zones);
    ASSERT_TRUE(reading) << entry.path() << ": " << reading.error().message;
    auto expected = entry.path();
    expected.replace_extension(".facts");
    if (std::getenv("KALENDS_UPDATE_GOLDEN") != nullptr)
      std::ofstream(expected, std::ios::binary) << shown(*reading);
    EXPECT_EQ(shown(*reading), contents(expected)) << entry.path();
    for (const ReadEvent& event : reading->events) {
      auto facts = calendar::to_facts(event.event);
      auto back = calendar::from_facts(facts);
      ASSERT_TRUE(back) << back.error().message;
      EXPECT_EQ(calendar::to_facts(*back), facts);
      back->uid = event.event.uid;
      static_cast<calendar::Bookkeeping&>(*back) = event.event;
      for (auto& [slot, change] : back->overrides) change.own = event.event.overrides.at(slot).own;
      // Those of bookkeeping stand in no facts.
      back->parameters.insert(event.event.parameters.begin(), event.event.parameters.end());
      EXPECT_EQ(*back, event.event);
    }
  }
  EXPECT_GE(files, 3);
}

}  // namespace
}  // namespace kalends::ical
