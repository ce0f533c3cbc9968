// A resource that a multiget leaves out or calls missing is asked for by itself before anybody believes it: servers
// that compare encoded names by their bytes miss what they have just listed.
#include "provider/caldav/fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "provider/caldav/listing.h"

namespace kalends::provider {

namespace {

constexpr std::size_t kBatch = 50;
constexpr char kData[] = "{urn:ietf:params:xml:ns:caldav}calendar-data";

std::string multiget_body(const std::vector<std::string>& paths) {
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

Result<void> Fetcher::fetch_batch(std::vector<std::string> batch, std::vector<Fetched>& out) {
  if (multiget_works_ && batch.size() > 1) {
    DavUrl at = place_.url;
    auto status = client_.query("REPORT", place_.url, "1", multiget_body(batch), &at);
    if (!status && concerns_everything(status.error().kind))
      return std::unexpected(std::move(status).error());
    if (!status) multiget_works_ = false;
    std::map<std::string, Fetched> had;
    for (auto& response : status ? status->responses : std::vector<DavResponse>()) {
      const auto url = resolve(at, response.hrefs.front());
      const Element* data = response.property(kData);
      const Element* etag = response.property("{DAV:}getetag");
      if (!url || !data || data->text.empty()) continue;
      had[url->path] = {Fetched::State::present, url->path, etag ? version_of_etag(etag->text) : "",
                        data->text, ""};
    }
    std::erase_if(batch, [&](const std::string& path) {
      const auto found = had.find(path);
      if (found == had.end()) return false;
      out.push_back(std::move(found->second));
      return true;
    });
  }
  for (const auto& path : batch) out.push_back(TRY(get(path)));
  return {};
}

Result<std::vector<Fetched>> Fetcher::fetch(const std::vector<std::string>& paths) {
  std::vector<Fetched> out;
  out.reserve(paths.size());
  for (std::size_t at = 0; at < paths.size(); at += kBatch) {
    const std::size_t end = std::min(paths.size(), at + kBatch);
    TRY_VOID(fetch_batch(
        {paths.begin() + static_cast<std::ptrdiff_t>(at), paths.begin() + static_cast<std::ptrdiff_t>(end)},
        out));
  }
  return out;
}

}  // namespace kalends::provider
