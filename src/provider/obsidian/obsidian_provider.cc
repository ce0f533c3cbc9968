#include "provider/obsidian/obsidian_provider.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "provider/obsidian/descriptor.h"
#include "provider/obsidian/frontmatter.h"
#include "provider/obsidian/values.h"

namespace kalends::provider::obsidian {

namespace {

// File systems give times in grains of up to two seconds: a younger file may change and keep its stamp.
constexpr std::int64_t kGrainMs = 2'000;
// Those that keep more than milliseconds take the time of the kernel's last tick.
constexpr std::int64_t kTickMs = 50;
constexpr int kMostCopies = 999;
// Making notes safe costs as much for a thousand as for a few.
constexpr std::size_t kBatch = 1024;
// In a cursor, what stands for a note whose stamp proves nothing yet. No file has it: the note is read again while it is
// there, and missed when it is gone.
constexpr Stamp kUnsettled{.size = -1};

// Whether an edit made from now on is sure to leave another stamp.
bool is_settled(const Stamp& stamp, Instant now) {
  const std::int64_t latest_ns = std::max(stamp.modified_ns, stamp.changed_ns);
  const std::int64_t grain_ms = stamp.changed_ns % 1'000'000 != 0 ? kTickMs : kGrainMs;
  return now.ms - latest_ns / 1'000'000 > grain_ms;
}

bool has_folder(const std::string& path) {
  struct stat found{};
  return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

// Which plugin's conventions hold in that vault. When both are installed, the one that is switched on.
Dialect detect(const std::string& root) {
  if (root.empty() || !has_folder(root + "/.obsidian/plugins/full-calendar-remastered"))
    return Dialect::original;
  if (!has_folder(root + "/.obsidian/plugins/obsidian-full-calendar")) return Dialect::remastered;
  auto enabled = read_whole(root + "/.obsidian/community-plugins.json", 1u << 20);
  const bool remastered = enabled && enabled->find("\"full-calendar-remastered\"") != std::string::npos;
  return remastered ? Dialect::remastered : Dialect::original;
}

Dialect dialect_of(EndDates end_dates, const std::string& root) {
  if (end_dates == EndDates::automatic) return detect(root);
  return end_dates == EndDates::inclusive ? Dialect::remastered : Dialect::original;
}

std::string zone_name(const std::string& configured, const std::string& system) {
  const std::string& name = configured.empty() ? system : configured;
  return name.empty() || name == "UTC" ? "Etc/UTC" : name;
}

std::string basename_of(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.substr(0, name.size() - std::min<std::size_t>(3, name.size()));
}

// Why a note that held an event and reads as none is no proof that the event is gone, as a sentence; "" when it is one.
// A tool that saves a note cuts it to nothing first and may be at it still, and a stray line above the frontmatter hides
// all of it. The file is there: who wants the event deleted deletes that.
std::string lost_frontmatter(std::string_view text) {
  if (trim(text).empty()) return "the note is empty; delete the file to delete the event";
  const Block block = find_block(text);
  if (block.presence == Block::Presence::open || std::string_view("---").starts_with(trim(text)))
    return "the frontmatter is cut off; delete the file to delete the event";
  if (block.presence == Block::Presence::closed) return {};
  return "the note does not begin with its frontmatter any more, a line with three dashes; put that back, or "
         "delete "
         "the file to delete the event";
}

bool has_body(std::string_view text) { return !trim(text.substr(find_block(text).body)).empty(); }

// The uid of a note whose contents we know, without reading the rest of its frontmatter.
std::string quick_uid(std::string_view text) {
  const Block block = find_block(text);
  if (block.presence != Block::Presence::closed || block.end > kMaxBlockBytes) return {};
  for (const Entry& entry : entries_of(text, block)) {
    if (entry.key != "uid") continue;
    std::string_view value = text.substr(entry.value_begin, entry.value_end - entry.value_begin);
    if (value.size() > 1 && (value.front() == '"' || value.front() == '\''))
      value = value.substr(1, value.size() - 2);
    return std::string(value);
  }
  return {};
}

// Whether a file sync made the note: it sets aside one of two versions that it could not put together under a name that
// says so. The other one is the event.
bool is_set_aside(const std::string& basename) {
  const std::string name = to_lower(basename);
  return name.find(".sync-conflict-") != std::string::npos ||
         name.find("conflicted copy") != std::string::npos;
}

calendar::Facts with_changes(calendar::Facts facts, const std::vector<calendar::Change>& changes) {
  for (const calendar::Change& change : changes) {
    if (change.after) {
      facts.set(change.path, *change.after);
    } else {
      facts.erase(change.path);
    }
  }
  return facts;
}

}  // namespace

struct ObsidianProvider::Look {
  Instant now;
  ports::Changes changes;
  std::map<std::string, Seen> seen;
  StampSums listed;
  std::optional<StampSums> before;  // what the cursor says
};

ObsidianProvider::ObsidianProvider(Config config, const calendar::ZoneSource& zones, std::string system_zone)
    : config_(std::move(config)),
      vault_(config_.path),
      system_zone_(zone_name(config_.zone, system_zone)),
      settings_{dialect_of(config_.end_dates, vault_.root()), system_zone_, zones} {
  capabilities_.provider = "obsidian";
  capabilities_.clock_grain_ms = 1;
  capabilities_.batch = kBatch;
}

calendar::Facts ObsidianProvider::project(const calendar::Facts& facts) const {
  auto event = event_of(facts, settings_);
  return event ? facts_of(*event, settings_) : calendar::Facts();
}

ports::Item ObsidianProvider::item_of(const std::string& path, const std::string& version, Note note,
                                      const Stamp& stamp) const {
  ports::Item item;
  item.id = RemoteId(path);
  item.version = version;
  item.uid = std::move(note.uid);
  item.mark = std::move(note.mark);
  item.facts = facts_of(note.event, settings_);
  item.updated = Instant{stamp.modified_ns / 1'000'000};
  item.foreign_copy = is_set_aside(basename_of(path));
  return item;
}

Result<void> ObsidianProvider::look_at(const NoteFile& file, const ports::Known& known, Look& look) {
  const RemoteId id(file.path);
  Seen seen{file.stamp, false, {}, false, {}};
  if (config_.clock != nullptr) seen.is_settled = is_settled(file.stamp, look.now);
  auto before = seen_.find(file.path);
  if (before != seen_.end() && before->second.is_settled && before->second.stamp == file.stamp) {
    const bool is_same = !before->second.is_event || known(id) == before->second.version;
    if (is_same && before->second.is_event) look.changes.unchanged.push_back(id);
    if (is_same) {
      look.seen.emplace(file.path, before->second);
      return {};
    }
  }
  auto text = vault_.read(file.path);
  if (!text && text.error().kind == ErrorKind::not_found) return std::unexpected(std::move(text).error());
  if (!text) {
    look.changes.unreadable.push_back({id, "", text.error().message});
    seen.is_settled = false;
    seen.is_event = true;
    look.seen.emplace(file.path, std::move(seen));
    return {};
  }
  seen.version = sha256(*text).hex();
  const std::string held = known(id);
  if (!held.empty() && held == seen.version) {
    look.changes.unchanged.push_back(id);
    seen.is_event = true;
    seen.uid = quick_uid(*text);
    look.seen.emplace(file.path, std::move(seen));
    return {};
  }
  Reading reading = read_note(*text, basename_of(file.path), settings_);
  if (reading.kind == Reading::Kind::none && !held.empty()) {
    reading.problem = lost_frontmatter(*text);
    if (!reading.problem.empty()) reading.kind = Reading::Kind::broken;
  }
  if (reading.kind == Reading::Kind::broken) {
    look.changes.unreadable.push_back({id, seen.version, reading.problem});
    seen.is_settled = false;
  }
  seen.is_event = reading.kind != Reading::Kind::none;
  seen.uid = reading.note.uid;
  if (reading.kind == Reading::Kind::event)
    look.changes.items.push_back(item_of(file.path, seen.version, std::move(reading.note), file.stamp));
  look.seen.emplace(file.path, std::move(seen));
  return {};
}

// Takes a file for what it was at the last look, when no file of its bucket was touched since.
bool ObsidianProvider::trust(const NoteFile& file, const ports::Known& known, Look& look) {
  if (!look.before || !look.before->agrees(look.listed, file.path)) return false;
  const std::string held = known(RemoteId(file.path));
  if (held == "unreadable") return false;
  const bool is_event = !held.empty();
  if (is_event) look.changes.unchanged.emplace_back(file.path);
  look.seen.emplace(file.path, Seen{file.stamp, true, held, is_event, {}});
  return true;
}

// Takes notes that went missing a moment ago to be there still, unless they turned up under another name.
void ObsidianProvider::keep_missing(const ports::Known& known, Look& look) {
  auto is_event_in = [](const std::map<std::string, Seen>& all, const std::string& path) {
    auto it = all.find(path);
    return it != all.end() && it->second.is_event;
  };
  // A new name with the same uid, the same file, or the same contents.
  auto has_moved = [&](const Seen& old) {
    return std::ranges::any_of(look.seen, [&](const auto& pair) {
      const Seen& now = pair.second;
      if (!now.is_event || is_event_in(seen_, pair.first)) return false;
      return (!old.uid.empty() && now.uid == old.uid) || now.stamp.inode == old.stamp.inode ||
             now.version == old.version;
    });
  };
  std::map<std::string, Instant> missing;
  for (const auto& [path, seen] : seen_) {
    if (!seen.is_event || is_event_in(look.seen, path) || has_moved(seen)) continue;
    auto since = missing_since_.find(path);
    const Instant first = since == missing_since_.end() ? look.now : since->second;
    const RemoteId id(path);
    if (look.now.ms - first.ms >= config_.settle_ms || known(id).empty()) continue;
    missing.emplace(path, first);
    look.changes.unchanged.push_back(id);
    Seen kept = seen;
    kept.is_settled = false;
    look.seen.insert_or_assign(path, std::move(kept));
  }
  missing_since_ = std::move(missing);
}

// What is read into a note depends on the settings, so a cursor counts for them alone.
std::string ObsidianProvider::cursor_prefix() const {
  return fmt::format("notes 2 {} {} {} ", static_cast<int>(settings_.dialect), config_.recursive ? "r" : "-",
                     settings_.system_zone);
}

std::string ObsidianProvider::cursor() const { return trusted_ ? cursor_prefix() + trusted_->text() : ""; }

std::optional<StampSums> ObsidianProvider::sums_of(const std::string& cursor) const {
  const std::string prefix = cursor_prefix();
  if (!has_cursors() || !cursor.starts_with(prefix)) return std::nullopt;
  return StampSums::parse(std::string_view(cursor).substr(prefix.size()));
}

Result<ports::Changes> ObsidianProvider::changes(const std::string& cursor, const ports::Known& known) {
  constexpr int kTries = 5;
  trusted_.reset();
  unsettled_.clear();
  written_.clear();
  for (int i = 0; i < kTries; ++i) {
    Look look;
    if (config_.clock != nullptr) look.now = config_.clock->now();
    const auto files = TRY(vault_.list(config_.recursive));
    for (const NoteFile& file : files) look.listed.add(file.path, file.stamp);
    look.before = sums_of(cursor);
    if (look.before == look.listed) {
      trusted_ = look.listed;
      look.changes.cursor = cursor;
      return std::move(look.changes);
    }
    Result<void> looked;
    for (const NoteFile& file : files) {
      if (trust(file, known, look)) continue;
      looked = look_at(file, known, look);
      if (!looked) break;
    }
    if (!looked) continue;  // a note went away between listing and reading: it may have a new name
    if (has_cursors()) {
      trusted_.emplace();
      for (const auto& [path, seen] : look.seen)
        enter(path, seen.is_settled ? std::optional(seen.stamp) : std::nullopt);
    }
    if (config_.clock != nullptr && config_.settle_ms > 0) keep_missing(known, look);
    seen_ = std::move(look.seen);
    path_by_uid_.clear();
    for (const auto& [path, seen] : seen_)
      if (!seen.uid.empty()) path_by_uid_.emplace(seen.uid, path);
    look.changes.complete = true;
    look.changes.cursor = this->cursor();
    return std::move(look.changes);
  }
  return fail(ErrorKind::transient,
              fmt::format("notes in {} come and go while they are read", vault_.folder()));
}

// Puts a note that is there into the sums, by its stamp when that is settled.
void ObsidianProvider::enter(const std::string& path, const std::optional<Stamp>& settled) {
  if (!settled) unsettled_.insert(path);
  trusted_->add(path, settled.value_or(kUnsettled));
}

// Takes out of the sums what they say of a file that we wrote or took away.
void ObsidianProvider::forget(const std::string& path, const Result<Stamp>& before) {
  if (written_.erase(path) > 0 || !trusted_) return;
  if (unsettled_.erase(path) > 0) {
    trusted_->remove(path, kUnsettled);
  } else if (before) {
    trusted_->remove(path, *before);
  }
}

// A note of ours that is so young that an edit might leave its stamp as it is will be read once more.
Result<std::optional<std::string>> ObsidianProvider::persist() {
  TRY_VOID(vault_.persist());
  if (!trusted_) return std::nullopt;
  const Instant now = config_.clock->now();
  for (const auto& [path, stamp] : written_)
    enter(path, stamp && is_settled(*stamp, now) ? stamp : std::nullopt);
  written_.clear();
  return cursor();
}

Result<ports::Item> ObsidianProvider::get(const RemoteId& id) {
  const std::string text = TRY(vault_.read(id.value));
  const Stamp stamp = TRY(vault_.stamp(id.value));
  Reading reading = read_note(text, basename_of(id.value), settings_);
  if (reading.kind == Reading::Kind::none)
    return fail(ErrorKind::not_found, fmt::format("{} holds no event", id.value));
  if (reading.kind == Reading::Kind::broken)
    return fail(ErrorKind::invalid, fmt::format("{}: {}", id.value, reading.problem));
  return item_of(id.value, sha256(text).hex(), std::move(reading.note), stamp);
}

// Whether a note that we saw has that uid, and still does.
bool ObsidianProvider::is_taken(const std::string& uid) const {
  auto found = path_by_uid_.find(uid);
  if (found == path_by_uid_.end()) return false;
  auto text = vault_.read(found->second);
  return text && quick_uid(*text) == uid;
}

Result<ports::Written> ObsidianProvider::create(const ports::Draft& draft) {
  const NoteEvent event = TRY(event_of(draft.facts, settings_));
  if (is_taken(draft.uid))
    return fail(ErrorKind::stale,
                fmt::format("a note in {} has the uid {} already", vault_.folder(), draft.uid));
  const std::string text = new_note(event, draft.uid, draft.mark, settings_);
  for (int copy = 1; copy <= kMostCopies; ++copy) {
    const std::string path = note_name(event, copy);
    auto created = vault_.create(path, text);
    if (!created && created.error().kind == ErrorKind::stale) {
      // Another Kalends may have made the note since the last look.
      auto there = draft.uid.empty() ? fail(ErrorKind::not_found, "") : vault_.read(path);
      if (there && quick_uid(*there) == draft.uid)
        return fail(ErrorKind::stale, fmt::format("{} has the uid {} already", path, draft.uid));
      continue;
    }
    if (!created) return std::unexpected(std::move(created).error());
    if (!draft.uid.empty()) path_by_uid_.insert_or_assign(draft.uid, path);
    const std::string version = sha256(text).hex();
    Reading reading = read_note(text, basename_of(path), settings_);
    if (reading.kind != Reading::Kind::event) created->reset();
    written_.insert_or_assign(path, *created);
    if (!*created) return ports::Written{RemoteId(path), version, std::nullopt};
    return ports::Written{RemoteId(path), version,
                          item_of(path, version, std::move(reading.note), **created)};
  }
  return fail(ErrorKind::stale,
              fmt::format("{} has {} notes named {}", vault_.folder(), kMostCopies, note_name(event, 1)));
}

Result<ports::Written> ObsidianProvider::update(const ports::Item& current, const calendar::Facts& target,
                                                Instant) {
  const std::string& path = current.id.value;
  auto stale = [&] { return fail(ErrorKind::stale, fmt::format("{} was changed meanwhile", path)); };
  const auto before = vault_.stamp(path);
  auto text = vault_.read(path);
  if (!text && text.error().kind == ErrorKind::not_found) return stale();
  if (!text) return std::unexpected(std::move(text).error());
  if (sha256(*text).hex() != current.version) return stale();
  const std::string basename = basename_of(path);
  const Reading now = read_note(*text, basename, settings_);
  if (now.kind != Reading::Kind::event) return stale();
  const auto wanted =
      with_changes(facts_of(now.note.event, settings_), difference(project(current.facts), project(target)));
  const NoteEvent event = TRY(event_of(wanted, settings_));
  auto edited = edited_note(*text, basename, event, current.uid, current.mark, settings_);
  if (!edited) return std::unexpected(std::move(edited).error().within(path));
  if (*edited != *text) TRY_VOID(vault_.replace(path, *edited, current.version));
  const std::string version = sha256(*edited).hex();
  forget(path, before);
  const auto after = vault_.stamp(path);
  auto item = get(current.id);
  const bool is_ours = item && item->version == version;
  written_.insert_or_assign(path, is_ours && after ? std::optional(*after) : std::nullopt);
  if (!is_ours) return ports::Written{current.id, version, std::nullopt};
  return ports::Written{current.id, version, std::move(*item)};
}

Result<void> ObsidianProvider::remove(const ports::Item& current) {
  const auto before = vault_.stamp(current.id.value);
  auto text = vault_.read(current.id.value);
  if (!text && text.error().kind == ErrorKind::not_found) return {};
  if (!text) return std::unexpected(std::move(text).error());
  auto removed = has_body(*text) ? vault_.trash(current.id.value, current.version)
                                 : vault_.remove(current.id.value, current.version);
  if (removed) seen_.erase(current.id.value);  // we know that it is gone; nothing to wait for
  if (removed) forget(current.id.value, before);
  return removed;
}

}  // namespace kalends::provider::obsidian
