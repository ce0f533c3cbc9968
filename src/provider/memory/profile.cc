#include "provider/memory/profile.h"

#include <algorithm>

#include "base/text.h"
#include "sync/items.h"

namespace kalends::provider {
namespace {

using calendar::Facts;

constexpr std::int64_t kDayMs = 24 * 60 * 60'000;
constexpr std::size_t kTitleCharacters = 24;
constexpr std::string_view kOverrides = "overrides/";
constexpr std::size_t kToTheMinute = 16;  // "2026-03-02T09:00"

// "title" of "overrides/SLOT/title" and of "overrides/SLOT/-title"; the path itself of a path of the master.
std::string_view inner_path(std::string_view path) {
  const auto slot = calendar::slot_of(path);
  if (slot.empty()) return path;
  auto rest = path.substr(kOverrides.size() + slot.size());
  if (rest.starts_with('/')) rest.remove_prefix(1);
  if (rest.starts_with('-')) rest.remove_prefix(1);
  return rest;
}

bool is_text(std::string_view field) {
  return field == "title" || field == "description" || field == "location";
}

std::string trimmed_end(std::string text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\n')) text.pop_back();
  return text;
}

std::string shortened(const std::string& text) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts_one = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (starts_one && ++characters > kTitleCharacters) return trimmed_end(text.substr(0, i));
  }
  return text;
}

// "2026-03-02T09:00:30" anywhere at `at` becomes "2026-03-02T09:00:00".
void drop_seconds(std::string& text, std::size_t at) {
  if (text.size() >= at + kToTheMinute + 3 && text[at + 10] == 'T' && text[at + kToTheMinute] == ':')
    text.replace(at + kToTheMinute + 1, 2, "00");
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

struct Entry {
  std::string path;
  std::string value;
  bool kept = true;
};

void apply(Rewrite rewrite, Entry& entry) {
  const std::string inner(inner_path(entry.path));
  const auto field = calendar::field_of(inner);
  const bool removal = entry.value == "removed" && !calendar::slot_of(entry.path).empty();
  switch (rewrite) {
    case Rewrite::trims_text:
      if (is_text(field) && !removal) entry.value = trimmed_end(std::move(entry.value));
      break;
    case Rewrite::drops_seconds:
      if (field == "when" && !removal) drop_seconds(entry.value, entry.value.find(' ') + 1);
      if (const auto slot = calendar::slot_of(entry.path); !slot.empty())
        drop_seconds(entry.path, kOverrides.size());
      break;
    case Rewrite::wraps_html:
      if (field == "description" && !removal && !entry.value.starts_with("<p>"))
        entry.value = "<p>" + entry.value + "</p>";
      break;
    case Rewrite::shortens_titles:
      if (field == "title" && !removal) entry.value = shortened(entry.value);
      break;
    case Rewrite::ascii_categories:
      if (field == "categories") entry.kept = is_ascii(inner);
      break;
  }
  if (entry.value.empty()) entry.kept = false;
}

Profile named(std::string name) {
  Profile profile;
  profile.name = std::move(name);
  return profile;
}

}  // namespace

Facts project_inside(const Profile& profile, const Facts& facts) {
  Facts out;
  for (const auto& [path, value] : facts) {
    const std::string field(calendar::field_of(inner_path(path)));
    const bool cannot = std::ranges::find(profile.absent, field) != profile.absent.end() ||
                        std::ranges::find(profile.absent, calendar::field_of(path)) != profile.absent.end();
    if (cannot) continue;
    Entry entry{path, value};
    for (const auto rewrite : profile.rewrites) apply(rewrite, entry);
    if (entry.kept) out.set(entry.path, std::move(entry.value));
  }
  return out;
}

Facts project(const Profile& profile, const Facts& facts) {
  Facts out = project_inside(profile, facts);
  return profile.exceptions == ports::Exceptions::own_items ? sync::canonical(out) : out;
}

ports::Capabilities capabilities(const Profile& profile) {
  ports::Capabilities out;
  out.provider = "memory";
  out.writable = !profile.read_only;
  out.keeps_marks = profile.keeps_marks;
  out.conditional = profile.conditional && profile.versions;
  out.delta = profile.delta;
  out.masters = std::ranges::find(profile.absent, "recurrence") == profile.absent.end();
  out.exceptions = profile.exceptions;
  out.parts_follow = profile.parts_follow;
  out.clock_grain_ms = std::max<std::int64_t>(1, profile.clock_grain_ms);
  return out;
}

std::vector<Profile> profiles() {
  Profile strict = named("strict");
  strict.unique_uids = true;
  strict.schedules = true;
  strict.version_on_write = VersionAnswer::when_unaltered;
  strict.rewrites = {Rewrite::trims_text};

  Profile careless = named("careless");
  careless.conditional = false;
  careless.delta = false;
  careless.shuffles = true;
  careless.repeats = true;
  careless.version_on_write = VersionAnswer::never;

  Profile rewriting = named("rewriting");
  rewriting.rewrites = {Rewrite::trims_text, Rewrite::wraps_html, Rewrite::shortens_titles,
                        Rewrite::ascii_categories};
  rewriting.item_on_write = true;

  Profile late = named("late");
  late.rewrites = {Rewrite::trims_text, Rewrite::wraps_html};
  late.rewrites_late = true;
  late.lag_ms = 2'000;

  Profile minutes = named("minutes");
  minutes.clock_grain_ms = 60'000;
  minutes.rewrites = {Rewrite::drops_seconds};
  minutes.delta = false;
  minutes.client_ids = false;
  minutes.keeps_uids = false;
  minutes.absent = {"recurrence", "overrides", "reminders", "organizer", "attendees"};

  Profile notes = named("notes");
  notes.conditional = true;
  notes.delta = false;
  notes.absent = {"description", "reminders", "overrides", "priority", "visibility", "attachments"};

  Profile forgetful = named("forgetful");
  forgetful.log_length = 3;
  forgetful.repeats = true;
  forgetful.shuffles = true;
  forgetful.tells_updated = false;

  Profile markless = named("markless");
  markless.keeps_marks = false;
  markless.keeps_uids = false;
  markless.client_ids = false;

  Profile blind = named("blind");
  blind.versions = false;
  blind.delta = false;
  blind.version_on_write = VersionAnswer::never;

  Profile windowed = named("windowed");
  windowed.past_ms = 5 * kDayMs;
  windowed.ahead_ms = 10 * kDayMs;
  windowed.cursor_ms = 20 * 60 * 60'000;
  windowed.item_on_write = true;

  Profile paged = named("paged");
  paged.page = 3;
  paged.version_on_write = VersionAnswer::when_unaltered;
  paged.rewrites = {Rewrite::trims_text};

  Profile leafed = named("leafed");
  leafed.page = 4;
  leafed.delta = false;

  Profile feed = named("feed");
  feed.read_only = true;
  feed.keeps_marks = false;

  return {named("plain"), strict,   careless, rewriting, late,  minutes, notes,
          forgetful,      markless, blind,    windowed,  paged, leafed,  feed};
}

std::vector<Profile> profiles_apart() {
  Profile parts = named("parts");
  parts.exceptions = ports::Exceptions::own_items;
  parts.parts_follow = false;
  parts.rewrites = {Rewrite::trims_text};

  Profile instances = named("instances");
  instances.exceptions = ports::Exceptions::own_items;
  instances.parts_touch = true;
  instances.version_on_write = VersionAnswer::never;
  instances.client_ids = false;
  return {parts, instances};
}

}  // namespace kalends::provider
