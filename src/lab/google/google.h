// A simulated Google Calendar: the Calendar API v3 as one object, for tests, demonstrations and the simulation. It is
// deterministic: what it answers follows from what it was asked, its clock and its chance.
//
// Paths are taken with and without "/calendar/v3" in front.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "calendar/zone.h"
#include "lab/cloud/outbox.h"
#include "lab/cloud/simulator.h"
#include "lab/google/habits.h"
#include "ports/world.h"

namespace kalends::lab {

namespace google {
struct Service;
}

class Google : public Simulator {
 public:
  // What it is given outlives it.
  Google(ports::Clock& clock, ports::Random& random, const calendar::ZoneSource& zones,
         google::Habits habits = {});
  ~Google() override;

  ports::HttpResponse handle(const ports::HttpRequest& request) override;
  ports::HttpResponse refusal(int status, std::string_view reason,
                              std::optional<std::int64_t> retry_after_s) const override;

  google::Habits& habits();

  // An account with its primary calendar, whose id is the address, in that zone.
  void add_account(const std::string& email, const std::string& name, const std::string& zone = "UTC");
  // A bearer token of the account. `client` stands in the outbox beside what is written with it; `scopes` are the last
  // parts of their URLs ("calendar.events"), none = all. Without lifetime it lasts.
  std::string issue_token(const std::string& email, const std::string& client = "client",
                          const std::vector<std::string>& scopes = {},
                          std::optional<std::int64_t> lifetime_ms = std::nullopt);
  void revoke_token(const std::string& token);

  // A further calendar of an account; gives its id.
  std::string add_calendar(const std::string& email, const std::string& summary,
                           const std::string& zone = "UTC");
  // Lets another account see a calendar: "freeBusyReader", "reader", "writer", "owner", "none".
  void share(const std::string& calendar, const std::string& email, const std::string& role);
  // The calendar is gone, with everything in it.
  void drop_calendar(const std::string& calendar);

  // Every sync token of the calendar becomes void: the next increment is answered with 410.
  void reset_deltas(const std::string& calendar);
  // Deleted events are no longer known: 404 instead of 410, and no delta names them.
  void forget_tombstones(const std::string& calendar);
  // Locks a guest's copy as its organizer may: title, place, text and times can no longer be changed there.
  bool lock(const std::string& calendar, const std::string& event);  // false: there is no such event

  bool has_account(const std::string& email) const;
  bool has_calendar(const std::string& calendar) const;

  const std::vector<Mail>& outbox() const;
  void clear_outbox();
  // The notifications of channels that are due by now and were not taken before.
  std::vector<Notice> take_notices();

 private:
  std::unique_ptr<google::Service> service_;
};

}  // namespace kalends::lab
