// Writing: create, update, remove, and what each proved.
#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"
#include "ical/text.h"
#include "provider/caldav/caldav_provider.h"
#include "provider/caldav/item.h"
#include "provider/caldav/listing.h"
#include "provider/caldav/session.h"

namespace kalends::provider {

namespace {

constexpr int kEnoughHeldAsSent = 5;
constexpr char kType[] = "text/calendar; charset=utf-8";
constexpr char kNoUidConflict[] = "{urn:ietf:params:xml:ns:caldav}no-uid-conflict";
constexpr char kUniqueObject[] = "{urn:ietf:params:xml:ns:caldav}unique-scheduling-object-resource";

// A name for a new resource. It follows from the UID, so that of two clients that write one event at the same moment, as
// two stores do that keep this calendar, the second is refused on any server.
std::string resource_name(const std::string& uid) {
  return "kalends-" + sha256(uid).hex().substr(0, 32) + ".ics";
}

// The UID of a copy whose own is taken elsewhere in the account: the same whoever makes it.
std::string uid_beside(const std::string& uid, const DavUrl& collection) {
  return sha256("beside\n" + uid + "\n" + collection.path).hex().substr(0, 32) + "@kalends";
}

// The refusal of a UID that is in use: by its precondition, in the words some servers use instead, or by a bare 409.
bool is_uid_clash(const DavAnswer& answer) {
  if (answer.status != 400 && answer.status != 403 && answer.status != 409 && answer.status != 412)
    return false;
  const std::string& body = answer.response.body;
  if (names_condition(body, kNoUidConflict) || names_condition(body, kUniqueObject)) return true;
  const std::string words = to_lower(body);
  const bool speaks_of_uid = words.find("uid") != std::string::npos;
  const bool speaks_of_clash =
      words.find("exist") != std::string::npos || words.find("conflict") != std::string::npos ||
      words.find("unique") != std::string::npos || words.find("already") != std::string::npos;
  return (speaks_of_uid && speaks_of_clash) || (answer.status == 409 && body.empty());
}

// The first href anywhere in an element, which names the resource a refusal speaks of.
std::string first_href(const Element& element) {
  if (element.name == "{DAV:}href") return std::string(trim(element.text));
  for (const auto& child : element.children)
    if (auto href = first_href(child); !href.empty()) return href;
  return "";
}

std::string uid_query(const std::string& uid) {
  return fmt::format(
      R"(<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop>)"
      R"(<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:prop-filter name="UID">)"
      R"(<C:text-match collation="i;octet">{}</C:text-match></C:prop-filter></C:comp-filter></C:comp-filter>)"
      R"(</C:filter></C:calendar-query>)",
      escape_xml(uid));
}

// Whether the resource that a refused create ran into is in this very calendar.
Result<bool> clash_is_here(DavClient& client, Fetcher& fetcher, const CalendarPlace& place,
                           const DavAnswer& answer, const std::string& uid,
                           const calendar::ZoneSource& zones) {
  if (const auto root = parse_xml(answer.response.body)) {
    if (const auto href = first_href(*root); !href.empty()) {
      const DavUrl url = TRY(resolve(answer.url, href));
      if (!url.path.starts_with(place.url.path)) return false;
      return TRY(fetcher.get(url.path)).state == Fetched::State::present;
    }
  }
  const auto found = client.query("REPORT", place.url, "1", uid_query(uid));
  if (!found)
    return found.error().kind == ErrorKind::transient ? Result<bool>(std::unexpected(found.error())) : false;
  for (const auto& response : found->responses) {
    const Element* data = response.property("{urn:ietf:params:xml:ns:caldav}calendar-data");
    if (!data) continue;
    const Resource resource = read_resource(RemoteId("found"), "found", data->text, false, zones);
    const auto* item = std::get_if<ports::Item>(&resource);
    if (item && item->uid == uid) return true;
  }
  return false;
}

bool has_people(const calendar::Facts& facts) {
  for (const auto& [path, value] : facts)
    if (path.find("attendees/") != std::string::npos || path.find("organizer") != std::string::npos)
      return true;
  return false;
}

std::unexpected<Error> stale(const std::string& what) { return fail(ErrorKind::stale, what); }

// The refusal of a conditional write: somebody changed or took away what it was based on.
bool is_lost_race(int status) { return status == 404 || status == 409 || status == 410 || status == 412; }

}  // namespace

// What the server holds after a write, as far as it is known to be what the write made. Never an error: the write has
// happened, and a read that fails proves nothing about it.
Result<ports::Written> CalDavProvider::settle(Session& session, const std::string& path,
                                              const std::string& version, const std::string& sent) {
  const RemoteId id(path);
  ports::Written written{id, version, std::nullopt};
  Resource ours = read_resource(id, version.empty() ? "sent" : version, sent, false, zones_);
  auto* sent_item = std::get_if<ports::Item>(&ours);
  if (!version.empty() && !session.rewrites && session.held_as_sent >= kEnoughHeldAsSent && sent_item) {
    written.item = std::move(*sent_item);
    return written;
  }
  const auto fetched = session.fetcher.get(path);
  if (!fetched || fetched->state != Fetched::State::present) return written;
  Resource theirs = read_resource(id, fetched->version, fetched->body, false, zones_);
  auto* item = std::get_if<ports::Item>(&theirs);
  if (!item) return written;
  if (!version.empty() && fetched->version == version) {
    const bool as_sent = item->raw == with_crlf(sent);
    session.held_as_sent = as_sent ? session.held_as_sent + 1 : 0;
    session.rewrites = session.rewrites || !as_sent;
    written.item = std::move(*item);
    return written;
  }
  // No version to go by, or another one than the answer gave: only equal contents show that nobody came in between.
  if (sent_item && item->facts == sent_item->facts && item->uid == sent_item->uid &&
      item->mark == sent_item->mark) {
    written.version = item->version;
    written.item = std::move(*item);
  }
  return written;
}

// The outcome of a PUT that succeeded.
Result<ports::Written> CalDavProvider::accept(Session& session, const DavAnswer& answer,
                                              const std::string& sent) {
  std::string held_at = answer.url.path;
  if (const std::string* location = answer.response.header("location"))
    if (const auto url = resolve(answer.url, *location); url && !url->path.ends_with('/'))
      held_at = url->path;
  const std::string* etag = answer.response.header("etag");
  // A weak etag promises nothing about the bytes, so it is no proof that they are ours.
  const bool strong = etag && !trim(*etag).starts_with("W/");
  return settle(session, held_at, strong ? version_of_etag(*etag) : "", sent);
}

Result<ports::Written> CalDavProvider::create(const ports::Draft& draft) {
  Session& session = *TRY(this->session());
  calendar::Event event = TRY(calendar::from_facts(draft.facts));
  event.created = draft.now;
  event.updated = draft.now;
  event.uid = draft.uid;
  const std::string mark = draft.mark.event.empty() ? "" : ports::to_string(draft.mark);
  if (event.uid.empty()) event.uid = fmt::format("{}-{}@kalends", draft.mark.event.value, draft.mark.nonce);
  const std::string fresh_uid = uid_beside(event.uid, session.place.url);
  const DavUrl url = session.place.url.with_path(session.place.url.path + resource_name(event.uid));

  if (session.if_none_match != Session::Preconditions::kept &&
      TRY(session.fetcher.get(url.path)).state != Fetched::State::gone)
    return stale(fmt::format("PUT {}: an item of that name is already there", url.text()));
  for (;;) {
    ical::WriteOptions options;
    options.now = draft.now;
    if (!mark.empty()) options.marks[event.uid] = mark;
    const std::string text = ical::write({event}, zones_, options);
    const Headers headers = {{"If-None-Match", "*"}, {"Content-Type", kType}};
    DavAnswer answer = TRY(session.client.send("PUT", url, headers, text));
    if (answer.ok() && answer.status != 207) {
      if (!has_people(draft.facts)) learn_if_none_match(session, headers, text, answer);
      return accept(session, answer, text);
    }
    if (!is_uid_clash(answer)) {
      Error error = error_of("PUT", answer);
      if (answer.status == 412) session.if_none_match = Session::Preconditions::kept;
      if (answer.status == 412)
        error.message = fmt::format("PUT {}: an item of that name is already there", url.text());
      return std::unexpected(std::move(error));
    }
    if (TRY(clash_is_here(session.client, session.fetcher, session.place, answer, event.uid, zones_)))
      return stale(
          fmt::format("PUT {}: the calendar already holds an event with the UID {}", url.text(), event.uid));
    if (event.uid == fresh_uid) return std::unexpected(error_of("PUT", answer));
    // The UID is taken elsewhere in the account, or by something that no one may see: the copy gets one of its own.
    event.uid = fresh_uid;
  }
}

// Asks the server once whether it keeps If-None-Match, by sending what was just created again, byte for byte: 412 proves
// it. A server that takes it holds what it held, and `answer` becomes its latest word. Never done with people in it.
void CalDavProvider::learn_if_none_match(Session& session, const Headers& headers, const std::string& text,
                                         DavAnswer& answer) {
  if (session.if_none_match != Session::Preconditions::unknown) return;
  auto again = session.client.send("PUT", answer.url, headers, text);
  if (!again) return;
  session.if_none_match =
      again->status == 412 ? Session::Preconditions::kept : Session::Preconditions::doubtful;
  if (again->ok() && again->status != 207) answer = std::move(*again);
}

// Asks the server once whether it keeps If-Match, by deleting a name that does not exist under a version that can't be
// true: nothing is written and nobody is told. 412 proves that it does; 404 may come from servers of either kind.
void CalDavProvider::learn_if_match(Session& session) {
  if (session.if_match != Session::Preconditions::unknown) return;
  const std::string name = "kalends-probe-" + sha256(session.place.url.text()).hex().substr(0, 24) + ".ics";
  const DavUrl url = session.place.url.with_path(session.place.url.path + name);
  const auto answer = session.client.send("DELETE", url, {{"If-Match", "\"kalends-probe\""}}, "");
  session.if_match =
      answer && answer->status == 412 ? Session::Preconditions::kept : Session::Preconditions::doubtful;
}

// The read before a write that a careless server might carry out regardless.
Result<CalDavProvider::Standing> CalDavProvider::standing_of(Session& session, ports::WriteKind kind,
                                                             const ports::Item& current) {
  learn_if_match(session);
  const bool kept =
      session.if_match == Session::Preconditions::kept ||
      (kind == ports::WriteKind::update && session.if_match_on_put == Session::Preconditions::kept);
  if (kept && !is_content_version(current.version)) return Standing::unchanged;
  const Fetched fetched = TRY(session.fetcher.get(current.id.value));
  if (fetched.state == Fetched::State::gone) return Standing::gone;
  if (fetched.state == Fetched::State::refused) return fail(ErrorKind::forbidden, fetched.reason);
  const std::string version =
      is_content_version(current.version) ? version_of_contents(with_crlf(fetched.body)) : fetched.version;
  return version == current.version ? Standing::unchanged : Standing::changed;
}

Result<ports::Written> CalDavProvider::update(const ports::Item& current, const calendar::Facts& target,
                                              Instant now) {
  Session& session = *TRY(this->session());
  const PatchFacts facts = TRY(patch_facts(current.raw, target, zones_));
  const std::string text = TRY(ical::patch(current.raw, facts.before, facts.after, zones_, now));
  if (text == current.raw) return ports::Written{current.id, current.version, current};
  const DavUrl url = session.place.url.with_path(current.id.value);
  if (TRY(standing_of(session, ports::WriteKind::update, current)) != Standing::unchanged)
    return stale(fmt::format("PUT {}: somebody else changed it first", url.text()));
  Headers headers = {{"Content-Type", kType}};
  if (!is_content_version(current.version)) headers.emplace_back("If-Match", current.version);
  const DavAnswer answer = TRY(session.client.send("PUT", url, headers, text));
  if (answer.ok() && answer.status != 207) return accept(session, answer, text);
  if (answer.status == 412) session.if_match_on_put = Session::Preconditions::kept;
  Error error = error_of("PUT", answer);
  if (is_lost_race(answer.status)) error.kind = ErrorKind::stale;
  return std::unexpected(std::move(error));
}

Result<void> CalDavProvider::remove(const ports::Item& current) {
  Session& session = *TRY(this->session());
  const DavUrl url = session.place.url.with_path(current.id.value);
  const Standing standing = TRY(standing_of(session, ports::WriteKind::remove, current));
  if (standing == Standing::gone) return {};
  if (standing == Standing::changed)
    return stale(fmt::format("DELETE {}: somebody else changed it first", url.text()));
  // An attendee's removal would mail the organizer a refusal (RFC 6638 section 8.1).
  Headers headers = {{"Schedule-Reply", "F"}};
  if (!is_content_version(current.version)) headers.emplace_back("If-Match", current.version);
  const DavAnswer answer = TRY(session.client.send("DELETE", url, headers, ""));
  if (answer.status == 404 || answer.status == 410) return {};
  if (answer.ok() && answer.status != 207) return {};
  // A version can't be that of something which is not there any more: was it gone already?
  if (answer.status == 412 && TRY(session.fetcher.get(current.id.value)).state == Fetched::State::gone)
    return {};
  return std::unexpected(error_of("DELETE", answer));
}

}  // namespace kalends::provider
