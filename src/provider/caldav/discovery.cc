// Each step asks one question of one address; what the steps found is a list of candidates to choose from.
#include "provider/caldav/discovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace kalends::provider {

namespace {

constexpr char kAbout[] =
    R"(<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:resourcetype/><D:displayname/>)"
    R"(<D:current-user-principal/><D:owner/><D:current-user-privilege-set/><D:supported-report-set/>)"
    R"(<C:supported-calendar-component-set/><C:calendar-home-set/></D:prop></D:propfind>)";

constexpr char kAboutPrincipal[] =
    R"(<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-home-set/>)"
    R"(<C:calendar-user-address-set/></D:prop></D:propfind>)";

constexpr char kCalendarType[] = "{urn:ietf:params:xml:ns:caldav}calendar";
constexpr char kHomeSet[] = "{urn:ietf:params:xml:ns:caldav}calendar-home-set";
constexpr char kAddressSet[] = "{urn:ietf:params:xml:ns:caldav}calendar-user-address-set";
constexpr char kComponents[] = "{urn:ietf:params:xml:ns:caldav}supported-calendar-component-set";
constexpr std::size_t kMaxHomes = 16;

// What one resource says about itself.
struct About {
  DavUrl url;
  CalendarPlace place;
  bool is_calendar = false;
  std::vector<DavUrl> homes;
  std::vector<DavUrl> principals;  // the owner's, then the current user's
  bool unauthenticated = false;
};

// Every href below a property, resolved; those that can't be are left out.
std::vector<DavUrl> hrefs_of(const DavUrl& base, const Element* property) {
  std::vector<DavUrl> urls;
  if (!property) return urls;
  for (const auto& child : property->children) {
    if (child.name != "{DAV:}href" || urls.size() >= kMaxHomes) continue;
    if (auto url = resolve(base, child.text)) urls.push_back(std::move(*url));
  }
  return urls;
}

bool is_writable(const Element* privileges) {
  if (!privileges) return true;  // a server that doesn't say is asked by writing
  for (const char* name : {"{DAV:}all", "{DAV:}write", "{DAV:}write-content", "{DAV:}bind"})
    if (privileges->contains(name)) return true;
  return false;
}

bool holds_events(const Element* components) {
  if (!components || components->children.empty()) return true;
  return std::any_of(components->children.begin(), components->children.end(),
                     [](const Element& comp) { return equal_ignoring_case(comp.attribute, "VEVENT"); });
}

About about(const DavUrl& base, const DavResponse& response) {
  About found;
  found.url = base;
  if (auto url = resolve(base, response.hrefs.front())) {
    // The href names the place; the server that answered stays the one to talk to.
    found.url = base.with_path(url->path);
  }
  CalendarPlace& place = found.place;
  place.url = found.url.with_path(with_slash(found.url.path));
  const Element* type = response.property("{DAV:}resourcetype");
  const Element* name = response.property("{DAV:}displayname");
  const Element* reports = response.property("{DAV:}supported-report-set");
  if (name) place.name = std::string(trim(name->text));
  place.writable = is_writable(response.property("{DAV:}current-user-privilege-set"));
  place.sync_report = reports && reports->contains("{DAV:}sync-collection");
  found.is_calendar = type && type->child(kCalendarType) && holds_events(response.property(kComponents));
  found.homes = hrefs_of(base, response.property(kHomeSet));
  for (const char* property : {"{DAV:}owner", "{DAV:}current-user-principal"}) {
    const Element* principal = response.property(property);
    if (principal && principal->contains("{DAV:}unauthenticated")) found.unauthenticated = true;
    for (auto& url : hrefs_of(base, principal)) found.principals.push_back(std::move(url));
  }
  return found;
}

// The resource itself, from a PROPFIND of depth 0; `url` becomes the address after redirects.
Result<About> ask_about(DavClient& client, const DavUrl& url) {
  DavUrl at = url;
  const Multistatus status = TRY(client.query("PROPFIND", url, "0", kAbout, &at));
  if (status.responses.empty())
    return fail(ErrorKind::corrupt, fmt::format("PROPFIND {}: the answer says nothing about it", at.text()));
  About found = about(at, status.responses.front());
  // A depth of 0 is about the address that was asked, whatever name the answer gives it.
  found.url = at;
  found.place.url = at.with_path(with_slash(at.path));
  if (found.unauthenticated)
    return fail(ErrorKind::unauthorized,
                fmt::format("{} did not accept the account: check user name and password", at.origin()));
  return found;
}

struct Principal {
  std::vector<DavUrl> homes;
  std::vector<std::string> addresses;
  bool addresses_known = false;
};

Result<Principal> ask_principal(DavClient& client, const DavUrl& url) {
  DavUrl at = url;
  const Multistatus status = TRY(client.query("PROPFIND", url, "0", kAboutPrincipal, &at));
  Principal principal;
  for (const auto& response : status.responses) {
    for (auto& home : hrefs_of(at, response.property(kHomeSet))) principal.homes.push_back(std::move(home));
    const Element* addresses = response.property(kAddressSet);
    if (!addresses) continue;
    principal.addresses_known = true;
    for (const auto& href : addresses->children)
      if (href.name == "{DAV:}href") principal.addresses.push_back(to_lower(trim(href.text)));
  }
  return principal;
}

// The calendars directly below a home.
Result<std::vector<CalendarPlace>> calendars_in(DavClient& client, const DavUrl& home) {
  DavUrl at = home;
  const Multistatus status =
      TRY(client.query("PROPFIND", home.with_path(with_slash(home.path)), "1", kAbout, &at));
  std::vector<CalendarPlace> calendars;
  for (const auto& response : status.responses)
    if (About found = about(at, response); found.is_calendar) calendars.push_back(std::move(found.place));
  return calendars;
}

std::string last_segment(const std::string& path) {
  const std::string_view cut = std::string_view(path).substr(0, path.size() - (path.ends_with('/') ? 1 : 0));
  return std::string(cut.substr(cut.rfind('/') + 1));
}

// The one that is meant: by exact name, by name without regard to case, by the last part of its path.
Result<CalendarPlace> choose(const std::vector<CalendarPlace>& calendars, const std::string& name,
                             const std::string& where) {
  std::vector<std::string> names;
  for (const auto& calendar : calendars)
    names.push_back(fmt::format("\"{}\" ({})", calendar.name, calendar.url.text()));
  const std::string listed = names.empty() ? "none" : join(names, ", ");
  if (name.empty()) {
    if (calendars.size() == 1) return calendars.front();
    return fail(
        calendars.empty() ? ErrorKind::not_found : ErrorKind::invalid,
        fmt::format("{} is no calendar itself; set \"name\" to one of its calendars: {}", where, listed));
  }
  const auto matches = [&](auto&& fits) {
    std::vector<const CalendarPlace*> found;
    for (const auto& calendar : calendars)
      if (fits(calendar)) found.push_back(&calendar);
    return found;
  };
  auto found = matches([&](const CalendarPlace& c) { return c.name == name; });
  if (found.empty())
    found = matches([&](const CalendarPlace& c) { return equal_ignoring_case(c.name, name); });
  if (found.empty()) {
    const std::string segment = normal_path(name).substr(1);
    found = matches([&](const CalendarPlace& c) { return last_segment(c.url.path) == segment; });
  }
  if (found.size() == 1) return *found.front();
  if (found.empty())
    return fail(ErrorKind::not_found,
                fmt::format("{} has no calendar named \"{}\"; there are: {}", where, name, listed));
  return fail(ErrorKind::invalid,
              fmt::format("{} has several calendars named \"{}\": configure the address of one: {}", where,
                          name, listed));
}

// Where to begin, in order: what DNS says of the domain (RFC 6764 section 6), the address itself, the well-known path.
struct Start {
  DavUrl url;
  bool from_dns = false;
};
struct Starts {
  std::vector<Start> points;
  bool refused = false;  // DNS says that there is nothing to be found from the domain's name alone
};

Starts starting_points(const DavClient& client, ServiceLookup& services) {
  const DavUrl& url = client.configured();
  Starts starts;
  const bool bare = url.path == "/" && url.query.empty();
  if (bare && url.scheme == "https" && url.port == 443) {
    const Services said = services.caldavs(url.host);
    starts.refused = said.refused;
    for (const auto& target : said.targets) {
      DavUrl found = url;
      found.host = target.host;
      found.port = target.port;
      found.path = normal_path(target.path.empty() ? "/.well-known/caldav" : target.path);
      if (may_see_credentials(url, found)) starts.points.push_back({std::move(found), true});
    }
  }
  starts.points.push_back({url});
  if (!starts.refused) starts.points.push_back({url.with_path("/.well-known/caldav")});
  return starts;
}

// Homes that a resource leads to: its own, those of its principals, or itself where a server knows neither.
Result<std::vector<DavUrl>> homes_of(DavClient& client, const About& start) {
  if (!start.homes.empty()) return start.homes;
  for (auto it = start.principals.rbegin(); it != start.principals.rend(); ++it) {
    Principal principal = TRY(ask_principal(client, *it));
    if (!principal.homes.empty()) return std::move(principal.homes);
  }
  return std::vector<DavUrl>{start.url};
}

Result<CalendarPlace> below(DavClient& client, const About& start, const std::string& name) {
  std::vector<CalendarPlace> calendars;
  for (const auto& home : TRY(homes_of(client, start)))
    for (auto& calendar : TRY(calendars_in(client, home))) calendars.push_back(std::move(calendar));
  return choose(calendars, name, client.configured().text());
}

// What decides about mail: whether the server schedules here, and who the owner is.
Result<void> ask_about_scheduling(DavClient& client, CalendarPlace& place) {
  const DavAnswer options = TRY(client.send("OPTIONS", place.url, {}, ""));
  for (const auto& [header, value] : options.response.headers)
    if (header == "dav")
      for (const auto token : split(value, ','))
        if (equal_ignoring_case(trim(token), "calendar-auto-schedule")) place.auto_schedule = true;
  // A server that won't say what it does may well send mail.
  if (!options.ok()) place.auto_schedule = true;
  if (!place.auto_schedule) return {};
  const About self = TRY(ask_about(client, place.url));
  for (const auto& url : self.principals) {
    const auto principal = ask_principal(client, url);
    if (!principal && principal.error().kind == ErrorKind::transient)
      return std::unexpected(principal.error());
    if (!principal || !principal->addresses_known) continue;
    place.owner_known = true;
    place.owner_addresses.insert(place.owner_addresses.end(), principal->addresses.begin(),
                                 principal->addresses.end());
  }
  return {};
}

bool is_final(const Error& error) {
  return error.kind == ErrorKind::unauthorized || error.kind == ErrorKind::transient ||
         error.kind == ErrorKind::rate_limited;
}

}  // namespace

Result<CalendarPlace> discover(DavClient& client, ServiceLookup& services, const std::string& name) {
  std::optional<Error> first_error;
  const Starts starts = starting_points(client, services);
  for (const auto& [point, from_dns] : starts.points) {
    auto start = ask_about(client, point);
    Result<CalendarPlace> place = CalendarPlace{};
    if (start) {
      place = start->is_calendar ? Result<CalendarPlace>(start->place) : below(client, *start, name);
      // A resource that leads nowhere is no answer yet: the next starting point may be better.
      const bool leads = start->is_calendar || !start->homes.empty() || !start->principals.empty();
      if (place) {
        TRY_VOID(ask_about_scheduling(client, *place));
        return place;
      }
      if (leads || is_final(place.error())) return place;
    }
    const Error& error = start ? place.error() : start.error();
    // A domain may name several servers, so that one of them may be out of reach.
    const bool next_may_answer = from_dns && error.kind == ErrorKind::transient;
    // The name of a domain is not always that of a server, so what its servers said counts.
    const bool is_known = first_error && first_error->kind == ErrorKind::transient;
    const bool no_wonder = starts.refused && error.kind == ErrorKind::transient;
    if (is_final(error) && !next_may_answer && !no_wonder)
      return std::unexpected(is_known ? *first_error : error);
    if (!first_error) first_error = error;
    // A calendar configured by its address that is not there is gone: what the rest of the server has is beside it.
    if (first_error->kind == ErrorKind::not_found && name.empty() && client.configured().path != "/") break;
  }
  if (starts.refused)
    return fail(
        ErrorKind::not_found,
        fmt::format("{} says in DNS that it has no CalDAV service: configure the address of the server "
                    "that holds the calendar",
                    client.configured().host));
  return std::unexpected(std::move(*first_error));
}

}  // namespace kalends::provider
