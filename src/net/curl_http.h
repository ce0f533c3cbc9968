// HTTP over libcurl's easy interface, in direct style: one call, one exchange. Safe to call from many
// threads.
//
// Held here: a small pool of handles, each with its own open connections, and what each server was seen to
// ask for by way of credentials, so that only the first exchange with a server costs a second round trip.
#pragma once

#include <memory>
#include <string>

#include "ports/http.h"

namespace kalends::net {

class CurlHttp : public ports::Http {
 public:
  // Trusts the certificates of the system, or in their place those of the file `authorities` (PEM).
  explicit CurlHttp(std::string authorities = "");
  ~CurlHttp() override;
  CurlHttp(const CurlHttp&) = delete;
  CurlHttp& operator=(const CurlHttp&) = delete;

  // Only http and https; certificates are verified; redirects are handed to the caller (RFC 9110
  // section 15.4). Scheme `any` answers Digest (RFC 7616) before Basic (RFC 7617) and nothing else.
  // `transient` without an answer; `invalid` for a URL or header that can't be sent and for an answer past
  // max_response_bytes.
  Result<ports::HttpResponse> send(const ports::HttpRequest& request) override;
  // On a thread of its own, which has ended when the exchange is destroyed.
  std::unique_ptr<ports::Exchange> begin(ports::HttpRequest request) override;

 private:
  struct Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace kalends::net
