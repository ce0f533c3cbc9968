#include "provider/google/calendars.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "provider/google/json.h"

namespace kalends::provider::google {

namespace {

constexpr int kMaxPages = 1'000;
constexpr std::size_t kMaxNamed = 20;

CalendarEntry read_entry(const Json& json) {
  CalendarEntry out;
  out.id = text_of(json, "id");
  out.name = text_of(json, "summaryOverride");
  if (out.name.empty()) out.name = text_of(json, "summary");
  out.zone = text_of(json, "timeZone");
  out.role = role_of(text_of(json, "accessRole"));
  out.primary = is_true(json, "primary");
  return out;
}

std::string names_of(const std::vector<CalendarEntry>& calendars) {
  std::vector<std::string> names;
  for (const CalendarEntry& calendar : calendars)
    if (names.size() < kMaxNamed) names.push_back(fmt::format("\"{}\"", calendar.name));
  return names.empty() ? "the account has none" : "there are " + join(names, ", ");
}

}  // namespace

Result<std::vector<CalendarEntry>> list_calendars(Client& client) {
  Request request;
  request.path = "/users/me/calendarList";
  request.what = "the list of calendars";
  std::vector<CalendarEntry> out;
  std::string page_token;
  for (int page = 0; page < kMaxPages; ++page) {
    request.query = {{"maxResults", "250"}, {"showHidden", "true"}};
    if (!page_token.empty()) request.query.emplace_back("pageToken", page_token);
    const Json json = TRY(client.require(request));
    for (const Json& item : items_of(json, "items"))
      if (CalendarEntry entry = read_entry(item); !entry.id.empty()) out.push_back(std::move(entry));
    const std::string& next = text_of(json, "nextPageToken");
    if (next.empty()) return out;
    if (next == page_token) break;
    page_token = next;
  }
  return fail(ErrorKind::corrupt, "GET the list of calendars: its pages have no end");
}

Result<std::string> find_calendar(Client& client, const std::string& wanted) {
  if (wanted.empty() || wanted == "primary") return "primary";
  if (wanted.find('@') != std::string::npos) return wanted;
  const auto calendars = TRY(list_calendars(client));
  const auto pick = [&](auto matches) {
    std::vector<std::string> ids;
    for (const CalendarEntry& calendar : calendars)
      if (matches(calendar)) ids.push_back(calendar.id);
    return ids;
  };
  auto found = pick([&](const CalendarEntry& c) { return c.id == wanted; });
  if (found.empty()) found = pick([&](const CalendarEntry& c) { return c.name == wanted; });
  if (found.empty())
    found = pick([&](const CalendarEntry& c) { return equal_ignoring_case(c.name, wanted); });
  if (found.size() == 1) return found.front();
  if (found.empty())
    return fail(ErrorKind::not_found,
                fmt::format("the account has no calendar \"{}\"; {}", wanted, names_of(calendars)));
  return fail(ErrorKind::invalid, fmt::format("{} calendars are named \"{}\"; name one by its id: {}",
                                              found.size(), wanted, join(found, ", ")));
}

}  // namespace kalends::provider::google
