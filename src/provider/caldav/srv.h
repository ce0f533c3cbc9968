// Which server handles CalDAV for a domain, as DNS tells it. RFC 6764 section 3 and 4.
#pragma once

#include <string>
#include <vector>

namespace kalends::provider {

struct ServiceTarget {
  std::string host;
  int port = 443;
  std::string path;  // from the TXT record's "path=", empty when there is none

  bool operator==(const ServiceTarget&) const = default;
};

class ServiceLookup {
 public:
  virtual ~ServiceLookup() = default;
  // The targets of _caldavs._tcp.DOMAIN in the order to try them; none when DNS gives no answer.
  virtual std::vector<ServiceTarget> caldavs(const std::string& domain) = 0;
};

// Asks the system's resolver; an answer is bounded by DNS itself (64 KiB).
class DnsServiceLookup : public ServiceLookup {
 public:
  std::vector<ServiceTarget> caldavs(const std::string& domain) override;
};

}  // namespace kalends::provider
