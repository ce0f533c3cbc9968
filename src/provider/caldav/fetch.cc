// A resource that a multiget leaves out or calls missing is asked for by itself before anybody believes it: servers
// that compare encoded names by their bytes miss what they have just listed.
#include "provider/caldav/fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "provider/caldav/listing.h"

namespace kalends::provider {

namespace {

constexpr std::size_t kBatch = 100;
constexpr char kData[] = "{urn:ietf:params:xml:ns:caldav}calendar-data";

std::string multiget_body(std::span<const std::string> paths) {
  std::string body =
      R"(<?xml version="1.0" encoding="utf-8"?>
<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop>)";
  for (const auto& path : paths) body += "<D:href>" + escape_xml(path) + "</D:href>";
  return body + "</C:calendar-multiget>";
}

// Failures that say nothing about multiget itself.
bool concerns_everything(ErrorKind kind) {
  return kind == ErrorKind::transient || kind == ErrorKind::rate_limited || kind == ErrorKind::unauthorized ||
         kind == ErrorKind::cancelled;
}

}  // namespace

Result<Fetched> Fetcher::get(const std::string& path) {
  // A compressed answer may come with an etag of its own, which no other request would know.
  const Headers headers = {{"Accept", "text/calendar"}, {"Accept-Encoding", "identity"}};
  const DavAnswer answer = TRY(client_.send("GET", place_.url.with_path(path), headers, ""));
  Fetched fetched;
  fetched.path = path;
  if (answer.status == 404 || answer.status == 410) {
    fetched.state = Fetched::State::gone;
    return fetched;
  }
  if (answer.status != 200) {
    Error error = error_of("GET", answer);
    if (concerns_everything(error.kind)) return std::unexpected(std::move(error));
    fetched.state = Fetched::State::refused;
    fetched.reason = std::move(error.message);
    return fetched;
  }
  const std::string* etag = answer.response.header("etag");
  if (etag) fetched.version = version_of_etag(*etag);
  fetched.body = answer.response.body;
  return fetched;
}

// What a multiget said of the batch, and of what it left out what a request for each one says.
Result<void> Fetcher::take(Paths batch, Result<Multistatus> status, const DavUrl& at,
                           const std::function<void(Fetched)>& each) {
  if (!status && concerns_everything(status.error().kind)) return std::unexpected(std::move(status).error());
  if (!status) multiget_works_ = false;
  std::unordered_map<std::string, Fetched> had;
  if (status) {
    for (DavResponse& response : status->responses) {
      const auto url = resolve(at, response.hrefs.front());
      Element* data = response.property(kData);
      const Element* etag = response.property("{DAV:}getetag");
      if (!url || !data || data->text.empty()) continue;
      had[url->path] = {Fetched::State::present, url->path, etag ? version_of_etag(etag->text) : "",
                        std::move(data->text), ""};
    }
  }
  for (const std::string& path : batch) {
    auto found = had.find(path);
    each(found != had.end() ? std::move(found->second) : TRY(get(path)));
  }
  return {};
}

Result<void> Fetcher::fetch(const std::vector<std::string>& paths, const std::function<void(Fetched)>& each) {
  const Paths all(paths);
  auto batch_at = [&](std::size_t at) { return all.subspan(at, std::min(kBatch, all.size() - at)); };
  auto ask = [&](std::size_t at) -> Result<std::optional<DavAsked>> {
    if (!multiget_works_ || at >= all.size() || batch_at(at).size() < 2) return std::nullopt;
    return TRY(client_.ask("REPORT", place_.url, "1", multiget_body(batch_at(at))));
  };
  std::optional<DavAsked> asked = TRY(ask(0));
  for (std::size_t at = 0; at < all.size(); at += kBatch) {
    DavUrl answered_at = place_.url;
    Result<Multistatus> status;
    if (asked) status = client_.hear(*std::move(asked), &answered_at);
    asked = status ? TRY(ask(at + kBatch)) : std::nullopt;
    TRY_VOID(take(batch_at(at), std::move(status), answered_at, each));
  }
  return {};
}

}  // namespace kalends::provider
