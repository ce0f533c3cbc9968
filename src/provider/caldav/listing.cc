// Every way out of here that claims completeness has seen a whole multistatus that names the collection itself or
// was cut into pages that the server declared; everything else is an error or falls back to the plainest request.
#include "provider/caldav/listing.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace kalends::provider {

namespace {

constexpr int kMaxPages = 10'000;

constexpr char kTags[] =
    R"(<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:" xmlns:S="http://calendarserver.org/ns/"><D:prop><S:getctag/></D:prop></D:propfind>)";

constexpr char kEtags[] =
    R"(<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/><D:resourcetype/></D:prop></D:propfind>)";

std::string sync_body(const std::string& token) {
  // No DAV:limit: there are servers that cut the answer and hand out the newest token all the same.
  return fmt::format(
      R"(<?xml version="1.0" encoding="utf-8"?>
<D:sync-collection xmlns:D="DAV:"><D:sync-token>{}</D:sync-token><D:sync-level>1</D:sync-level>)"
      R"(<D:prop><D:getetag/></D:prop></D:sync-collection>)",
      escape_xml(token));
}

// RFC 6578 section 4 wants a URI. A bare number is a clock or a counter of unknown make.
bool is_reliable_token(std::string_view token) {
  const auto colon = token.find(':');
  return colon != std::string_view::npos && colon > 0;
}

// Ten digits or more without anything else are seconds or milliseconds of a clock, and a negative number is no count
// of changes: such servers keep it per process, and one of them may not have heard of a change yet.
bool is_reliable_tag(std::string_view tag) {
  const bool is_number = std::all_of(tag.begin(), tag.end(),
                                     [](char c) { return (c >= '0' && c <= '9') || c == '"' || c == '-'; });
  const bool is_negative = tag.find('-') != std::string_view::npos;
  return !tag.empty() && (!is_number || (tag.size() < 10 && !is_negative));
}

bool is_dead_token(const DavAnswer& answer) {
  switch (answer.status) {
    case 400:
    case 403:
    case 409:
    case 410:
    case 412:
    case 507: return true;
    default:
      return answer.status / 100 == 4 && names_condition(answer.response.body, "{DAV:}valid-sync-token");
  }
}

// The report itself is unknown to the server, whatever it advertised.
bool is_no_such_report(int status) { return status == 405 || status == 415 || status == 501; }

Result<std::string> path_of(const DavUrl& base, const std::string& href) {
  return TRY(resolve(base, href)).path;
}

Member member_of(const DavResponse& response) {
  if (response.status == 404 || response.status == 410) return {Member::State::gone, ""};
  if (response.status / 100 > 2) return {Member::State::refused, ""};
  const Element* etag = response.property("{DAV:}getetag");
  return {Member::State::present, etag ? version_of_etag(etag->text) : ""};
}

// Every member by one PROPFIND of depth 1.
Result<std::map<std::string, Member>> list_all(DavClient& client, const CalendarPlace& place) {
  DavUrl at = place.url;
  const Multistatus status = TRY(client.query("PROPFIND", place.url, "1", kEtags, &at));
  std::map<std::string, Member> members;
  bool names_itself = false;
  for (const auto& response : status.responses) {
    const std::string path = TRY(path_of(at, response.hrefs.front()));
    const Element* type = response.property("{DAV:}resourcetype");
    const bool itself = same_collection(path, at.path) || same_collection(path, place.url.path);
    if (response.status == 507 || (itself && response.status / 100 > 2))
      return fail(ErrorKind::transient,
                  fmt::format("PROPFIND {}: the listing was cut short by the server", at.text()));
    if (itself || path.ends_with('/') || (type && type->contains("{DAV:}collection"))) {
      names_itself = true;
      continue;
    }
    Member member = member_of(response);
    if (member.state != Member::State::gone) members[path] = std::move(member);
  }
  if (!names_itself)
    return fail(
        ErrorKind::corrupt,
        fmt::format("PROPFIND {}: the listing does not name the calendar itself, so it proves nothing",
                    at.text()));
  return members;
}

Result<std::string> ask_tag(DavClient& client, const CalendarPlace& place) {
  const Multistatus status = TRY(client.query("PROPFIND", place.url, "0", kTags));
  for (const auto& response : status.responses)
    if (const Element* tag = response.property("{http://calendarserver.org/ns/}getctag"))
      return std::string(trim(tag->text));
  return std::string();
}

// By tag and etags. The tag is read first: a change between the two requests is seen again next time, not missed.
Result<Listing> by_etags(DavClient& client, const CalendarPlace& place, const std::string& cursor) {
  Listing listing;
  if (cursor == "each:") {
    listing.cursor = cursor;
  } else {
    const std::string tag = TRY(ask_tag(client, place));
    listing.cursor = is_reliable_tag(tag) ? "ctag:" + tag : "each:";
    if (cursor.starts_with("ctag:") && cursor == listing.cursor) return listing;
  }
  listing.members = TRY(list_all(client, place));
  listing.complete = true;
  return listing;
}

// One page of the report. `more` when the server says that it stopped early.
Result<std::string> read_page(const Multistatus& page, const DavUrl& at, const CalendarPlace& place,
                              Listing& listing, bool& more) {
  more = false;
  for (const auto& response : page.responses) {
    for (const auto& href : response.hrefs) {
      const std::string path = TRY(path_of(at, href));
      const bool itself = same_collection(path, at.path) || same_collection(path, place.url.path);
      if (itself || path.ends_with('/')) {
        more = more || response.status == 507;
        // A 404 of the collection itself inside its own report says that it is going away: nothing is known.
        if (itself && (response.status == 404 || response.status == 410))
          return fail(ErrorKind::not_found,
                      fmt::format("REPORT {}: the calendar is not there any more", at.text()));
        continue;
      }
      listing.members[path] = member_of(response);
    }
  }
  if (page.sync_token.empty())
    return fail(ErrorKind::corrupt, fmt::format("REPORT {}: the answer has no sync-token", at.text()));
  return page.sync_token;
}

// The whole report, page by page; nothing when its token is dead or can't be relied on.
Result<std::optional<Listing>> by_report(DavClient& client, const CalendarPlace& place,
                                         const std::string& start) {
  Listing listing;
  std::string token = start;
  for (int page = 0; page < kMaxPages; ++page) {
    const Headers headers = {{"Depth", "0"}, {"Content-Type", "application/xml; charset=utf-8"}};
    const DavAnswer answer = TRY(client.send("REPORT", place.url, headers, sync_body(token)));
    if (is_dead_token(answer) || is_no_such_report(answer.status)) return std::nullopt;
    const Multistatus status = TRY(multistatus_of("REPORT", answer));
    bool more = false;
    std::string next = TRY(read_page(status, answer.url, place, listing, more));
    if (!is_reliable_token(next)) return std::nullopt;
    if (!more) {
      listing.cursor = "sync:" + next;
      listing.complete = start.empty();
      if (listing.complete)
        std::erase_if(listing.members,
                      [](const auto& entry) { return entry.second.state == Member::State::gone; });
      return listing;
    }
    if (next == token) break;
    token = std::move(next);
  }
  return fail(ErrorKind::corrupt,
              fmt::format("REPORT {}: the server cuts its answer without end", place.url.text()));
}

}  // namespace

Result<Listing> list_members(DavClient& client, const CalendarPlace& place, const std::string& cursor) {
  const bool delta = cursor.starts_with("sync:");
  const bool by_tag = cursor.starts_with("ctag:") || cursor == "each:";
  if (delta)
    if (auto listing = TRY(by_report(client, place, cursor.substr(5)))) return std::move(*listing);
  // Nothing to go on from, or a dead token: the whole calendar, with a token for next time where there is a good one.
  const bool reset = !cursor.empty() && !by_tag;
  if (!by_tag && place.sync_report)
    if (auto listing = TRY(by_report(client, place, ""))) {
      listing->reset = reset;
      return std::move(*listing);
    }
  Listing listing = TRY(by_etags(client, place, cursor));
  listing.reset = reset;
  return listing;
}

std::string version_of_etag(std::string_view etag) {
  etag = trim(etag);
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  return std::string(etag);
}

}  // namespace kalends::provider
