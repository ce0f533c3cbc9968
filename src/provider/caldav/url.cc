// Parsing by hand: the grammar is small, and nothing here may depend on how an HTTP library reads an address.
#include "provider/caldav/url.h"

#include <fmt/format.h>

#include "base/text.h"

namespace kalends::provider {

namespace {

constexpr std::string_view kPlain = "-._~!$&'()*+,;=:@/";
constexpr char kHex[] = "0123456789ABCDEF";

bool is_plain(unsigned char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') || kPlain.find(static_cast<char>(c)) != std::string_view::npos;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_encoded(std::string& out, unsigned char byte) {
  out += '%';
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

int default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

bool is_ip_address(const std::string& host) {
  return host.starts_with('[') || host.find_first_not_of("0123456789.") == std::string::npos;
}

// The domain under which hosts are taken to belong together: the host without its first label when what is left has
// two labels (three below "co.uk" and its like), else the host itself.
std::string site_of(const std::string& host) {
  if (is_ip_address(host)) return host;
  const auto labels = split(host, '.');
  if (labels.size() < 3) return host;
  const bool short_second = labels.back().size() == 2 && labels[labels.size() - 2].size() <= 3;
  if (labels.size() == 3 && short_second) return host;
  return host.substr(labels.front().size() + 1);
}

}  // namespace

std::string DavUrl::origin() const {
  return port == default_port(scheme) ? fmt::format("{}://{}", scheme, host)
                                      : fmt::format("{}://{}:{}", scheme, host, port);
}

std::string DavUrl::text() const { return origin() + path + query; }

DavUrl DavUrl::with_path(std::string_view other) const {
  DavUrl url = *this;
  url.path = normal_path(other);
  url.query.clear();
  return url;
}

Result<DavUrl> parse_dav_url(std::string_view text) {
  const auto refused = [&](const char* why) {
    return fail(ErrorKind::invalid, fmt::format("\"{}\" is no http or https address: {}", text, why));
  };
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f)
      return refused("it has a blank or a control character");
  const auto mark = text.find("://");
  if (mark == std::string_view::npos) return refused("it does not begin with https://");
  DavUrl url;
  url.scheme = to_lower(text.substr(0, mark));
  if (url.scheme != "http" && url.scheme != "https") return refused("it does not begin with https://");
  std::string_view rest = text.substr(mark + 3);
  rest = rest.substr(0, rest.find('#'));
  const auto end = rest.find_first_of("/?");
  std::string_view authority = rest.substr(0, end);
  // Not quoted: there may be a password in it.
  if (authority.find('@') != std::string_view::npos)
    return fail(ErrorKind::invalid,
                "the address has a user name or password in it; these belong into settings of their own");
  url.port = default_port(url.scheme);
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    const auto port = parse_integer(authority.substr(colon + 1));
    if (!port || *port < 1 || *port > 65535) return refused("its port is no number from 1 to 65535");
    url.port = static_cast<int>(*port);
    authority = authority.substr(0, colon);
  }
  url.host = to_lower(authority);
  if (url.host.empty()) return refused("it names no server");
  if (end != std::string_view::npos) {
    rest = rest.substr(end);
    const auto question = rest.find('?');
    url.path = normal_path(rest.substr(0, question));
    if (question != std::string_view::npos) url.query = std::string(rest.substr(question));
  }
  return url;
}

Result<DavUrl> resolve(const DavUrl& base, std::string_view reference) {
  reference = trim(reference);
  if (reference.empty()) return fail(ErrorKind::corrupt, "the server named a place by an empty address");
  const auto mark = reference.find("://");
  if (mark != std::string_view::npos && mark < reference.find_first_of("/?")) return parse_dav_url(reference);
  if (reference.starts_with("//")) return parse_dav_url(base.scheme + ":" + std::string(reference));
  reference = reference.substr(0, reference.find('#'));
  const auto question = reference.find('?');
  DavUrl url = base;
  url.query = question == std::string_view::npos ? "" : std::string(reference.substr(question));
  const std::string_view path = reference.substr(0, question);
  if (path.starts_with('/'))
    url.path = normal_path(path);
  else if (!path.empty())
    url.path = base.path.substr(0, base.path.rfind('/') + 1) + normal_path(path).substr(1);
  return url;
}

std::string normal_path(std::string_view path) {
  std::string out;
  out.reserve(path.size() + 1);
  if (!path.starts_with('/')) out += '/';
  for (std::size_t i = 0; i < path.size(); ++i) {
    unsigned char byte = static_cast<unsigned char>(path[i]);
    const int high = byte == '%' && i + 2 < path.size() ? hex_value(path[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(path[i + 2]) : -1;
    if (low >= 0) {
      byte = static_cast<unsigned char>(high * 16 + low);
      i += 2;
      if (is_plain(byte) && byte != '/')
        out += static_cast<char>(byte);
      else
        append_encoded(out, byte);
    } else if (is_plain(byte)) {
      out += static_cast<char>(byte);
    } else {
      append_encoded(out, byte);
    }
  }
  return out;
}

std::string with_slash(std::string_view path) {
  return path.ends_with('/') ? std::string(path) : std::string(path) + "/";
}

bool same_collection(std::string_view a, std::string_view b) { return with_slash(a) == with_slash(b); }

bool may_see_credentials(const DavUrl& configured, const DavUrl& other) {
  if (configured.origin() == other.origin()) return true;
  if (is_loopback(configured.host) && is_loopback(other.host))
    return !(configured.scheme == "https" && other.scheme == "http");
  if (other.scheme != "https") return false;
  if (configured.host == other.host) return true;
  const std::string site = site_of(configured.host);
  if (is_ip_address(site)) return false;
  return other.host == site || other.host.ends_with("." + site);
}

}  // namespace kalends::provider
