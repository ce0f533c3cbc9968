// What the simulated Google Calendar holds: accounts, calendars, events, and the counters that its cursors name.
//
// Of an event only what its clients gave is kept, in one normal form; what the server adds is made when it is shown.
// An exception keeps only where it differs from its master. `change` orders the changes of one calendar: a sync token is
// such a number, and a tombstone has one, too.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/json.h"
#include "lab/google/recurrence.h"

namespace kalends::lab::google {

struct Event {
  std::string id;
  std::string ical_uid;
  Json fields;  // of an exception: members that differ from the master, null where it has none
  bool cancelled = false;
  std::string master;        // of an exception
  std::optional<Slot> slot;  // of an exception
  Json creator;
  Json organizer;
  Instant created;
  Instant updated;
  std::int64_t revision = 0;  // its etag
  std::int64_t change = 0;
  std::int64_t sequence = 0;
};

enum class Role : std::uint8_t { none, free_busy, reader, writer, owner };
const char* to_string(Role role);  // as accessRole spells it
std::optional<Role> parse_role(std::string_view text);

struct Calendar {
  std::string id;
  std::string owner;  // the account that made it
  std::string summary;
  std::string description;
  std::string location;
  std::string zone = "UTC";
  std::map<std::string, Role> roles;  // by account
  std::map<std::string, Event> events;
  std::int64_t changes = 0;
  std::int64_t revision = 1;
  int epoch = 0;  // sync tokens of an earlier one are dead
  bool deleted = false;
  Instant updated;
};

// A calendar as one account's list shows it.
struct Entry {
  Json fields = Json::object();  // colorId, summaryOverride, hidden, selected, defaultReminders ...
  bool deleted = false;
  std::int64_t change = 0;
  std::int64_t revision = 1;
};

struct Account {
  std::string email;
  std::string name;
  std::map<std::string, Entry> list;  // by calendar
  std::int64_t changes = 0;
  int epoch = 0;
};

// What a bearer token stands for.
struct Token {
  std::string account;
  std::string client;            // who holds it, for the outbox: "kalends", "person"
  std::set<std::string> scopes;  // last parts of their URLs: "calendar.events"; empty = all
  std::optional<Instant> expires;
};

struct State {
  std::map<std::string, Account> accounts;
  std::map<std::string, Calendar> calendars;
  std::map<std::string, Token> tokens;
  std::int64_t revisions = 0;  // of everything, so that no two etags are equal
};

// The members of an event that a client may write.
bool is_writable(std::string_view member);
const std::vector<std::string>& writable_members();

std::string etag_of(std::int64_t revision);  // "\"3400000000000002\""

}  // namespace kalends::lab::google
