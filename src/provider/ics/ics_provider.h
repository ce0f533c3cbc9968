// A feed of iCalendar text as a read-only calendar. An item's id is its UID, its version a digest of its facts, so that a
// server which stamps every answer anew changes nothing. See README.md beside this file.
#pragma once

#include <string>
#include <vector>

#include "calendar/zone.h"
#include "ical/text.h"
#include "ports/http.h"
#include "ports/provider.h"
#include "provider/ics/feed.h"

namespace kalends::provider {

struct IcsConfig {
  std::string url;  // http, https, webcal, webcals or file:
  std::string username;
  std::string secret;  // password, or the access token with `bearer`
  bool bearer = false;
};

class IcsProvider : public ports::Provider {
 public:
  // `http` and `zones` outlive the provider.
  IcsProvider(IcsConfig config, ports::Http& http, const calendar::ZoneSource& zones);

  const ports::Capabilities& capabilities() const override { return capabilities_; }
  // Nothing is ever written, so nothing is lost on the way.
  calendar::Facts project(const calendar::Facts& facts) const override { return facts; }

  // A complete listing, or, when the feed is as the cursor says, an incomplete one with nothing in it. A page that is no
  // calendar and one that was cut off are errors, never an empty calendar. not_found when the feed is gone.
  Result<ports::Changes> changes(const std::string& cursor, const ports::Known& known) override;
  Result<ports::Item> get(const RemoteId& id) override;

  // unsupported, all three.
  Result<ports::Written> create(const ports::Draft& draft) override;
  Result<ports::Written> update(const ports::Item& current, const calendar::Facts& target,
                                Instant now) override;
  Result<void> remove(const ports::Item& current) override;
  std::vector<std::string> recipients(ports::WriteKind, const ports::Item*,
                                      const calendar::Facts&) const override {
    return {};
  }
  std::string address() const override { return shown_address(config_.url); }

 private:
  ports::Credentials credentials() const;
  Result<ical::Reading> read(const std::string& text) const;
  std::unexpected<Error> read_only() const;

  IcsConfig config_;
  ports::Http& http_;
  const calendar::ZoneSource& zones_;
  ports::Capabilities capabilities_;
};

}  // namespace kalends::provider
