// The files of a calendar folder. Paths are relative to it, with "/" between; a path that leaves the folder, goes
// through a symbolic link or through a name with a leading dot is refused. Every write is whole or not at all, and
// never over a file that changed meanwhile.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace kalends::provider::obsidian {

constexpr std::size_t kMaxNoteBytes = 16u << 20;
constexpr std::size_t kMaxNotes = 200'000;  // in one calendar folder

// What tells a changed file from an unchanged one without reading it.
struct Stamp {
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;  // of the inode: a tool that sets the modification time back is seen
  std::uint64_t inode = 0;
  bool operator==(const Stamp&) const = default;
};

struct NoteFile {
  std::string path;
  Stamp stamp;
};

class Vault {
 public:
  explicit Vault(std::string folder, std::size_t most_notes = kMaxNotes);

  const std::string& folder() const { return folder_; }
  // The nearest folder above (or this one) that holds ".obsidian"; "" when there is none.
  const std::string& root() const { return root_; }

  // Every .md file, by path. Dot names and symbolic links are left out. not_found when the folder is gone; an error
  // when any folder in it cannot be listed, or when names come and go while it is listed.
  Result<std::vector<NoteFile>> list(bool recursive) const;

  // not_found; forbidden; invalid for a file that is too large or no file at all.
  Result<std::string> read(const std::string& path) const;
  Result<Stamp> stamp(const std::string& path) const;

  // stale when a file of that name is there. Gives the stamp of a file that holds these bytes, nothing when somebody
  // was at it since. On the disk only after persist().
  Result<std::optional<Stamp>> create(const std::string& path, std::string_view bytes);
  // stale unless the file holds bytes of that digest. Its mode stays. The bytes are on the disk before they take the
  // place of the old ones, so that no power cut can leave neither.
  Result<void> replace(const std::string& path, std::string_view bytes, const std::string& expected_sha256);
  // To the folder .trash of the vault (of this folder when it is in no vault), under a name that is free there.
  Result<void> trash(const std::string& path, const std::string& expected_sha256);
  Result<void> remove(const std::string& path, const std::string& expected_sha256);
  // Everything written so far is on the disk when this returns: of a few files each, of many the whole file system at
  // once.
  Result<void> persist();

 private:
  Result<std::string> resolve(const std::string& path) const;
  std::string temporary_beside(const std::string& absolute);
  Result<void> move_away(const std::string& from, const std::string& to, const std::string& expected_sha256);
  void remember_to_persist(const std::string& file);

  std::string folder_;
  std::size_t most_notes_;
  std::string root_;
  std::uint64_t temporaries_ = 0;
  std::set<std::string> volatile_;  // files and folders that are not known to be on the disk; absolute
};

}  // namespace kalends::provider::obsidian
