// Reading: discover, list, fetch what differs. Writing is in writes.cc.
#include "provider/caldav/caldav_provider.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "provider/caldav/item.h"
#include "provider/caldav/listing.h"
#include "provider/caldav/session.h"

namespace kalends::provider {

namespace {

constexpr char kScheduleTags[] =
    R"(<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:schedule-tag/></D:prop><C:filter>)"
    R"(<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:prop-filter name="ATTENDEE"/></C:comp-filter>)"
    R"(</C:comp-filter></C:filter></C:calendar-query>)";

// "https://host:port" of an address.
std::string server_of(const std::string& url) {
  const auto host = url.find("//");
  return to_lower(url.substr(0, host == std::string::npos ? host : url.find('/', host + 2)));
}

}  // namespace

CalDavProvider::CalDavProvider(CalDavConfig config, ports::Http& http, const calendar::ZoneSource& zones,
                               ServiceLookup* services)
    : config_(std::move(config)), http_(http), zones_(zones), services_(services ? services : &dns_) {
  capabilities_.provider = "caldav";
  capabilities_.delta = true;
  capabilities_.server = server_of(config_.url);
}

CalDavProvider::~CalDavProvider() = default;

// The session, made by discovery on first use. A failure is not remembered: the next call asks again.
Result<CalDavProvider::Session*> CalDavProvider::session() {
  if (session_) return session_.get();
  const DavUrl url = TRY(parse_dav_url(config_.url));
  ports::Credentials credentials{ports::Credentials::Scheme::none, config_.username, config_.secret};
  if (config_.bearer)
    credentials.scheme = ports::Credentials::Scheme::bearer;
  else if (!config_.username.empty() || !config_.secret.empty())
    credentials.scheme = ports::Credentials::Scheme::any;
  DavClient client(http_, url, std::move(credentials));
  CalendarPlace place = TRY(discover(client, *services_, config_.name));
  scheduling_ = {place.auto_schedule, place.owner_known, place.owner_addresses, false};
  capabilities_.writable = place.writable;
  session_ = std::make_unique<Session>(std::move(client), std::move(place));
  return session_.get();
}

void CalDavProvider::sort_in(const Fetched& fetched, bool complete, const ports::Known& known,
                             ports::Changes& changes) {
  const RemoteId id(fetched.path);
  if (fetched.state == Fetched::State::gone) {
    if (!complete) changes.gone.push_back(id);
    return;
  }
  if (fetched.state == Fetched::State::refused) {
    changes.unreadable.push_back({id, fetched.version, fetched.reason});
    return;
  }
  Resource resource = read_resource(id, fetched.version, fetched.body, !session_->place.writable, zones_);
  if (auto* item = std::get_if<ports::Item>(&resource)) {
    // Without etags everything is fetched, and the contents tell what changed.
    if (is_content_version(item->version) && known(id) == item->version)
      changes.unchanged.push_back(id);
    else
      changes.items.push_back(std::move(*item));
  } else if (auto* unreadable = std::get_if<ports::Unreadable>(&resource)) {
    changes.unreadable.push_back(std::move(*unreadable));
  } else {
    other_kinds_[fetched.path] = fetched.version;
    if (!complete && !known(id).empty()) changes.gone.push_back(id);
  }
}

// Looks for a Schedule-Tag on the events that have attendees: at the first look, and when such an event has come.
// Without one, or without an answer, a removal is taken to be told to the organizer.
void CalDavProvider::learn_schedule_reply(Session& session, const ports::Changes& changes) {
  if (!scheduling_.auto_schedule || scheduling_.keeps_schedule_reply) return;
  const auto has_people = [](const ports::Item& item) { return item.facts.find("organizer") != nullptr; };
  if (session.asked_for_schedule_tags && std::none_of(changes.items.begin(), changes.items.end(), has_people))
    return;
  const auto found = session.client.query("REPORT", session.place.url, "1", kScheduleTags);
  if (!found) return;
  session.asked_for_schedule_tags = true;
  for (const auto& response : found->responses) {
    const Element* tag = response.property("{urn:ietf:params:xml:ns:caldav}schedule-tag");
    if (tag && !tag->text.empty()) scheduling_.keeps_schedule_reply = true;
  }
}

Result<ports::Changes> CalDavProvider::changes(const std::string& cursor, const ports::Known& known) {
  Session& session = *TRY(this->session());
  auto listing = list_members(session.client, session.place, cursor);
  if (!listing) {
    // Where the calendar went is asked anew next time.
    if (listing.error().kind == ErrorKind::not_found) session_.reset();
    return std::unexpected(std::move(listing).error());
  }
  ports::Changes changes;
  changes.complete = listing->complete;
  changes.reset = listing->reset;
  changes.cursor = std::move(listing->cursor);
  std::vector<std::string> wanted;
  for (const auto& [path, member] : listing->members) {
    const RemoteId id(path);
    const auto other = other_kinds_.find(path);
    if (member.state == Member::State::gone)
      changes.gone.push_back(id);
    else if (member.state == Member::State::refused)
      changes.unreadable.push_back({id, "", "the server lists it but refuses to say more about it"});
    else if (!member.version.empty() && known(id) == member.version)
      changes.unchanged.push_back(id);
    else if (member.version.empty() || other == other_kinds_.end() || other->second != member.version)
      wanted.push_back(path);
  }
  bool any_gone = false;
  TRY_VOID(session.fetcher.fetch(wanted, [&](Fetched fetched) {
    if (fetched.version.empty()) fetched.version = listing->members[fetched.path].version;
    any_gone = any_gone || fetched.state == Fetched::State::gone;
    sort_in(fetched, changes.complete, known, changes);
  }));
  // Resources that vanished between listing and fetching: their word counts only while the calendar itself is there.
  if (any_gone) TRY_VOID(session.client.query("PROPFIND", session.place.url, "0", kExists));
  learn_schedule_reply(session, changes);
  return changes;
}

Result<ports::Item> CalDavProvider::get(const RemoteId& id) {
  Session& session = *TRY(this->session());
  const Fetched fetched = TRY(session.fetcher.get(id.value));
  const std::string where = session.place.url.with_path(id.value).text();
  const auto missing = [&] {
    return fail(ErrorKind::not_found, fmt::format("GET {}: there is nothing at this address", where));
  };
  // What another part of the server hides, or shows as a page for people, is not in this calendar.
  const bool elsewhere = !id.value.starts_with(session.place.url.path);
  if (fetched.state == Fetched::State::gone) return missing();
  if (fetched.state == Fetched::State::refused)
    return elsewhere ? missing() : fail(ErrorKind::forbidden, fetched.reason);
  Resource resource = read_resource(id, fetched.version, fetched.body, !session.place.writable, zones_);
  if (auto* item = std::get_if<ports::Item>(&resource)) return std::move(*item);
  if (elsewhere) return missing();
  const auto* unreadable = std::get_if<ports::Unreadable>(&resource);
  return fail(ErrorKind::corrupt,
              fmt::format("{}: {}", where, unreadable ? unreadable->reason : "it is no event"));
}

std::string CalDavProvider::address() const {
  const auto url = parse_dav_url(config_.url);
  if (!url) return "an address that can't be read";
  return config_.name.empty() ? url->text() : fmt::format("{} ({})", url->text(), config_.name);
}

std::string CalDavProvider::identity() const {
  if (!session_) return {};
  DavUrl url = session_->place.url;
  url.path = with_slash(normal_path(url.path));
  // Who has a token alone is known by nothing else.
  const std::string account = config_.username.empty() ? sha256(config_.secret).hex() : config_.username;
  return fmt::format("{}\n{}", url.text(), account);
}

calendar::Facts CalDavProvider::project(const calendar::Facts& facts) const {
  return without_defaults(facts);
}

std::vector<std::string> CalDavProvider::recipients(ports::WriteKind kind, const ports::Item* current,
                                                    const calendar::Facts& target) const {
  const calendar::Facts none;
  const calendar::Facts& before = current ? current->facts : none;
  return scheduling_recipients(scheduling_, kind, before, kind == ports::WriteKind::remove ? none : target);
}

}  // namespace kalends::provider
