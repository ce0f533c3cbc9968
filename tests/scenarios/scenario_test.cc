// Every .scn file tells what it says. Run with KALENDS_UPDATE_SCENARIOS=1 to write what comes out now into the files.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "story.h"

namespace kalends::sync {
namespace {

std::vector<std::filesystem::path> scenario_files() {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(KALENDS_SOURCE_DIR "/tests/scenarios"))
    if (entry.path().extension() == ".scn") out.push_back(entry.path());
  std::ranges::sort(out);
  return out;
}

class Scenario : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Scenario, TellsWhatItSays) {
  std::ostringstream text;
  text << std::ifstream(GetParam(), std::ios::binary).rdbuf();
  auto told = tell(text.str());
  ASSERT_TRUE(told) << told.error().message;
  if (std::getenv("KALENDS_UPDATE_SCENARIOS") != nullptr)
    std::ofstream(GetParam(), std::ios::binary) << *told;
  else
    EXPECT_EQ(*told, text.str());
}

INSTANTIATE_TEST_SUITE_P(Files, Scenario, testing::ValuesIn(scenario_files()), [](const auto& file) {
  std::string name = file.param.stem().string();
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
});

TEST(Story, RefusesWhatItCannotRead) {
  EXPECT_FALSE(tell("dance work\n"));
  EXPECT_FALSE(tell("link work home color=red\n"));
}

}  // namespace
}  // namespace kalends::sync
