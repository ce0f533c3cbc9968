// Which server handles CalDAV for a domain, as DNS tells it. RFC 6764 section 3 and 4.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace kalends::provider {

struct ServiceTarget {
  std::string host;
  int port = 443;
  std::string path;  // from the TXT record's "path=", empty when there is none

  bool operator==(const ServiceTarget&) const = default;
};

// What DNS says of a domain.
struct Services {
  std::vector<ServiceTarget> targets;  // in the order to try them
  bool refused = false;                // the domain says that it has no such service: a lone "." (RFC 2782)

  bool operator==(const Services&) const = default;
};

class ServiceLookup {
 public:
  virtual ~ServiceLookup() = default;
  // What _caldavs._tcp.DOMAIN says; nothing when DNS gives no answer, or one that is none. _caldav._tcp, which is the
  // service without TLS, is never asked for: a password would follow it in the clear.
  virtual Services caldavs(const std::string& domain) = 0;
};

// A server to ask in the place of the system's: an IPv4 address and a port.
struct DnsServer {
  std::string address;  // "" for the system's
  int port = 53;
};

// Asks the system's resolver, over TCP what does not fit into a datagram; an answer is bounded by DNS itself (64 KiB), and
// a server that is silent costs no more than about six seconds.
class DnsServiceLookup : public ServiceLookup {
 public:
  DnsServiceLookup() = default;
  explicit DnsServiceLookup(DnsServer server) : server_(std::move(server)) {}
  Services caldavs(const std::string& domain) override;

 private:
  DnsServer server_;
};

}  // namespace kalends::provider
