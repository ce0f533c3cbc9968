#include "lab/google/google.h"

#include <fmt/format.h>

#include "base/text.h"
#include "lab/cloud/json_merge.h"
#include "lab/google/calendars.h"
#include "lab/google/routes.h"
#include "lab/google/service.h"

namespace kalends::lab {

using google::Service;

Google::Google(ports::Clock& clock, ports::Random& random, const calendar::ZoneSource& zones,
               google::Habits habits)
    : service_(std::make_unique<Service>(Service{clock, random, zones, habits, {}, {}, {}, {}, {}})) {}

Google::~Google() = default;

ports::HttpResponse Google::handle(const ports::HttpRequest& request) {
  return google::answer(*service_, request);
}

ports::HttpResponse Google::refusal(int status, std::string_view reason,
                                    std::optional<std::int64_t> retry_after_s) const {
  google::Refusal out{status, std::string(reason), fmt::format("Injected: {}", reason)};
  if (reason.ends_with("LimitExceeded") || reason == "quotaExceeded") out.domain = "usageLimits";
  if (status >= 500 && reason.empty()) out.reason = "backendError";
  out.retry_after_s = retry_after_s;
  return google::respond(out);
}

google::Habits& Google::habits() { return service_->habits; }

void Google::add_account(const std::string& email, const std::string& name, const std::string& zone) {
  google::Account& account = service_->state.accounts[email];
  account.email = email;
  account.name = name;
  google::make_calendar(*service_, email, email, email, zone);
}

std::string Google::issue_token(const std::string& email, const std::string& client,
                                const std::vector<std::string>& scopes,
                                std::optional<std::int64_t> lifetime_ms) {
  google::Token token{email, client, {scopes.begin(), scopes.end()}, std::nullopt};
  if (lifetime_ms) token.expires = Instant{service_->now().ms + *lifetime_ms};
  std::string text = "ya29." + google::fresh_id(service_->random, 48);
  service_->state.tokens[text] = std::move(token);
  return text;
}

void Google::revoke_token(const std::string& token) { service_->state.tokens.erase(token); }

std::string Google::add_calendar(const std::string& email, const std::string& summary,
                                 const std::string& zone) {
  const std::string id = google::fresh_id(service_->random, 26) + "@group.calendar.google.com";
  google::make_calendar(*service_, email, id, summary, zone);
  return id;
}

void Google::share(const std::string& calendar, const std::string& email, const std::string& role) {
  google::set_role(*service_, service_->state.calendars.at(calendar), email,
                   google::parse_role(role).value_or(google::Role::none));
}

void Google::drop_calendar(const std::string& calendar) {
  google::remove_calendar(*service_, service_->state.calendars.at(calendar));
}

void Google::reset_deltas(const std::string& calendar) { ++service_->state.calendars.at(calendar).epoch; }

void Google::forget_tombstones(const std::string& calendar) {
  auto& events = service_->state.calendars.at(calendar).events;
  std::erase_if(events, [&](const auto& entry) {
    if (!entry.second.cancelled) return false;
    const auto master = events.find(entry.second.master);
    return master == events.end() || master->second.cancelled;
  });
}

bool Google::lock(const std::string& calendar, const std::string& event) {
  auto& events = service_->state.calendars.at(calendar).events;
  const auto found = events.find(event);
  if (found == events.end()) return false;
  found->second.fields.set("locked", true);
  return true;
}

bool Google::has_account(const std::string& email) const { return service_->state.accounts.contains(email); }

bool Google::has_calendar(const std::string& calendar) const {
  const auto found = service_->state.calendars.find(calendar);
  return found != service_->state.calendars.end() && !found->second.deleted;
}

const std::vector<Mail>& Google::outbox() const { return service_->outbox; }

void Google::clear_outbox() { service_->outbox.clear(); }

std::vector<Notice> Google::take_notices() {
  const Instant now = service_->now();
  std::vector<Notice> due;
  std::vector<Notice> later;
  for (Notice& notice : service_->notices) (notice.at <= now ? due : later).push_back(std::move(notice));
  service_->notices = std::move(later);
  return due;
}

}  // namespace kalends::lab
