#include "provider/ics/feed.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "base/digest.h"
#include "base/text.h"

namespace kalends::provider {

namespace {

constexpr int kMaxRedirects = 5;
constexpr std::size_t kMaxBytes = 64u << 20;

bool starts_with_scheme(std::string_view url, std::string_view scheme) {
  return url.size() >= scheme.size() && equal_ignoring_case(url.substr(0, scheme.size()), scheme);
}

bool is_web(std::string_view url) {
  return starts_with_scheme(url, "http://") || starts_with_scheme(url, "https://");
}

// "https://host:port" of a web address.
std::string origin_of(std::string_view url) {
  const std::size_t host = url.find("://") + 3;
  std::string_view authority = url.substr(host, url.find_first_of("/?#", host) - host);
  if (std::size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  return to_lower(url.substr(0, host)) + to_lower(authority);
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Result<std::string> read_file(const std::string& path) {
  auto fail_reading = [&](int number) {
    const ErrorKind kind = number == ENOENT || number == ENOTDIR ? ErrorKind::not_found
                           : number == EACCES                    ? ErrorKind::forbidden
                                                                 : ErrorKind::transient;
    return fail(kind, fmt::format("cannot read {}: {}", path, std::generic_category().message(number)));
  };
  std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "re"));
  if (!file) return fail_reading(errno);
  std::string text;
  std::string buffer(65536, '\0');
  while (std::size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get())) {
    text.append(buffer, 0, got);
    if (text.size() > kMaxBytes)
      return fail(ErrorKind::invalid, fmt::format("{} is larger than {} MiB", path, kMaxBytes >> 20));
  }
  if (std::ferror(file.get())) return fail_reading(errno);
  return text;
}

// "file:a.ics" and "file:/a.ics" are paths as they stand; in "file:///a%20b.ics" percent signs are decoded. RFC 8089.
std::string path_of(std::string_view url) {
  url.remove_prefix(std::string_view("file:").size());
  if (!url.starts_with("//")) return std::string(url);
  url.remove_prefix(2);
  if (starts_with_scheme(url, "localhost/")) url.remove_prefix(std::string_view("localhost").size());
  std::string path;
  auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  for (std::size_t i = 0; i < url.size(); ++i) {
    if (url[i] == '%' && i + 2 < url.size() && digit(url[i + 1]) >= 0 && digit(url[i + 2]) >= 0) {
      path += static_cast<char>(digit(url[i + 1]) * 16 + digit(url[i + 2]));
      i += 2;
    } else {
      path += url[i];
    }
  }
  return path;
}

std::string header_or_none(const ports::HttpResponse& response, std::string_view name) {
  const std::string* value = response.header(name);
  return value == nullptr ? std::string() : std::string(trim(*value));
}

std::unexpected<Error> refused(const ports::HttpResponse& response, const std::string& where) {
  const int status = response.status;
  ErrorKind kind = ErrorKind::invalid;
  std::string advice = "check the address";
  if (status == 401) {
    kind = ErrorKind::unauthorized;
    advice = "set username and password";
  } else if (status == 403) {
    kind = ErrorKind::forbidden;
    advice = "the feed may need another address or a password";
  } else if (status == 404 || status == 410) {
    kind = ErrorKind::not_found;
  } else if (status == 429) {
    kind = ErrorKind::rate_limited;
    advice = "it asks to be left alone for a while";
  } else if (status == 408 || status >= 500) {
    kind = ErrorKind::transient;
    advice = "it may work later";
  }
  auto error = fail(kind, fmt::format("{} answered with status {}; {}", where, status, advice));
  if (auto seconds = parse_integer(header_or_none(response, "retry-after"));
      seconds && *seconds >= 0 && *seconds < 86400)
    error.error().retry_after_ms = *seconds * 1000;
  return error;
}

}  // namespace

std::string to_string(const FeedCursor& cursor) {
  return cursor.digest + "\n" + cursor.etag + "\n" + cursor.modified;
}

FeedCursor parse_feed_cursor(const std::string& text) {
  auto parts = split(text, '\n');
  if (parts.size() != 3 || parts[0].size() != 64) return {};
  return {std::string(parts[1]), std::string(parts[2]), std::string(parts[0])};
}

std::string feed_url(const std::string& url) {
  if (starts_with_scheme(url, "webcal://")) return "http" + url.substr(6);
  if (starts_with_scheme(url, "webcals://")) return "https" + url.substr(7);
  return url;
}

std::optional<std::string> redirected(const std::string& url, const std::string& location) {
  std::string target = feed_url(std::string(trim(location)));
  target = target.substr(0, target.find('#'));
  if (target.empty()) return std::nullopt;
  if (is_web(target)) return target;
  const std::size_t colon = target.find(':');
  if (colon != std::string::npos && colon < target.find_first_of("/?"))
    return std::nullopt;  // another scheme
  const std::size_t host = url.find("://") + 3;
  if (target.starts_with("//")) return url.substr(0, host - 2) + target;
  const std::size_t path = std::min(url.size(), url.find_first_of("/?#", host));
  if (target.starts_with("/")) return url.substr(0, path) + target;
  const std::string bare = url.substr(0, url.find_first_of("?#", host));
  if (target.starts_with("?")) return bare + target;
  const std::size_t slash = bare.rfind('/');
  return (slash < host ? bare + "/" : bare.substr(0, slash + 1)) + target;
}

std::string shown_address(const std::string& url) {
  const std::string web = feed_url(url);
  if (!is_web(web)) return url;
  const std::string origin = origin_of(web);
  const std::size_t host = web.find("://") + 3;
  const std::size_t begin = std::min(web.size(), web.find_first_of("/?#", host));
  std::string path = web.substr(begin, web.find_first_of("?#", begin) - begin);
  const bool plain = begin + path.size() == web.size() && path.find('/', 1) == std::string::npos &&
                     web.find('@') == std::string::npos && path.size() <= 40;
  if (plain) return origin + path;
  std::string last = path.substr(path.rfind('/') == std::string::npos ? path.size() : path.rfind('/') + 1);
  if (last.size() > 40) last.clear();
  return fmt::format("{}/.../{} #{}", origin, last, sha256(web).hex().substr(0, 8));
}

Result<Feed> fetch_feed(ports::Http& http, const std::string& url, const ports::Credentials& credentials,
                        const FeedCursor& cursor) {
  Feed feed;
  const std::string where = shown_address(url);
  if (starts_with_scheme(url, "file:")) {
    feed.text = TRY(read_file(path_of(url)));
  } else {
    std::string at = feed_url(url);
    if (!is_web(at))
      return fail(ErrorKind::invalid,
                  fmt::format("{} is no address of a feed; use https://, http://, webcal:// or "
                              "file:",
                              where));
    const std::string home = origin_of(at);
    for (int step = 0;; ++step) {
      ports::HttpRequest request;
      request.url = at;
      request.max_response_bytes = kMaxBytes;
      request.headers.emplace_back("Accept", "text/calendar, */*;q=0.1");
      if (!cursor.etag.empty()) request.headers.emplace_back("If-None-Match", cursor.etag);
      if (!cursor.modified.empty()) request.headers.emplace_back("If-Modified-Since", cursor.modified);
      if (origin_of(at) == home) request.credentials = credentials;
      auto answer = http.send(request);
      if (!answer) return std::unexpected(std::move(answer).error().within(where));
      if (answer->status == 304 && !cursor.digest.empty()) return Feed{std::nullopt, cursor};
      const std::string location = header_or_none(*answer, "location");
      if (answer->status >= 301 && answer->status <= 308 && answer->status != 304 && !location.empty()) {
        auto next = redirected(at, location);
        if (!next || step == kMaxRedirects)
          return fail(ErrorKind::invalid,
                      fmt::format("{} {}", where,
                                  next ? "redirects without end" : "redirects to what is no web server"));
        at = *next;
        continue;
      }
      if (answer->status != 200) return refused(*answer, where);
      feed.cursor.etag = header_or_none(*answer, "etag");
      feed.cursor.modified = header_or_none(*answer, "last-modified");
      feed.text = std::move(answer->body);
      break;
    }
  }
  feed.cursor.digest = sha256(*feed.text).hex();
  if (feed.cursor.digest == cursor.digest) feed.text.reset();
  return feed;
}

}  // namespace kalends::provider
