#include "sync/match.h"

#include <algorithm>
#include <set>

#include "base/mutation.h"

namespace kalends::sync {

namespace {

bool has(const Link& link, const CalendarId& calendar) {
  return std::ranges::find(link.calendars, calendar) != link.calendars.end();
}

// Where events of a calendar come to by full links, one after another, itself left out. Links in `closed` carry nothing.
std::set<CalendarId> reached_from(const std::vector<Link>& links, const CalendarId& start,
                                  const std::set<LinkId>& closed) {
  std::set<CalendarId> out{start};
  std::vector<CalendarId> next{start};
  while (!next.empty()) {
    const CalendarId from = next.back();
    next.pop_back();
    for (const Link& link : links) {
      bool full = link.privacy.full() || is_on(Mutant::match_joins_across_masks);
      if (!has(link, from) || !full || closed.contains(link.id)) continue;
      if (link.direction == Direction::one_way && link.from != from) continue;
      for (const CalendarId& to : link.calendars)
        if (out.insert(to).second) next.push_back(to);
    }
  }
  out.erase(start);
  return out;
}

bool was_here(const Candidate& candidate, const CalendarId& here) {
  return std::ranges::find(candidate.places, here) != candidate.places.end();
}

// An item that people made on both sides of a link, or of links in a row. Where nothing leads back from, the target's
// becomes a copy.
std::optional<Match> join(const Arrival& arrival, const std::vector<Link>& links, const Candidate& candidate,
                          const char* why) {
  if (candidate.live_here && !is_on(Mutant::match_takes_second_item)) return std::nullopt;
  if (candidate.parted_here && !is_on(Mutant::match_joins_what_was_parted)) return std::nullopt;
  Match match{Match::Kind::attach, candidate.event, Role::origin, {}, why};
  // The calendar's own event that comes back: deleted and made again, or re-keyed.
  if (was_here(candidate, arrival.calendar)) return match;
  const std::set<CalendarId> reached = reached_from(links, arrival.calendar, {});
  const std::set<CalendarId> carried = reached_from(links, arrival.calendar, arrival.closed);
  bool comes_here = false;
  bool goes_there = false;
  bool passes = false;
  for (const CalendarId& place : candidate.places) {
    comes_here = comes_here || reached_from(links, place, {}).contains(arrival.calendar);
    goes_there = goes_there || reached.contains(place);
    passes = passes || carried.contains(place) ||
             reached_from(links, place, candidate.closed).contains(arrival.calendar);
  }
  // What no filter lets through in either direction are two events, each at home where it is.
  if (!passes || (!comes_here && !goes_there)) return std::nullopt;
  if (!goes_there) match.role = Role::copy;
  if (!comes_here)
    for (const CalendarId& place : candidate.places)
      if (reached.contains(place)) match.become_copies.push_back(place);
  return match;
}

std::optional<Match> by_mark(const Arrival& arrival, const Candidate& candidate) {
  if (candidate.made_here)
    return Match{
        Match::Kind::attach, candidate.event, Role::copy, {}, "the mark of our own unfinished write"};
  if (candidate.live_here) {
    // The same attempt twice is a person's duplicate; another attempt is a double of our own.
    bool another = candidate.nonce_here != *arrival.nonce || is_on(Mutant::match_removes_peoples_copies);
    if (!candidate.nonce_here.empty() && another && !candidate.marked_elsewhere_present)
      return Match{Match::Kind::doubled, candidate.event, Role::copy, {}, "we wrote it twice"};
    return std::nullopt;
  }
  if (candidate.marked_elsewhere_present) {
    if (*candidate.marked_elsewhere_present) return std::nullopt;  // a person's copy of our copy
    return Match{Match::Kind::attach, candidate.event, Role::copy, {}, "it was moved here"};
  }
  if (!was_here(candidate, arrival.calendar) && !candidate.alive) return std::nullopt;
  return Match{Match::Kind::attach, candidate.event, Role::copy, {}, "its mark"};
}

}  // namespace

Match choose(const Arrival& arrival, const std::vector<Link>& links, const std::optional<Candidate>& marked,
             const std::vector<Candidate>& by_uid, const std::vector<Candidate>& by_fingerprint) {
  if (marked && arrival.nonce && !is_on(Mutant::match_ignores_marks)) {
    if (auto match = by_mark(arrival, *marked)) return *match;
    return {};  // a person's duplicate of a marked item is an event of its own, whatever its uid says
  }
  for (bool alive : {true, false})
    for (const Candidate& candidate : by_uid)
      if (candidate.alive == alive)
        if (auto match = join(arrival, links, candidate, "the same UID")) return *match;
  std::vector<Match> fits;
  for (const Candidate& candidate : by_fingerprint)
    if (!candidate.removed_here || !candidate.alive)
      if (auto match = join(arrival, links, candidate, "the same title, time and recurrence"))
        fits.push_back(*match);
  if (fits.size() == 1) return fits.front();
  return {};
}

}  // namespace kalends::sync
