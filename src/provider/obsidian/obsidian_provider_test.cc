// A vault on disk, as a person, their plugins and their sync tools leave it.
#include "provider/obsidian/obsidian_provider.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "provider/obsidian/test_vault.h"

namespace kalends::provider::obsidian {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(VaultTest, ListsEventsAndLeavesEverythingElseAlone) {
  put("lunch.md", kLunch);
  put("deep/er/trip.md", "---\ntitle: Trip\nallDay: true\ndate: 2026-03-02\n---\n");
  put("plain.md", "text");
  put("lunch.txt", kLunch);
  put(".trash/old.md", kLunch);
  put(".hidden.md", kLunch);
  put("broken.md", "---\ntitle: X\ndate: [\n---\n");
  fs::create_symlink(folder_ / "lunch.md", folder_ / "link.md");
  fs::create_directory_symlink("/", folder_ / "all");
  ::mkfifo((folder_ / "pipe.md").c_str(), 0600);
  auto vault = provider();
  auto changes = look(vault);
  EXPECT_THAT(ids(changes), ElementsAre("deep/er/trip.md", "lunch.md"));
  EXPECT_TRUE(changes.complete);
  ASSERT_EQ(changes.unreadable.size(), 1U);
  EXPECT_EQ(changes.unreadable[0].id.value, "broken.md");
  EXPECT_TRUE(changes.unreadable[0].reason.starts_with("line ")) << "whoever tells it names the note";
  EXPECT_EQ(changes.items[1].version, sha256(kLunch).hex());
  EXPECT_EQ(changes.items[1].uid, "");
  EXPECT_FALSE(changes.items[1].mark);
  auto again = look(vault);
  EXPECT_THAT(ids(again), IsEmpty());
  EXPECT_THAT(unchanged(again), ElementsAre("deep/er/trip.md", "lunch.md"));
}

TEST_F(VaultTest, AFolderThatIsGoneOrClosedIsNotAnEmptyOne) {
  auto vault = provider();
  fs::rename(folder_, root_ / "Moved");
  auto gone = vault.changes("", [](const RemoteId&) { return ""; });
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, ErrorKind::not_found);
  fs::rename(root_ / "Moved", folder_);
  if (::geteuid() == 0) return;  // to whom every folder is open
  put("closed/lunch.md", kLunch);
  fs::permissions(folder_ / "closed", fs::perms::none);
  EXPECT_FALSE(vault.changes("", [](const RemoteId&) { return ""; }));
  fs::permissions(folder_ / "closed", fs::perms::owner_all);
}

TEST_F(VaultTest, ANoteThatWasAnEventIsGoneOnlyWhenItClearlyIsNoneNow) {
  put("a.md", kLunch);
  put("b.md", kLunch);
  put("c.md", kLunch);
  put("d.md", kLunch);
  put("e.md", kLunch);
  put("f.md", kLunch);
  auto vault = provider();
  EXPECT_EQ(look(vault).items.size(), 6U);
  put("a.md", "---\ntags: [plain]\n---\nonly text now\n");
  put("e.md", "only text now\n");
  put("f.md", "My heading\n" + std::string(kLunch));
  put("b.md", "");
  put("c.md", "---\ntitle: Lunch\ndate: 2026-03-");
  auto changes = look(vault);
  EXPECT_THAT(unchanged(changes), ElementsAre("d.md"));
  std::vector<std::string> unreadable;
  for (const auto& broken : changes.unreadable) unreadable.push_back(broken.id.value);
  EXPECT_THAT(unreadable, ElementsAre("b.md", "c.md", "e.md", "f.md"))
      << "the files are there, so nothing is deleted";
}

TEST_F(VaultTest, CreatesOneWholeNoteUnderAFreeName) {
  put("2026-03-02 Lunch.md", "somebody's own");
  auto vault = provider();
  look(vault);
  auto first = vault.create(draft("Lunch", "u1"));
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->id.value, "2026-03-02 Lunch (2).md");
  EXPECT_EQ(text("2026-03-02 Lunch.md"), "somebody's own");
  ASSERT_TRUE(first->item);
  EXPECT_EQ(first->item->facts, vault.project(draft("Lunch").facts));
  EXPECT_EQ(first->item->mark, draft("").mark);
  EXPECT_EQ(first->item->uid, "u1");
  EXPECT_EQ(vault.create(draft("Other", "u1")).error().kind, ErrorKind::stale) << "the uid is taken";
  EXPECT_THAT(names(folder_), ElementsAre("2026-03-02 Lunch (2).md", "2026-03-02 Lunch.md"));
  EXPECT_EQ(vault.create({{}, "u2", Facts{{"title", "no time"}}, {}}).error().kind, ErrorKind::unsupported);
}

TEST_F(VaultTest, ANoteThatAFileSyncSetAsideIsNoEvent) {
  put("lunch.md", kLunch);
  put("lunch.sync-conflict-20260302-120000-ABCDEFG.md", kLunch);
  put("lunch (Conflicted copy laptop 202603021200).md", kLunch);
  auto vault = provider();
  for (const ports::Item& item : look(vault).items)
    EXPECT_EQ(item.foreign_copy, item.id.value != "lunch.md") << item.id.value;
}

TEST_F(VaultTest, ANoteThatSomebodyMadeOfTheSameEventMeanwhileIsNotMadeAgain) {
  auto vault = provider();
  auto other = provider();
  look(vault);
  look(other);
  const ports::Draft draft{{EventId(std::string(32, 'a')), std::string(16, '1')},
                           "uid@x",
                           {{"title", "Lunch"}, {"when", "all-day 2026-03-02 P1D"}},
                           {}};
  ASSERT_TRUE(other.create(draft));
  const auto again = vault.create(draft);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::stale);
  EXPECT_EQ(look(vault).items.size(), 1U);
}

TEST_F(VaultTest, UpdatesOnlyOurLinesAndOnlyTheVersionWeKnow) {
  put("lunch.md",
      "---\r\ntags: [x] # mine\r\ntitle: Lunch\r\ndate: 2026-03-02\r\nstartTime: 12:00\r\n---\r\nWith Ann.");
  fs::permissions(folder_ / "lunch.md", fs::perms::owner_read | fs::perms::owner_write);
  auto vault = provider();
  auto item = look(vault).items.at(0);
  Facts target = item.facts;
  target.set("title", "Brunch: late");
  target.set("description", "a note cannot hold this");
  item.uid = "u7";
  auto written = vault.update(item, target, {});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(text("lunch.md"),
            "---\r\ntags: [x] # mine\r\ntitle: \"Brunch: late\"\r\ndate: 2026-03-02\r\nstartTime: "
            "12:00\r\nuid: u7\r\n"
            "---\r\nWith Ann.");
  EXPECT_EQ(written->version, sha256(text("lunch.md")).hex());
  EXPECT_EQ(written->item->facts, vault.project(target));
  EXPECT_EQ(fs::status(folder_ / "lunch.md").permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_THAT(names(folder_), ElementsAre("lunch.md"));

  target.set("title", "Late again");
  EXPECT_EQ(vault.update(item, target, {}).error().kind, ErrorKind::stale) << "the old version";
  fs::remove(folder_ / "lunch.md");
  EXPECT_EQ(vault.update(*written->item, target, {}).error().kind, ErrorKind::stale) << "no note any more";
}

TEST_F(VaultTest, RemovesGently) {
  put("body.md", kLunch);
  put("bare.md", "---\ntitle: Bare\nallDay: true\ndate: 2026-03-02\n---\n\n");
  auto vault = provider();
  auto items = look(vault).items;
  ASSERT_EQ(items.size(), 2U);
  put("body.md", kLunch + "more");
  EXPECT_EQ(vault.remove(items[1]).error().kind, ErrorKind::stale);
  EXPECT_EQ(text("body.md"), kLunch + "more");
  auto body = look(vault).items.at(0);
  EXPECT_TRUE(vault.remove(items[0]));
  EXPECT_TRUE(vault.remove(body));
  EXPECT_TRUE(vault.remove(body)) << "gone already";
  EXPECT_THAT(names(folder_), IsEmpty());
  EXPECT_THAT(names(root_ / ".trash"), ElementsAre("body.md"));
}

TEST_F(VaultTest, NoPathLeadsOutOfTheFolder) {
  std::ofstream(root_ / "secret.md") << kLunch;
  fs::create_directory_symlink(root_, folder_ / "up");
  auto vault = provider();
  for (std::string path : {"../secret.md", "up/secret.md", "/etc/passwd", "", ".", "a//b.md", "./x.md"}) {
    EXPECT_FALSE(vault.get(RemoteId(path))) << path;
    ports::Item item;
    item.id = RemoteId(path);
    item.version = sha256(kLunch).hex();
    vault.remove(item);
  }
  EXPECT_TRUE(fs::exists(root_ / "secret.md"));
  auto written = vault.create(draft("../../escape"));
  ASSERT_TRUE(written);
  EXPECT_EQ(written->id.value.find('/'), std::string::npos);
}

TEST_F(VaultTest, TheInstalledPluginDecidesHowEndDatesCount) {
  put("trip.md", "---\ntitle: Trip\nallDay: true\ndate: 2026-03-02\nendDate: 2026-03-04\n---\n");
  auto when = [&](EndDates end_dates) {
    versions_.clear();
    auto vault = provider(end_dates);
    return look(vault).items.at(0).facts.get("when");
  };
  EXPECT_EQ(when(EndDates::automatic), "all-day 2026-03-02 P2D");
  fs::create_directories(root_ / ".obsidian/plugins/full-calendar-remastered");
  EXPECT_EQ(when(EndDates::automatic), "all-day 2026-03-02 P3D");
  EXPECT_EQ(when(EndDates::exclusive), "all-day 2026-03-02 P2D");
  fs::create_directories(root_ / ".obsidian/plugins/obsidian-full-calendar");
  EXPECT_EQ(when(EndDates::automatic), "all-day 2026-03-02 P2D") << "both installed, none switched on";
  std::ofstream(root_ / ".obsidian/community-plugins.json") << "[\"full-calendar-remastered\"]";
  EXPECT_EQ(when(EndDates::automatic), "all-day 2026-03-02 P3D");
}

TEST_F(VaultTest, SweepsUpAfterAProcessThatWasKilled) {
  put(".kalends-999999999-1.tmp", "half a no");
  put(".kalends-" + std::to_string(::getpid()) + "-1.tmp", "being written");
  auto vault = provider();
  look(vault);
  EXPECT_THAT(names(folder_), ElementsAre(".kalends-" + std::to_string(::getpid()) + "-1.tmp"));
}

class WatchedVaultTest : public VaultTest {
 protected:
  HandClock clock_;
  ObsidianProvider vault_{Config{folder_, EndDates::automatic, "", true, &clock_, 2000}, zones_,
                          "Europe/Berlin"};
};

TEST_F(WatchedVaultTest, WaitsAMomentBeforeItBelievesADeletion) {
  put("lunch.md", kLunch);
  look(vault_);
  fs::remove(folder_ / "lunch.md");
  EXPECT_THAT(unchanged(look(vault_)), ElementsAre("lunch.md"));
  EXPECT_TRUE(vault_.is_waiting());
  put("lunch.md", kLunch);
  EXPECT_THAT(unchanged(look(vault_)), ElementsAre("lunch.md"));
  EXPECT_FALSE(vault_.is_waiting());
  fs::remove(folder_ / "lunch.md");
  look(vault_);
  clock_.sleep_ms(2000);
  EXPECT_THAT(unchanged(look(vault_)), IsEmpty());
  EXPECT_FALSE(vault_.is_waiting());
}

TEST_F(WatchedVaultTest, ARenameIsSeenAtOnceAsTheOldNoteGoneAndANewOne) {
  put("a.md", "---\ntitle: A\nallDay: true\ndate: 2026-03-02\nuid: u1\n---\n");
  put("b.md", kLunch);
  look(vault_);
  fs::rename(folder_ / "a.md", folder_ / "c.md");
  put("c.md", text("c.md") + "and edited");
  fs::rename(folder_ / "b.md", folder_ / "d.md");
  auto changes = look(vault_);
  EXPECT_THAT(ids(changes), ElementsAre("c.md", "d.md"));
  EXPECT_THAT(unchanged(changes), IsEmpty());
  EXPECT_FALSE(vault_.is_waiting());
}

TEST_F(WatchedVaultTest, OurOwnDeletionNeedsNoWaiting) {
  put("lunch.md", kLunch);
  auto item = look(vault_).items.at(0);
  EXPECT_TRUE(vault_.remove(item));
  EXPECT_THAT(unchanged(look(vault_)), IsEmpty());
}

TEST_F(WatchedVaultTest, ReadsANoteAgainOnlyWhenItsStampMoved) {
  put("lunch.md", kLunch);
  look(vault_);
  EXPECT_THAT(unchanged(look(vault_)), ElementsAre("lunch.md"));
  put("lunch.md", kLunch + "more");
  EXPECT_THAT(ids(look(vault_)), ElementsAre("lunch.md"));
  // The store may know another version than the last listing gave.
  versions_["lunch.md"] = "";
  EXPECT_THAT(ids(look(vault_)), ElementsAre("lunch.md"));
}

TEST_F(VaultTest, AnEditWithinTheGrainOfTheStampIsSeen) {
  class Now : public ports::Clock {
   public:
    explicit Now(std::int64_t ms) : ms_(ms) {}
    Instant now() override { return {ms_}; }
    void sleep_ms(std::int64_t) override {}

   private:
    std::int64_t ms_;
  };
  put("lunch.md", kLunch);
  struct stat found{};
  ASSERT_EQ(::stat((folder_ / "lunch.md").c_str(), &found), 0);
  Now now(static_cast<std::int64_t>(found.st_mtim.tv_sec) * 1000);
  ObsidianProvider vault{Config{folder_, EndDates::automatic, "", true, &now, 0}, zones_, "Europe/Berlin"};
  look(vault);
  std::string edited = kLunch;
  edited.replace(edited.find("12:00"), 5, "11:00");
  put("lunch.md", edited);
  EXPECT_THAT(ids(look(vault)), ElementsAre("lunch.md"));
}

TEST_F(VaultTest, FoldersAreFollowedJustToTheirBound) {
  fs::path deep = folder_;
  for (int i = 0; i < 32; ++i) deep /= "f";
  fs::create_directories(deep);
  std::ofstream(deep / "a.md") << kLunch;
  auto vault = provider();
  auto changes = vault.changes("", [](const RemoteId&) { return ""; });
  ASSERT_TRUE(changes) << changes.error().message;
  EXPECT_EQ(changes->items.size(), 1u);
  fs::create_directories(deep / "f");
  changes = vault.changes("", [](const RemoteId&) { return ""; });
  ASSERT_FALSE(changes);
  EXPECT_THAT(changes.error().message, testing::HasSubstr("nested more than 32 folders deep"));
}

}  // namespace
}  // namespace kalends::provider::obsidian
