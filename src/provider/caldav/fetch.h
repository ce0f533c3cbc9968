// The contents of calendar resources, many at a time. RFC 4791 section 7.9 (calendar-multiget), else one by one.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "provider/caldav/dav_client.h"
#include "provider/caldav/discovery.h"

namespace kalends::provider {

struct Fetched {
  enum class State : std::uint8_t { present, gone, refused } state = State::present;
  std::string path;
  std::string version;  // "" when the server gave no etag
  std::string body;
  std::string reason;  // for refused: why it could not be had
};

class Fetcher {
 public:
  Fetcher(DavClient& client, const CalendarPlace& place) : client_(client), place_(place) {}

  // One answer per path goes to `each`. `gone` only when a request for that very resource said so. While the answers of
  // one request are taken, the server is at work on the next one.
  Result<void> fetch(const std::vector<std::string>& paths, const std::function<void(Fetched)>& each);

  // One resource by GET; the weak marker of its etag is dropped.
  Result<Fetched> get(const std::string& path);

 private:
  using Paths = std::span<const std::string>;
  Result<void> take(Paths batch, Result<Multistatus> status, const DavUrl& at,
                    const std::function<void(Fetched)>& each);

  DavClient& client_;
  const CalendarPlace& place_;
  bool multiget_works_ = true;
};

}  // namespace kalends::provider
