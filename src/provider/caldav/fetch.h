// The contents of calendar resources, many at a time. RFC 4791 section 7.9 (calendar-multiget), else one by one.
#pragma once

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

  // One answer per path. `gone` only when a request for that very resource said so.
  Result<std::vector<Fetched>> fetch(const std::vector<std::string>& paths);

  // One resource by GET; the weak marker of its etag is dropped.
  Result<Fetched> get(const std::string& path);

 private:
  Result<void> fetch_batch(std::vector<std::string> batch, std::vector<Fetched>& out);

  DavClient& client_;
  const CalendarPlace& place_;
  bool multiget_works_ = true;
};

}  // namespace kalends::provider
