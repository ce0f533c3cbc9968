// One calendar of a Google account as the engine's Provider. Calendar API v3.
//
// Invariants
//  1. Nothing is called absent unless a whole listing, or Google's word about that very event, proves it.
//  2. Every write goes out under its event's etag, and a new event under an id that its attempt alone can have chosen.
//  3. An update sends the members that change; what is not understood stays where it is.
//  4. Google is told with every write to mail nobody.
//  5. Exceptions are items of their own. An occurrence that its series excludes (EXDATE) is one as well.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "calendar/zone.h"
#include "ports/http.h"
#include "ports/provider.h"
#include "ports/tokens.h"
#include "provider/google/client.h"
#include "provider/google/cursor.h"
#include "provider/google/event_item.h"

namespace kalends::provider::google {

struct GoogleConfig {
  std::string calendar = "primary";  // an id, or a name in the account's list
  std::string url = kBaseUrl;
};

class GoogleProvider : public ports::Provider {
 public:
  // Nothing is sent before the first call that needs an answer. What is referred to outlives the provider.
  GoogleProvider(GoogleConfig config, ports::Http& http, ports::Tokens& tokens,
                 const calendar::ZoneSource& zones);

  const ports::Capabilities& capabilities() const override { return capabilities_; }
  calendar::Facts project(const calendar::Facts& facts) const override;
  Result<ports::Changes> changes(const std::string& cursor, const ports::Known& known) override;
  Result<ports::Item> get(const RemoteId& id) override;
  Result<ports::Written> create(const ports::Draft& draft) override;
  Result<ports::Written> update(const ports::Item& current, const calendar::Facts& target,
                                Instant now) override;
  Result<void> remove(const ports::Item& current) override;

  // Those whom the write makes guests: Google documents that a message may go out in spite of sendUpdates=none, and an
  // invitation is the one that cannot be taken back. All else that is written is told to nobody.
  std::vector<std::string> recipients(ports::WriteKind kind, const ports::Item* current,
                                      const calendar::Facts& target) const override;

  std::string address() const override;

  // "primary" is each account's own.
  std::string identity() const override;

 private:
  Result<void> find_place();
  Context context() const { return {zones_, zone_}; }
  std::string event_path(const std::string& id) const;
  Request write(const char* method, const std::string& id, const std::string& etag) const;

  Result<Answer> fetch(const std::string& id);
  Result<const Series*> series(const std::string& id);
  void remember(const Json& event);

  Result<ports::Item> item_of(const Json& event);
  Result<ports::Written> written(const Json& event);
  Result<ports::Written> adopt(const std::string& id, const ports::Draft& draft, const Answer& refusal);
  Result<ports::Written> create_part(const ports::Draft& draft);
  Result<ports::Written> patch_event(const std::string& id, const std::string& etag, Json body);
  Result<ports::Written> include(const ports::Item& current, const calendar::Facts& target);
  Result<void> cancel(const ports::Item& current);
  Result<void> follow(const ports::Item& current);
  void follow_again(const std::string& master);
  Result<void> drop_exclusion(const ports::Item& current);

  GoogleConfig config_;
  Client client_;
  const calendar::ZoneSource& zones_;
  ports::Capabilities capabilities_;
  std::string calendar_;  // its id, once it was found
  std::string zone_;      // the calendar's
  Role role_ = Role::writer;
  std::map<std::string, Series> series_;  // as last seen
  IdsBySeries taken_back_;                // see Cursor
};

}  // namespace kalends::provider::google
