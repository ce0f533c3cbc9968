// A folder of markdown notes as a calendar: one note, one event, in the frontmatter of the Full Calendar plugin. An item's
// id is the note's path below the folder, its version the SHA-256 of the file. See README.md beside this file.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ports/provider.h"
#include "ports/world.h"
#include "provider/obsidian/note.h"
#include "provider/obsidian/stamp_sums.h"
#include "provider/obsidian/vault.h"

namespace kalends::provider::obsidian {

// How endDate of all-day events (and endRecur) is read and written. automatic: inclusive where the vault has the plugin
// full-calendar-remastered, else exclusive.
enum class EndDates : std::uint8_t { automatic, exclusive, inclusive };

struct Config {
  std::string path;  // of the folder
  EndDates end_dates = EndDates::automatic;
  std::string zone;  // of notes without a `zone` key; "" = the system's
  bool recursive = true;
  // With a clock, files whose stamp did not change are not read again. For watching: a note that is missing for less than
  // `settle_ms` is still taken to be there, because tools rename and save by deleting and creating.
  ports::Clock* clock = nullptr;
  std::int64_t settle_ms = 0;
};

class ObsidianProvider : public ports::Provider {
 public:
  // `zones` outlives the provider. `system_zone` is an IANA name.
  ObsidianProvider(Config config, const calendar::ZoneSource& zones, std::string system_zone);

  const ports::Capabilities& capabilities() const override { return capabilities_; }
  calendar::Facts project(const calendar::Facts& facts) const override;
  // A complete listing, or nothing at all when no file of the folder was touched since the cursor was given. Files that
  // were not touched are not read. not_found when the folder is gone.
  Result<ports::Changes> changes(const std::string& cursor, const ports::Known& known) override;
  Result<ports::Item> get(const RemoteId& id) override;
  Result<ports::Written> create(const ports::Draft& draft) override;
  // Adds current.uid and current.mark where the note has none.
  Result<ports::Written> update(const ports::Item& current, const calendar::Facts& target,
                                Instant now) override;
  // A note with text in its body goes to the vault's .trash, any other is deleted.
  Result<void> remove(const ports::Item& current) override;
  Result<std::optional<std::string>> persist() override;
  std::vector<std::string> recipients(ports::WriteKind, const ports::Item*,
                                      const calendar::Facts&) const override {
    return {};
  }
  std::string address() const override { return vault_.folder(); }

  Dialect dialect() const { return settings_.dialect; }
  // Whether the last listing kept a missing note because settle_ms had not passed: look again when it has.
  bool is_waiting() const { return !missing_since_.empty(); }

 private:
  // What the last listing knew of a file.
  struct Seen {
    Stamp stamp;
    bool is_settled = false;  // the stamp is old enough to prove that the contents are the same
    std::string version;
    bool is_event = false;
    std::string uid;
  };

  struct Look;
  Result<void> look_at(const NoteFile& file, const ports::Known& known, Look& look);
  bool trust(const NoteFile& file, const ports::Known& known, Look& look);
  void keep_missing(const ports::Known& known, Look& look);
  ports::Item item_of(const std::string& path, const std::string& version, Note note,
                      const Stamp& stamp) const;
  bool is_taken(const std::string& uid) const;

  Config config_;
  Vault vault_;
  std::string system_zone_;
  NoteSettings settings_;
  ports::Capabilities capabilities_;
  std::map<std::string, Seen> seen_;                // by path
  std::map<std::string, std::string> path_by_uid_;  // of the last listing and of what was created since
  std::map<std::string, Instant> missing_since_;

  bool has_cursors() const { return config_.clock != nullptr && config_.settle_ms == 0; }
  std::string cursor() const;
  void enter(const std::string& path, const std::optional<Stamp>& settled);
  void forget(const std::string& path, const Result<Stamp>& before);
  std::optional<StampSums> sums_of(const std::string& cursor) const;
  std::string cursor_prefix() const;

  // The last look, moved past our own writes that are safe. Every file that we saw or wrote and believe to be there is in
  // it, so that one that is gone is missed.
  std::optional<StampSums> trusted_;
  std::set<std::string> unsettled_;  // which of them stand in it by a stamp that no file has
  // By us since persist() was last called. No stamp: somebody was at it since, as far as we know.
  std::map<std::string, std::optional<Stamp>> written_;
};

}  // namespace kalends::provider::obsidian

namespace kalends::provider {

using ObsidianConfig = obsidian::Config;
using obsidian::EndDates;
using obsidian::ObsidianProvider;

}  // namespace kalends::provider
