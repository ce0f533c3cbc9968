// What the parts of the simulated Calendar API share: the state, the world outside, and one call.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lab/cloud/outbox.h"
#include "lab/cloud/target.h"
#include "lab/google/answer.h"
#include "lab/google/habits.h"
#include "lab/google/state.h"
#include "ports/world.h"

namespace kalends::lab::google {

// A push channel: where changes of one resource are posted.
struct Channel {
  std::string id;
  std::string resource_id;
  std::string resource_uri;
  std::string address;
  std::string token;
  std::string calendar;  // "" for a list of calendars
  std::string account;
  Instant expires;
  std::int64_t messages = 0;
};

struct Service {
  ports::Clock& clock;
  ports::Random& random;
  const calendar::ZoneSource& zones;
  Habits habits;
  State state;
  std::vector<Mail> outbox;
  std::vector<Notice> notices;
  std::vector<Channel> channels;
  std::map<std::string, std::vector<Instant>>
      spent;  // calls of the last minute, by account and of the project ""

  // The service's own clock.
  Instant now() const { return Instant{clock.now().ms + habits.clock_skew_ms}; }
  // Whether a habit of that likelihood shows this time.
  bool happens(int percent) { return percent > 0 && random.next() % 100 < static_cast<unsigned>(percent); }
};

struct Call {
  std::string method;
  Target target;
  Json body;
  std::string if_match;
  std::string account;
  std::string client;

  const std::string* parameter(std::string_view name) const { return target.find(name); }
};

// A parameter that is "true" or "false"; `usual` when it is absent.
Outcome<bool> flag(const Call& call, std::string_view name, bool usual);
// A parameter that is a number of at least `least`.
Outcome<std::optional<std::int64_t>> number(const Call& call, std::string_view name, std::int64_t least);
// A parameter that is an RFC 3339 time with offset.
Outcome<std::optional<Instant>> instant(const Call& call, std::string_view name);

struct Place {
  Calendar& calendar;
  Role role;
};
// The calendar of that id ("primary" is the account's own), when the account has at least that role there.
Outcome<Place> open_calendar(Service& service, const Call& call, const std::string& id, Role least);

// A new name of `length` characters of base32hex.
std::string fresh_id(ports::Random& random, std::size_t length);

// 412 when the call has an If-Match that is not this revision's.
Outcome<void> check_match(const Call& call, std::int64_t revision);

// Tells the channels of that calendar that something changed in it.
void announce(Service& service, const Calendar& calendar);

}  // namespace kalends::lab::google
