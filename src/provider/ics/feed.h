// Where a feed's text comes from: a file, or an HTTP server asked only for what changed. RFC 9110 section 13.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "ports/http.h"

namespace kalends::provider {

// What proves that a feed has not changed since it was last read.
struct FeedCursor {
  std::string etag;      // as the server wrote it, "" when it gave none
  std::string modified;  // Last-Modified, likewise
  std::string digest;    // SHA-256 of the text

  bool operator==(const FeedCursor&) const = default;
};
std::string to_string(const FeedCursor& cursor);
FeedCursor parse_feed_cursor(const std::string& text);  // empty for "" and for text that is no cursor

struct Feed {
  std::optional<std::string> text;  // nothing: the same as the cursor says
  FeedCursor cursor;
};

// "webcal://" and "webcals://" as what they stand for, any other address as it is.
std::string feed_url(const std::string& url);

// The target of a redirect from `url`; nothing when it is no address of a web server. RFC 3986 section 5.2.
std::optional<std::string> redirected(const std::string& url, const std::string& location);

// Where the feed is, for messages: a long path, a query and a user's name are secrets in many feeds; they are left out,
// and a short digest tells feeds of one host apart.
std::string shown_address(const std::string& url);

// The feed at a http, https, webcal, webcals or file: address, as it stands; at most 64 MiB. Follows five redirects;
// credentials stay with the host they are for. not_found when the file or the feed is gone.
Result<Feed> fetch_feed(ports::Http& http, const std::string& url, const ports::Credentials& credentials,
                        const FeedCursor& cursor);

}  // namespace kalends::provider
