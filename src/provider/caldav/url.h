// Addresses as CalDAV servers give them: absolute or not, encoded this way or that. RFC 3986, RFC 4918 section 8.3.
// One normal form per resource, and the rule for which servers may see a person's credentials.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace kalends::provider {

// http or https, without fragment and user information. `path` starts with "/" and is in normal form.
struct DavUrl {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; an IPv6 address keeps its brackets
  int port = 443;
  std::string path = "/";
  std::string query;  // with its "?", or empty

  bool operator==(const DavUrl&) const = default;
  std::string text() const;    // the port left out when it is the scheme's own
  std::string origin() const;  // scheme://host[:port]
  DavUrl with_path(std::string_view path) const;
};

// invalid when the text is no http or https address.
Result<DavUrl> parse_dav_url(std::string_view text);

// `reference` as found in an href or a Location header of `base`. RFC 3986 section 5.2, dot segments kept.
Result<DavUrl> resolve(const DavUrl& base, std::string_view reference);

// Percent-encoding in normal form: what needs no escape has none ("@", ":" and the like included), what needs one has
// it in upper case; an encoded "/" or "%" stays encoded, since it is not the same as a plain one.
std::string normal_path(std::string_view path);

// The same path with one "/" at its end.
std::string with_slash(std::string_view path);

// Whether two paths name the same collection: equal but for a "/" at the end.
bool same_collection(std::string_view a, std::string_view b);

// Whether credentials meant for `configured` may go to `other`, which that server or its DNS named. Yes for the same
// origin; for the same host when TLS is gained or kept; for a host of the same site over TLS; between loopback
// addresses. Never from https to http.
bool may_see_credentials(const DavUrl& configured, const DavUrl& other);

}  // namespace kalends::provider
