// Listings of a window of dates, from so long ago to so long ahead, which slides as time goes by: items come into it and
// leave it with nobody's doing, by growing old, and by being moved in time. What is not in it is said to be removed, the
// same word as for what was deleted.
#include <map>

#include "base/text.h"
#include "calendar/occurrences.h"
#include "provider/memory/server.h"

namespace kalends::provider {
namespace {

constexpr std::int64_t kZoneMs = 14 * 3'600'000;  // no zone is further from UTC

// The window goes by what clocks on the wall say.
class EveryZoneIsUtc : public calendar::ZoneSource {
 public:
  const calendar::Zone* find(std::string_view) const override { return &utc; }
  calendar::Zone utc = calendar::Zone::fixed("Etc/UTC", 0);
};

}  // namespace

bool MemoryServer::in_window(const calendar::Facts& facts, Instant now) const {
  const EveryZoneIsUtc zones;
  const auto event = calendar::from_facts(facts);
  if (!event) return true;
  const calendar::Range range{(now.ms - profile_.past_ms) / 1000, (now.ms + profile_.ahead_ms) / 1000};
  const auto there = calendar::occurrences(*event, range, zones, zones.utc,
                                           {1, 100'000, calendar::ExpansionLimits::WhenFull::stop});
  return !there || !there->empty();
}

// Whatever zone it is in, as covered() has it in every zone.
bool MemoryServer::tells(const calendar::Facts& facts) const {
  return !windowed() || (in_window(facts, Instant{now_().ms - 2 * kZoneMs}) &&
                         in_window(facts, Instant{now_().ms + 2 * kZoneMs}));
}

// Of this everything is told, whatever zone it is in.
ports::Span MemoryServer::covered() const {
  return {{now_().ms - profile_.past_ms + kZoneMs}, {now_().ms + profile_.ahead_ms - kZoneMs}};
}

// What is in the window now and was changed, or was not in it when the cursor was made; and what was in it
// then or for a while since.
void MemoryServer::list_window_since(ports::Changes& out, const std::string& cursor,
                                     std::uint64_t since) const {
  struct Past {
    const Stored* state = nullptr;  // when the cursor was made
    bool changed = false;
    bool shown = false;  // it was in the window for a while since
  };
  const Instant made_at{parse_integer(split(cursor, ':').at(2)).value_or(0)};
  std::map<RemoteId, Past> past;
  for (const auto& entry : log_) {
    Past& of = past[entry.id];
    if (entry.number <= since) {
      of.state = entry.state ? &*entry.state : nullptr;
    } else {
      of.changed = true;
      of.shown = of.shown || (entry.state && in_window(entry.state->facts, entry.at));
    }
  }
  for (const auto& [id, of] : past) {
    const bool was_in = of.state && in_window(of.state->facts, made_at);
    const auto found = items_.find(id);
    const bool is_in = found != items_.end() && in_window(found->second.facts, now_());
    if (!is_in) {
      if (was_in || of.shown) out.gone.push_back(id);
    } else if (!of.changed && was_in) {
      continue;
    } else if (found->second.spoilt) {
      out.unreadable.push_back(
          {id, item_of(found->second).version, "the simulated item is damaged", found->second.part_of});
    } else {
      out.items.push_back(item_of(found->second));
    }
  }
}

}  // namespace kalends::provider
