#include "sync/match.h"

#include <algorithm>

namespace kalends::sync {

namespace {

bool has(const Link& link, const CalendarId& calendar) {
  return std::ranges::find(link.calendars, calendar) != link.calendars.end();
}

// The first full link that ties the calendar to one where the event is.
const Link* tie(const std::vector<Link>& links, const CalendarId& here, const Candidate& candidate) {
  for (const Link& link : links) {
    if (!has(link, here) || !link.privacy.full()) continue;
    for (const CalendarId& place : candidate.places)
      if (place != here && has(link, place)) return &link;
  }
  return nullptr;
}

bool was_here(const Candidate& candidate, const CalendarId& here) {
  return std::ranges::find(candidate.places, here) != candidate.places.end();
}

// An item that people made on both sides of a link. Over a one-way link the target's becomes a copy.
std::optional<Match> join(const Arrival& arrival, const std::vector<Link>& links, const Candidate& candidate,
                          const char* why) {
  if (candidate.live_here) return std::nullopt;
  Match match{Match::Kind::attach, candidate.event, Role::origin, {}, why};
  // The calendar's own event that comes back: deleted and made again, or re-keyed.
  if (was_here(candidate, arrival.calendar)) return match;
  const Link* link = tie(links, arrival.calendar, candidate);
  if (link == nullptr) return std::nullopt;
  if (link->direction == Direction::one_way) {
    if (link->from == arrival.calendar) {
      for (const CalendarId& place : candidate.places)
        if (has(*link, place)) match.become_copies.push_back(place);
    } else {
      match.role = Role::copy;
    }
  }
  return match;
}

std::optional<Match> by_mark(const Arrival& arrival, const Candidate& candidate) {
  if (candidate.made_here)
    return Match{
        Match::Kind::attach, candidate.event, Role::copy, {}, "the mark of our own unfinished write"};
  if (candidate.live_here) {
    // The same attempt twice is a person's duplicate; another attempt is a double of our own.
    if (!candidate.nonce_here.empty() && candidate.nonce_here != *arrival.nonce &&
        !candidate.marked_elsewhere_present)
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
  if (marked && arrival.nonce) {
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
