// One calendar on a CalDAV server as the engine's Provider. RFC 4791, 5397, 6578, 6638, 6764.
//
// Invariants
//  1. Nothing is called absent unless a whole listing, or the server's word about that very resource, proves it.
//  2. A write goes out under a precondition. Where the server has not been seen to keep preconditions, the resource is
//     read and compared first, so that a careless server can only lose an edit that falls between two requests.
//  3. A new resource gets a name that no one else can have chosen (it carries the attempt's nonce), so that not even
//     a server which ignores If-None-Match can overwrite somebody's event.
//  4. A person's text is patched, never replaced: what we don't understand stays.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "calendar/zone.h"
#include "ports/http.h"
#include "ports/provider.h"
#include "provider/caldav/discovery.h"
#include "provider/caldav/fetch.h"
#include "provider/caldav/scheduling.h"
#include "provider/caldav/srv.h"

namespace kalends::provider {

struct CalDavConfig {
  std::string url;   // a calendar, or a place to discover it from
  std::string name;  // which calendar, when `url` is none itself
  std::string username;
  std::string secret;  // password, or the access token with `bearer`
  bool bearer = false;
};

class CalDavProvider : public ports::Provider {
 public:
  // `services` answers SRV questions; nullptr asks DNS. Nothing is sent before the first call that needs an answer.
  CalDavProvider(CalDavConfig config, ports::Http& http, const calendar::ZoneSource& zones,
                 ServiceLookup* services = nullptr);
  ~CalDavProvider() override;

  const ports::Capabilities& capabilities() const override { return capabilities_; }

  // iCalendar holds every fact: the values are those of RFC 5545 and 7986, and unknown properties are written as they
  // stood; only "public" is the same as saying nothing. A server that drops or rewrites some is found out by reading.
  calendar::Facts project(const calendar::Facts& facts) const override;

  Result<ports::Changes> changes(const std::string& cursor, const ports::Known& known) override;
  Result<ports::Item> get(const RemoteId& id) override;
  Result<ports::Written> create(const ports::Draft& draft) override;
  Result<ports::Written> update(const ports::Item& current, const calendar::Facts& target,
                                Instant now) override;
  Result<void> remove(const ports::Item& current) override;

  // Before the server was asked what it does, it is taken to mail everybody.
  std::vector<std::string> recipients(ports::WriteKind kind, const ports::Item* current,
                                      const calendar::Facts& target) const override;

  std::string address() const override;

  // The collection that discovery came to, and who asks: there are servers where one address is each account's own.
  std::string identity() const override;

 private:
  struct Session;

  Result<Session*> session();
  void sort_in(const Fetched& fetched, bool complete, const ports::Known& known, ports::Changes& changes);
  void learn_schedule_reply(Session& session, const ports::Changes& changes);
  enum class Standing : std::uint8_t { unchanged, changed, gone };
  Result<Standing> standing_of(Session& session, ports::WriteKind kind, const ports::Item& current);
  void learn_if_match(Session& session);
  void learn_if_none_match(Session& session, const Headers& headers, const std::string& text,
                           DavAnswer& answer);
  Result<ports::Written> accept(Session& session, const DavAnswer& answer, const std::string& sent);
  Result<ports::Written> settle(Session& session, const std::string& path, const std::string& version,
                                const std::string& sent);

  CalDavConfig config_;
  ports::Http& http_;
  const calendar::ZoneSource& zones_;
  DnsServiceLookup dns_;
  ServiceLookup* services_;
  ports::Capabilities capabilities_;
  SchedulingPlace scheduling_;
  std::unique_ptr<Session> session_;
  std::map<std::string, std::string>
      other_kinds_;  // path -> version of tasks and the like, not to be fetched again
};

}  // namespace kalends::provider
