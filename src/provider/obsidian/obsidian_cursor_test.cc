// What a cursor promises: nothing is read twice for nothing, and no edit and no deletion is missed.
#include <sys/stat.h>

#include "provider/obsidian/test_vault.h"

namespace kalends::provider::obsidian {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// As one run after the other: each has a provider of its own, and the cursor that the one before left.
class VaultByCursorTest : public VaultTest {
 protected:
  ObsidianProvider provider() {
    return {Config{folder_, EndDates::automatic, "", true, &clock_, 0}, zones_, "Europe/Berlin"};
  }
  ports::Changes run() {
    ObsidianProvider vault = provider();
    auto changes = vault.changes(cursor_, [&](const RemoteId& id) { return versions_[id.value]; });
    EXPECT_TRUE(changes);
    for (const ports::Item& item : changes->items) versions_[item.id.value] = item.version;
    cursor_ = changes->cursor;
    return *changes;
  }
  HandClock clock_;
  std::string cursor_;
};

TEST_F(VaultByCursorTest, AFolderThatNobodyTouchedGivesNothing) {
  put("lunch.md", kLunch);
  put("plain.md", "text");
  EXPECT_TRUE(run().complete);
  auto again = run();
  EXPECT_FALSE(again.complete);
  EXPECT_THAT(ids(again), IsEmpty());
  put("lunch.md", kLunch + "more");
  EXPECT_THAT(ids(run()), ElementsAre("lunch.md"));
  EXPECT_FALSE(run().complete);
  fs::remove(folder_ / "lunch.md");
  auto gone = run();
  EXPECT_TRUE(gone.complete);
  EXPECT_THAT(unchanged(gone), IsEmpty());
}

TEST_F(VaultByCursorTest, OnlyWhatWasTouchedIsReadAndAllThatIsThereIsNamed) {
  for (int i = 0; i < 40; ++i) put("note" + std::to_string(i) + ".md", kLunch);
  run();
  put("note7.md", kLunch + "more");
  auto changes = run();
  EXPECT_TRUE(changes.complete);
  EXPECT_THAT(ids(changes), ElementsAre("note7.md"));
  EXPECT_EQ(changes.unchanged.size(), 39U);
}

TEST_F(VaultByCursorTest, OurOwnWritesAreNoNews) {
  put("lunch.md", kLunch);
  run();
  ObsidianProvider vault = provider();
  ASSERT_TRUE(vault.changes(cursor_, [&](const RemoteId& id) { return versions_[id.value]; }));
  auto made = vault.create(draft("Made"));
  ASSERT_TRUE(made && made->item);
  auto edited = vault.update(*made->item, draft("Edited").facts, {});
  ASSERT_TRUE(edited && edited->item);
  auto lunch = vault.get(RemoteId("lunch.md"));
  ASSERT_TRUE(lunch && vault.remove(*lunch));
  auto cursor = vault.persist();
  ASSERT_TRUE(cursor && *cursor);
  cursor_ = **cursor;
  EXPECT_FALSE(run().complete);
  // Somebody's edit of what we wrote is news, although the cursor is younger than our write.
  put(made->id.value, kLunch);
  EXPECT_THAT(ids(run()), ElementsAre(made->id.value));
}

TEST_F(VaultByCursorTest, WhatCouldNotBeReadOrIsYoungIsLookedAtAgain) {
  put("broken.md", "---\ntitle: X\ndate: [\n---\n");
  run();
  versions_["broken.md"] = "unreadable";
  EXPECT_EQ(run().unreadable.size(), 1U);
  struct stat found{};
  ASSERT_EQ(::stat((folder_ / "broken.md").c_str(), &found), 0);
  fs::remove(folder_ / "broken.md");
  put("lunch.md", kLunch);
  clock_.sleep_ms(static_cast<std::int64_t>(found.st_mtim.tv_sec) * 1000 - clock_.now().ms);
  run();
  auto again = run();
  EXPECT_TRUE(again.complete);
  EXPECT_THAT(unchanged(again), ElementsAre("lunch.md"));
}

// Of notes so young that their stamps prove nothing, as those are that somebody made a moment ago.
class YoungVaultTest : public VaultByCursorTest {
 protected:
  // The clock of the machine that stamps the files, as far as one of them tells.
  void now_is_the_time_of(const std::string& path) {
    struct stat found{};
    ASSERT_EQ(::stat((folder_ / path).c_str(), &found), 0);
    clock_.sleep_ms(static_cast<std::int64_t>(found.st_mtim.tv_sec) * 1000 - clock_.now().ms);
  }
  // A look and one note that we make after it, as one run does.
  RemoteId run_and_make(const std::string& title) {
    ObsidianProvider vault = provider();
    EXPECT_TRUE(vault.changes(cursor_, [&](const RemoteId& id) { return versions_[id.value]; }));
    auto made = vault.create(draft(title));
    EXPECT_TRUE(made && made->item);
    versions_[made->id.value] = made->version;
    now_is_the_time_of(made->id.value);
    auto cursor = vault.persist();
    EXPECT_TRUE(cursor && *cursor);
    cursor_ = **cursor;
    return made->id;
  }
};

TEST_F(YoungVaultTest, ANoteOfOursThatIsDeletedAtOnceIsMissed) {
  put("lunch.md", kLunch);
  run();
  const RemoteId made = run_and_make("Made");
  fs::remove(folder_ / made.value);
  auto gone = run();
  EXPECT_TRUE(gone.complete);
  EXPECT_THAT(unchanged(gone), ElementsAre("lunch.md"));
}

TEST_F(YoungVaultTest, ANoteThatIsDeletedRightAfterTheLookIsMissed) {
  put("stays.md", kLunch);
  run();
  put("lunch.md", kLunch);
  now_is_the_time_of("lunch.md");
  EXPECT_THAT(ids(run()), testing::Contains("lunch.md"));
  fs::remove(folder_ / "lunch.md");
  auto gone = run();
  EXPECT_TRUE(gone.complete);
  EXPECT_THAT(unchanged(gone), ElementsAre("stays.md"));
}

TEST_F(YoungVaultTest, AVaultThatIsEmptiedRightAfterItWasFilledIsSeenEmpty) {
  const std::string first = run_and_make("One").value;
  fs::remove(folder_ / first);
  auto gone = run();
  EXPECT_TRUE(gone.complete);
  EXPECT_THAT(unchanged(gone), IsEmpty());
  for (int i = 0; i < 6; ++i) put("note" + std::to_string(i) + ".md", kLunch);
  now_is_the_time_of("note0.md");
  EXPECT_EQ(run().items.size(), 6U);
  for (int i = 0; i < 6; ++i) fs::remove(folder_ / ("note" + std::to_string(i) + ".md"));
  gone = run();
  EXPECT_TRUE(gone.complete);
  EXPECT_THAT(unchanged(gone), IsEmpty());
  EXPECT_FALSE(run().complete) << "once";
}

TEST_F(YoungVaultTest, ANoteThatCannotBeReadIsMissedToo) {
  put("broken.md", "---\ntitle: X\ndate: [\n---\n");
  EXPECT_EQ(run().unreadable.size(), 1U);
  fs::remove(folder_ / "broken.md");
  EXPECT_TRUE(run().complete);
}

TEST_F(YoungVaultTest, OurOwnDeletionOfAYoungNoteIsNoNews) {
  put("lunch.md", "---\ntitle: Lunch\nallDay: true\ndate: 2026-03-02\n---\n");
  now_is_the_time_of("lunch.md");
  ObsidianProvider vault = provider();
  auto changes = vault.changes("", [](const RemoteId&) { return ""; });
  ASSERT_TRUE(changes && changes->items.size() == 1U);
  ASSERT_TRUE(vault.remove(changes->items[0]));
  auto made = vault.create(draft("Made"));
  ASSERT_TRUE(made && made->item);
  ASSERT_TRUE(vault.persist());
  ASSERT_TRUE(vault.remove(*made->item));
  cursor_ = vault.persist()->value();
  EXPECT_FALSE(run().complete);
}

TEST_F(YoungVaultTest, ANoteThatHasComeOfAgeIsReadOnceMoreAndThenNoMore) {
  const std::string made = run_and_make("Made").value;
  clock_.sleep_ms(60'000);
  EXPECT_THAT(unchanged(run()), ElementsAre(made));
  EXPECT_FALSE(run().complete);
}

TEST_F(VaultByCursorTest, ACursorThatLeftYoungNotesOutGivesAWholeListing) {
  put("lunch.md", kLunch);
  run();
  ASSERT_TRUE(cursor_.starts_with("notes 2 "));
  cursor_[6] = '1';
  auto changes = run();
  EXPECT_TRUE(changes.complete);
  EXPECT_THAT(unchanged(changes), ElementsAre("lunch.md"));
}

TEST_F(VaultByCursorTest, ACursorCountsForTheSettingsThatItWasMadeWith) {
  put("lunch.md", kLunch);
  run();
  ObsidianProvider other{Config{folder_, EndDates::inclusive, "", true, &clock_, 0}, zones_, "Europe/Berlin"};
  EXPECT_TRUE(other.changes(cursor_, [&](const RemoteId& id) { return versions_[id.value]; })->complete);
}

}  // namespace
}  // namespace kalends::provider::obsidian
