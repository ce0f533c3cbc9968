// The exchange itself: options in, callbacks, errors as sentences.
#include "net/curl_http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <system_error>
#include <thread>

#include "base/text.h"

namespace kalends::net {

namespace {

constexpr char kUserAgent[] = "Kalends/0.1";
constexpr std::size_t kMaxHeaderBytes = 256u << 10;
constexpr std::size_t kMaxIdleHandles = 16;
constexpr std::size_t kMaxRememberedServers = 1024;
constexpr long kConnectTimeoutMs = 20'000;

struct UrlParts {
  std::string host;    // for messages, with the port when it was given
  std::string origin;  // scheme://host[:port]
  bool loopback = false;
};

std::optional<std::string> url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK || !text) return std::nullopt;
  std::string copy(text);
  curl_free(text);
  return copy;
}

Result<UrlParts> parse_url(const std::string& text) {
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), curl_url_cleanup);
  const CURLUcode code =
      url ? curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_PATH_AS_IS) : CURLUE_OUT_OF_MEMORY;
  const auto scheme = code == CURLUE_OK ? url_part(url.get(), CURLUPART_SCHEME) : std::nullopt;
  const auto host = code == CURLUE_OK ? url_part(url.get(), CURLUPART_HOST) : std::nullopt;
  if (!scheme || !host || (*scheme != "http" && *scheme != "https"))
    return fail(ErrorKind::invalid, fmt::format("\"{}\" is no http or https address", text));
  UrlParts parts;
  const auto port = url_part(url.get(), CURLUPART_PORT);
  parts.host = port ? fmt::format("{}:{}", *host, *port) : *host;
  parts.origin = fmt::format("{}://{}", *scheme, to_lower(parts.host));
  parts.loopback = *host == "localhost" || *host == "[::1]" || host->starts_with("127.");
  return parts;
}

bool is_header_safe(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

// What one exchange collects while libcurl runs.
struct Collected {
  ports::HttpResponse response;
  std::size_t max_body = 0;
  std::size_t header_bytes = 0;
  bool too_large = false;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& collected = *static_cast<Collected*>(user);
  const std::size_t bytes = size * count;
  if (bytes > collected.max_body - collected.response.body.size()) {
    collected.too_large = true;
    return 0;
  }
  collected.response.body.append(data, bytes);
  return bytes;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& collected = *static_cast<Collected*>(user);
  const std::size_t bytes = size * count;
  const std::string_view line = trim(std::string_view(data, bytes));
  // A status line begins an answer anew: what came before was a 100 or a challenge that libcurl has met.
  if (line.starts_with("HTTP/")) {
    collected.response.headers.clear();
    collected.response.body.clear();
    collected.header_bytes = 0;
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    collected.header_bytes += bytes;
    if (collected.header_bytes > kMaxHeaderBytes) {
      collected.too_large = true;
      return 0;
    }
    collected.response.headers.emplace_back(to_lower(trim(line.substr(0, colon))),
                                            std::string(trim(line.substr(colon + 1))));
  }
  return bytes;
}

Error error_of(CURLcode code, const char* detail, const UrlParts& url, const Collected& collected,
               const ports::HttpRequest& request) {
  const std::string reason = detail[0] ? detail : curl_easy_strerror(code);
  auto error = [](ErrorKind kind, std::string message) {
    return Error{kind, std::move(message), std::nullopt};
  };
  if (collected.too_large)
    return error(ErrorKind::invalid,
                 fmt::format("the answer of {} to {} is larger than the {} bytes that are allowed", url.host,
                             request.method, request.max_response_bytes));
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return error(ErrorKind::transient,
                   fmt::format("could not find the server {}: check its name and the network", url.host));
    case CURLE_COULDNT_CONNECT:
      return error(ErrorKind::transient, fmt::format("could not connect to {}: {}", url.host, reason));
    case CURLE_OPERATION_TIMEDOUT:
      return error(ErrorKind::transient, fmt::format("{} did not answer in time: {}", url.host, reason));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
      return error(ErrorKind::transient,
                   fmt::format("no trusted TLS connection to {} could be made: {}", url.host, reason));
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return error(ErrorKind::invalid, fmt::format("\"{}\" is no http or https address", request.url));
    default:
      return error(ErrorKind::transient,
                   fmt::format("{} to {} failed: {}", request.method, url.host, reason));
  }
}

struct HeaderList {
  curl_slist* list = nullptr;
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list); }
  void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
};

Result<void> fill_headers(const ports::HttpRequest& request, HeaderList& headers) {
  bool has_type = false;
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || !is_header_safe(name) || !is_header_safe(value))
      return fail(ErrorKind::invalid,
                  fmt::format("the header \"{}\" can't be sent: it has a line break", name));
    // libcurl drops "Name:" and sends an empty value for "Name;".
    headers.add(value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
    has_type = has_type || equal_ignoring_case(name, "content-type");
  }
  if (!has_type) headers.add("Content-Type:");
  headers.add("Expect:");  // a body is small here; waiting for 100 costs a round trip
  if (request.credentials.scheme == ports::Credentials::Scheme::bearer) {
    if (!is_header_safe(request.credentials.secret))
      return fail(ErrorKind::invalid, "the access token has a line break: store it on one line");
    headers.add("Authorization: Bearer " + request.credentials.secret);
  }
  return {};
}

void set_method(CURL* curl, const ports::HttpRequest& request) {
  curl_easy_setopt(curl, CURLOPT_NOBODY, 0L);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, nullptr);
  curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "HEAD") {
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  } else if (!request.body.empty() || request.method == "PUT" || request.method == "POST") {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.c_str());
  }
}

void set_constants(CURL* curl, const UrlParts& url) {
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, kUserAgent);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY,
                   url.loopback ? "" : nullptr);  // "" = none, whatever the environment says
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
}

}  // namespace

struct CurlHttp::Pool {
  struct Handle {
    CURL* curl = nullptr;
    std::string party;  // origin and user it last spoke for: its Digest nonce belongs to them
  };
  std::string authorities;  // "" for the system's
  std::mutex mutex;
  std::vector<Handle> idle;
  std::map<std::string, long> schemes;  // party -> CURLAUTH_BASIC or CURLAUTH_DIGEST, once seen

  // A handle that has spoken for the party if there is one, for the sake of its open connection.
  Handle take(const std::string& party) {
    const std::lock_guard lock(mutex);
    auto found = std::find_if(idle.begin(), idle.end(), [&](const Handle& h) { return h.party == party; });
    if (found == idle.end()) {
      if (idle.size() < kMaxIdleHandles) return {curl_easy_init(), party};
      found = idle.begin();
      curl_easy_reset(found->curl);
    }
    Handle handle = *found;
    idle.erase(found);
    handle.party = party;
    return handle;
  }

  void give_back(Handle handle) {
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(handle));
    if (idle.size() > kMaxIdleHandles) {
      curl_easy_cleanup(idle.front().curl);
      idle.erase(idle.begin());
    }
  }

  long scheme_of(const std::string& party) {
    const std::lock_guard lock(mutex);
    const auto found = schemes.find(party);
    return found == schemes.end() ? static_cast<long>(CURLAUTH_BASIC | CURLAUTH_DIGEST) : found->second;
  }

  void remember(const std::string& party, long scheme) {
    const std::lock_guard lock(mutex);
    if (schemes.size() >= kMaxRememberedServers) schemes.clear();
    schemes[party] = scheme;
  }

  void forget(const std::string& party) {
    const std::lock_guard lock(mutex);
    schemes.erase(party);
  }
};

CurlHttp::CurlHttp(std::string authorities) : pool_(std::make_unique<Pool>()) {
  pool_->authorities = std::move(authorities);
  // Once for the process: libcurl counts these calls and is thread-safe about them.
  curl_global_init(CURL_GLOBAL_DEFAULT);
}

CurlHttp::~CurlHttp() {
  for (const auto& handle : pool_->idle) curl_easy_cleanup(handle.curl);
  curl_global_cleanup();
}

namespace {

// What an attempt tells beside its answer.
struct Attempt {
  long offered = 0;  // the authentication schemes that the server asked for, if it asked
  // A kept connection ended before any byte of an answer: the server closed it as the request was on its way.
  bool unheard = false;
};

// One attempt with the authentication schemes given, on a connection of its own if `fresh`.
Result<ports::HttpResponse> attempt(CURL* curl, const ports::HttpRequest& request, const UrlParts& url,
                                    long schemes, bool fresh, Attempt& told) {
  HeaderList headers;
  TRY_VOID(fill_headers(request, headers));
  Collected collected;
  collected.max_body = request.max_response_bytes;
  char detail[CURL_ERROR_SIZE] = "";
  set_constants(curl, url);
  set_method(curl, request);
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.list);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout_ms));
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &collected);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &collected);
  const bool asks = request.credentials.scheme == ports::Credentials::Scheme::any;
  curl_easy_setopt(curl, CURLOPT_USERNAME, asks ? request.credentials.username.c_str() : nullptr);
  curl_easy_setopt(curl, CURLOPT_PASSWORD, asks ? request.credentials.secret.c_str() : nullptr);
  curl_easy_setopt(curl, CURLOPT_HTTPAUTH, asks ? schemes : static_cast<long>(CURLAUTH_NONE));

  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);

  const CURLcode code = curl_easy_perform(curl);

  // Nothing of this call may be reachable through the handle once it rests in the pool.
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, nullptr);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, nullptr);
  curl_easy_setopt(curl, CURLOPT_USERNAME, nullptr);
  curl_easy_setopt(curl, CURLOPT_PASSWORD, nullptr);
  long connections = 0;
  curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connections);
  told.unheard = connections == 0 && collected.response.headers.empty() && collected.response.body.empty() &&
                 (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING);
  if (code != CURLE_OK) return std::unexpected(error_of(code, detail, url, collected, request));
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(curl, CURLINFO_HTTPAUTH_AVAIL, &told.offered);
  collected.response.status = static_cast<int>(status);
  collected.response.url = request.url;
  return std::move(collected.response);
}

}  // namespace

Result<ports::HttpResponse> CurlHttp::send(const ports::HttpRequest& request) {
  if (!is_header_safe(request.url) || !is_header_safe(request.method) || request.method.empty())
    return fail(ErrorKind::invalid, fmt::format("\"{}\" is no address that can be asked", request.url));
  const UrlParts url = TRY(parse_url(request.url));
  const std::string party = url.origin + " " + request.credentials.username;
  const long known = pool_->scheme_of(party);
  Pool::Handle handle = pool_->take(party);
  if (!handle.curl) return fail(ErrorKind::transient, "libcurl gave no handle: the system is out of memory");

  if (!pool_->authorities.empty()) curl_easy_setopt(handle.curl, CURLOPT_CAINFO, pool_->authorities.c_str());
  Attempt told;
  auto response = attempt(handle.curl, request, url, known, false, told);
  // RFC 9112 section 9.3.1: such a request is sent again, if sending it twice does no more than sending it once. libcurl
  // does so itself, but only a few times in a handle's life.
  if (!response && told.unheard && request.method != "POST")
    response = attempt(handle.curl, request, url, known, true, told);
  const bool asks = request.credentials.scheme == ports::Credentials::Scheme::any;
  const long both = static_cast<long>(CURLAUTH_BASIC | CURLAUTH_DIGEST);
  if (response && asks) {
    if (response->status == 401 && known != both) {
      // The server was known to take one scheme. If it asks for the other now, that one gets its turn.
      pool_->forget(party);
      if ((told.offered & both) != 0 && (told.offered & known) == 0) {
        curl_easy_reset(handle.curl);
        response = attempt(handle.curl, request, url, both, false, told);
      }
    }
    if (response && response->status != 401 && (told.offered & both) != 0)
      pool_->remember(party, (told.offered & CURLAUTH_DIGEST) != 0 ? static_cast<long>(CURLAUTH_DIGEST)
                                                                   : static_cast<long>(CURLAUTH_BASIC));
  }
  pool_->give_back(std::move(handle));
  return response;
}

namespace {

class UnderWay : public ports::Exchange {
 public:
  UnderWay(CurlHttp& http, ports::HttpRequest request)
      : request_(std::move(request)), thread_([this, &http] { answer_ = http.send(request_); }) {}

  Result<ports::HttpResponse> wait() override {
    thread_.join();
    return std::move(answer_);
  }

 private:
  ports::HttpRequest request_;
  Result<ports::HttpResponse> answer_ = fail(ErrorKind::transient, "the exchange was not made");
  std::jthread thread_;  // last: it uses the others
};

}  // namespace

std::unique_ptr<ports::Exchange> CurlHttp::begin(ports::HttpRequest request) {
  try {
    return std::make_unique<UnderWay>(*this, request);
  } catch (const std::system_error&) {  // no thread to be had: the caller waits for all of it
    return Http::begin(std::move(request));
  }
}

}  // namespace kalends::net
