// How a simulated calendar behaves: every way in which real ones differ, rewrite, withhold and mislead, as values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calendar/facts.h"
#include "ports/provider.h"

namespace kalends::provider {

enum class Rewrite : std::uint8_t {
  trims_text,        // white space at the end of title, description and location is lost
  drops_seconds,     // times are kept to the minute
  wraps_html,        // a description comes back as "<p>...</p>"
  shortens_titles,   // a title is cut after 24 characters
  ascii_categories,  // a category with other characters is lost
};

enum class VersionAnswer : std::uint8_t {
  always,          // every write's answer carries the new version, rewritten or not
  when_unaltered,  // only when the contents were kept as sent, as RFC 4791 section 5.3.4 asks
  never,
};

struct Profile {
  std::string name = "plain";

  // What it holds.
  std::vector<std::string> absent;  // fields it cannot hold: "reminders", "recurrence" ...
  std::vector<Rewrite> rewrites;
  bool rewrites_late = false;  // takes what is sent and rewrites it a moment later, with a new version
  bool keeps_marks = true;
  bool keeps_uids = true;    // false: an item has a uid of the server's own
  bool unique_uids = false;  // refuses a second item with the same uid
  bool read_only = false;
  ports::Exceptions exceptions = ports::Exceptions::inside;
  bool parts_follow = true;  // who removes a master removes its parts
  bool parts_touch = false;  // what a person does to a part gives its master a new version

  // What it tells.
  bool versions = true;
  VersionAnswer version_on_write = VersionAnswer::always;
  bool item_on_write = false;  // a write's answer carries the whole item
  bool tells_updated = true;
  std::int64_t clock_grain_ms = 1;
  bool shuffles = false;  // items come in no order
  bool repeats = false;   // some items come twice, and a delta repeats some that did not change
  std::size_t page = 0;   // so many items at once, ordered by title, each page as things stand then; 0 = all
  std::int64_t past_ms = 0, ahead_ms = 0;  // listings and deltas tell what takes place so long before and
                                           // after the present time alone; 0 and 0 = everything
  std::int64_t lag_ms = 0;                 // listings show how things stood so long ago; get() is up to date

  // What it can do.
  bool conditional = true;
  bool client_ids = true;  // the client names new items, so one sent twice is refused
  bool delta = true;
  std::size_t log_length = 1'000'000;  // a cursor that so many changes have passed is dead
  std::int64_t cursor_ms = 0;          // and so is one that is older; 0 = cursors do not age
  bool schedules = false;              // mails attendees when an item with an organizer is written or removed
};

// Named profiles that stand for the kinds of servers there are: strict, careless, minute-grained ...
std::vector<Profile> profiles();
// Those that keep exceptions as items of their own: one leaves them behind when their master goes.
std::vector<Profile> profiles_apart();

// What a place of that profile holds of these facts. Pure and idempotent.
calendar::Facts project(const Profile& profile, const calendar::Facts& facts);
// The same path by path, whatever exceptions say beside their series.
calendar::Facts project_inside(const Profile& profile, const calendar::Facts& facts);

ports::Capabilities capabilities(const Profile& profile);

}  // namespace kalends::provider
